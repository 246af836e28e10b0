// The rows of a live picture: who, how much now, and how it was in the last minute.
import type { LiveRow, LiveView } from "../../src/serve/api.ts";
import { keyText } from "../explore/series.ts";
import { termOf } from "../explore/terms.ts";
import { status } from "../frame/server-status.ts";
import { figure, spanText } from "../parts/figures.ts";
import { NarrowButton } from "../parts/narrow-button.tsx";
import { Spark } from "./link-rate.tsx";

export interface LiveTableProps {
  readonly view: LiveView;
  readonly sort: string;
  readonly reverse: boolean;
  readonly onSort: (sort: string) => void;
  readonly onNarrow: (term: string, without: boolean) => void;
}

function whatToDo(): string {
  const { listening = [] } = status.value?.collecting ?? {};
  return listening.length === 0
    ? "Nothing is collected here: start flowgauge serve with --collect udp://:2055."
    : `Let routers export NetFlow, IPFIX or sFlow to ${listening.join(", ")}; a second later it is here.`;
}

interface Figure {
  readonly sort: string;
  readonly title: string;
  readonly text: (row: LiveRow) => string;
}

const FIGURES: readonly Figure[] = [
  { sort: "rate", title: "now", text: ({ rate }) => figure(rate.bytes * 8, "bits/s") },
  { sort: "rate10", title: "10 s", text: ({ rate10 }) => figure(rate10.bytes * 8, "bits/s") },
  { sort: "rate40", title: "40 s", text: ({ rate40 }) => figure(rate40.bytes * 8, "bits/s") },
  { sort: "peak", title: "peak", text: ({ peak }) => figure(peak.bytes * 8, "bits/s") },
  { sort: "out", title: "sent", text: ({ bytes }) => figure(bytes, "octets") },
  { sort: "in", title: "received", text: ({ reverseBytes }) => figure(reverseBytes, "octets") },
  { sort: "packets", title: "packets", text: ({ packets, reversePackets }) => figure(packets + reversePackets, null) },
  { sort: "age", title: "age", text: ({ age }) => spanText(age) },
];

export function LiveTable({ view, sort, reverse, onSort, onNarrow }: LiveTableProps) {
  const fields = Object.keys(view.rows[0]?.key ?? {});
  return (
    <div class="tablebox">
      <table class="live">
        <thead>
          <tr>
            {fields.map((field) => (
              <th key={field} scope="col">
                {field}
              </th>
            ))}
            <th scope="col">state</th>
            {FIGURES.map(({ sort: by, title }) => (
              <th
                key={by}
                scope="col"
                class="figure"
                aria-sort={sort === by ? (reverse ? "ascending" : "descending") : undefined}
              >
                <button type="button" onClick={() => onSort(by)}>
                  {title}
                  {sort === by ? (reverse ? " ▲" : " ▼") : ""}
                </button>
              </th>
            ))}
            <th scope="col">share</th>
            <th scope="col">last minute</th>
          </tr>
        </thead>
        <tbody>
          {view.rows.map((row, place) => (
            <tr key={JSON.stringify(row.key)} class={row.state}>
              {fields.map((field) => (
                <LiveCell key={field} field={field} row={row} onNarrow={onNarrow} />
              ))}
              <td>{row.stateText ?? row.state}</td>
              {FIGURES.map(({ sort: by, text }) => (
                <td key={by} class="figure">
                  {text(row)}
                </td>
              ))}
              <td>
                <span class="bar" style={{ width: `${Math.min(100, row.share * 100)}px` }} />
                <span class="unseen">{figure(row.share * 100, "percent")}</span>
              </td>
              <td>
                <Spark octets={view.sparks[place] ?? []} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {view.rows.length === 0 && (
        <p class="empty">
          {view.liveFlows > 0
            ? "No flow matches the filter now."
            : view.totals.flows > 0
              ? "All flows that were seen have ended; the next ones come here a second later."
              : `No flow has been seen yet. ${whatToDo()}`}
        </p>
      )}
    </div>
  );
}

function LiveCell({
  field,
  row,
  onNarrow,
}: {
  readonly field: string;
  readonly row: LiveRow;
  readonly onNarrow: LiveTableProps["onNarrow"];
}) {
  const value = row.key[field] ?? null;
  const text = keyText(field, value);
  const name = row.names[field];
  const term = termOf(field, value);
  return (
    <td class="key">
      {term === null ? text : <NarrowButton term={term} text={name ?? text} about={`${text}: `} onNarrow={onNarrow} />}
    </td>
  );
}
