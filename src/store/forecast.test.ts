// "Full in 12 days": from the days before, weekdays apart where there are enough of them.
import { describe, expect, test } from "vitest";
import type { StoredSegment, StoreFacts } from "./expiry-plan.ts";
import { forecast } from "./forecast.ts";
import type { KeepPolicy } from "./keep-policy.ts";

const DAY = 86_400;
/** A Saturday, midnight. */
const NOW = Date.UTC(2026, 10, 21) / 1000;
const FACTS: StoreFacts = { now: NOW, otherOctets: 0, leavingOctets: 0, disk: null };

function segment(start: number, length: number, octets: number): StoredSegment {
  return { path: `/${start}`, start, length, reach: 0, rows: 1, job: "j", octets };
}

/** Days before NOW, the last one first. */
function days(octets: readonly number[]): readonly StoredSegment[] {
  return octets.map((value, i) => segment(NOW - (i + 1) * DAY, DAY, value));
}

function full(segments: readonly StoredSegment[], policy: KeepPolicy, facts: Partial<StoreFacts> = {}) {
  const told = forecast(segments, policy, { ...FACTS, ...facts });
  return told?.reached.map(({ limit, days: left }) => [limit, left === null ? null : Math.round(left * 100) / 100]);
}

describe("days until it is full", () => {
  test("the same every day", () => {
    expect(full(days([100, 100, 100]), { octets: 1500 })).toEqual([["size", 12]]);
    expect(full(days([100, 100, 100]), { octets: 1550 })).toEqual([["size", 12.5]]);
    // In the middle of a day, whose first half is there already.
    expect(full([...days([100, 100]), segment(NOW, DAY / 2, 50)], { octets: 500 }, { now: NOW + DAY / 2 })).toEqual([
      ["size", 2.5],
    ]);
  });

  test("the soonest first; what is exceeded is full now; beyond ten years there is no day", () => {
    const disk = { free: 1000, total: 10_000 };
    expect(full(days([100, 100]), { octets: 100, freeShare: 0.05 }, { disk })).toEqual([
      ["size", 0],
      ["free", 5],
    ]);
    expect(full(days([100, 100]), {}, { disk })).toEqual([["disk", 10]]);
    expect(full(days([100, 100]), {}, { disk: { free: 1e9, total: 1e10 } })).toEqual([["disk", null]]);
  });

  test("days of the week, from two weeks on", () => {
    // Fridays first: 700 on Fridays, nothing else.
    const weeks = [700, 0, 0, 0, 0, 0, 0];
    const two = forecast(days([...weeks, ...weeks]), { octets: 1401 }, FACTS);
    expect(two).toMatchObject({ octetsPerDay: 100, measuredDays: 14, byWeekday: true });
    // Saturday it is; 1 octet of room comes next Friday.
    expect(two?.reached[0]?.days).toBeCloseTo(6 + 1 / 700, 6);
    const one = forecast(days(weeks), { octets: 800 }, FACTS);
    expect(one).toMatchObject({ octetsPerDay: 100, measuredDays: 7, byWeekday: false });
    expect(one?.reached[0]?.days).toBeCloseTo(1, 6);
  });

  test("a day that is spread over one segment, hours of a first day, and too little", () => {
    expect(forecast([segment(NOW - 6 * 3600, 3600, 100), segment(NOW - 3600, 3600, 200)], {}, FACTS)).toMatchObject({
      octetsPerDay: 1200,
      measuredDays: 0.25,
    });
    expect(forecast([segment(NOW - 300, 300, 100)], {}, FACTS)).toBeNull();
    expect(forecast([], { octets: 1 }, FACTS)).toBeNull();
    // What is older than four weeks does not say what comes.
    expect(forecast([segment(NOW - 400 * DAY, DAY, 100)], {}, FACTS)).toBeNull();
  });

  test("the days say how fast, what stays says how far", () => {
    const all = days([100, 100, 100, 100]);
    const told = forecast(all, { octets: 400 }, FACTS, all.slice(0, 1));
    expect(told).toMatchObject({ octetsPerDay: 100, measuredDays: 4 });
    expect(told?.reached[0]?.days).toBe(3);
  });

  test("what an age will hold, and how long a size lasts", () => {
    const told = forecast(days([100, 100]), { ageSeconds: 90 * DAY, octets: 3000 }, FACTS);
    expect(told?.octetsAtAge).toBe(9000);
    expect(told?.reached[0]?.keptDays).toBe(30);
  });
});
