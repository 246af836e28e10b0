// Tests of durations, rates, time of day and weekday on columns.
import type { FlowBatch } from "../../core/flow-batch.ts";
import { noTime, readSeconds } from "../../core/nanoseconds.ts";
import { offsetSeconds } from "../../core/zone-offset.ts";
import type { Narrow } from "./marks.ts";
import type { Comparison, Derived } from "./tree.ts";

const WORD = 4_294_967_296;
const NANOSECONDS = 1e9;

type Value = (batch: FlowBatch, row: number) => number;

/** Doubles, in the very operations that the SQL has: both round alike. NaN = not known. */
const VALUES: Readonly<Record<Derived, Value>> = {
  duration: ({ columns: { start, end } }, row) =>
    noTime(start, row) || noTime(end, row)
      ? Number.NaN
      : (end[2 * row + 1]! - start[2 * row + 1]!) * WORD + (end[2 * row]! - start[2 * row]!),
  pps: (batch, row) => rate(count(batch.columns.packets, row) * NANOSECONDS, VALUES.duration(batch, row)),
  bps: (batch, row) => rate(count(batch.columns.bytes, row) * 8 * NANOSECONDS, VALUES.duration(batch, row)),
  bpp: ({ columns: { bytes, packets } }, row) => rate(count(bytes, row), count(packets, row)),
};

function count(column: Uint32Array, row: number): number {
  return column[2 * row + 1]! * WORD + column[2 * row]!;
}

function rate(amount: number, per: number): number {
  return per === 0 ? 0 : Math.floor(amount / per);
}

export function derivedNarrow(of: Derived, is: Comparison, value: number): Narrow {
  const read = VALUES[of];
  const holds = COMPARE[is];
  return (batch, marks) => {
    const { rows } = batch;
    for (let row = 0; row < rows; row++) {
      if (marks[row] !== 0 && !holds(read(batch, row), value)) marks[row] = 0;
    }
  };
}

const COMPARE: Readonly<Record<Comparison, (left: number, right: number) => boolean>> = {
  "=": (left, right) => left === right,
  // NaN is not different from anything, either.
  "!=": (left, right) => left < right || left > right,
  "<": (left, right) => left < right,
  "<=": (left, right) => left <= right,
  ">": (left, right) => left > right,
  ">=": (left, right) => left >= right,
};

const DAY = 86_400;
/** Zones change their offsets at whole quarters of an hour. */
const QUARTER = 900;
const MOST_QUARTERS = 4096;

/** Seconds of the wall clock of a zone since 1970, for times given as seconds since 1970 UTC. */
function wallClock(zone: string): (seconds: number) => number {
  const offsets = new Map<number, number>();
  let last = Number.NaN;
  let offset = 0;
  return (seconds) => {
    const quarter = Math.floor(seconds / QUARTER);
    if (quarter !== last) {
      const known = offsets.get(quarter);
      offset = known ?? offsetSeconds(zone, quarter * QUARTER);
      if (known === undefined) {
        if (offsets.size >= MOST_QUARTERS) offsets.clear();
        offsets.set(quarter, offset);
      }
      last = quarter;
    }
    return seconds + offset;
  };
}

export function clockNarrow(from: number, to: number, zone: string): Narrow {
  return wallNarrow(zone, (wall) => {
    const second = (wall + DAY) % DAY;
    return from <= to ? second >= from && second < to : second >= from || second < to;
  });
}

export function weekdayNarrow(days: readonly number[], zone: string): Narrow {
  const wanted = new Set(days);
  // 1 January 1970 was a Thursday.
  return wallNarrow(zone, (wall) => wanted.has(((Math.floor(wall / DAY) + 3) % 7) + 1));
}

/** Of `start`. `wall` is a little below 0 in the first hours of 1970 west of Greenwich. */
function wallNarrow(zone: string, holds: (wall: number) => boolean): Narrow {
  const clock = wallClock(zone);
  return ({ columns: { start }, rows }, marks) => {
    for (let row = 0; row < rows; row++) {
      if (marks[row] === 0) continue;
      if (noTime(start, row) || !holds(clock(readSeconds(start, row)))) marks[row] = 0;
    }
  };
}
