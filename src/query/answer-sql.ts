// What the engine answers to a statement, as a Table.
import { formatAddress, parseAddress } from "../core/address.ts";
import type { ColumnType, Table, Value } from "../core/table.ts";
import { readInteger } from "./key-values.ts";

interface Answer {
  readonly meta: readonly { readonly name: string; readonly type: string }[];
  readonly data: readonly (readonly unknown[])[];
}

/** `text` is the engine's JSONCompact. Arrays, tuples and maps are their JSON. */
export function sqlTable(text: string, statement: string, zone: string): Table {
  const { meta, data } = JSON.parse(text) as Answer;
  const types = meta.map(({ type }) => plain(type));
  return {
    shape: "list",
    title: statement.replace(/\s+/g, " ").slice(0, 200),
    columns: meta.map(({ name }, i) => ({
      name,
      title: name,
      type: columnType(types[i]!),
      unit: null,
      role: "measure",
      field: null,
    })),
    rows: data.map((row) => row.map((value, i) => read(value, types[i]!))),
    sortedBy: null,
    total: null,
    others: null,
    othersRows: [],
    bucketSeconds: null,
    from: null,
    to: null,
    known: null,
    zone,
    notes: [],
  };
}

/** Without what only says how it is stored. */
function plain(type: string): string {
  const inner = /^(?:Nullable|LowCardinality)\((.*)\)$/s.exec(type);
  return inner === null ? type : plain(inner[1]!);
}

function columnType(type: string): ColumnType {
  if (/^U?Int\d+$/.test(type)) return "integer";
  if (/^(Float|Decimal)/.test(type)) return "real";
  return /^DateTime/.test(type) ? "time" : "text";
}

function read(value: unknown, type: string): Value {
  if (value === null || value === undefined) return null;
  if (typeof value === "object") return JSON.stringify(value);
  const text = String(value);
  if (/^U?Int\d+$/.test(type)) return readInteger(text);
  if (/^(Float|Decimal)/.test(type)) return Number(text);
  if (/^DateTime/.test(type)) return timeOf(text);
  if (type === "IPv6") {
    const octets = parseAddress(text);
    return octets === null ? text : formatAddress(octets);
  }
  return text;
}

/** "2026-11-21 10:00:00.123456789" of UTC; in another zone it stays a time of day of that zone. */
function timeOf(text: string): bigint | null {
  const [, seconds, fraction = ""] = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.(\d+))?$/.exec(text) ?? [];
  if (seconds === undefined) return null;
  const time = BigInt(Date.parse(`${seconds.replace(" ", "T")}Z`)) * 1_000_000n;
  const ns = time + BigInt(fraction.padEnd(9, "0").slice(0, 9));
  return ns < 0n ? null : ns;
}
