// pcapng captures: sections, interfaces, all kinds of packet blocks, statistics, damage.
import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { CaptureInterface } from "../core/packet-block.ts";
import {
  block,
  description,
  drain,
  enhanced,
  frame,
  integers,
  option,
  section,
  sentences,
  temporary,
} from "./sample-captures.test.ts";
import { openSource } from "./sources.ts";

async function read(...blocks: readonly Uint8Array[]) {
  const source = await openSource(temporary("sample.pcapng", Buffer.concat(blocks)));
  const packets = await drain(source);
  return { source, packets, problems: sentences(source) };
}

const MICROSECONDS = 1_700_000_000_123_456n;

describe("pcapng", () => {
  for (const little of [true, false]) {
    const order = little ? "little" : "big";
    it(`reads sections, interfaces and their clocks, ${order} endian`, async () => {
      const path = temporary(
        "sections.pcapng",
        Buffer.concat([
          section(little),
          description(little, 1, 96, option(little, 2, Buffer.from("eth0")), option(little, 9, Buffer.from([9]))),
          description(little, 101, 0),
          enhanced(little, 1, MICROSECONDS, frame(61, 1), 1500),
          enhanced(little, 0, 1_700_000_000_123_456_789n, frame(60, 2)),
          section(!little),
          description(!little, 113, 0, option(!little, 14, integers(!little, [8, -1_000_000_000]))),
          enhanced(!little, 0, MICROSECONDS, frame(3, 3)),
        ]),
      );
      const source = await openSource(path);
      let interfaces: readonly CaptureInterface[] = [];
      for await (const given of source) interfaces = given.interfaces;
      expect(interfaces).toEqual([
        { index: 1, name: "eth0", linkType: 1, snapLength: 96 },
        { index: 2, name: null, linkType: 101, snapLength: 0 },
        { index: 1, name: null, linkType: 113, snapLength: 0 },
      ]);
      const packets = await drain(await openSource(path));
      expect(packets).toMatchObject([
        { time: "1700000000.123456000", original: 1500, interfaceIndex: 1, octets: frame(61, 1) },
        { time: "1700000000.123456789", original: 60, interfaceIndex: 0, octets: frame(60, 2) },
        { time: "700000000.123456000", original: 3, interfaceIndex: 2, octets: frame(3, 3) },
      ]);
    });

    it(`reads simple and old packet blocks and skips what it does not know, ${order} endian`, async () => {
      const old = integers(
        little,
        [2, 0],
        [2, 5],
        [4, MICROSECONDS >> 32n],
        [4, MICROSECONDS & 0xffff_ffffn],
        [4, 7],
        [4, 70],
      );
      const { packets, problems } = await read(
        section(little),
        description(little, 1, 10),
        block(little, 3, Buffer.concat([integers(little, [4, 64]), frame(10, 4)])),
        block(little, 0x0bad, Buffer.alloc(20)),
        block(little, 3, Buffer.concat([integers(little, [4, 6]), frame(6, 5)])),
        block(little, 2, Buffer.concat([old, frame(7, 6)])),
      );
      expect(problems).toEqual([]);
      expect(packets).toMatchObject([
        { time: null, octets: frame(10, 4), original: 64 },
        { time: null, octets: frame(6, 5), original: 6 },
        { time: "1700000000.123456000", octets: frame(7, 6), original: 70 },
      ]);
    });

    it(`adds up what interfaces and kernels dropped, ${order} endian`, async () => {
      const statistics = (number: number, code: number, value: number) =>
        block(
          little,
          5,
          Buffer.concat([integers(little, [4, number], [8, 0]), option(little, code, integers(little, [8, value]))]),
        );
      const { source } = await read(
        section(little),
        description(little, 1, 0),
        description(little, 1, 0),
        statistics(0, 5, 1),
        statistics(0, 5, 3),
        statistics(1, 7, 4),
        section(little),
        description(little, 1, 0),
        statistics(0, 5, 10),
        statistics(9, 5, 1000),
      );
      expect(source.counts).toMatchObject({ interfaceDrops: 13, kernelDrops: 4 });
    });
  }

  it("holds an interface once that many sections repeat", async () => {
    const one = Buffer.concat([section(true), description(true, 1, 0), enhanced(true, 0, 0n, frame(1))]);
    const source = await openSource(temporary("many.pcapng", Buffer.concat(Array.from({ length: 500 }, () => one))));
    for await (const given of source) expect(given.interfaces.length).toBe(1);
    expect(source.counts.packets).toBe(500);
  });

  it("marks times that 32 bits of seconds cannot hold", async () => {
    const late = (1n << 32n) * 1_000_000n;
    const early = description(true, 1, 0, option(true, 14, integers(true, [8, -2])));
    const { packets } = await read(
      section(true),
      description(true, 1, 0),
      early,
      enhanced(true, 0, late - 1n, frame(1)),
      enhanced(true, 0, late, frame(1)),
      enhanced(true, 0, 0xffff_ffff_ffff_ffffn, frame(1)),
      enhanced(true, 1, 1_999_999n, frame(1)),
    );
    expect(packets.map((packet) => packet.time)).toEqual(["4294967295.999999000", null, null, null]);
  });

  const good = Buffer.concat([section(true), description(true, 1, 0), enhanced(true, 0, MICROSECONDS, frame(5))]);
  const packet = enhanced(true, 0, MICROSECONDS, frame(8));
  const changed = (at: number, value: number, from = packet) => {
    const copy = Buffer.from(from);
    copy.writeUInt32LE(value, at);
    return copy;
  };
  const bad: readonly (readonly [what: string, content: Uint8Array, sentence: RegExp])[] = [
    ["no multiple of 4", changed(4, 42), /offset 92: expected a pcapng block length .* found 42/],
    ["less than 12", changed(4, 8), /found 8;/],
    ["zero", changed(4, 0), /found 0;/],
    ["more than 16 MiB", changed(4, 0x0200_0000), /found 33554432;/],
    ["another length at its end", changed(packet.length - 4, 44), /ends with its length 40, found 44/],
    ["a captured length beyond it", changed(20, 9), /packet 2, offset 88: expected a packet of at most 8 octets/],
    ["a missing interface", changed(8, 1), /packet 2, offset 88: expected a packet of one of the 1 interfaces/],
    ["too little room for its kind", block(true, 6, Buffer.alloc(16)), /type 6\) of at least 32 octets, found 28/],
    ["a new version", section(true, 2), /expected pcapng version 1\.x, found 2/],
    ["a bad byte order magic", changed(8, 7, section(true)), /byte order magic 1a2b3c4d, found 00000007/],
  ];
  for (const [what, content, sentence] of bad) {
    it(`stops at a block with ${what}, after the packets before`, async () => {
      const { packets, problems } = await read(good, content, packet);
      expect(packets.length).toBe(1);
      expect(problems).toEqual([expect.stringMatching(sentence)]);
    });
  }

  it("wants an interface before the first packet", async () => {
    const { problems } = await read(section(true), packet);
    expect(problems[0]).toMatch(/packet 1, offset 28: expected a packet of one of the 0 interfaces/);
    const simple = await read(section(true), block(true, 3, Buffer.alloc(8)));
    expect(simple.problems[0]).toMatch(/packet 1, offset 28/);
  });

  it("gives the whole packets of a capture cut anywhere, and says that it is cut", async () => {
    const whole = Buffer.concat([good, packet, packet]);
    const ends = [28, 48, 88, 128, 168];
    const path = temporary("cut.pcapng");
    for (let length = 4; length <= whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length));
      const source = await openSource(path);
      const packets = await drain(source);
      expect(packets.length).toBe(ends.slice(2).filter((end) => end <= length).length);
      expect(source.problems.length, `${length} octets`).toBe(ends.includes(length) ? 0 : 1);
    }
  });

  it("does not believe in more interfaces than fit", async () => {
    const many = Array.from({ length: 65_537 }, () => description(true, 1, 0));
    const { problems } = await read(section(true), ...many);
    expect(problems[0]).toMatch(/at most 65536 interfaces/);
  });
});
