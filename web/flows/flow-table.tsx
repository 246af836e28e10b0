// A list of flows as a table: titles that sort, values that narrow, a row that opens to all of its record.
import { Fragment } from "preact";
import { useState } from "preact/hooks";
import type { ApiColumn, ApiRow, ApiTable } from "../../src/serve/api.ts";
import { keyText } from "../explore/series.ts";
import { termOf } from "../explore/terms.ts";
import { figure, wholeFigure } from "../parts/figures.ts";
import { NarrowButton } from "../parts/narrow-button.tsx";
import { localTime, utcTime } from "../parts/times.ts";

export interface FlowTableProps {
  readonly table: ApiTable;
  readonly rows: readonly ApiRow[];
  readonly sort: string;
  readonly busy: boolean;
  readonly onSort: (sort: string) => void;
  readonly onNarrow: (term: string, without: boolean) => void;
}

/** What is seen of a flow at first, in this order; the rest is in its details. */
const SHOWN = [
  "start",
  "end",
  "proto",
  "srcAddr",
  "srcPort",
  "dstAddr",
  "dstPort",
  "tcpFlags",
  "packets",
  "bytes",
  "reversePackets",
  "reverseBytes",
  "exporter",
];
const SORTED = new Set(["start", "end", "packets", "bytes", "duration", "reverseBytes", "reversePackets"]);

export function FlowTable({ table, rows, sort, busy, onSort, onNarrow }: FlowTableProps) {
  const [open, setOpen] = useState<number | null>(null);
  const columns = SHOWN.flatMap((name) => table.columns.find((column) => column.name === name) ?? []).filter(
    ({ name }) => name !== "exporter" || rows.some((row) => row.exporter !== null),
  );
  const [by = "start", order = "asc"] = sort === "" ? [] : sort.split(":");
  return (
    <div class="tablebox" aria-busy={busy}>
      <table class="flows">
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.name}
                scope="col"
                class={isFigure(column) ? "figure" : undefined}
                aria-sort={column.name !== by ? undefined : order === "desc" ? "descending" : "ascending"}
              >
                {SORTED.has(column.name) ? (
                  <button
                    type="button"
                    onClick={() => onSort(`${column.name}:${column.name === by && order === "desc" ? "asc" : "desc"}`)}
                  >
                    {column.title}
                    {column.name === by ? (order === "desc" ? " ▼" : " ▲") : ""}
                  </button>
                ) : (
                  column.title
                )}
              </th>
            ))}
            <th scope="col">
              <span class="unseen">Details</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, place) => (
            // A flow has no name of its own; rows are only ever added at the end.
            <Fragment key={place}>
              <tr>
                {columns.map((column) => (
                  <FlowCell key={column.name} column={column} row={row} onNarrow={onNarrow} />
                ))}
                <td class="actions">
                  <button
                    type="button"
                    aria-expanded={open === place}
                    onClick={() => setOpen(open === place ? null : place)}
                  >
                    details
                  </button>
                </td>
              </tr>
              {open === place && (
                <tr>
                  <td colSpan={columns.length + 1}>
                    <FlowDetails table={table} row={row} />
                  </td>
                </tr>
              )}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface FlowCellProps {
  readonly column: ApiColumn;
  readonly row: ApiRow;
  readonly onNarrow: (term: string, without: boolean) => void;
}

const NARROWING = new Set(["proto", "srcAddr", "srcPort", "dstAddr", "dstPort", "exporter"]);

function FlowCell({ column, row, onNarrow }: FlowCellProps) {
  const { name } = column;
  const value = row[name] ?? null;
  const term = NARROWING.has(name) ? termOf(name, value) : null;
  const text = cellText(column, row);
  const title = column.type === "time" && typeof value === "string" ? utcTime(Date.parse(value)) : undefined;
  if (term === null) {
    return (
      <td class={isFigure(column) ? "figure" : undefined} title={title}>
        {text}
      </td>
    );
  }
  return (
    <td class="key">
      <NarrowButton term={term} text={text} onNarrow={onNarrow} />
    </td>
  );
}

/** Every field that says something. */
function FlowDetails({ table, row }: { readonly table: ApiTable; readonly row: ApiRow }) {
  const told = table.columns.filter(({ name, type }) => {
    const value = row[name];
    return (
      value !== null &&
      value !== undefined &&
      value !== 0 &&
      value !== "" &&
      !(type === "time" && typeof value === "string" && isUnknownTime(value)) &&
      (typeof value !== "object" || Object.keys(value).length > 0)
    );
  });
  return (
    <dl class="details">
      {told.map((column) => (
        <div key={column.name}>
          <dt>{column.title}</dt>
          <dd>{fullText(column, row)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A time that nobody said is the first moment of 1970. */
function isUnknownTime(value: string): boolean {
  return Date.parse(value) === 0;
}

function isFigure({ unit, type }: ApiColumn): boolean {
  return unit !== null || type === "duration";
}

const FLAGS = "FSRPAUEC";

function cellText({ name, type, unit }: ApiColumn, row: ApiRow): string {
  const value = row[name] ?? null;
  if (value === null) return "-";
  if (type === "time" && typeof value === "string") return localTime(Date.parse(value));
  if (name === "tcpFlags" && typeof value === "number") {
    return [...FLAGS]
      .map((letter, bit) => (((value >> bit) & 1) === 1 ? letter : "."))
      .reverse()
      .join("");
  }
  if (unit !== null && typeof value === "number") return figure(value, unit);
  return keyText(name, value, row.proto);
}

function fullText(column: ApiColumn, row: ApiRow): string {
  const value = row[column.name] ?? null;
  if (typeof value === "object" && value !== null) {
    return Object.entries(value)
      .map(([name, text]) => `${name}=${text}`)
      .join(" ");
  }
  if (column.type === "time") return String(value);
  return typeof value === "number" && column.unit !== null ? wholeFigure(value) : cellText(column, row);
}
