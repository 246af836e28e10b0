// FilteredFrames: what a filter lets through, and what became of the rest.
import { expect, test } from "vitest";
import { type MadeField, MadeFrames } from "../../test/made-frames.ts";
import { parseFilter } from "../query/index.ts";
import { FilteredFrames } from "./filtered-frames.ts";

test("frames that a filter leaves out are counted, not given", async () => {
  const made = Array.from({ length: 10 }, (_, i): MadeField[] => [["n", String(i)]]);
  const source = new FilteredFrames(new MadeFrames(made, 3), parseFilter("n in [2-4 9] and not x", { frames: {} }));
  const numbers: number[] = [];
  do {
    for (let frame = source.next(); frame !== null; frame = source.next()) numbers.push(frame.number);
  } while (await source.more());
  expect(numbers).toEqual([3, 4, 5, 10]);
  expect(source.counts).toMatchObject({ frames: 10, given: 4, filtered: 6 });
  expect(source.neverSeen()).toEqual(["x"]);
});
