// What a live table can be told, and its limits.
import type { FieldName } from "../core/elements.ts";

export interface LiveOptions {
  /** Names of the sources, as a person gave them. */
  readonly sources: readonly string[];
  /**
   * Records are events of a tracker, in biflows: start, update and end say what was counted of a record so far, of which the difference
   * counts. Else each record counts as it is.
   */
  readonly events: boolean;
  /** Of events: a record has both directions. */
  readonly biflow: boolean;
  /** Fields that tell flows apart beyond addresses, ports, protocol and exporter. */
  readonly key: readonly FieldName[];
  /** What the time is: of the records, which a played capture brings, or what `advance` says. */
  readonly clock: "records" | "outside";
  /** Where records of some length count: at their own times, or up to when they came (exporters tell late). */
  readonly place: "own" | "arrival";
  /** Flows (rows) at the most. */
  readonly flows: number;
  /** Which rows go first where there are too many: those without packets for the longest time, or those of the fewest octets. */
  readonly goFirst: "oldest" | "smallest";
  /** Seconds that an ended flow is still shown. */
  readonly linger: number;
  /** Seconds without a record after which a flow has ended that nobody says it of. */
  readonly idle: number;
  /** Keep the last 15 minutes. */
  readonly history: boolean;
  /** Seconds since 1970: what is before needs no pictures, as it will be older than that when it is looked at. */
  readonly historyFrom: number;
}

export const LIVE_DEFAULTS: LiveOptions = {
  sources: [],
  events: false,
  biflow: true,
  key: [],
  clock: "outside",
  place: "own",
  flows: 131_072,
  goFirst: "oldest",
  linger: 300,
  idle: 300,
  history: true,
  historyFrom: 0,
};

/** The fields of records that the table reads. */
export const LIVE_FIELDS: readonly FieldName[] = [
  ...(["srcAddr", "dstAddr", "srcPort", "dstPort", "proto", "ipVersion", "etherType", "exporter", "domain"] as const),
  ...(["packets", "bytes", "reversePackets", "reverseBytes", "tcpFlags", "reverseTcpFlags", "start", "end"] as const),
  ...([
    "vlan",
    "innerVlan",
    "inIf",
    "outIf",
    "tos",
    "ttl",
    "reverseTos",
    "srcMac",
    "dstMac",
    "srcAs",
    "dstAs",
  ] as const),
  ...(["tunnelId", "mplsLabel", "samplingRate", "endReason", "flows"] as const),
];

/** Rows of a grouping at the most. */
export const MOST_GROUPS = 32_768;
/** History: seconds between two pictures, seconds kept, rows of one picture by each of its orders. */
export const HISTORY = { every: 5, seconds: 900, rows: 40 } as const;
/** Seconds from its first packet in which a flow is new, and without one after which it is idle. */
export const STATE_SECONDS = { fresh: 5, idle: 10 } as const;
