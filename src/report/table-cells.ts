// Cells of a Table for people: numbers with units, times in the zone, fields as flow lines have them (TCP, ..A..S., 0x0806).

import { seenText } from "../core/cell-text.ts";
import { findElement } from "../core/elements.ts";
import type { Table, TableColumn, Value } from "../core/table.ts";
import { PROTOCOL_NAMES } from "./protocol-names.ts";
import { withUnit } from "./quantity.ts";
import { tcpFlagsText } from "./tcp-flags.ts";
import { bucketPrecision, type ClockPrecision, type ZoneClock } from "./zone-time.ts";

/** Up to here counts show every digit. */
const MOST_DIGITS = 10_000_000;

/** What plain numbers are rounded to. */
const RAW_DECIMALS = 3;

const SUFFIXES: Readonly<Record<NonNullable<TableColumn["unit"]>, string>> = {
  octets: "B",
  packets: "",
  flows: "",
  "bits/s": "b/s",
  "packets/s": "p/s",
  "flows/s": "f/s",
  "octets/packet": "B",
  percent: "%",
  seconds: "s",
};

export interface CellOptions {
  readonly clock: ZoneClock;
  /** Plain numbers: no units, no separators. */
  readonly raw: boolean;
}

export type CellText = (value: Value) => string;

/** How the cells of a column read. Numbers that are compared with each other have one scale of writing. */
export function cellsOf(table: Table, place: number, options: CellOptions): CellText {
  const column = table.columns[place]!;
  const text = shownAs(table, column, place, options);
  return (value) => (value === null ? "-" : text(value));
}

/** Numbers stand to the right. */
export function isRight({ type, field }: TableColumn): boolean {
  if (type === "integer" || type === "real" || type === "duration") return !isWord(field);
  return false;
}

function isWord(field: string | null): boolean {
  if (field === null) return false;
  const print = findElement(field)?.print;
  return field === "proto" || print === "tcpFlags" || print === "etherType";
}

function shownAs(
  table: Table,
  column: TableColumn,
  place: number,
  { clock, raw }: CellOptions,
): (value: NonNullable<Value>) => string {
  const { type, unit, role, field } = column;
  if (type === "time") return timeText(table, column, place, clock);
  if (type === "other") return (value) => wordsText(value as Readonly<Record<string, string>>);
  if (type === "counts") return (value) => countsText(value as ReadonlyMap<string, number>);
  if (type === "text") return (value) => seenText(String(value));
  if (isWord(field)) return (value) => wordText(field!, Number(value));
  if (raw) return (value) => String(typeof value === "number" ? Number(value.toFixed(RAW_DECIMALS)) : value);
  if (type === "duration" || unit === "seconds") return (value) => spanText(Number(value));
  if (unit === "percent") return (value) => percentText(Number(value));
  if (unit === "octets/packet") return (value) => withUnit(Math.round(Number(value)), "B");
  if (unit !== null && unit !== "packets" && unit !== "flows")
    return (value) => withUnit(Number(value), SUFFIXES[unit]);
  if (role === "key" && unit === null) return (value) => String(value);
  if (type === "real") return (value) => withUnit(Number(value), "").trimEnd();
  const values = [...table.rows, ...(table.total === null ? [] : [table.total])].map((row) => row[place]);
  const scaled = unit !== null && values.some((value) => Number(value ?? 0) >= MOST_DIGITS);
  return scaled ? (value) => scaledText(Number(value)) : (value) => separated(value);
}

/** `12.3 M`, `999  `: the digits of all stand one under the other. */
function scaledText(value: number): string {
  return withUnit(value, "").replace(/ $/, "  ");
}

export function percentText(value: number): string {
  return `${value.toFixed(1)} %`;
}

/** `1,234,567`, with every digit. */
function separated(value: NonNullable<Value>): string {
  return String(value).replace(/(?<=^-?\d+)(?=(?:\d{3})+$)/g, ",");
}

/** As the flow lines have it: `12.345s`, from 1,000 s on `1800.0s`. */
function spanText(seconds: number): string {
  return `${seconds.toFixed(seconds < 1000 ? 3 : seconds < 100_000 ? 1 : 0)}s`;
}

function wordText(field: string, value: number): string {
  if (field === "proto") return PROTOCOL_NAMES[value] ?? String(value);
  const hex = `0x${value.toString(16).padStart(4, "0")}`;
  return findElement(field)?.print === "etherType" ? hex : tcpFlagsText(value);
}

/** `interfaceName=Gi0/1`, in quotes where a text is empty or would not stay one word. */
function wordsText(other: Readonly<Record<string, string>>): string {
  const entries = Object.entries(other).map(([name, text]) => `${word(name)}=${word(text)}`);
  return entries.length === 0 ? "-" : entries.join(" ");
}

/** `10.0.0.1 (3), 10.0.0.2 (1)` */
function countsText(counts: ReadonlyMap<string, number>): string {
  if (counts.size === 0) return "-";
  return [...counts].map(([text, count]) => `${seenText(text)} (${count})`).join(", ");
}

function word(text: string): string {
  const seen = seenText(text);
  return /^[^ "=\\]+$/.test(seen) ? seen : `"${seen.replace(/["\\]/g, "\\$&")}"`;
}

/** Buckets as exactly as their length needs; with the offset where the zone's clock is turned between them. */
function timeText(table: Table, column: TableColumn, place: number, clock: ZoneClock): (value: Value) => string {
  const times = table.rows.map((row) => row[place]).filter((value) => typeof value === "bigint");
  const first = times[0];
  const turned = first !== undefined && times.some((time) => clock.offsetText(time) !== clock.offsetText(first));
  const precision: ClockPrecision =
    table.bucketSeconds !== null && column.field === null ? bucketPrecision(table.bucketSeconds) : "millisecond";
  return (value) => {
    const time = value as bigint;
    return clock.text(time, precision) + (turned ? clock.offsetText(time) : "");
  };
}
