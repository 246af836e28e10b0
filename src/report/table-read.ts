// Tables out of their JSON (table/1, docs/table.schema.json): every digit of whole numbers, times as nanoseconds.

import { findElement } from "../core/elements.ts";
import type { AnyFieldName } from "../core/fields.ts";
import {
  COLUMN_TYPES,
  COLUMN_UNITS,
  type ColumnType,
  TABLE_SHAPES,
  type Table,
  type TableColumn,
  type Value,
} from "../core/table.ts";
import { TABLE_SHAPE } from "./table-json.ts";

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/;
/** Texts are passed over; what else has so many digits and is whole may be beyond 2^53. */
const LONG_NUMBERS = /"(?:[^"\\]|\\.)*"|(?<![\d.eE+])-?\d{16,}(?![\d.eE])/g;
const DIGITS = /^-?\d{1,40}$/;

/** The JSON, with whole numbers of 16 digits and more as texts. Throws a SyntaxError. */
export function parseExactly(text: string): unknown {
  return JSON.parse(text.replace(LONG_NUMBERS, (found) => (found.startsWith('"') ? found : `"${found}"`)));
}

/**
 * `json`: what parseExactly (or JSON.parse) gave. `zone`: whose clock people read. Throws an Error whose message says what was expected
 * where, and what was found; members that are not known are passed over.
 */
export function readTable(json: unknown, zone: string): Table {
  const table = objectAt(json, "table");
  if (table.flowgauge !== TABLE_SHAPE) throw expected("flowgauge", `"${TABLE_SHAPE}"`, table.flowgauge);
  const columns = listAt(table.columns, "columns").map(readColumn);
  const rows = (value: unknown, where: string) =>
    listAt(value, where).map((row, i) => readRow(row, columns, `${where}[${i}]`));
  const row = (value: unknown, where: string) => (value === null ? null : readRow(value, columns, where));
  return {
    shape: oneOf(TABLE_SHAPES, table.shape, "shape"),
    title: textAt(table.title, "title"),
    columns,
    rows: rows(table.rows, "rows"),
    sortedBy: table.sortedBy === null ? null : textAt(table.sortedBy, "sortedBy"),
    total: row(table.total, "total"),
    others: row(table.others, "others"),
    othersRows: rows(table.othersRows, "othersRows"),
    bucketSeconds: table.bucketSeconds === null ? null : numberAt(table.bucketSeconds, "bucketSeconds"),
    from: timeOrNull(table.from, "from"),
    to: timeOrNull(table.to, "to"),
    known: table.known === null ? null : listAt(table.known, "known").map((span, i) => spanAt(span, `known[${i}]`)),
    zone,
    notes: listAt(table.notes, "notes").map((note, i) => textAt(note, `notes[${i}]`)),
  };
}

function readColumn(json: unknown, place: number): TableColumn {
  const where = `columns[${place}]`;
  const column = objectAt(json, where);
  const name = textAt(column.name, `${where}.name`);
  const role = oneOf(["key", "measure"] as const, column.role, `${where}.role`);
  // Only keys have a field's values as they are; the bucket's time is none.
  const field = role === "key" ? (findElement(name)?.name ?? null) : null;
  return {
    name,
    title: textAt(column.title, `${where}.title`),
    type: oneOf(COLUMN_TYPES, column.type, `${where}.type`),
    unit: oneOf(COLUMN_UNITS, column.unit, `${where}.unit`),
    role,
    field: field === name ? (field as AnyFieldName) : null,
  };
}

function readRow(json: unknown, columns: readonly TableColumn[], where: string): readonly Value[] {
  const row = objectAt(json, where);
  return columns.map(({ name, type }) => readValue(row[name], type, `${where}.${name}`));
}

function readValue(value: unknown, type: ColumnType, where: string): Value {
  if (value === null) return null;
  switch (type) {
    case "text":
      return textAt(value, where);
    case "time":
      return timeAt(value, where);
    case "integer":
    case "real":
    case "duration":
      return numberOrDigits(value, type, where);
    case "other":
      return wordsAt(value, where);
    case "counts":
      return new Map(Object.entries(objectAt(value, where)).map(([text, count]) => [text, numberAt(count, where)]));
  }
}

function numberOrDigits(value: unknown, type: ColumnType, where: string): number | bigint {
  if (typeof value === "number") return value;
  if (typeof value !== "string" || !DIGITS.test(value)) throw expected(where, "a number", value);
  return type === "integer" ? BigInt(value) : Number(value);
}

function wordsAt(value: unknown, where: string): Readonly<Record<string, string>> {
  const words = objectAt(value, where);
  for (const [name, text] of Object.entries(words)) textAt(text, `${where}.${name}`);
  return words as Readonly<Record<string, string>>;
}

function spanAt(value: unknown, where: string): readonly [bigint, bigint] {
  const [from, to] = listAt(value, where);
  return [timeAt(from, where), timeAt(to, where)];
}

function timeOrNull(value: unknown, where: string): bigint | null {
  return value === null ? null : timeAt(value, where);
}

/** Of RFC 3339 in UTC, as JSON has it, to nanoseconds since 1970. Throws an Error. */
export function readTime(text: string): bigint {
  return timeAt(text, "time");
}

/** "2023-11-14T22:13:20.123456789Z" */
function timeAt(value: unknown, where: string): bigint {
  const [, seconds = "", fraction = ""] = (typeof value === "string" ? TIME.exec(value) : null) ?? [];
  const ms = Date.parse(`${seconds}Z`);
  if (seconds === "" || Number.isNaN(ms)) throw expected(where, "a time of UTC", value);
  return BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, "0"));
}

function objectAt(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw expected(where, "an object", value);
}

function listAt(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw expected(where, "a list", value);
}

function textAt(value: unknown, where: string): string {
  if (typeof value === "string") return value;
  throw expected(where, "a text", value);
}

function numberAt(value: unknown, where: string): number {
  if (typeof value === "number") return value;
  throw expected(where, "a number", value);
}

function oneOf<T>(values: readonly T[], value: unknown, where: string): T {
  if (values.includes(value as T)) return value as T;
  throw expected(where, `one of ${values.map((one) => JSON.stringify(one)).join(", ")}`, value);
}

function expected(where: string, what: string, found: unknown): Error {
  const text = found === undefined ? "none" : JSON.stringify(found).slice(0, 60);
  return new Error(`${where}: expected ${what}, found ${text}`);
}
