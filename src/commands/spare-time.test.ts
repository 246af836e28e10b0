// Work that may be left out takes its share of each second, and no more.
import { expect, test } from "vitest";
import { SpareTime } from "./spare-time.ts";

test("work is done until its share of the second is spent, and again in the next second", () => {
  let now = 0;
  let spent = 0;
  const spare = new SpareTime(
    0.3,
    0,
    () => now,
    () => spent,
  );
  let done = 0;
  const work = () => {
    spent += 100;
    done++;
  };
  const tries = () => Array.from({ length: 5 }, () => spare.spend(1, work));
  expect(tries()).toEqual([true, true, true, false, false]);
  now = 1000;
  expect(tries()).toEqual([true, true, true, false, false]);
  expect({ done, refused: spare.refused }).toEqual({ done: 6, refused: 4 });
});

test("a least amount is done in each second, however long it takes", () => {
  let spent = 0;
  const spare = new SpareTime(
    0.3,
    4,
    () => 0,
    () => spent,
  );
  const work = () => {
    spent += 400;
  };
  expect(Array.from({ length: 3 }, () => spare.spend(2, work))).toEqual([true, true, false]);
});
