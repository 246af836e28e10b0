// A table of a report: its picture above it, keys that lead to the flows behind them.
import type { ComponentChildren } from "preact";
import type { ApiColumn, ApiRow, ApiTable, ApiValue, ChartKind } from "../../src/serve/api.ts";
import { keyText, type SeriesPicture, seriesPicture } from "../explore/series.ts";
import { SeriesMark } from "../explore/series-table.tsx";
import { termOfKey } from "../explore/terms.ts";
import { timeChart } from "../explore/time-chart.ts";
import { narrowed } from "../explore/view.ts";
import { address } from "../frame/place.ts";
import { dark } from "../frame/theme.ts";
import { Chart } from "../parts/chart.tsx";
import { figure } from "../parts/figures.ts";
import { localTime, timeWord, utcTime } from "../parts/times.ts";
import { barChart, barHeight } from "./bar-chart.ts";
import { metricOf } from "./explore-address.ts";

export interface ReportTableProps {
  readonly table: ApiTable;
  readonly chart: ChartKind;
  readonly filter: string;
}

const SERIES_HEIGHT = 300;
/** Of a series every bucket has a row: the picture shows them. */
const MOST_ROWS = 1000;
/** Of a list with more of them those are left out that say nothing of its flows. */
const MOST_COLUMNS = 16;

export function ReportTable({ table, chart, filter }: ReportTableProps) {
  const picture = table.shape === "series" ? seriesPicture(table, metricOf(table.sortedBy)) : null;
  const isDrawn = chart !== "none" && table.rows.length > 0;
  return (
    <section class="panel">
      <h2>{table.title}</h2>
      {isDrawn && <Picture table={table} picture={picture} chart={chart} />}
      {table.rows.length === 0 ? (
        <p class="empty">Nothing matched in this time.</p>
      ) : isDrawn && picture !== null ? (
        <SeriesFigures picture={picture} title={`${table.title}: figures`} />
      ) : (
        <Rows table={table} filter={filter} />
      )}
      {table.notes.map((note) => (
        <p key={note} class="note">
          {note}
        </p>
      ))}
    </section>
  );
}

function Picture({
  table,
  picture,
  chart,
}: {
  readonly table: ApiTable;
  readonly picture: SeriesPicture | null;
  readonly chart: ChartKind;
}) {
  const label = `${table.title}; the table below has the same figures`;
  if (picture !== null) {
    const kind = chart === "lines" || chart === "bars" ? chart : "stacked";
    const option = timeChart(picture, { kind, dark: dark.value, before: null, percentile: true });
    return <Chart option={option} height={SERIES_HEIGHT} label={label} />;
  }
  const option = barChart(table, dark.value);
  return option === null ? null : <Chart option={option} height={barHeight(table)} label={label} />;
}

function SeriesFigures({ picture, title }: { readonly picture: SeriesPicture; readonly title: string }) {
  const { series, sum, unit, totalUnit } = picture;
  const rows = series.length > 1 ? [...series, sum] : series;
  return (
    <Wide title={title}>
      <table>
        <thead>
          <tr>
            <th scope="col">series</th>
            {["average", "greatest", "95th", "total"].map((title) => (
              <th key={title} scope="col" class="figure">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ label, key, figures }, place) => (
            <tr key={label}>
              <td class="key">
                {place < series.length && <SeriesMark place={place} others={key === null} />} {label}
              </td>
              <td class="figure">{figure(figures.average, unit)}</td>
              <td class="figure">{figure(figures.most, unit)}</td>
              <td class="figure">{figure(figures.percentile95, unit)}</td>
              <td class="figure">{figure(figures.total, totalUnit)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

/** What is wider than the screen is moved by keys, too. */
function Wide({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
    <section class="tablebox" aria-label={title} tabIndex={0}>
      {children}
    </section>
  );
}

function Rows({ table, filter }: { readonly table: ApiTable; readonly filter: string }) {
  const all = table.columns;
  const isWide = table.shape === "list" && all.length > MOST_COLUMNS;
  const columns = isWide ? all.filter(({ name }) => table.rows.some((row) => !isNothing(row[name] ?? null))) : all;
  const keys = table.shape === "group" ? columns.filter(({ role }) => role === "key").map(({ name }) => name) : [];
  const [first] = keys;
  const flowsOf = (row: ApiRow): string | null => {
    const term = termOfKey(
      keys,
      keys.map((name) => row[name] ?? null),
    );
    if (term === null || table.from === null || table.to === null) return null;
    const time = { from: timeWord(Date.parse(table.from)), to: timeWord(Date.parse(table.to)) };
    return address("/flows", { ...time, filter: narrowed(filter, term) });
  };
  const ends = [
    ["others", table.others],
    ["total", table.total],
  ] as const;
  return (
    <Wide title={`${table.title}: rows`}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.name} scope="col" class={isFigure(column) ? "figure" : undefined}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.slice(0, MOST_ROWS).map((row, place) => {
            const link = flowsOf(row);
            return (
              <tr key={place}>
                {columns.map((column) => (
                  <Cell
                    key={column.name}
                    column={column}
                    value={row[column.name] ?? null}
                    link={column.name === first ? link : null}
                  />
                ))}
              </tr>
            );
          })}
        </tbody>
        <tfoot>
          {ends.map(
            ([name, row]) =>
              row !== null && (
                <tr key={name}>
                  {columns.map((column, place) => (
                    <td key={column.name} class={isFigure(column) ? "figure" : undefined}>
                      {column.role === "key" ? (place === 0 ? name : "") : cellText(column, row[column.name] ?? null)}
                    </td>
                  ))}
                </tr>
              ),
          )}
        </tfoot>
      </table>
      {columns.length < all.length && <p class="note">Fields that say nothing of these flows are left out.</p>}
      {table.rows.length > MOST_ROWS && (
        <p class="note">
          The first {MOST_ROWS} of {table.rows.length} rows; the downloads have all of them.
        </p>
      )}
    </Wide>
  );
}

interface CellProps {
  readonly column: ApiColumn;
  readonly value: ApiValue;
  readonly link: string | null;
}

function Cell({ column, value, link }: CellProps) {
  const text = cellText(column, value);
  if (link !== null) {
    return (
      <td class="key">
        <a href={link} title="the flows behind it">
          {text}
        </a>
      </td>
    );
  }
  const title = column.type === "time" && typeof value === "string" ? utcTime(Date.parse(value)) : undefined;
  return (
    <td class={isFigure(column) ? "figure" : column.role === "key" ? "key" : undefined} title={title}>
      {text}
    </td>
  );
}

function isNothing(value: ApiValue): boolean {
  return (
    value === null || value === 0 || value === "" || (typeof value === "object" && Object.keys(value).length === 0)
  );
}

function isFigure({ role, unit, type }: ApiColumn): boolean {
  return unit !== null || type === "duration" || role === "measure";
}

function cellText({ name, type, unit, role }: ApiColumn, value: ApiValue): string {
  if (value === null) return "-";
  if (type === "time" && typeof value === "string") return localTime(Date.parse(value));
  if (typeof value === "object") {
    return Object.entries(value)
      .map(([key, text]) => `${key}=${text}`)
      .join(" ");
  }
  if (type === "duration" || unit === "seconds") return `${Number(value).toFixed(3)} s`;
  if (unit !== null || role === "measure") return figure(Number(value), unit);
  return keyText(name, value);
}
