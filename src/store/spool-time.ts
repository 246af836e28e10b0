// The time of which a spool has flows: names carry their beginning, chunks the time when they were written.
import { statSync } from "node:fs";
import type { Spool } from "./catalog.ts";

/** Behind the names of spools whose flows do not come as they end: captures, files. */
export const PAST_SUFFIX = "_past";

const NAME = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z_[0-9a-z]+$/;

/**
 * Seconds since 1970 UTC: from the interval in which the spool began (as of a segment, all of it is known) to its newest chunk. Null where
 * its flows are not of the time of their arrival, or nobody knows.
 */
export function spoolTime(
  { name, chunks }: Spool,
  intervalSeconds: number,
): readonly [from: number, to: number] | null {
  const found = NAME.exec(name);
  if (found === null) return null;
  const [year, month, day, hour, minute, second] = found.slice(1).map(Number) as number[];
  const began = Date.UTC(year!, month! - 1, day!, hour!, minute!, second!) / 1000;
  const from = intervalSeconds > 0 ? Math.floor(began / intervalSeconds) * intervalSeconds : began;
  const to = statSync(chunks.at(-1)!, { throwIfNoEntry: false })?.mtimeMs;
  return to === undefined || to / 1000 <= from ? null : [from, Math.ceil(to / 1000)];
}
