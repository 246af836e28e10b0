// Times and spans: exact to the nanosecond, judged by BigInt and Date.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteWriter } from "./byte-writer.ts";
import { DateText, Instant, writeSeconds, writeSpan } from "./time-text.ts";

const BILLION = 1_000_000_000n;

function column(nanoseconds: bigint): Uint32Array {
  return Uint32Array.of(Number(nanoseconds & 0xffff_ffffn), Number((nanoseconds >> 32n) & 0xffff_ffffn));
}

function instant(nanoseconds: bigint): Instant {
  const time = new Instant();
  expect(time.read(column(nanoseconds), 0)).toBe(true);
  return time;
}

function written(write: (out: ByteWriter) => void): string {
  const out = new ByteWriter(256);
  write(out);
  return Buffer.from(out.bytes.subarray(0, out.length)).toString();
}

const anyTime = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
  // Around whole seconds, where a quotient of doubles is one off.
  fc
    .tuple(fc.bigInt({ min: 1n, max: 9_223_372_035n }), fc.bigInt({ min: -3n, max: 3n }))
    .map(([seconds, offset]) => seconds * BILLION + offset),
);

describe("a time", () => {
  it("is read exactly", () => {
    fc.assert(
      fc.property(anyTime, (nanoseconds) => {
        const time = instant(nanoseconds);
        expect([BigInt(time.seconds), BigInt(time.nanoseconds)]).toEqual([
          nanoseconds / BILLION,
          nanoseconds % BILLION,
        ]);
      }),
      { numRuns: 5000 },
    );
  });

  it("that is not known is not read", () => {
    const time = new Instant();
    time.seconds = 5;
    expect(time.read(column(-1n), 0)).toBe(false);
    expect(time.seconds).toBe(5);
  });

  it("is the text that Date has, with all nine digits", () => {
    const rfc = new DateText("T");
    const readable = new DateText(" ");
    fc.assert(
      fc.property(anyTime, (nanoseconds) => {
        const date = new Date(Number(nanoseconds / BILLION) * 1000).toISOString().slice(0, 19);
        const digits = String(nanoseconds % BILLION).padStart(9, "0");
        const time = instant(nanoseconds);
        expect(written((out) => rfc.writeNanoseconds(out, time))).toBe(`${date}.${digits}Z`);
        expect(written((out) => readable.writeMilliseconds(out, time))).toBe(
          `${date.replace("T", " ")}.${digits.slice(0, 3)}`,
        );
      }),
      { numRuns: 2000 },
    );
  });

  it("is not mistaken for another that takes the same place in memory", () => {
    const dates = new DateText("T");
    const texts = [0n, 256n, 0n, 512n, 1n, 257n].map((seconds) =>
      written((out) => dates.writeNanoseconds(out, instant(seconds * BILLION))),
    );
    expect(texts.map((text) => text.slice(14, 19))).toEqual(["00:00", "04:16", "00:00", "08:32", "00:01", "04:17"]);
  });

  it("in seconds is rounded as %.3f has it", () => {
    expect(written((out) => writeSeconds(out, instant(1_795_213_031_900_000_000n)))).toBe("1795213031.900");
    expect(written((out) => writeSeconds(out, instant(1_999_499_999n)))).toBe("1.999");
    expect(written((out) => writeSeconds(out, instant(1_999_500_000n)))).toBe("2.000");
    expect(written((out) => writeSeconds(out, instant(9_000_000_000_000_000_001n)))).toBe("9000000000.000");
  });
});

describe("a span", () => {
  const span = (start: bigint, end: bigint) => {
    const difference = new Instant();
    difference.setSpan(instant(start), instant(end));
    return difference;
  };

  it("borrows from the seconds, and is never below zero", () => {
    fc.assert(
      fc.property(anyTime, anyTime, (start, end) => {
        const { seconds, nanoseconds } = span(start, end);
        expect(BigInt(seconds) * BILLION + BigInt(nanoseconds)).toBe(end > start ? end - start : 0n);
      }),
    );
  });

  it("always takes eight octets", () => {
    const text = (nanoseconds: bigint) => written((out) => writeSpan(out, span(0n, nanoseconds)));
    expect(text(0n)).toBe("  0.000s");
    expect(text(12_345_678_901n)).toBe(" 12.345s");
    expect(text(999_999_999_999n)).toBe("999.999s");
    expect(text(1_800_950_000_000n)).toBe(" 1800.9s");
    expect(text(99_999_999_999_999n)).toBe("99999.9s");
    expect(text(604_800_000_000_000n)).toBe(" 604800s");
  });
});
