// A question about flows, as a frozen value: which flows, and what is asked of them. It does not say in which files they are, nor how the answer is shown.
import type { AnyFieldName } from "../core/fields.ts";
import type { Sql } from "../core/sql.ts";
import type { Dimension } from "./dimensions.ts";
import type { ListPlace } from "./list-place.ts";
import type { Measure } from "./measures.ts";
import type { Bucket } from "./time-buckets.ts";

/** Which flows belong to a time: those that have a part in it, that began or ended in it, or did both. */
export type Within = "any" | "start" | "end" | "inside";
export const WITHIN: readonly Within[] = ["any", "start", "end", "inside"];

/** Which buckets a flow's octets and packets count in: spread over its duration, or all where it began or ended. */
export type Spread = "even" | "start" | "end";
export const SPREAD: readonly Spread[] = ["even", "start", "end"];

/** Nanoseconds since 1970 UTC: from <= time < to; null = open. */
export interface TimeWindow {
  readonly from: bigint | null;
  readonly to: bigint | null;
  readonly within: Within;
}

/** The flows that a question is about. */
export interface FlowChoice {
  readonly time: TimeWindow;
  /** A condition on the fields of one flow (the filter's SQL); null = all flows. */
  readonly condition: Sql | null;
  /** What the condition says of the octets of a flow's ends (filter/address-hint.ts): only makes it quicker. */
  readonly addressHint?: Sql | null;
  /** Records of the two directions become one flow where they are at most so many milliseconds apart; null = as they are. */
  readonly biflowIdleMs: number | null;
  /** Of flows that several exporters saw, those of one of them. */
  readonly dedup: boolean;
  /** Counters times the sampling rate. */
  readonly scale: boolean;
  /** Zone of days, weeks and hours, and of the times that people read: "UTC", "Europe/Berlin". */
  readonly zone: string;
}

export interface Sort<Name extends string = string> {
  readonly by: Name;
  readonly descending: boolean;
}

/** Flows one by one. */
export interface ListQuestion {
  readonly sort: Sort<AnyFieldName | RowRate> | null;
  /** null = all. */
  readonly limit: number | null;
  /** Only what comes behind this place; null = from the beginning. A list without an order has none. */
  readonly after?: ListPlace | null;
}

/** What a list may be ordered by besides the fields: values of one flow that are made of them. */
export type RowRate = "duration" | "bps" | "pps" | "bpp" | "allBytes" | "allPackets";

/** Flows summed up by what they have in common. No keys and no bucket: one row. */
export interface GroupQuestion {
  readonly keys: readonly Dimension[];
  /** Time buckets make it a series. */
  readonly bucket: Bucket | null;
  readonly spread: Spread;
  readonly measures: readonly Measure[];
  /** Name of a measure or key. */
  readonly sort: Sort;
  /** So many groups at the most, the first ones by `sort`; null = all. In a series: so many groups, whatever the buckets. */
  readonly top: number | null;
  /** Instead of the series: for each group this percentile of its buckets' rates, as billing has it; null = the series. */
  readonly percentile: number | null;
}
