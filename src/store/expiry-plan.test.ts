// Expiry: the oldest go, as many as the strictest limit asks for and not one more, never the newest.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { endOf, planExpiry, type StoredSegment, type StoreFacts } from "./expiry-plan.ts";
import type { KeepPolicy } from "./keep-policy.ts";
import { segmentFile, segmentFolder } from "./layout.ts";

const DAY = 86_400;
const NOW = Date.UTC(2026, 10, 21) / 1000;
const FACTS: StoreFacts = { now: NOW, otherOctets: 0, leavingOctets: 0, disk: null };

function segment(start: number, length: number, octets: number, job = "j"): StoredSegment {
  const name = { start, length, reach: 0, rows: 1, job };
  return { ...name, path: `/store/${segmentFolder(start)}/${segmentFile(name)}`, octets };
}

/** One a day, the newest of today: 10 of 100 octets. */
const TEN = Array.from({ length: 10 }, (_, i) => segment(NOW - i * DAY, DAY, 100));

function expired(policy: KeepPolicy, facts: Partial<StoreFacts> = {}): readonly number[] {
  const { expiring } = planExpiry(TEN, policy, { ...FACTS, ...facts });
  return expiring.map(({ start }) => (NOW - start) / DAY);
}

describe("limits at their bounds", () => {
  test("age: of the end of the interval; what is exactly so old goes", () => {
    expect(expired({ ageSeconds: 8 * DAY })).toEqual([9]);
    expect(expired({ ageSeconds: 8 * DAY + 1 })).toEqual([]);
    expect(expired({ ageSeconds: 0 })).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });

  test("size: the spool counts, too", () => {
    expect(expired({ octets: 1000 })).toEqual([]);
    expect(expired({ octets: 999 })).toEqual([9]);
    expect(expired({ octets: 1000 }, { otherOctets: 101 })).toEqual([9, 8]);
  });

  test("free disk: what is leaving already counts as free", () => {
    const disk = { free: 500, total: 10_000 };
    expect(expired({ freeShare: 0.05 }, { disk })).toEqual([]);
    expect(expired({ freeShare: 0.07 }, { disk })).toEqual([9, 8]);
    expect(expired({ freeShare: 0.07 }, { disk, leavingOctets: 150 })).toEqual([9]);
    expect(expired({ freeOctets: 501 }, { disk })).toEqual([9]);
    expect(expired({ freeShare: 0.9 })).toEqual([]);
  });

  test("count, the strictest of several, and the newest that stays", () => {
    expect(expired({ segments: 7 })).toEqual([9, 8, 7]);
    const plan = planExpiry(TEN, { segments: 8, octets: 750, ageSeconds: 9 * DAY }, FACTS);
    expect(plan.expiring.map(({ rules }) => rules)).toEqual([["size", "count"], ["size", "count"], ["size"]]);
    const all = planExpiry(TEN, { segments: 0, octets: 0 }, FACTS);
    expect(all.kept).toEqual([TEN[0]]);
    expect(all.unmet).toEqual(["size", "count"]);
  });

  test("an empty store, and no limits", () => {
    expect(planExpiry([], { segments: 0, octets: 0 }, FACTS).expiring).toEqual([]);
    expect(expired({})).toEqual([]);
  });
});

const limit = (max: number) => fc.option(fc.integer({ min: 0, max }), { nil: undefined });
const anySegments = fc.array(
  fc
    .tuple(fc.integer({ min: 0, max: 100 }), fc.constantFrom(300, 3600, DAY), fc.integer({ min: 1, max: 1000 }))
    .map(([day, length, octets]) => ({ day, length, octets })),
  { maxLength: 30 },
);

test("any segments, any limits", () => {
  fc.assert(
    fc.property(
      anySegments,
      fc.record({ ageSeconds: limit(100 * DAY), octets: limit(20_000), freeOctets: limit(9000), segments: limit(40) }),
      fc.integer({ min: 0, max: 10_000 }),
      (specs, policy, free) => {
        const segments = specs.map(({ day, length, octets }, i) => segment(NOW - day * DAY, length, octets, `j${i}`));
        const facts = { ...FACTS, disk: { free, total: 10_000 }, otherOctets: 7 };
        const { expiring, kept, unmet } = planExpiry(segments, policy, facts);
        expect([...expiring, ...kept].map(({ path }) => path).sort()).toEqual(segments.map(({ path }) => path).sort());
        const oldestKept = Math.min(...kept.map(endOf));
        for (const one of expiring) {
          expect(endOf(one)).toBeLessThanOrEqual(oldestKept);
          expect(one.rules.length).toBeGreaterThan(0);
        }
        const holds = (left: readonly StoredSegment[]) => ({
          age: left.every((one) => policy.ageSeconds === undefined || endOf(one) > NOW - policy.ageSeconds),
          size: left.reduce((sum, one) => sum + one.octets, 7) <= (policy.octets ?? Number.POSITIVE_INFINITY),
          free:
            free +
              segments.reduce((sum, one) => sum + one.octets, 0) -
              left.reduce((sum, one) => sum + one.octets, 0) >=
            (policy.freeOctets ?? 0),
          count: left.length <= (policy.segments ?? Number.POSITIVE_INFINITY),
        });
        // Every limit holds afterwards, or only the newest is left and the plan says which one does not.
        const broken = Object.entries(holds(kept)).filter(([, held]) => !held);
        if (kept.length > 1) expect(broken).toEqual([]);
        else if (segments.length > 0) expect(broken.map(([rule]) => rule).sort()).toEqual([...unmet].sort());
        // Not one more than needed.
        const last = expiring.at(-1);
        if (last !== undefined) expect(Object.values(holds([last, ...kept]))).toContain(false);
      },
    ),
    { numRuns: 500 },
  );
});
