// Message borders hold wherever segments end.
import fc from "fast-check";
import { expect, test } from "vitest";
import { BROKEN, messageLength, NOT_YET, StreamFraming } from "./stream-framing.ts";

function message(octets: number, fill: number): Buffer {
  const bytes = Buffer.alloc(octets, fill);
  bytes.writeUInt16BE(10, 0);
  bytes.writeUInt16BE(octets, 2);
  return bytes;
}

function frame(chunks: readonly Uint8Array[]) {
  const framing = new StreamFraming();
  const found: Buffer[] = [];
  const sound = chunks.every((chunk) =>
    framing.take(chunk, (bytes, start, end) => found.push(Buffer.from(bytes.subarray(start, end)))),
  );
  return { found, sound, waiting: framing.waiting };
}

/** The octets in pieces of these lengths, then the rest. */
function pieces(octets: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let from = 0;
  for (const length of lengths) {
    chunks.push(octets.subarray(from, from + length));
    from += length;
  }
  return [...chunks, octets.subarray(from)];
}

test("any pieces of a stream give the same messages", () => {
  const lengths = fc.array(fc.oneof(fc.integer({ min: 16, max: 200 }), fc.constantFrom(16, 65_535)), { maxLength: 6 });
  fc.assert(
    fc.property(lengths, fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 40 }), (octets, cuts) => {
      const messages = octets.map((length, at) => message(length, at + 1));
      const all = Buffer.concat(messages);
      const { found, sound, waiting } = frame(pieces(all, cuts));
      expect(sound).toBe(true);
      expect(waiting).toBe(0);
      expect(found.length).toBe(messages.length);
      expect(Buffer.concat(found).equals(all)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test("any octets end in messages, in octets that wait, or in broken borders; what is held is one message at the most", () => {
  const octets = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.constant(message(40, 3)), fc.constant(message(300, 0)));
  fc.assert(
    fc.property(fc.array(octets, { maxLength: 8 }), (chunks) => {
      const { found, sound, waiting } = frame(chunks);
      const [all, given] = [Buffer.concat(chunks), Buffer.concat(found)];
      expect(all.subarray(0, given.length).equals(given)).toBe(true);
      expect(waiting).toBeLessThanOrEqual(65_535);
      if (sound) expect(given.length + waiting).toBe(all.length);
    }),
  );
});

test("broken borders are seen as soon as they can be", () => {
  expect(messageLength(Uint8Array.of(), 0, 0)).toBe(NOT_YET);
  expect(messageLength(Uint8Array.of(0), 0, 1)).toBe(NOT_YET);
  expect(messageLength(Uint8Array.of(71), 0, 1)).toBe(BROKEN);
  expect(messageLength(Uint8Array.of(0, 9), 0, 2)).toBe(BROKEN);
  expect(messageLength(Uint8Array.of(0, 10, 0), 0, 3)).toBe(NOT_YET);
  expect(messageLength(Uint8Array.of(0, 10, 0, 15), 0, 4)).toBe(BROKEN);
  expect(messageLength(Uint8Array.of(0, 10, 255, 255), 0, 4)).toBe(65_535);
});
