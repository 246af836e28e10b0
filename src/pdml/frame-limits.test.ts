// What an attacker sends: frames without an end, names without number. Reading goes on, memory stays, everything is counted.
import { expect, test } from "vitest";
import { FieldNames } from "./field-names.ts";
import type { FrameSource } from "./frame-source.ts";
import { PdmlFrames } from "./pdml-frames.ts";

const LIMITS = { octets: 100_000, value: 1000 };
/** More turns than there are pieces: it would go on for ever. */
const MOST_TURNS = 10_000;

function frames(pieces: Iterable<string>, names = new FieldNames()): FrameSource {
  async function* octets() {
    for (const piece of pieces) yield Buffer.from(piece);
  }
  const input = { octets: octets(), progress: () => null, close: async () => undefined };
  return new PdmlFrames(input, names, { source: "x", limits: LIMITS });
}

/** The numbers of the frames that come. */
async function numbers(source: FrameSource): Promise<number[]> {
  const given: number[] = [];
  for (let turns = 0; turns < MOST_TURNS; turns++) {
    for (let frame = source.next(); frame !== null; frame = source.next()) given.push(frame.number);
    if (!(await source.more())) return given;
  }
  throw new Error("there is no end to it");
}

function* times(count: number, piece: string): Generator<string> {
  for (let left = count; left > 0; left--) yield piece;
}

test.each([
  ["one value", "<field name='a' show='", "x".repeat(9000), "'/>"],
  ["fields without number", "", "<field name='a' show='b'/>".repeat(300), ""],
  ["text", "", "some words ".repeat(800), ""],
  ["a comment", "<!--", " words ".repeat(1000), "-->"],
  ["one tag of many attributes", "<field ", "a='b' ".repeat(1000), "/>"],
])("a frame beyond the limit (%s) is passed over; those behind it come", async (_, begin, middle, end) => {
  function* pieces() {
    yield `<pdml><packet>${begin}`;
    yield* times(100, middle);
    yield `${end}</packet><packet><field name='b' show='c'/></packet></pdml>`;
  }
  const source = frames(pieces());
  expect(await numbers(source)).toEqual([2]);
  expect(source.counts).toMatchObject({ frames: 2, given: 1, tooLarge: 1, malformed: 0 });
  expect(source.problems).toEqual([]);
});

test.each([
  ["a comment", "<pdml><!--"],
  ["a tag", "<pdml "],
  ["an attribute", "<pdml a='"],
  ["a declaration", "<?xml "],
])("what does not end outside of frames (%s) ends the reading", async (_, begin) => {
  function* pieces() {
    yield begin;
    yield* times(500, " words ".repeat(1000));
  }
  const source = frames(pieces());
  expect(await numbers(source)).toEqual([]);
  expect(source.problems).toHaveLength(1);
  expect(source.problems[0]).toMatch(/^x, octet \d+, frame 1: expected /);
});
