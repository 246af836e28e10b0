// ByteWriter: every digit, every padding, judged by BigInt and String.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AsciiText } from "./ascii-text.ts";
import { ByteWriter } from "./byte-writer.ts";

function written(write: (out: ByteWriter) => void): string {
  const out = new ByteWriter(256);
  out.bytes.fill(0x21); // what was there before must not show
  write(out);
  return Buffer.from(out.bytes.subarray(0, out.length)).toString("latin1");
}

const split = (value: bigint) => [Number(value & 0xffff_ffffn), Number(value >> 32n)] as const;
const POWERS = Array.from({ length: 20 }, (_, power) => 10n ** BigInt(power));

describe("numbers", () => {
  it("have every digit at the edges of 64 bits", () => {
    const edges = [32n, 53n, 63n, 64n].flatMap((bits) => [2n ** bits - 1n, 2n ** bits, 2n ** bits + 1n]);
    const billions = [10n ** 9n, 10n ** 18n].flatMap((unit) => [unit * 18n - 1n, unit * 18n, unit * 18n + 1n]);
    const values = [...edges, ...billions, ...POWERS.flatMap((power) => [power - 1n, power, power + 1n])];
    for (const value of values.filter((candidate) => candidate < 2n ** 64n)) {
      const [low, high] = split(value);
      expect(written((out) => out.u64(low, high))).toBe(value.toString());
      expect(written((out) => out.paddedU64(low, high, 12))).toBe(value.toString().padStart(12));
    }
  });

  it("are what BigInt writes", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.integer({ min: 0, max: 63 }), (any, shift) => {
        const value = any >> BigInt(shift);
        const [low, high] = split(value);
        expect(written((out) => out.u64(low, high))).toBe(value.toString());
      }),
      { numRuns: 5000 },
    );
  });

  it("near a multiple of 10^9, where the quotient of doubles is one off, are right too", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 18_446_744_073n }), fc.integer({ min: -3, max: 3 }), (billions, offset) => {
        const value = billions * 1_000_000_000n + BigInt(offset);
        fc.pre(value >= 0n && value < 2n ** 64n);
        const [low, high] = split(value);
        expect(written((out) => out.u64(low, high))).toBe(value.toString());
      }),
      { numRuns: 5000 },
    );
  });

  it("of 32 bits are right", () => {
    for (let value = 0; value < 20_000; value++) expect(written((out) => out.number(value))).toBe(String(value));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (value) => {
        expect(written((out) => out.number(value))).toBe(String(value));
      }),
    );
  });

  it("fill their digits", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999_999 }), (value) => {
        expect(written((out) => out.nine(value))).toBe(String(value).padStart(9, "0"));
        expect(written((out) => out.four(value % 10_000))).toBe(String(value % 10_000).padStart(4, "0"));
        expect(written((out) => out.three(value % 1000))).toBe(String(value % 1000).padStart(3, "0"));
        expect(written((out) => out.hex4(value % 65_536))).toBe((value % 65_536).toString(16).padStart(4, "0"));
      }),
    );
  });

  it("are padded, and never cut", () => {
    for (const value of [
      0, 9, 10, 99, 100, 999, 1000, 9999, 10_000, 99_999, 100_000, 999_999, 1_000_000, 4_294_967_295,
    ]) {
      for (const width of [0, 3, 6, 9]) {
        expect(written((out) => out.paddedU64(value, 0, width))).toBe(String(value).padStart(width));
      }
    }
  });
});

describe("texts", () => {
  it("of every length leave nothing behind", () => {
    for (let length = 0; length < 40; length++) {
      const text = "abcdefghijklmnopqrstuvwxyz0123456789{}:,".slice(0, length);
      expect(written((out) => out.text(new AsciiText(text)))).toBe(text);
    }
  });

  it("that are not plain ASCII are refused", () => {
    expect(() => new AsciiText("\u00e9")).toThrow(RangeError);
    expect(() => new AsciiText("\u007f")).toThrow(RangeError);
  });

  it("are padded on both sides", () => {
    const sides = written((out) => {
      out.ascii("ab");
      out.padLeft(0, 5);
      out.ascii("|cd");
      out.padRight(6, 5);
      out.ascii("|long");
      out.padLeft(12, 2);
      out.padRight(12, 2);
    });
    expect(sides).toBe("   ab|cd   |long");
  });

  it("make the writer grow without losing any", () => {
    const out = new ByteWriter(1);
    let expected = "";
    for (let i = 0; i < 3000; i++) {
      out.reserve(20);
      out.number(i);
      out.octet(10);
      expected += `${i}\n`;
    }
    expect(Buffer.from(out.bytes.subarray(0, out.length)).toString()).toBe(expected);
  });
});

describe("MAC addresses", () => {
  it("have six pairs", () => {
    expect(written((out) => out.mac(0x8203_0405, 0xa001))).toBe("a0:01:82:03:04:05");
    expect(written((out) => out.mac(0xffff_ffff, 0xffff))).toBe("ff:ff:ff:ff:ff:ff");
  });
});
