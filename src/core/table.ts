// Table: the result of a question. Reports, JSON, CSV, Parquet and charts are made of it, whatever was asked.
import type { AnyFieldName } from "./fields.ts";

/**
 * u64 beyond 2^53 are bigint; null = not known, or nothing there. Times are Int64 nanoseconds since 1970 UTC as bigint. An object is the
 * field `other`: texts by names. A Map has counts by values, in the order in which people read them.
 */
export type Value = string | number | bigint | null | Readonly<Record<string, string>> | ReadonlyMap<string, number>;

/**
 * How values of a column are meant. `time` = bigint of ns; `duration` = seconds; `integer`, `real`; `text` = addresses, prefixes, words;
 * `other` = object of texts; `counts` = how often each value was there. Values are those of the JSON records of docs/output.md: `proto`, `tcpFlags` and `etherType` are numbers,
 * and `field` says how people read them.
 */
export const COLUMN_TYPES = ["text", "integer", "real", "time", "duration", "other", "counts"] as const;
export type ColumnType = (typeof COLUMN_TYPES)[number];

export const COLUMN_UNITS = [
  "octets",
  "packets",
  "flows",
  "bits/s",
  "packets/s",
  "flows/s",
  "octets/packet",
  "percent",
  "seconds",
  null,
] as const;
export type ColumnUnit = (typeof COLUMN_UNITS)[number];

export interface TableColumn {
  /** The stable name: JSON, CSV, `--sort`. */
  readonly name: string;
  /** What stands above it for people. */
  readonly title: string;
  readonly type: ColumnType;
  readonly unit: ColumnUnit;
  /** key = what rows are grouped by, or a field of a flow; measure = what is counted of them. */
  readonly role: "key" | "measure";
  /** The field whose values stand here as they are (`proto`, not `srcAddr/24`, not a sum); null where there is none. */
  readonly field: AnyFieldName | null;
}

const EXTREMES = /^(?:min|max|avg|distinct)[A-Z]/;

/** True where the values of the rows, others included, add up to the total: counts, but not the greatest, mean or different ones of them. */
export function addsUp({ name, unit, role }: TableColumn): boolean {
  return role === "measure" && !EXTREMES.test(name) && (unit === "octets" || unit === "packets" || unit === "flows");
}

/** list: flows one by one; group: one row a group; series: groups over time buckets (first column `time`: start of the bucket). */
export const TABLE_SHAPES = ["list", "group", "series"] as const;
export type TableShape = (typeof TABLE_SHAPES)[number];

export interface Table {
  readonly shape: TableShape;
  /** What it answers, for people: "top 10 srcAddr by bytes". */
  readonly title: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly Value[])[];
  /** Name of the column that the rows are ordered by, or their series are ranked by; null where there is none. */
  readonly sortedBy: string | null;
  /** The same columns summed over all that matched, keys null; null where there is none (lists without sums). */
  readonly total: readonly Value[] | null;
  /** What matched and is in no row (behind --top), keys null; null where nothing is left over. */
  readonly others: readonly Value[] | null;
  /** Series: the same bucket by bucket (`time` is set, other keys null), ordered by time; empty where nothing is left over. */
  readonly othersRows: readonly (readonly Value[])[];
  /** Length of a bucket in seconds (series). */
  readonly bucketSeconds: number | null;
  /** Time asked for: ns since 1970 UTC, null = open. */
  readonly from: bigint | null;
  readonly to: bigint | null;
  /**
   * Series: the spans that the store has data of (from, to; ns; ordered, apart). A bucket without rows inside of them is zero, one outside
   * is not known. null where that cannot be told (files): then a bucket that nothing at all was seen in is not known.
   */
  readonly known: readonly (readonly [bigint, bigint])[] | null;
  /** Zone that people's times are shown in ("UTC", "Europe/Berlin"); machine output is UTC always. */
  readonly zone: string;
  /** What a reader must know: what was left out, deduplicated, scaled. One sentence each. */
  readonly notes: readonly string[];
}
