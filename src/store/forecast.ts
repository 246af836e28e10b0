// When a store will be full: from what the segments of the last weeks hold, day by day.
import { endOf, type StoredSegment, type StoreFacts, wantedFree } from "./expiry-plan.ts";
import type { KeepPolicy } from "./keep-policy.ts";

const DAY = 86_400;
/** Days that are looked back. */
const MOST_DAYS = 28;
/** Less than this says nothing yet, seconds. */
const LEAST_SPAN = 3600;
/** Whole days from which each day of the week has a rate of its own. */
const WEEKDAYS_FROM = 14;
/** Days that are looked ahead. */
const HORIZON = 3650;

/** size, free: the limit of that name; disk: the whole disk, where no limit comes before. */
export type ForecastLimit = "size" | "free" | "disk";

export interface Reached {
  readonly limit: ForecastLimit;
  /** Octets until it is reached; negative where it is exceeded. */
  readonly room: number;
  /** Days from now; null = not within ten years. */
  readonly days: number | null;
  /** Days of flows that the store holds from then on, as the oldest go; null for the disk, where nothing is deleted. */
  readonly keptDays: number | null;
}

export interface Forecast {
  /** Octets that a day adds: the mean of the days looked at. */
  readonly octetsPerDay: number;
  /** What that is taken from. */
  readonly measuredDays: number;
  /** Whether each day of the week has its own rate. */
  readonly byWeekday: boolean;
  /** Soonest first. */
  readonly reached: readonly Reached[];
  /** Octets of segments when the limit of age begins to delete; null = no such limit. */
  readonly octetsAtAge: number | null;
}

/** Null where there is too little to tell from. `kept`: those that will be there, where some are about to go. */
export function forecast(
  segments: readonly StoredSegment[],
  policy: KeepPolicy,
  facts: StoreFacts,
  kept: readonly StoredSegment[] = segments,
): Forecast | null {
  const rates = ratesOf(segments, facts.now);
  if (rates === null) return null;
  const { mean, ofDay, days, byWeekday } = rates;
  const held = kept.reduce((sum, { octets }) => sum + octets, facts.otherOctets);
  const reached: Reached[] = rooms(held, policy, facts).map(({ limit, room }) => ({
    limit,
    room,
    days: daysUntil(room, ofDay, facts.now),
    keptDays: limit === "disk" ? null : (held + Math.max(0, room)) / mean,
  }));
  reached.sort((a, b) => (a.days ?? Number.POSITIVE_INFINITY) - (b.days ?? Number.POSITIVE_INFINITY));
  const { ageSeconds } = policy;
  return {
    octetsPerDay: mean,
    measuredDays: days,
    byWeekday,
    reached,
    octetsAtAge: ageSeconds === undefined ? null : (mean * ageSeconds) / DAY,
  };
}

function rooms(held: number, policy: KeepPolicy, { disk, leavingOctets }: StoreFacts) {
  const found: { limit: ForecastLimit; room: number }[] = [];
  if (policy.octets !== undefined) found.push({ limit: "size", room: policy.octets - held });
  if (disk === null) return found;
  const free = disk.free + leavingOctets;
  const wanted = wantedFree(policy, disk);
  if (wanted !== null) found.push({ limit: "free", room: free - wanted });
  else found.push({ limit: "disk", room: free });
  return found;
}

interface Rates {
  readonly mean: number;
  readonly days: number;
  readonly byWeekday: boolean;
  /** Octets of the UTC day that begins at so many days since 1970. */
  ofDay(day: number): number;
}

/** 0 = Sunday. */
function weekday(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}

function ratesOf(segments: readonly StoredSegment[], now: number): Rates | null {
  const today = Math.floor(now / DAY);
  const from = (today - MOST_DAYS) * DAY;
  const recent = segments.filter((segment) => endOf(segment) > from && segment.start < now);
  if (recent.length === 0) return null;
  const first = Math.max(from, Math.min(...recent.map(({ start }) => start)));
  const octets = new Map<number, number>();
  for (const segment of recent) spread(segment, first, now, octets);
  const firstWhole = Math.ceil(first / DAY);
  const whole = today - firstWhole;
  if (whole < 1) return rateOfSpan(octets, first, now);
  const days = Array.from({ length: whole }, (_, i) => firstWhole + i);
  const mean = meanOf(days, octets);
  if (mean === 0) return rateOfSpan(octets, first, now);
  const byWeekday = whole >= WEEKDAYS_FROM;
  const table = [0, 1, 2, 3, 4, 5, 6].map((one) =>
    byWeekday
      ? meanOf(
          days.filter((day) => weekday(day) === one),
          octets,
        )
      : mean,
  );
  return { mean, days: whole, byWeekday, ofDay: (day) => table[weekday(day)]! };
}

/** Less than a whole day. */
function rateOfSpan(octets: ReadonlyMap<number, number>, first: number, now: number): Rates | null {
  const span = now - first;
  if (span < LEAST_SPAN) return null;
  const mean = ([...octets.values()].reduce((sum, value) => sum + value, 0) / span) * DAY;
  return mean === 0 ? null : { mean, days: span / DAY, byWeekday: false, ofDay: () => mean };
}

function meanOf(days: readonly number[], octets: ReadonlyMap<number, number>): number {
  return days.reduce((sum, day) => sum + (octets.get(day) ?? 0), 0) / days.length;
}

/** A segment's octets over the UTC days of its interval; those before `first` do not count. */
function spread({ start, length, octets }: StoredSegment, first: number, now: number, days: Map<number, number>): void {
  const end = Math.min(start + length, now);
  const from = Math.max(start, first);
  const share = octets / Math.max(1, end - start);
  for (let day = Math.floor(from / DAY); day * DAY < end; day++) {
    const seconds = Math.min(end, (day + 1) * DAY) - Math.max(from, day * DAY);
    days.set(day, (days.get(day) ?? 0) + share * seconds);
  }
}

/** Days, a fraction of the last one included, until so many octets have come. */
function daysUntil(room: number, ofDay: (day: number) => number, now: number): number | null {
  if (room <= 0) return 0;
  let left = room;
  const today = Math.floor(now / DAY);
  let passed = 0;
  for (let day = today; day < today + HORIZON; day++) {
    const part = day === today ? 1 - (now / DAY - today) : 1;
    const comes = ofDay(day) * part;
    if (comes >= left && comes > 0) return passed + (left / comes) * part;
    left -= comes;
    passed += part;
  }
  return null;
}
