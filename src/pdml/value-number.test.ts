// Numbers, times and addresses out of octets: the same as JavaScript and core/address.ts make of the text.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAddress } from "../core/address.ts";
import { AddressRanges, addressAt } from "./value-address.ts";
import { numberAt, SplitTime, wholeAt } from "./value-number.ts";

/** The text between others, at an offset. */
function placed(text: string): [Uint8Array, number, number] {
  const octets = Buffer.from(`9.${text}7:f`);
  return [octets, 2, octets.length - 3];
}

const numeric = fc.oneof(
  fc.integer().map(String),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.tuple(fc.nat(), fc.stringMatching(/^[0-9]{1,25}$/)).map(([whole, places]) => `${whole}.${places}`),
  fc.bigInt({ min: 0n, max: 2n ** 70n }).map((value) => `0x${value.toString(16)}`),
);

describe("numberAt", () => {
  it("is what JavaScript makes of the text, to the last bit", () => {
    fc.assert(
      fc.property(numeric, (text) => {
        expect(numberAt(...placed(text))).toBe(Number(text));
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    "",
    "-",
    ".",
    ".5",
    "1.2.3",
    "0x",
    "0xg",
    "-0x1",
    "1 2",
    "10.0.0.1",
    "12a",
    "nan",
    "inf",
    "e5",
    "00:11",
    "Truee",
  ])("%j is no number", (text) => {
    expect(numberAt(...placed(text))).toBeNaN();
  });

  it("knows the booleans of newer versions, leading zeros, upper case", () => {
    expect(["True", "False", "007", "0X1F", "0x00000800", "-0.0"].map((text) => numberAt(...placed(text)))).toEqual([
      1, 0, 7, 31, 2048, -0,
    ]);
  });

  it("has every digit of whole numbers where it is asked for", () => {
    expect(wholeAt(...placed("18446744073709551615"))).toBe(18446744073709551615n);
    expect(wholeAt(...placed("0xffffffffffffffff"))).toBe(18446744073709551615n);
    expect(wholeAt(...placed("-5.000"))).toBe(-5n);
    expect(wholeAt(...placed("5.1"))).toBeNull();
  });
});

describe("SplitTime", () => {
  const time = new SplitTime();

  it("has every nanosecond", () => {
    expect(time.read(...placed("1385400647.217572003"))).toBe(true);
    expect(time.whole()).toBe(1385400647217572003n);
    expect(time.read(...placed("5"))).toBe(true);
    expect(time.whole()).toBe(5_000_000_000n);
    expect(time.read(...placed("1.0000000019"))).toBe(true);
    expect(time.whole()).toBe(1_000_000_001n);
  });

  it.each(["", "-1.5", "Nov 25", "1.5x", "123456789012345.0"])("%j is no time", (text) => {
    expect(time.read(...placed(text))).toBe(false);
  });
});

function wordsOf(text: string): number[] | null {
  const words = new Uint32Array(4);
  return addressAt(...placed(text), words) ? [...words] : null;
}

function expectedWords(text: string): number[] | null {
  const octets = parseAddress(text);
  return octets === null ? null : [0, 4, 8, 12].map((at) => Buffer.from(octets).readUInt32BE(at));
}

describe("addressAt", () => {
  it("is what parseAddress makes of the text", () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6(), fc.stringMatching(/^[0-9a-f:.]{0,20}$/));
    fc.assert(
      fc.property(address, (text) => {
        expect(wordsOf(text), text).toEqual(expectedWords(text));
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    "::",
    "::1",
    "1::",
    "fe80::1",
    "::ffff:10.0.0.1",
    "1:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7::",
    ":::",
    "1:::2",
    "::1::",
    "10.0.0",
    "256.0.0.1",
    "10.0.0.1.",
    "12345::",
  ])("%s", (text) => {
    expect(wordsOf(text)).toEqual(expectedWords(text));
  });

  it("finds the range that an address lies in", () => {
    const v4 = 0xffff_0000_0000n;
    const ranges = new AddressRanges([
      [v4 + 10n, v4 + 20n],
      [v4 + 0x0a000000n, v4 + 0x0affffffn],
      [1n << 127n, (1n << 127n) + 5n],
    ]);
    const holds = (text: string) => ranges.hold(...placed(text));
    expect(["0.0.0.10", "0.0.0.20", "10.255.255.255", "8000::5"].map(holds)).toEqual([true, true, true, true]);
    expect(["0.0.0.9", "0.0.0.21", "11.0.0.0", "8000::6", "::", "web"].map(holds)).toEqual(Array(6).fill(false));
    expect(new AddressRanges([]).hold(...placed("10.0.0.1"))).toBe(false);
  });
});
