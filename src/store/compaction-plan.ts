// Which segments are put together: those of an hour that is over, and of a day that is over, as many as a segment may have rows.
// Runs of neighbours in time stay neighbours, so that a question about an hour reads little else.
import type { Segment } from "./catalog.ts";

export interface CompactionLimits {
  /**
   * Rows of a segment at the most. To open one more file costs a question as much as some 20,000 rows: what is big already is left as it
   * is, each row is rewritten once or twice, and a question about a part of the time does not read much else.
   */
  readonly rows: number;
  /** Seconds after the end of an hour or a day, in which late flows still come. */
  readonly settleSeconds: number;
  /** Put together whatever can be, however little it gains. */
  readonly all: boolean;
}

export const COMPACTION_LIMITS: CompactionLimits = { rows: 1_000_000, settleSeconds: 600, all: false };

/** Segments that become one: its interval is from the first one's start to the last one's end. */
export interface CompactionGroup {
  readonly inputs: readonly Segment[];
  readonly start: number;
  readonly length: number;
  readonly reach: number;
  readonly rows: number;
  /** Seconds: the hour or day, aligned, that all of it is in. */
  readonly bucketSeconds: number;
}

const HOUR = 3600;
const DAY = 86_400;
/** Small segments join a big one when there are so many of them, or their rows are this share of its rows: each row is rewritten seldom. */
const MANY = 12;
const SHARE = 1 / 4;
/** File names and queries have to bear them. */
const MOST_INPUTS = 1000;

/** `now`: seconds since 1970 UTC. Groups do not overlap in files; the oldest first. */
export function planCompaction(
  segments: readonly Segment[],
  now: number,
  limits: Partial<CompactionLimits> = {},
): readonly CompactionGroup[] {
  const all = { ...COMPACTION_LIMITS, ...limits };
  const groups: CompactionGroup[] = [];
  const taken = new Set<Segment>();
  // Days first: their segments need not become hours before.
  for (const length of [DAY, HOUR]) {
    const settled = now - all.settleSeconds * (length === DAY ? 6 : 1);
    for (const bucket of bucketsOf(segments, length, taken)) {
      if (bucket.start + length > settled) continue;
      for (const inputs of runsOf(bucket.segments, all.rows)) {
        if (!all.all && !isWorth(inputs)) continue;
        groups.push(groupOf(inputs, length));
        for (const segment of inputs) taken.add(segment);
      }
    }
  }
  return groups.sort((a, b) => a.start - b.start);
}

interface Bucket {
  readonly start: number;
  readonly segments: Segment[];
}

/** Segments by the hour or day that they are in as a whole. */
function bucketsOf(segments: readonly Segment[], length: number, taken: ReadonlySet<Segment>): Iterable<Bucket> {
  const buckets = new Map<number, Bucket>();
  for (const segment of segments) {
    const start = segment.start - (segment.start % length);
    if (taken.has(segment) || segment.start + segment.length > start + length) continue;
    const bucket = buckets.get(start) ?? { start, segments: [] };
    if (bucket.segments.push(segment) === 1) buckets.set(start, bucket);
  }
  return buckets.values();
}

/** Runs of two and more neighbours with so many rows together. */
function runsOf(segments: readonly Segment[], rows: number): readonly (readonly Segment[])[] {
  const sorted = [...segments].sort((a, b) => a.start - b.start || a.length - b.length || (a.job < b.job ? -1 : 1));
  const runs: Segment[][] = [];
  let run: Segment[] = [];
  let sum = 0;
  for (const segment of sorted) {
    if (sum + segment.rows > rows || run.length === MOST_INPUTS) {
      runs.push(run);
      run = [];
      sum = 0;
    }
    run.push(segment);
    sum += segment.rows;
  }
  return [...runs, run].filter(({ length }) => length > 1);
}

function isWorth(inputs: readonly Segment[]): boolean {
  const most = Math.max(...inputs.map(({ rows }) => rows));
  const rest = inputs.reduce((sum, { rows }) => sum + rows, -most);
  return inputs.length >= MANY || rest >= most * SHARE;
}

function groupOf(inputs: readonly Segment[], bucketSeconds: number): CompactionGroup {
  const start = Math.min(...inputs.map((segment) => segment.start));
  const end = Math.max(...inputs.map((segment) => segment.start + segment.length));
  const earliest = Math.min(...inputs.map((segment) => segment.start - segment.reach));
  const rows = inputs.reduce((sum, segment) => sum + segment.rows, 0);
  return { inputs, start, length: end - start, reach: Math.max(0, start - earliest), rows, bucketSeconds };
}
