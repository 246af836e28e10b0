// Of which times stores have flows: from the names of their files, no flow is read.
import { type Catalog, readCatalog, readStoreFolder, spoolTime } from "../store/index.ts";
import type { TimeWindow } from "./question.ts";
import type { KnownSpans } from "./series-time.ts";

const BILLION = 1_000_000_000n;

/** Seconds since 1970 UTC. */
export type SecondsSpan = readonly [from: number, to: number];

/** Of sealed segments, and of what has come since. */
export function spansIn({ folder, segments, spools }: Catalog): readonly SecondsSpan[] {
  const { intervalSeconds } = readStoreFolder(folder);
  const open = spools.flatMap((spool) => {
    const time = spoolTime(spool, intervalSeconds);
    return time === null ? [] : [time];
  });
  return [...segments.map(({ start, length }): SecondsSpan => [start, start + length]), ...open];
}

/** Put together where they touch. */
export function knownSpans(seconds: readonly SecondsSpan[]): NonNullable<KnownSpans> {
  const spans: [bigint, bigint][] = [];
  for (const [begin, end] of [...seconds].sort(([a], [b]) => a - b)) {
    const [from, to] = [BigInt(begin) * BILLION, BigInt(end) * BILLION];
    const last = spans.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = to > last[1] ? to : last[1];
    else spans.push([from, to]);
  }
  return spans;
}

/** Whole seconds, both included. */
export function catalogTime({ from, to }: Pick<TimeWindow, "from" | "to">) {
  return {
    from: from === null ? undefined : Number(from / BILLION),
    to: to === null ? undefined : Number(to / BILLION) + 1,
  };
}

/** Nanoseconds, from the first to the last of all that is there; null = there is nothing. */
export function heldSpan(folders: readonly string[]): readonly [from: bigint, to: bigint] | null {
  const spans = knownSpans(folders.flatMap((folder) => spansIn(readCatalog(folder))));
  const [first, last] = [spans[0], spans.at(-1)];
  if (first === undefined || last === undefined) return null;
  return [first[0], last[1]];
}
