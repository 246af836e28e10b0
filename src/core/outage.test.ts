// When an outage begins and ends.
import { expect, test } from "vitest";
import { Outage } from "./outage.ts";

test("begins with a refusal, and ends when what was sent since was not refused for a while", () => {
  const outage = new Outage();
  expect(outage.sent(1000)).toBe(false);
  expect([outage.refused(), outage.refused()]).toEqual([true, false]);
  // Time alone proves nothing: something must have been sent.
  expect(outage.sent(900_000)).toBe(false);
  expect(outage.sent(909_000)).toBe(false);
  expect(outage.refused()).toBe(false);
  expect(outage.sent(910_000)).toBe(false);
  expect(outage.lasts).toBe(true);
  expect(outage.sent(920_000)).toBe(true);
  expect(outage.lasts).toBe(false);
  expect(outage.sent(930_000)).toBe(false);
  expect(outage.refused()).toBe(true);
});
