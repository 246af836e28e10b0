// The buckets of a series: how the engine finds them, which of them are shown, and how long each one was.
import type { FlowChoice, TimeWindow } from "./question.ts";
import type { BucketEdges } from "./spread-flows.ts";
import { type Bucket, edges, isUniform } from "./time-buckets.ts";

/** Spans (from, to; ns) that there is data of; null = cannot be told. */
export type KnownSpans = readonly (readonly [bigint, bigint])[] | null;

const BILLION = 1_000_000_000n;

/** `extent` asks for the first and the last second of the flows: only where the buckets' lengths depend on it. */
export async function bucketEdges(
  bucket: Bucket,
  { zone, time }: FlowChoice,
  extent: () => Promise<readonly [number, number] | null>,
): Promise<BucketEdges> {
  if (isUniform(bucket, zone, 0, 0) && (zone === "UTC" || 900 % bucket.seconds === 0)) {
    return { uniform: bucket.seconds, edges: [] };
  }
  const found = await extent();
  if (found === null) return { uniform: bucket.seconds, edges: [] };
  const from = time.from === null ? found[0] : Math.max(found[0], Number(time.from / BILLION));
  const to = time.to === null ? found[1] : Math.min(found[1], Number(time.to / BILLION));
  if (isUniform(bucket, zone, from, Math.max(from, to))) return { uniform: bucket.seconds, edges: [] };
  return { uniform: null, edges: edges(bucket, zone, from, Math.max(from, to)) };
}

/** A bucket from its beginning to its end: seconds. */
export type Span = readonly [from: number, to: number];

/** More of them, and only those with flows are shown: a broken clock makes an age of empty ones. */
const MOST_FILLED = 20_000;

/** The buckets that are shown, in order: without gaps, unless that were very many. */
export function filledBuckets(
  bucket: Bucket,
  { zone, time }: FlowChoice,
  seen: readonly number[],
  known: KnownSpans,
): readonly Span[] {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const at of seen) [first, last] = [Math.min(first, at), Math.max(last, at)];
  for (const [from, to] of known ?? []) {
    // Of what is known only the time that was asked for.
    const begin = time.from !== null && time.from > from ? time.from : from;
    const end = time.to !== null && time.to < to ? time.to : to;
    if (begin >= end) continue;
    first = Math.min(first, Number(begin / BILLION));
    last = Math.max(last, Number((end - 1n) / BILLION));
  }
  if (first > last) return [];
  if ((last - first) / bucket.seconds > MOST_FILLED && isUniform(bucket, zone, first, last)) {
    const times = [...new Set(seen)].sort((a, b) => a - b);
    return times.map((at) => [at, at + bucket.seconds]);
  }
  const all = edges(bucket, zone, first, last);
  return all.slice(0, -1).map((at, i) => [at, all[i + 1]!]);
}

/** True where a bucket without flows is zero: there is data of its time. */
export function stateOf(from: number, to: number, known: KnownSpans): boolean {
  return known?.some(([begin, end]) => begin < BigInt(to) * BILLION && end > BigInt(from) * BILLION) ?? false;
}

/** Seconds of a bucket that are in the time asked for. */
export function secondsOf(from: number, to: number, time: TimeWindow): number {
  const begin = time.from === null ? from : Math.max(from, Number(time.from) / 1e9);
  const end = time.to === null ? to : Math.min(to, Number(time.to) / 1e9);
  return Math.max(0, end - begin);
}
