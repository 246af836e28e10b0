// Table: the result of a question. Reports, JSON, CSV, Parquet and charts are made of it, whatever was asked.

/** u64 beyond 2^53 are bigint; null = not known, or nothing there. Times are Int64 nanoseconds since 1970 UTC as bigint. */
export type Value = string | number | bigint | null;

/**
 * How values of a column read. `time` = bigint of ns; `duration` = seconds; `integer`, `real`; `text` is ready for the reader and JSON
 * alike (addresses, words of flags, names).
 */
export type ColumnType = "text" | "integer" | "real" | "time" | "duration";

export type ColumnUnit =
  | "octets"
  | "packets"
  | "flows"
  | "bits/s"
  | "packets/s"
  | "flows/s"
  | "octets/packet"
  | "percent"
  | "seconds"
  | null;

export interface TableColumn {
  /** The stable name: JSON, CSV, `--sort`. */
  readonly name: string;
  /** What stands above it for people. */
  readonly title: string;
  readonly type: ColumnType;
  readonly unit: ColumnUnit;
  /** key = what rows are grouped by, or a field of a flow; measure = what is counted of them. */
  readonly role: "key" | "measure";
}

/** list: flows one by one; group: one row a group; series: groups over time buckets (first column `time`). */
export type TableShape = "list" | "group" | "series";

export interface Table {
  readonly shape: TableShape;
  /** What it answers, for people: "top 10 srcAddr by bytes". */
  readonly title: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly Value[])[];
  /** The same columns summed over all that matched, keys null; null where there is none (lists without sums). */
  readonly total: readonly Value[] | null;
  /** What matched and is in no row (behind --top), keys null; null where nothing is left over. */
  readonly others: readonly Value[] | null;
  /** Length of a bucket in seconds (series). */
  readonly bucketSeconds: number | null;
  /** Time asked for: ns since 1970 UTC, null = open. */
  readonly from: bigint | null;
  readonly to: bigint | null;
  /** Zone that people's times are shown in ("UTC", "Europe/Berlin"); machine output is UTC always. */
  readonly zone: string;
  /** What a reader must know: what was left out, deduplicated, scaled. One sentence each. */
  readonly notes: readonly string[];
}
