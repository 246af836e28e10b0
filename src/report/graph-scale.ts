// Axes of pictures: round numbers between nothing and the most, round times of a zone's clock between two others.
import type { ColumnUnit } from "../core/table.ts";
import { withUnit } from "./quantity.ts";
import type { ZoneClock } from "./zone-time.ts";

export interface Tick {
  /** 0 (left, below) to 1. */
  readonly at: number;
  readonly label: string;
}

export interface ValueScale {
  readonly ticks: readonly Tick[];
  /** Where a value stands: 0 (below) to 1. Not known stays so (NaN). */
  place(value: number): number;
}

/** The steps of round numbers, 1-2-5 of every power of ten. */
const ROUND = [1, 2, 5, 10];

export function linearScale(most: number, unit: ColumnUnit, wanted: number): ValueScale {
  const rough = Math.max(most, Number.MIN_VALUE) / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = most > 0 ? power * ROUND.find((round) => round * power >= rough * 0.999_999)! : 1;
  const top = most > 0 ? step * Math.ceil((most / step) * 0.999_999) : 1;
  const ticks: Tick[] = [];
  for (let i = 0; i <= Math.round(top / step); i++) {
    ticks.push({ at: (i * step) / top, label: tickText(Number((i * step).toPrecision(12)), unit) });
  }
  return { ticks, place: (value) => value / top };
}

/** Powers of ten from below the least value that is more than zero; what is zero stands at the foot. */
export function logScale(least: number, most: number, unit: ColumnUnit, wanted: number): ValueScale {
  const top = Math.ceil(Math.log10(Math.max(most, 1)) - 1e-9);
  const foot = Math.min(top - 1, Math.floor(Math.log10(Math.max(least, 1e-3)) + 1e-9));
  const every = Math.max(1, Math.ceil((top - foot) / Math.max(1, wanted)));
  const ticks: Tick[] = [];
  for (let power = foot; power <= top; power += every) {
    ticks.push({ at: (power - foot) / (top - foot), label: tickText(10 ** power, unit) });
  }
  const place = (value: number) =>
    value > 0 ? Math.max(0, (Math.log10(value) - foot) / (top - foot)) : value === 0 ? 0 : Number.NaN;
  return { ticks, place };
}

const SUFFIXES: Readonly<Record<string, string>> = {
  octets: "B",
  "bits/s": "b/s",
  "packets/s": "p/s",
  "flows/s": "f/s",
  "octets/packet": "B",
  percent: "%",
  seconds: "s",
};

/** `12.3 Mb/s`; `-` where it is not known. */
export function valueText(value: number, unit: ColumnUnit): string {
  if (Number.isNaN(value)) return "-";
  return withUnit(value, unit === null ? "" : (SUFFIXES[unit] ?? "")).trimEnd();
}

/** The same without needless zeros: `10 Mb/s`. */
function tickText(value: number, unit: ColumnUnit): string {
  return valueText(value, unit).replace(/\.0+(?= |$)|(?<=\.\d*[1-9])0+(?= |$)/, "");
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 14].map((n) => n * DAY),
];
/** Months that a step may have, where days are too short. */
const MONTHS = [1, 2, 3, 6, 12, 24, 60, 120, 600, 1200];
const MONTH = 30 * DAY;
/** 1970-01-01 was a Thursday; weeks begin on Monday. */
const FIRST_MONDAY = 4 * DAY;

/** Round times of the zone's clock in [from, to] (milliseconds since 1970 UTC), `wanted` of them at the most. */
export function timeTicks(clock: ZoneClock, from: number, to: number, wanted: number): Tick[] {
  const span = Math.max(1, to - from);
  const least = span / Math.max(1, wanted);
  const step = STEPS.find((one) => one >= least);
  const walls = step === undefined ? monthWalls(clock, from, to, least) : stepWalls(clock, from, to, step);
  return walls.flatMap((wall) => {
    const time = clock.fromClock(wall);
    if (time < from || time > to) return [];
    return [{ at: (time - from) / span, label: timeLabel(wall, step ?? MONTH) }];
  });
}

function stepWalls(clock: ZoneClock, from: number, to: number, step: number): number[] {
  const first = from + clock.offsetMinutes(from) * MINUTE;
  const last = to + clock.offsetMinutes(to) * MINUTE;
  const origin = step >= 7 * DAY ? FIRST_MONDAY : 0;
  const walls: number[] = [];
  for (let wall = Math.floor((first - origin) / step) * step + origin; wall <= last; wall += step) walls.push(wall);
  return walls;
}

function monthWalls(clock: ZoneClock, from: number, to: number, least: number): number[] {
  const months = MONTHS.find((one) => one * MONTH >= least * 0.97) ?? MONTHS.at(-1)!;
  const start = new Date(from + clock.offsetMinutes(from) * MINUTE);
  const first = Math.floor((start.getUTCFullYear() * 12 + start.getUTCMonth()) / months) * months;
  const walls: number[] = [];
  for (let month = first; ; month += months) {
    const wall = Date.UTC(Math.floor(month / 12), month % 12);
    if (wall > to + DAY) return walls;
    walls.push(wall);
  }
}

/** The clock; at midnight, and where the steps are days, the date. */
function timeLabel(wall: number, step: number): string {
  const text = new Date(wall).toISOString();
  if (step >= MONTH) return text.slice(0, 7);
  if (wall % DAY === 0) return text.slice(5, 10);
  return step < MINUTE ? text.slice(11, 19) : text.slice(11, 16);
}
