// A Table of a series -> what is drawn: one list of values a series, gaps as null, and the figures of its row in the table.
import type { ApiRow, ApiTable, ApiValue } from "../../src/serve/api.ts";
import type { Metric } from "./view.ts";

export interface Series {
  /** The key as texts, one for each field; empty for the one series of all, null for the others. */
  readonly key: readonly ApiValue[] | null;
  readonly label: string;
  /** One value a bucket; null = not known. */
  readonly values: readonly (number | null)[];
  readonly figures: Figures;
}

export interface Figures {
  readonly least: number | null;
  readonly average: number | null;
  readonly most: number | null;
  readonly percentile95: number | null;
  readonly last: number | null;
  /** Of the whole time; octets, packets or flows. */
  readonly total: number;
  /** 0 to 1 of all series. */
  readonly share: number | null;
}

export interface SeriesPicture {
  /** Beginnings of the buckets, ms since 1970. */
  readonly times: readonly number[];
  readonly bucketSeconds: number;
  readonly series: readonly Series[];
  readonly keys: readonly string[];
  /** Unit of the values drawn, and of the totals. */
  readonly unit: string;
  readonly totalUnit: string;
  /** All series and the others together. */
  readonly sum: Series;
  /** Of which nothing is known: ms since 1970, from and to. */
  readonly gaps: readonly (readonly [number, number])[];
}

interface Measured {
  /** Measures of the answer that it is the sum of. */
  readonly columns: readonly string[];
  /** The measure that the server sorts by. */
  readonly sort: string;
  readonly unit: string;
  readonly totalUnit: string;
  readonly factor: number;
  readonly rate: boolean;
}

const BYTES = { columns: ["bytes"], sort: "bytes", totalUnit: "octets" };
const PACKETS = { columns: ["packets"], sort: "packets", totalUnit: "packets" };
const FLOWS = { columns: ["flows"], sort: "flows", totalUnit: "flows" };
/** A flow has two counters of frames, and no measure is their sum: the greatest by octets of IP are asked for. */
const FRAMES = { ...BYTES, columns: ["frameBytes", "reverseFrameBytes"] };

const MEASURE: Readonly<Record<Metric, Measured>> = {
  bps: { ...BYTES, unit: "bits/s", factor: 8, rate: true },
  pps: { ...PACKETS, unit: "packets/s", factor: 1, rate: true },
  fps: { ...FLOWS, unit: "flows/s", factor: 1, rate: true },
  bytes: { ...BYTES, unit: "octets", factor: 1, rate: false },
  packets: { ...PACKETS, unit: "packets", factor: 1, rate: false },
  flows: { ...FLOWS, unit: "flows", factor: 1, rate: false },
  l2bps: { ...FRAMES, unit: "bits/s", factor: 8, rate: true },
  l2bytes: { ...FRAMES, unit: "octets", factor: 1, rate: false },
};

/** What the answer is sorted by. */
export function sortOf(metric: Metric): string {
  return MEASURE[metric].sort;
}

export function isOfFrames(metric: Metric): boolean {
  return MEASURE[metric].columns === FRAMES.columns;
}

export function unitOf(metric: Metric): string {
  return MEASURE[metric].totalUnit;
}

/** A row's sum of what is measured; null = not known. */
export function sumOf(row: ApiRow, metric: Metric): number | null {
  return valueOfRow(row, MEASURE[metric].columns);
}

function valueOfRow(row: ApiRow, columns: readonly string[]): number | null {
  return columns.reduce((sum: number | null, column) => add2(sum, numberOf(row[column])), null);
}

const OTHERS = "others";
const MOST_BUCKETS = 20_000;
const DAY_SECONDS = 86_400;

/** Of one direction only: what the initiators sent, or what came back. */
export type Direction = "forward" | "reverse";

/** The measure of one direction that there is of a metric; flows have none. */
function columnsOf(metric: Metric, direction: Direction | null): readonly string[] {
  const { columns } = MEASURE[metric];
  if (direction === null || columns === FLOWS.columns) return columns;
  if (isOfFrames(metric)) return [direction === "forward" ? "frameBytes" : "reverseFrameBytes"];
  return [`${direction}${columns === BYTES.columns ? "Bytes" : "Packets"}`];
}

export function seriesPicture(table: ApiTable, metric: Metric, direction: Direction | null = null): SeriesPicture {
  const { unit, totalUnit, factor, rate } = MEASURE[metric];
  const columns = columnsOf(metric, direction);
  const bucketSeconds = table.bucketSeconds ?? 1;
  const keys = table.columns.filter(({ role, name }) => role === "key" && name !== "time").map(({ name }) => name);
  const times = bucketTimes(table, bucketSeconds);
  const placeOf = new Map(times.map((time, place) => [time, place]));
  const known = knownBuckets(table, times, bucketSeconds);
  const lengths = rate ? bucketLengths(table, times, bucketSeconds) : null;
  const scaleAt = (place: number) => (lengths === null ? factor : factor / lengths[place]!);
  const found = new Map<string, { key: readonly ApiValue[] | null; counts: (number | null)[] }>();
  const add = (name: string, key: readonly ApiValue[] | null, row: ApiRow) => {
    let one = found.get(name);
    if (one === undefined) {
      one = { key, counts: times.map((_, place) => (known[place] === true ? 0 : null)) };
      found.set(name, one);
    }
    const place = placeOf.get(Date.parse(String(row.time)));
    if (place !== undefined) one.counts[place] = valueOfRow(row, columns);
  };
  for (const row of table.rows) {
    const key = keys.map((name) => row[name] ?? null);
    add(`k${JSON.stringify(key)}`, key, row);
  }
  for (const row of table.othersRows) add(OTHERS, null, row);
  const all = [...found.values()];
  const sums = all.map(({ counts }) => counts.reduce((sum: number, value) => sum + (value ?? 0), 0));
  const total = sums.reduce((sum, value) => sum + value, 0);
  const make = (
    key: readonly ApiValue[] | null,
    label: string,
    counts: readonly (number | null)[],
    own: number,
  ): Series => {
    const values = counts.map((value, place) => (value === null ? null : value * scaleAt(place)));
    return { key, label, values, figures: figuresOf(values, own, total) };
  };
  const series = all
    .map(({ key, counts }, place) => make(key, labelOf(key, keys), counts, sums[place]!))
    .sort((a, b) => Number(a.key === null) - Number(b.key === null) || b.figures.total - a.figures.total);
  const together = times.map((_, place) =>
    all.reduce((sum: number | null, { counts }) => add2(sum, counts[place] ?? null), known[place] === true ? 0 : null),
  );
  const gaps = gapsOf(times, known, bucketSeconds);
  return { times, bucketSeconds, series, keys, unit, totalUnit, gaps, sum: make([], "all", together, total) };
}

function add2(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : a + b;
}

function numberOf(value: ApiValue | undefined): number | null {
  return typeof value === "number" ? value : typeof value === "string" && value !== "" ? Number(value) : null;
}

function labelOf(key: readonly ApiValue[] | null, keys: readonly string[]): string {
  if (key === null) return OTHERS;
  if (key.length === 0) return "all";
  const proto = key[keys.indexOf("proto")];
  return key.map((value, place) => keyText(keys[place]!, value, proto)).join(" ");
}

const PROTOCOLS: Readonly<Record<string, string>> = {
  1: "ICMP",
  2: "IGMP",
  4: "IPIP",
  6: "TCP",
  17: "UDP",
  41: "IPv6",
  47: "GRE",
  50: "ESP",
  51: "AH",
  58: "ICMPv6",
  89: "OSPF",
  132: "SCTP",
};

/** A value of a key for people. `proto`: the protocol beside it, where it is known: ICMP's type and code stand for a port. */
export function keyText(field: string, value: ApiValue, proto: ApiValue = null): string {
  if (value === null || value === "") return "none";
  if (field === "dstPort" && (Number(proto) === 1 || Number(proto) === 58)) {
    return `${Math.floor(Number(value) / 256)}.${Number(value) % 256}`;
  }
  if (field === "proto") return PROTOCOLS[String(value)] ?? String(value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** From the first bucket that was asked for to the last one, without holes. */
function bucketTimes(table: ApiTable, bucketSeconds: number): readonly number[] {
  const seen = [...table.rows, ...table.othersRows].map((row) => Date.parse(String(row.time)));
  if (seen.length === 0 && (table.from === null || table.to === null)) return [];
  // Days and longer have the lengths that clocks give them.
  if (bucketSeconds >= DAY_SECONDS) return [...new Set(seen)].sort((a, b) => a - b);
  const step = bucketSeconds * 1000;
  const first = table.from === null ? Math.min(...seen) : Date.parse(table.from);
  const last = table.to === null ? Math.max(...seen) : Date.parse(table.to) - 1;
  // Buckets of hours begin at hours of the server's zone.
  const offset = seen.length === 0 ? 0 : seen[0]! % step;
  const times: number[] = [];
  for (let time = Math.floor((first - offset) / step) * step + offset; time <= last; time += step) {
    if (times.length >= MOST_BUCKETS) break;
    times.push(time);
  }
  return times;
}

function gapsOf(times: readonly number[], known: readonly boolean[], bucketSeconds: number) {
  const gaps: [number, number][] = [];
  for (const [place, time] of times.entries()) {
    if (known[place] === true) continue;
    const last = gaps.at(-1);
    const end = times[place + 1] ?? time + bucketSeconds * 1000;
    if (last !== undefined && last[1] === time) last[1] = end;
    else gaps.push([time, end]);
  }
  return gaps;
}

/** Seconds of each bucket that were asked for: rates are over these, as `bps` of the answer is. */
function bucketLengths(table: ApiTable, times: readonly number[], bucketSeconds: number): readonly number[] {
  const first = table.from === null ? Number.NEGATIVE_INFINITY : Date.parse(table.from);
  const end = table.to === null ? Number.POSITIVE_INFINITY : Date.parse(table.to);
  return times.map((time, place) => {
    // Days and longer have the lengths that clocks give them.
    const next = bucketSeconds < DAY_SECONDS ? undefined : times[place + 1];
    const length = (Math.min(next ?? time + bucketSeconds * 1000, end) - Math.max(time, first)) / 1000;
    return length > 0 ? length : bucketSeconds;
  });
}

/** Buckets that the store has data of: what is nowhere is zero there, and not known elsewhere. */
function knownBuckets(table: ApiTable, times: readonly number[], bucketSeconds: number): readonly boolean[] {
  const step = bucketSeconds * 1000;
  if (table.known === null) {
    const seen = new Set([...table.rows, ...table.othersRows].map((row) => Date.parse(String(row.time))));
    return times.map((time) => seen.has(time));
  }
  const spans = table.known.map(([from, to]) => [Date.parse(from), Date.parse(to)] as const);
  return times.map((time) => spans.some(([from, to]) => from < time + step && to > time));
}

function figuresOf(values: readonly (number | null)[], own: number, total: number): Figures {
  const known = values.filter((value) => value !== null);
  const sorted = [...known].sort((a, b) => a - b);
  // The nearest rank, as billing has it.
  const rank = Math.max(0, Math.ceil(0.95 * sorted.length) - 1);
  return {
    least: sorted[0] ?? null,
    average: known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length,
    most: sorted[sorted.length - 1] ?? null,
    percentile95: sorted[rank] ?? null,
    last: known[known.length - 1] ?? null,
    total: own,
    share: total > 0 ? own / total : null,
  };
}
