// What is compacted: closed hours and days, up to the rows of a segment; late segments later; every row seldom.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Segment } from "./catalog.ts";
import { type CompactionLimits, planCompaction } from "./compaction-plan.ts";

const HOUR = 3600;
const DAY = 86_400;
const T = Date.UTC(2026, 10, 20) / 1000;

let job = 0;
function segment(start: number, length: number, rows = 100, reach = 0): Segment {
  return { start, length, rows, reach, job: (job++).toString(36).padStart(5, "0"), path: `/${job}` };
}

/** Twelve of five minutes. */
function hour(start: number, rows = 100): Segment[] {
  return Array.from({ length: 12 }, (_, i) => segment(start + i * 300, 300, rows));
}

function planned(segments: readonly Segment[], now: number, limits: Partial<CompactionLimits> = {}) {
  return planCompaction(segments, now, limits).map(({ inputs, start, length, rows }) => [
    (start - T) / HOUR,
    length / HOUR,
    inputs.length,
    rows,
  ]);
}

test("an hour that is over and has settled, never one that is not", () => {
  const segments = [...hour(T + HOUR), ...hour(T + 2 * HOUR)];
  expect(planned(segments, T + 2 * HOUR + 599)).toEqual([]);
  expect(planned(segments, T + 2 * HOUR + 600)).toEqual([[1, 1, 12, 1200]]);
});

test("the hours of a day that is over become the day", () => {
  const hours = Array.from({ length: 24 }, (_, i) => segment(T + i * HOUR, HOUR));
  expect(planned(hours, T + DAY + 3599)).toEqual([]);
  expect(planned(hours, T + DAY + 3600)).toEqual([[0, 24, 24, 2400]]);
  // What was never compacted becomes a day at once.
  expect(planned([...hour(T), ...hour(T + 5 * HOUR)], T + 2 * DAY)).toEqual([[0, 6, 24, 2400]]);
});

test("not more rows than a segment may have, neighbours in time together", () => {
  const hours = Array.from({ length: 4 }, (_, i) => segment(T + i * HOUR, HOUR, 400));
  expect(planned(hours, T + 2 * DAY, { rows: 800 })).toEqual([
    [0, 2, 2, 800],
    [2, 2, 2, 800],
  ]);
  expect(planned(hours, T + 2 * DAY, { rows: 799 })).toEqual([]);
});

test("late segments join later: when they are many or big, or when asked for", () => {
  const day = segment(T, DAY, 10_000);
  const late = (count: number, rows: number) =>
    Array.from({ length: count }, (_, i) => segment(T + i * 300, 300, rows));
  const now = T + 3 * DAY;
  // They become one by themselves; that one waits.
  expect(planned([day, ...late(3, 10)], now)).toEqual([[0, 0.25, 3, 30]]);
  expect(planned([day, segment(T, 900, 30)], now)).toEqual([]);
  expect(planned([day, ...late(3, 10)], now, { all: true })).toEqual([[0, 24, 4, 10_030]]);
  expect(planned([day, ...late(11, 10)], now)).toEqual([[0, 24, 12, 10_110]]);
  expect(planned([day, ...late(2, 1250)], now)).toEqual([[0, 24, 3, 12_500]]);
  expect(planned([day], now, { all: true })).toEqual([]);
});

test("segments longer than a day, and those over two days, stay", () => {
  const long = [segment(T, 2 * DAY), segment(T, 2 * DAY), segment(T + DAY - 300, 600), segment(T + DAY - 300, 600)];
  expect(planned(long, T + 9 * DAY, { all: true })).toEqual([]);
});

test("the reach covers the earliest flow of all", () => {
  const [group] = planCompaction([segment(T, 300, 1, 10), segment(T + 300, 300, 1, 1000)], T + 2 * DAY);
  expect(group).toMatchObject({ start: T, length: 600, reach: 700 });
  const [late] = planCompaction([segment(T, 300, 1, 0), segment(T + 300, 300, 1, 200)], T + 2 * DAY);
  expect(late).toMatchObject({ reach: 0 });
});

test("any segments: nothing twice, nothing too big, and it comes to rest", () => {
  const any = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 900 }), fc.constantFrom(60, 300, HOUR, DAY), fc.integer({ min: 1, max: 500 })),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(any, fc.boolean(), (specs, all) => {
      let segments = specs.map(([at, length, rows]) => segment(T + at * 300 - ((at * 300) % length), length, rows));
      const total = segments.reduce((sum, { rows }) => sum + rows, 0);
      for (let round = 0; ; round++) {
        const groups = planCompaction(segments, T + 9 * DAY, { rows: 1000, all });
        if (groups.length === 0) break;
        expect(round).toBeLessThan(20);
        const inputs = groups.flatMap((group) => group.inputs);
        expect(new Set(inputs).size).toBe(inputs.length);
        for (const group of groups) {
          expect(group.rows).toBeLessThanOrEqual(1000);
          expect(Math.floor(group.start / DAY)).toBe(Math.floor((group.start + group.length - 1) / DAY));
          for (const one of group.inputs) {
            expect(one.start).toBeGreaterThanOrEqual(group.start);
            expect(one.start + one.length).toBeLessThanOrEqual(group.start + group.length);
          }
        }
        segments = [
          ...segments.filter((one) => !inputs.includes(one)),
          ...groups.map(({ start, length, rows, reach }) => segment(start, length, rows, reach)),
        ];
      }
      expect(segments.reduce((sum, { rows }) => sum + rows, 0)).toBe(total);
    }),
    { numRuns: 300 },
  );
});
