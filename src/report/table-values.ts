// Values of a Table for machines: the JSON text of each, and its cell of CSV. Those of fields are as in records (record-layout.ts).

import { seenText } from "../core/cell-text.ts";
import type { Table, TableColumn, Value } from "../core/table.ts";
import { isoTime } from "./zone-time.ts";

const LONE_SURROGATE = /\p{Cs}/gu;
const BEYOND_ASCII = /[^\x20-\x7e]/g;

/** What needs no escape in JSON. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** A JSON string in ASCII only, so that nothing in it reaches a terminal. What is no character is U+FFFD. */
export function jsonText(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  return JSON.stringify(text.replace(LONE_SURROGATE, "\ufffd")).replace(BEYOND_ASCII, unicodeEscape);
}

function unicodeEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** The JSON text of a value: every digit of whole numbers, times as ISO 8601 in UTC. */
export function jsonValue({ type, field }: TableColumn, value: Value): string {
  if (value === null) return "null";
  if (typeof value === "bigint") return type === "time" ? `"${isoTime(value, field !== null)}"` : String(value);
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "null";
  if (typeof value === "string") return jsonText(value);
  if (value instanceof Map) return `{${[...value].map(([text, count]) => `${jsonText(text)}:${count}`).join(",")}}`;
  return `{${Object.entries(value)
    .map(([name, text]) => `${jsonText(name)}:${jsonText(text)}`)
    .join(",")}}`;
}

/** How spreadsheets know a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/** RFC 4180: quotes only where they are needed. `guard` puts `'` before text that a spreadsheet would take for a formula. */
export function csvCell(column: TableColumn, value: Value, guard: boolean): string {
  if (value === null) return "";
  if (typeof value === "object") return quoted(jsonValue(column, value));
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "";
  if (typeof value === "bigint") return column.type === "time" ? isoTime(value, column.field !== null) : String(value);
  const text = seenText(value);
  return quoted(guard && FORMULA.test(text) ? `'${text}` : text);
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** What stands for a row that sums up others, in forms that mix it with the rows. */
export type RowKind = "row" | "others" | "total";

/** The rows, then, where they are wanted, those of the others and the total. */
export function* rowsOf(table: Table, totals: boolean): Generator<readonly [RowKind, readonly Value[]], void, void> {
  for (const row of table.rows) yield ["row", row];
  if (!totals) return;
  for (const row of table.othersRows) yield ["others", row];
  if (table.others !== null && table.othersRows.length === 0) yield ["others", table.others];
  if (table.total !== null) yield ["total", table.total];
}
