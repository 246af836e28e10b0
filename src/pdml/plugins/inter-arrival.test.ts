// The times between frames: exact to the nanosecond, per flow or overall. (Against tshark and awk: test/pdml-plugins.test.ts.)
import { expect, test } from "vitest";
import { flowView, frameView, KeptOutput } from "../../../test/pdml-views.ts";
import { plugin } from "./inter-arrival.ts";

const frame = (number: number, time: string) => frameView(number, { "frame.time_epoch": [time] });
const flow = (id: number, frames: number) => flowView(id, { "ip.src": ["10.0.0.1"] }, { start: 1, frames });
const key = { "ip.src": ["10.0.0.1"] };

function run(words: string[], frames: readonly (readonly [number | null, string])[]): Record<string, unknown>[] {
  const output = new KeptOutput();
  const { onFrame, onFlowEnd, onClose } = plugin(words, output);
  const counts = new Map<number, number>();
  frames.forEach(([id, time], at) => {
    const count = (counts.get(id ?? 0) ?? 0) + 1;
    if (id !== null) counts.set(id, count);
    onFrame?.(frame(at + 1, time), id === null ? null : flow(id, count));
  });
  for (const [id, count] of counts) onFlowEnd?.(flow(id, count));
  onClose?.();
  return output.objects;
}

const TWO_FLOWS = [
  [1, "1700000000.000000001"],
  [2, "1700000000.5"],
  [null, "1700000000.75"],
  [1, "1700000001.000000002"],
  [1, "1700000004.000000002"],
  [1, "1700000003.000000002"],
] as const;

test("each flow by itself", () => {
  const [one, two, ...rest] = run([], TWO_FLOWS);
  // 1.000000001, 3, -1
  expect(one).toEqual({
    flow: 1,
    key,
    start: 1,
    frames: 4,
    count: 3,
    min: -1,
    mean: 1,
    deviation: 1.632993162,
    max: 3,
  });
  expect(two).toEqual({
    flow: 2,
    key,
    start: 1,
    frames: 1,
    count: 0,
    min: null,
    mean: null,
    deviation: null,
    max: null,
  });
  expect(rest).toEqual([]);
});

test("--all: every time, in the order of the frames", () => {
  const [one, two] = run(["--all"], TWO_FLOWS);
  expect(one!.interArrivalTimes).toEqual([1.000000001, 3, -1]);
  expect(two!.interArrivalTimes).toEqual([]);
});

test("--overall: whatever their flow, with those that have none", () => {
  expect(run(["--overall", "--all"], TWO_FLOWS)).toEqual([
    {
      frames: 6,
      count: 5,
      min: -1,
      mean: 0.6,
      deviation: 1.309580085,
      max: 3,
      interArrivalTimes: [0.499999999, 0.25, 0.250000002, 3, -1],
    },
  ]);
  expect(run(["--overall"], [])).toEqual([]);
});

test("a time that is no plain number: as the reader understood it", () => {
  const output = new KeptOutput();
  const { onFrame, onFlowEnd } = plugin(["--all"], output);
  for (const time of [5, 5.25]) onFrame?.({ ...frame(1, "2023-11-14T22:13:20Z"), time }, flow(1, 2));
  onFlowEnd?.(flow(1, 2));
  expect(output.objects[0]!.interArrivalTimes).toEqual([0.25]);
});
