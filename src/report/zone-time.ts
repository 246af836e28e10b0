// Times of a Table as text: ISO 8601 in UTC for machines, the clock of a zone for people. The same in every locale.
import { offsetSeconds } from "../core/zone-offset.ts";

const MILLION = 1_000_000n;
const BILLION = 1_000_000_000n;
/** Zones change their offset at quarters of an hour. */
const QUARTER_MS = 900_000;

function milliseconds(ns: bigint): number {
  return Number((ns - (((ns % MILLION) + MILLION) % MILLION)) / MILLION);
}

function fraction(ns: bigint): number {
  return Number(((ns % BILLION) + BILLION) % BILLION);
}

/** `2023-11-14T22:13:20.123456789Z`; without the fraction where there is none, unless it is always wanted. */
export function isoTime(ns: bigint, always: boolean): string {
  const seconds = new Date(milliseconds(ns)).toISOString().slice(0, -5);
  const rest = fraction(ns);
  return rest === 0 && !always ? `${seconds}Z` : `${seconds}.${String(rest).padStart(9, "0")}Z`;
}

export type ClockPrecision = "day" | "minute" | "second" | "millisecond";
const OCTETS: Readonly<Record<ClockPrecision, number>> = { day: 10, minute: 16, second: 19, millisecond: 23 };

/** The clock of one zone. */
export class ZoneClock {
  readonly zone: string;
  private readonly offsets = new Map<number, number>();

  /** Throws a RangeError where there is no such zone. */
  constructor(zone: string) {
    this.zone = zone;
    offsetSeconds(zone, 0);
  }

  /** Minutes that the zone's clock is ahead of UTC at a time. */
  offsetMinutes(ms: number): number {
    const quarter = Math.floor(ms / QUARTER_MS);
    let offset = this.offsets.get(quarter);
    if (offset === undefined) {
      offset = Math.round(offsetSeconds(this.zone, (quarter * QUARTER_MS) / 1000) / 60);
      this.offsets.set(quarter, offset);
    }
    return offset;
  }

  /** The time of the zone's clock as if it were one of UTC, in milliseconds. */
  clockMs(ns: bigint): number {
    const ms = milliseconds(ns);
    return ms + this.offsetMinutes(ms) * 60_000;
  }

  /** The time (milliseconds since 1970 UTC) at which the zone's clock shows another, given as if it were one of UTC. */
  fromClock(clockMs: number): number {
    const near = clockMs - this.offsetMinutes(clockMs) * 60_000;
    return clockMs - this.offsetMinutes(near) * 60_000;
  }

  /** `2023-11-14 23:13:20.123`, the rest cut off. */
  text(ns: bigint, precision: ClockPrecision): string {
    return new Date(this.clockMs(ns)).toISOString().replace("T", " ").slice(0, OCTETS[precision]);
  }

  /** `+01:00` at a time. */
  offsetText(ns: bigint): string {
    const minutes = this.offsetMinutes(milliseconds(ns));
    const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
    return `${minutes < 0 ? "-" : "+"}${String(hours).padStart(2, "0")}:${String(rest).padStart(2, "0")}`;
  }
}

/** How exactly people need a bucket's time: `08:05`, or with seconds, or with less. */
export function bucketPrecision(seconds: number): ClockPrecision {
  if (!Number.isInteger(seconds)) return "millisecond";
  return seconds % 60 === 0 ? "minute" : "second";
}

/** `from - to` in the zone's clock; the date of `to` is left out where it is the same. Null where neither is asked for. */
export function spanText(clock: ZoneClock, from: bigint | null, to: bigint | null): string | null {
  const word = (ns: bigint) => clock.text(ns, fraction(ns) === 0 ? "second" : "millisecond");
  if (from === null && to === null) return null;
  if (from === null) return `until ${word(to!)} ${clock.zone}`;
  if (to === null) return `since ${word(from)} ${clock.zone}`;
  const [start, end] = [word(from), word(to)];
  const sameDay = start.slice(0, 10) === end.slice(0, 10);
  return `${start} to ${sameDay ? end.slice(11) : end} ${clock.zone}`;
}
