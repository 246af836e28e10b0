// The table under a chart: its legend, with least, average, greatest, 95th percentile, total and share of each series.
import { useState } from "preact/hooks";
import { dark } from "../frame/theme.ts";
import { figure, spanText, wholeFigure } from "../parts/figures.ts";
import { NarrowButton } from "../parts/narrow-button.tsx";
import { isSecondRound, seriesColour } from "../parts/palette.ts";
import { localTime, utcTime } from "../parts/times.ts";
import { type Figures, keyText, type Series, type SeriesPicture } from "./series.ts";
import { termOf, termOfKey } from "./terms.ts";

export interface SeriesTableProps {
  readonly picture: SeriesPicture;
  /** As long a time, just before. */
  readonly before: SeriesPicture | null;
  readonly onNarrow: (term: string, without: boolean) => void;
  readonly onFlows: (term: string | null) => void;
  /** The bucket of a greatest value, ms since 1970. */
  readonly onSpan: (from: number, to: number) => void;
}

type Column = keyof Figures;

const COLUMNS: readonly (readonly [name: Column, title: string])[] = [
  ["least", "min"],
  ["average", "average"],
  ["most", "max"],
  ["percentile95", "95th"],
  ["last", "last"],
  ["total", "total"],
  ["share", "share"],
];

export function SeriesTable({ picture, before, onNarrow, onFlows, onSpan }: SeriesTableProps) {
  const [sort, setSort] = useState<{ readonly by: Column; readonly up: boolean }>({ by: "total", up: false });
  const { series, keys, sum, unit, totalUnit } = picture;
  const placed = series.map((one, place) => ({ one, place }));
  const sorted = [...placed].sort((a, b) => {
    // The others are no series of their own: they stand at the end.
    if (a.one.key === null || b.one.key === null) return Number(a.one.key === null) - Number(b.one.key === null);
    const [x, y] = [a.one.figures[sort.by] ?? -1, b.one.figures[sort.by] ?? -1];
    return sort.up ? x - y : y - x;
  });
  const cells = (one: Series, share?: string) =>
    COLUMNS.map(([name]) => (
      <td key={name} class="figure" title={name === "total" ? wholeFigure(one.figures.total) : undefined}>
        {name === "most" && share === undefined ? (
          <MostCell one={one} picture={picture} onSpan={onSpan} />
        ) : name === "share" && share !== undefined ? (
          share
        ) : (
          cellText(name, one.figures, unit, totalUnit)
        )}
      </td>
    ));
  return (
    <div class="tablebox">
      <table class="series">
        <thead>
          <tr>
            <th scope="col">
              <span class="unseen">Colour</span>
            </th>
            {keys.length === 0 && <th scope="col">flows</th>}
            {keys.map((key) => (
              <th key={key} scope="col">
                {key}
              </th>
            ))}
            {COLUMNS.map(([name, title]) => (
              <th
                key={name}
                scope="col"
                class="figure"
                aria-sort={sort.by === name ? (sort.up ? "ascending" : "descending") : undefined}
              >
                <button type="button" onClick={() => setSort({ by: name, up: sort.by === name && !sort.up })}>
                  {title}
                  {sort.by === name ? (sort.up ? " ▲" : " ▼") : ""}
                </button>
              </th>
            ))}
            <th scope="col">
              <span class="unseen">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sorted.map(({ one, place }) => (
            <tr key={one.label}>
              <td>
                <SeriesMark place={place} others={one.key === null} />
              </td>
              {one.key === null || keys.length === 0 ? (
                <td colSpan={Math.max(1, keys.length)}>{one.label}</td>
              ) : (
                one.key.map((value, at) => (
                  <KeyCell
                    key={keys[at]}
                    field={keys[at]!}
                    value={value}
                    proto={one.key?.[keys.indexOf("proto")] ?? null}
                    onNarrow={onNarrow}
                  />
                ))
              )}
              {cells(one)}
              <td class="actions">
                <RowActions term={one.key === null ? null : termOfKey(keys, one.key)} one={one} onFlows={onFlows} />
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td />
            <th scope="row" colSpan={Math.max(1, keys.length)}>
              all
            </th>
            {cells(sum)}
            <td class="actions">
              <button type="button" onClick={() => onFlows(null)}>
                flows
              </button>
            </td>
          </tr>
          {before !== null && (
            <tr class="before">
              <td />
              <th scope="row" colSpan={Math.max(1, keys.length)}>
                the period before
              </th>
              {cells(before.sum, changeText(sum.figures.total, before.sum.figures.total))}
              <td />
            </tr>
          )}
        </tfoot>
      </table>
    </div>
  );
}

/** What the figures are of: a greatest value of 2 min is another than one of a second. */
export function MeanOf({ picture }: { readonly picture: SeriesPicture }) {
  const { unit, totalUnit, bucketSeconds } = picture;
  return (
    <p class="quiet">
      Each value is the {unit === totalUnit ? "sum" : "mean"} of {spanText(bucketSeconds)}.
    </p>
  );
}

interface MostCellProps {
  readonly one: Series;
  readonly picture: SeriesPicture;
  readonly onSpan: (from: number, to: number) => void;
}

/** The greatest value: when it was, and that span chosen. */
function MostCell({ one, picture, onSpan }: MostCellProps) {
  const { times, bucketSeconds, unit } = picture;
  const { most } = one.figures;
  const place = most === null ? -1 : one.values.indexOf(most);
  const from = times[place];
  const text = figure(most, unit);
  if (from === undefined) return text;
  const to = times[place + 1] ?? from + bucketSeconds * 1000;
  return (
    <button
      type="button"
      class="plain"
      title={`${localTime(from)} to ${localTime(to)} (from ${utcTime(from)}): choose this span`}
      onClick={() => onSpan(from, to)}
    >
      {text}
    </button>
  );
}

/** How much more or less it is now. */
function changeText(now: number, then: number): string {
  if (then === 0) return "-";
  const percent = (now / then - 1) * 100;
  return `now ${percent < 0 ? "" : "+"}${figure(percent, "percent")}`;
}

function RowActions({
  term,
  one,
  onFlows,
}: {
  readonly term: string | null;
  readonly one: Series;
  readonly onFlows: (term: string | null) => void;
}) {
  if (one.key === null || (term === null && one.key.length > 0)) return null;
  return (
    <button type="button" onClick={() => onFlows(term)} aria-label={`flows of ${one.label}`}>
      flows
    </button>
  );
}

export function SeriesMark({ place, others }: { readonly place: number; readonly others: boolean }) {
  const colour = seriesColour(place, others, dark.value);
  const hollow = isSecondRound(place, others);
  return <span class="dot" style={{ background: hollow ? "none" : colour, border: `3px solid ${colour}` }} />;
}

interface KeyCellProps {
  readonly field: string;
  readonly value: Parameters<typeof keyText>[1];
  readonly proto: Parameters<typeof keyText>[1];
  readonly onNarrow: (term: string, without: boolean) => void;
}

/** A click narrows the filter to the value, one with Alt leaves it out; both have buttons for who uses keys. */
function KeyCell({ field, value, proto, onNarrow }: KeyCellProps) {
  const text = keyText(field, value, proto);
  const term = termOf(field, value);
  if (term === null) return <td>{text}</td>;
  const isAddress = /^(src|dst)?addr$/i.test(field);
  return (
    <td class="key">
      <NarrowButton term={term} text={text} onNarrow={onNarrow} />
      <button
        type="button"
        class="plain small"
        aria-label={`without ${text}`}
        title={`without ${term}`}
        onClick={() => onNarrow(term, true)}
      >
        ≠
      </button>
      {isAddress && (
        <a
          class="small"
          href={`/host/${encodeURIComponent(text)}`}
          aria-label={`host ${text}`}
          title="what is known of this host"
        >
          ⌂
        </a>
      )}
    </td>
  );
}

function cellText(name: Column, figures: Figures, unit: string, totalUnit: string): string {
  const value = figures[name];
  if (name === "share") return value === null ? "-" : figure(value * 100, "percent");
  return figure(value, name === "total" ? totalUnit : unit);
}
