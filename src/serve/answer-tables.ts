// An answer's tables (table/1) as Tables again: for printing them to people.
import { findElement } from "../core/elements.ts";
import type { AnyFieldName } from "../core/fields.ts";
import type { Table, TableColumn, Value } from "../core/table.ts";
import type { ApiColumn, ApiRow, ApiTable, ApiValue } from "./api.ts";

const TIME = /^(.{19})(?:\.(\d{1,9}))?Z$/;

/** `zone`: whose clock people read. */
export function tableOf(table: ApiTable, zone: string): Table {
  const columns = table.columns.map(columnOf);
  const row = (from: ApiRow) => columns.map((column) => cellOf(column, from[column.name] ?? null));
  const maybe = (from: ApiRow | null) => (from === null ? null : row(from));
  const { shape, title, sortedBy, bucketSeconds, notes } = table;
  return {
    shape,
    title,
    sortedBy,
    bucketSeconds,
    notes,
    zone,
    columns,
    rows: table.rows.map(row),
    total: maybe(table.total),
    others: maybe(table.others),
    othersRows: table.othersRows.map(row),
    from: table.from === null ? null : nanoseconds(table.from),
    to: table.to === null ? null : nanoseconds(table.to),
    known: table.known?.map(([from, to]) => [nanoseconds(from), nanoseconds(to)] as const) ?? null,
  };
}

function columnOf({ name, title, type, unit, role }: ApiColumn): TableColumn {
  // Only keys have a field's values as they are.
  const field = role === "key" ? (findElement(name)?.name ?? null) : null;
  return { name, title, type, unit: unit as TableColumn["unit"], role, field: field as AnyFieldName | null };
}

function cellOf({ type }: TableColumn, value: ApiValue): Value {
  if (typeof value !== "string") return value;
  if (type === "time") return nanoseconds(value);
  // What is beyond 2^53 is written as text.
  return type === "integer" && /^-?\d{1,20}$/.test(value) ? BigInt(value) : value;
}

/** "2023-11-14T22:13:20.123456789Z" */
function nanoseconds(text: string): bigint {
  const [, seconds = "", fraction = ""] = TIME.exec(text) ?? [];
  return BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, "0"));
}
