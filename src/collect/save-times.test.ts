// When templates are written: soon after a change, never more often than each second, ever less often while changes do not end.
import { expect, test } from "vitest";
import { SaveTimes } from "./save-times.ts";

/** The seconds of 1 to `seconds` at which something was written. */
function writes(seconds: number, changes: (second: number) => number): number[] {
  const times = new SaveTimes(30);
  const written: number[] = [];
  for (let second = 1; second <= seconds; second++) if (times.isDue(changes(second))) written.push(second);
  return written;
}

test("a change is written at once, and what is only seen again each 30 seconds", () => {
  expect(writes(100, (second) => (second < 5 ? 0 : 1))).toEqual([5, 35, 65, 95]);
});

test("changes that never end are written ever less often", () => {
  const written = writes(200, (second) => second);
  expect(written).toEqual([1, 3, 7, 15, 31, 61, 91, 121, 151, 181]);
});

test("a pause ends that", () => {
  // Changes up to the 20th second, and a single one in the 60th.
  expect(writes(61, (second) => (second < 60 ? Math.min(second, 20) : 60))).toEqual([1, 3, 7, 15, 30, 60]);
});
