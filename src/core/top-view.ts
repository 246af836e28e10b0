// TopView: one picture of live traffic as plain data. The live table makes it; terminal, batch text and JSON draw it.
import type { AnyFieldName } from "./fields.ts";

/** What a row is. Hosts count a flow at both of its ends, ports are those of the responder; `by` is any list of fields. */
export const TOP_GROUPS = ["flows", "hosts", "pairs", "ports", "protocols", "exporters", "by"] as const;
export type TopGroup = (typeof TOP_GROUPS)[number];

/** What rows can be sorted by, whichever columns are shown. `key` is the text of the key, numbers by value. */
export const TOP_SORTS = [
  "rate",
  "rate10",
  "rate40",
  "peak",
  "bytes",
  "packets",
  "out",
  "in",
  "flows",
  "age",
  "idle",
  "state",
  "proto",
  "key",
] as const;
export type TopSort = (typeof TOP_SORTS)[number];

/** Of an interval or since the start; octets are IP octets (other frames: whole frames). */
export interface TopSums {
  readonly packets: number;
  readonly bytes: number;
  readonly flows: number;
}

/** Per second, both directions. */
export interface TopRates {
  readonly bytes: number;
  readonly packets: number;
}

/** One part of a row's key, or one end of a flow. */
export interface TopKey {
  /** The field it is of; `addr`, `port`, `as`, `if` and `mac` are either end of a flow. Networks: "srcAddr/24", "addr/24/48". */
  readonly field: AnyFieldName | "addr" | "port" | "as" | "if" | "mac" | `${"srcAddr" | "dstAddr" | "addr"}/${string}`;
  readonly title: string;
  /** Numbers as they are (ports, protocols), texts of addresses; for machines. */
  readonly value: string | number;
  /** The value for people, without names: "192.0.2.1", "443", "TCP". */
  readonly text: string;
  /** Its name where one is known (host, service, alias of an exporter), cleaned of what does something to a terminal; else null. */
  readonly name: string | null;
}

export const TOP_STATES = ["new", "active", "idle", "ended"] as const;
export type TopState = (typeof TOP_STATES)[number];

export interface TopRow {
  /** The same for the same row at each refresh, and never given to another: for the cursor and for `expand`. */
  readonly id: number;
  /** flows: proto, srcAddr, srcPort, dstAddr, dstPort (and exporter where there is one); src is the initiator. */
  readonly key: readonly TopKey[];
  readonly state: TopState;
  /** Of TCP, of what ended and why: "SYN", "established", "closing", "closed", "reset", "idle timeout"; null = nothing to say. */
  readonly stateText: string | null;
  /** ms since 1970 UTC of the first and the last packet. */
  readonly first: number;
  readonly last: number;
  /** Seconds from the first packet to now, or to the last packet where it ended. */
  readonly age: number;
  /** Seconds since the last packet. */
  readonly idle: number;
  /** Flows seen in it since the start, and live ones; 1 and 0 or 1 where a row is a flow. */
  readonly flows: number;
  readonly liveFlows: number;
  /** The last 2, 10 and 40 seconds; less where it is younger than that: from the start of the picture. */
  readonly rate: TopRates;
  readonly rate10: TopRates;
  readonly rate40: TopRates;
  /** The most in one second of those that were seen; each by itself. */
  readonly peak: TopRates;
  /** out = from the initiator (hosts: sent), in = to it. Since the start. */
  readonly packetsOut: number;
  readonly packetsIn: number;
  readonly bytesOut: number;
  readonly bytesIn: number;
  /** 0..1 of the link's 10 s rate, and of all octets since the start. Hosts add up to more than 1: each flow has two. */
  readonly share: number;
  readonly shareOfBytes: number;
  /** Octets in each of the last 60 seconds, oldest first; the last one is whole (the second before `at`). */
  readonly spark: readonly number[];
}

export interface TopColumn {
  /** What it shows of a row; `key` columns come first, one for each part of `TopRow.key`. */
  readonly name: "key" | TopSort | "spark" | "share";
  /** Which part of the key. */
  readonly part: number | null;
  readonly title: string;
  /** What a person sorts by here; null = not at all. */
  readonly sort: TopSort | null;
}

/** What the figures are without, by a named reason. */
export interface TopLeftOut {
  readonly reason: string;
  readonly count: number;
  readonly unit: "packets" | "records";
}

export interface TopHeader {
  /** Names of the sources as they were given: "iface:eth0", "udp://:2055". */
  readonly sources: readonly string[];
  /** The time of the picture, ms since 1970 UTC: of packets where a capture is played, else the clock. */
  readonly at: number;
  /** ms since 1970 UTC of the table's first second. */
  readonly since: number;
  /** Everything since the start, also of flows that are in no row any more. */
  readonly totals: TopSums;
  readonly liveFlows: number;
  /** Of the last 2, 10 and 40 seconds, and the most in a second. */
  readonly rate: TopRates;
  readonly rate10: TopRates;
  readonly rate40: TopRates;
  readonly peak: TopRates;
  /** What is known to be missing, by a named reason: "dropped by the kernel", "lost by exporters". Only counts above 0. */
  readonly lost: readonly TopLeftOut[];
  /** What came and is in no flow, as it is none: "without IP". Nothing is missing of it. Only counts above 0. */
  readonly apart: readonly TopLeftOut[];
  /** The whole link, second by second up to the one before `at`, oldest first; at most 15 minutes. */
  readonly link: { readonly bytes: readonly number[]; readonly packets: readonly number[] };
  /** The input has ended (a capture played to its end): nothing changes any more. */
  readonly ended: boolean;
}

export interface TopView {
  readonly header: TopHeader;
  readonly group: TopGroup;
  /** Names of the fields that rows are grouped by. */
  readonly by: readonly string[];
  readonly sort: TopSort;
  /** The other way round: smallest first; of key, proto and state: last first. */
  readonly reverse: boolean;
  readonly columns: readonly TopColumn[];
  /** Those from `from` on, at most as many as were asked for. */
  readonly rows: readonly TopRow[];
  /** Index of the first row among the matching ones. */
  readonly from: number;
  /** Rows that match the filter, and all there are. */
  readonly matching: number;
  readonly all: number;
  /** Counted in `totals` but in no row: what had to go because there were too many. null = nothing. */
  readonly others: TopSums | null;
  /** Text of the filter, "" = none. */
  readonly filter: string;
  /** null = now. Else this picture is one of the past. */
  readonly past: { readonly at: number } | null;
  /** The times that can be gone back to, ms since 1970 UTC, oldest first. */
  readonly history: readonly number[];
  /** What a reader must know now: an interface that went away, sampling, what was left out. One sentence each, the newest last. */
  readonly notes: readonly string[];
}

/** What a screen asks for. */
export interface TopQuestion {
  readonly group: TopGroup;
  /** Of group `by`: names of fields. */
  readonly by?: readonly string[];
  readonly sort: TopSort;
  readonly reverse?: boolean;
  /** Rows at the most, and how many to pass over. */
  readonly rows: number;
  readonly from?: number;
  /** A condition in the filter language on flows; groups then count the matching flows. "" or left out = all. */
  readonly filter?: string;
  /** A time of `history`; the nearest one before is shown. Left out = now. */
  readonly at?: number;
  /** Host names are looked up and shown (false with -n). */
  readonly names?: boolean;
  /** Service names are shown. */
  readonly services?: boolean;
  /** Flows that ended are shown for a while (default true). */
  readonly ended?: boolean;
}

/** More about one row, as lines of a title and a text (cleaned), in the order to show them. */
export interface TopDetails {
  readonly id: number;
  readonly lines: readonly { readonly title: string; readonly text: string }[];
}

/** What a screen needs of the live table: `view` throws a UsageError or FilterError for words that it does not understand. */
export interface TopTable {
  view(question: TopQuestion): TopView;
  /** null = there is no such row any more. */
  expand(id: number): TopDetails | null;
}
