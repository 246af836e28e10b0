// Answers of DNS: what they say, and that nothing of them does harm.
import fc from "fast-check";
import { expect, test } from "vitest";
import { readDnsAnswers } from "./dns-answers.ts";

const u16 = (value: number) => [(value >> 8) & 255, value & 255];
const name = (text: string) => [...text.split(".").flatMap((label) => [label.length, ...Buffer.from(label)]), 0];
const answer = (owner: number[], type: number, data: number[], ttl = 300) => [
  ...owner,
  ...u16(type),
  ...u16(1),
  ...u16(0),
  ...u16(ttl),
  ...u16(data.length),
  ...data,
];
const ASKED = [0xc0, 12];

function message(question: string | null, answers: number[][], flags = 0x8180): Uint8Array {
  const header = [
    ...u16(7),
    ...u16(flags),
    ...u16(question === null ? 0 : 1),
    ...u16(answers.length),
    ...u16(0),
    ...u16(0),
  ];
  return Uint8Array.from([
    ...header,
    ...(question === null ? [] : [...name(question), ...u16(1), ...u16(1)]),
    ...answers.flat(),
  ]);
}

function read(octets: Uint8Array, from = 0): string[] {
  const found: string[] = [];
  readDnsAnswers(octets, from, octets.length, (bytes, at, length, text, seconds) =>
    found.push(`${bytes.subarray(at, at + length).join(".")} ${text} ${seconds}`),
  );
  return found;
}

test("addresses have the name that was asked for, also over other names", () => {
  const direct = message("www.example.org", [answer(ASKED, 1, [192, 0, 2, 7])]);
  expect(read(direct)).toEqual(["192.0.2.7 www.example.org 300"]);
  const behind = Uint8Array.from([1, 2, 3, ...direct]);
  expect(read(behind, 3)).toEqual(["192.0.2.7 www.example.org 300"]);
  const chain = message("www.example.org", [
    answer(ASKED, 5, name("edge.CDN.example")),
    answer(name("EDGE.cdn.example"), 28, [0x20, 1, 0xd, 0xb8, ...Array(11).fill(0), 9], 60),
    answer(name("other.example"), 1, [192, 0, 2, 8]),
  ]);
  expect(read(chain)).toEqual([
    "32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.9 www.example.org 60",
    "192.0.2.8 other.example 300",
  ]);
});

test("mDNS asks nothing and answers all the same", () => {
  const octets = message(null, [answer(name("printer.local"), 1, [192, 0, 2, 9], 120)], 0x8400);
  expect(read(octets)).toEqual(["192.0.2.9 printer.local 120"]);
});

test("questions, faults, answers cut off and pointers in a circle say nothing", () => {
  const good = [answer(ASKED, 1, [192, 0, 2, 7])];
  expect(read(message("a.example", good, 0x0100))).toEqual([]);
  expect(read(message("a.example", good, 0x8183))).toEqual([]);
  expect(read(message("a.example", good, 0x8380))).toEqual([]);
  const whole = message("a.example", good);
  for (let length = 0; length < whole.length; length++) expect(read(whole.subarray(0, length))).toEqual([]);
  const circle = message("a.example", [answer([0xc0, 27], 1, [192, 0, 2, 7])]);
  expect(read(circle)).toEqual([]);
  const dotted = message(null, [answer([3, 0x61, 0x2e, 0x62, 0], 1, [192, 0, 2, 7])], 0x8400);
  expect(read(dotted)).toEqual(["192.0.2.7 a\ufffdb 300"]);
});

test("no octets make it fail or read beyond the message", () => {
  const sound = message("www.example.org", [
    answer(ASKED, 5, name("b.example")),
    answer(name("b.example"), 1, [1, 2, 3, 4]),
  ]);
  const change = fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { maxLength: 8 });
  fc.assert(
    fc.property(change, fc.nat(sound.length), (changes, length) => {
      const octets = Uint8Array.from(sound);
      for (const [at, value] of changes) octets[at] = value;
      // Behind the message lies another packet's data, which must not be read.
      const end = Math.min(length, octets.length);
      readDnsAnswers(octets, 0, end, (_, at, size, text) => {
        expect(at + size).toBeLessThanOrEqual(end);
        expect(text.length).toBeLessThanOrEqual(255);
      });
    }),
    { numRuns: 5000 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (octets) => void read(octets)),
    { numRuns: 3000 },
  );
});
