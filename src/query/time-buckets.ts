// Buckets of time: 30s, 5m, 1h, days, weeks, months and years of a zone, whose days may have 23 or 25 hours.
import { UsageError } from "../core/errors.ts";
import { offsetSeconds } from "../core/zone-offset.ts";
import { startOfDay } from "./zone.ts";

export interface Bucket {
  /** As asked for: "time/5m". */
  readonly name: string;
  /** Length; of days and longer ones without changes of clocks. */
  readonly seconds: number;
  /** What is counted in days of the zone: null = nothing, it is a length. */
  readonly calendar: "day" | "week" | "month" | "year" | null;
}

const DAY = 86_400;
const CALENDAR: Readonly<Record<string, readonly [Bucket["calendar"], number]>> = {
  "1d": ["day", DAY],
  "24h": ["day", DAY],
  "1w": ["week", 7 * DAY],
  "7d": ["week", 7 * DAY],
  "1mo": ["month", 30 * DAY],
  "1y": ["year", 365 * DAY],
};
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** So many of them at the most: more rows than that nobody reads, and the memory is somebody's. */
export const MOST_BUCKETS = 1_000_000;
/** What the engine is given as a list. */
const MOST_EDGES = 20_000;

/** "5m", "1h", "1d", "1w", "1mo", "1y"; a number alone is seconds. */
export function parseBucket(text: string): Bucket {
  const word = text.toLowerCase();
  const calendar = CALENDAR[word];
  if (calendar !== undefined) return { name: `time/${text}`, seconds: calendar[1], calendar: calendar[0] };
  const [, digits = "", unit = "s"] = /^(\d{1,6})([smh]?)$/.exec(word) ?? [];
  const seconds = Number(digits) * UNITS[unit === "" ? "s" : unit]!;
  if (seconds >= 1 && seconds < DAY && (seconds <= 3600 || DAY % seconds === 0)) {
    return { name: `time/${text}`, seconds, calendar: null };
  }
  throw new UsageError(
    `expected a length of time such as time/30s, time/5m, time/1h, time/6h, time/1d, time/1w, time/1mo or time/1y, found "time/${text}".`,
  );
}

/** True where all buckets between two times (seconds) have one length and begin at multiples of it since 1970 UTC. */
export function isUniform({ seconds, calendar }: Bucket, zone: string, from: number, to: number): boolean {
  if (calendar !== null && calendar !== "day") return false;
  if (zone === "UTC" || (calendar === null && 900 % seconds === 0)) return true;
  if (seconds > 3600) return false;
  // Clocks change at most twice a year.
  for (let time = from; time < to + 30 * DAY; time += 30 * DAY) {
    if (offsetSeconds(zone, Math.min(time, to)) % seconds !== 0) return false;
  }
  return true;
}

/** The beginnings of the buckets that have a part in [from, to], in seconds, and the end of the last one. */
export function edges(bucket: Bucket, zone: string, from: number, to: number): readonly number[] {
  const found: number[] = [];
  if (isUniform(bucket, zone, from, to)) {
    const { seconds } = bucket;
    const first = Math.floor(from / seconds) * seconds;
    const count = Math.floor((to - first) / seconds) + 1;
    if (count > MOST_BUCKETS) throw tooMany(bucket, count, MOST_BUCKETS);
    for (let i = 0; i <= count; i++) found.push(first + i * seconds);
    return found;
  }
  if ((to - from) / bucket.seconds > MOST_EDGES) throw tooMany(bucket, (to - from) / bucket.seconds, MOST_EDGES);
  let day = startOfDay(zone, from, { back: bucket.calendar ?? "day" });
  while (found.length === 0 || found.at(-1)! <= to) {
    const next = startOfDay(zone, day, { ahead: bucket.calendar ?? "day" });
    if (bucket.calendar === null) found.push(...partsOfDay(bucket.seconds, zone, day, next));
    else found.push(day);
    day = next;
  }
  const first = found.findLastIndex((time) => time <= from);
  const last = found.findIndex((time) => time > to);
  return found.slice(first, last + 1);
}

function tooMany({ name }: Bucket, count: number, most: number): UsageError {
  return new UsageError(
    `expected at most ${most} buckets, found ${Math.ceil(count)} of ${name}; ask for a shorter time (--from, --to) or longer buckets.`,
  );
}

/** Where the wall clock shows a multiple of the length, on one day. An hour that comes twice is two times. */
function partsOfDay(seconds: number, zone: string, day: number, next: number): number[] {
  const parts: number[] = [];
  const step = Math.min(seconds, 3600);
  for (let time = day; time < next; time += step) {
    if (time === day || (time + offsetSeconds(zone, time)) % seconds === 0) parts.push(time);
  }
  return parts;
}
