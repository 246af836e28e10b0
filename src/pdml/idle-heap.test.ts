// IdleHeap: the flow whose newest frame is the oldest comes first, though flows are moved only when their turn comes.
import fc from "fast-check";
import { expect, test } from "vitest";
import { IdleHeap } from "./idle-heap.ts";

test("gives flows in the order of their newest times, and looks at each as often as it went on", () => {
  const times = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(fc.array(times, { maxLength: 60 }), (flows) => {
      const heap = new IdleHeap();
      // Each flow was taken in with its first time, and has gone on to its newest one since.
      const newest = flows.map((own) => Math.max(...own));
      for (const [flow, own] of flows.entries()) heap.add(flow, own[0]!);
      const given: number[] = [];
      let moves = 0;
      while (heap.size > 0) {
        if (heap.firstTime < newest[heap.first]!) {
          heap.moveFirst(newest[heap.first]!);
          moves++;
          continue;
        }
        given.push(newest[heap.first]!);
        heap.removeFirst();
      }
      expect(given).toEqual([...newest].sort((a, b) => a - b));
      expect(moves).toBeLessThanOrEqual(flows.length);
    }),
  );
});

test("holds more than it began with", () => {
  const heap = new IdleHeap();
  expect(heap.firstTime).toBe(Number.POSITIVE_INFINITY);
  for (let flow = 0; flow < 5000; flow++) heap.add(flow, (flow * 7919) % 5000);
  for (let time = 0; time < 5000; time++) {
    expect(heap.firstTime).toBe(time);
    heap.removeFirst();
  }
});
