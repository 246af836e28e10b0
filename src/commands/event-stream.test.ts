// Server-sent events in whatever pieces they come, and the windows of rows that are asked for.
import fc from "fast-check";
import { expect, test } from "vitest";
import { serverEvents } from "./event-stream.ts";
import { coveringWindow, covers, MOST_ROWS } from "./remote-window.ts";

async function* piecesOf(text: string, cuts: readonly number[]) {
  const octets = Buffer.from(text);
  const places = [...new Set(cuts.map((cut) => cut % (octets.length + 1)))].sort((a, b) => a - b);
  let at = 0;
  for (const place of [...places, octets.length]) {
    yield octets.subarray(at, place);
    at = place;
  }
}

async function eventsOf(text: string, cuts: readonly number[] = []) {
  const events = [];
  for await (const event of serverEvents(piecesOf(text, cuts))) events.push(event);
  return events;
}

test("events are the same in whatever pieces they come", async () => {
  const line = fc.string({ unit: fc.constantFrom("a", ":", " ", "ü", "👍", '"') });
  const event = fc.record({
    name: fc.constantFrom("view", "problem"),
    data: fc.array(line, { minLength: 1, maxLength: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(event), fc.array(fc.nat()), fc.constantFrom("\n", "\r\n"), async (events, cuts, end) => {
      const text = events
        .map(({ name, data }) => [`event: ${name}`, ...data.map((one) => `data: ${one}`), "", ""].join(end))
        .join(`: a comment${end}`);
      expect(await eventsOf(text, cuts)).toEqual(events.map(({ name, data }) => ({ name, data: data.join("\n") })));
    }),
  );
});

test("the last event is one only with its end; what has no end is refused", async () => {
  expect(await eventsOf("data: 1\n\ndata: 2\n")).toEqual([{ name: "message", data: "1" }]);
  await expect(eventsOf(`data: ${"x".repeat(17_000_000)}`)).rejects.toThrow("expected pictures of a sane size");
});

test("a window covers what it is asked for, and the places beside it", () => {
  fc.assert(
    fc.property(fc.nat(10_000), fc.integer({ min: 1, max: 500 }), (from, rows) => {
      const window = coveringWindow({ from, rows });
      expect(covers(window, { from, rows })).toBe(true);
      expect(window.rows).toBeLessThanOrEqual(MOST_ROWS);
      if (rows <= 150) expect(covers(window, { from: from + 5, rows })).toBe(true);
    }),
  );
});
