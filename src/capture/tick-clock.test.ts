// Timestamps of every resolution against arithmetic with BigInt.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { description, drain, enhanced, frame, option, section, temporary } from "./sample-captures.test.ts";
import { openSource } from "./sources.ts";
import { TickClock } from "./tick-clock.ts";

function exact(resolution: number, ticks: bigint): { seconds: bigint; nanoseconds: bigint } {
  const digits = BigInt(resolution & 0x7f);
  const unit = resolution >= 0x80 ? 1n << digits : 10n ** digits;
  return { seconds: ticks / unit, nanoseconds: ((ticks % unit) * 1_000_000_000n) / unit };
}

describe("tick clock", () => {
  it("is exact to the nanosecond for powers of 10, and of 2 up to 2^64", () => {
    const resolutions = fc.oneof(fc.integer({ min: 0, max: 127 }), fc.integer({ min: 128, max: 192 }));
    fc.assert(
      fc.property(resolutions, fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), (resolution, ticks) => {
        const { seconds, nanoseconds } = exact(resolution, ticks);
        if (seconds >= 1n << 53n) return;
        const clock = new TickClock(resolution);
        clock.convert(Number(ticks >> 32n), Number(ticks & 0xffff_ffffn));
        expect([clock.seconds, clock.nanoseconds]).toEqual([Number(seconds), Number(nanoseconds)]);
      }),
      { numRuns: 5000 },
    );
  });

  it("gives each packet of a capture the exact time, the short way too", async () => {
    const cases = fc
      .sample(
        fc.record({
          resolution: fc.oneof(
            fc.constantFrom(6, 9, 3, 0),
            fc.integer({ min: 0, max: 19 }),
            fc.integer({ min: 128, max: 191 }),
          ),
          seconds: fc.bigInt({ min: 0n, max: 0xffff_ffffn }),
          nanoseconds: fc.bigInt({ min: 0n, max: 999_999_999n }),
        }),
        1000,
      )
      .map(({ resolution, seconds, nanoseconds }) => {
        const digits = BigInt(resolution & 0x7f);
        const unit = resolution >= 0x80 ? 1n << digits : 10n ** digits;
        const ticks = BigInt.asUintN(64, ((seconds * 1_000_000_000n + nanoseconds) * unit) / 1_000_000_000n);
        return { resolution, ticks };
      });
    const content = Buffer.concat([
      section(true),
      ...cases.flatMap(({ resolution, ticks }, i) => [
        description(true, 1, 0, option(true, 9, Buffer.from([resolution]))),
        enhanced(true, i, ticks, frame(1)),
      ]),
    ]);
    const packets = await drain(await openSource(temporary("clocks.pcapng", content)));
    const expected = cases.map(({ resolution, ticks }) => {
      const { seconds, nanoseconds } = exact(resolution, ticks);
      return seconds > 0xffff_ffffn ? null : `${seconds}.${String(nanoseconds).padStart(9, "0")}`;
    });
    expect(packets.map((packet) => packet.time)).toEqual(expected);
  });

  it("keeps below a second what is finer than 2^-64", () => {
    const clock = new TickClock(0x80 + 70, 5);
    clock.convert(0xffff_ffff, 0xffff_ffff);
    expect([clock.seconds, clock.nanoseconds]).toEqual([5, 15_624_999]);
  });
});
