// Classic pcap files: byte orders, resolutions, limits, damage.
import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { drain, frame, pcap, sentences, temporary } from "./sample-captures.test.ts";
import { openSource } from "./sources.ts";

async function read(content: Uint8Array) {
  const source = await openSource(temporary("sample.pcap", content));
  const packets = await drain(source);
  return { source, packets, problems: sentences(source) };
}

describe("classic pcap", () => {
  const kinds = [
    { name: "microseconds", magic: 0xa1b2c3d4, time: "4000000000.000123000" },
    { name: "nanoseconds", magic: 0xa1b23c4d, time: "4000000000.000000123" },
    { name: "modified", magic: 0xa1b2cd34, time: "4000000000.000123000" },
  ];
  for (const { name, magic, time } of kinds) {
    for (const little of [true, false]) {
      it(`reads ${name}, ${little ? "little" : "big"} endian`, async () => {
        const given = [
          { seconds: 4_000_000_000, fraction: 123, octets: frame(60, 1) },
          { seconds: 4_000_000_000, fraction: 123, octets: frame(0), original: 1500 },
          { seconds: 4_000_000_000, fraction: 123, octets: frame(71, 3) },
        ];
        const { source, packets, problems } = await read(pcap(given, { magic, little }));
        expect(problems).toEqual([]);
        expect(packets.map((packet) => packet.time)).toEqual([time, time, time]);
        expect(packets.map((packet) => packet.octets)).toEqual(given.map((packet) => packet.octets));
        expect(source.counts).toEqual({ packets: 3, bytes: 60 + 1500 + 71, kernelDrops: null, interfaceDrops: null });
      });
    }
  }

  it("takes the link type from the low 16 bits and knows no interface number", async () => {
    const source = await openSource(temporary("fcs.pcap", pcap([{}], { network: 0x4400_0071, snapLength: 0 })));
    for await (const block of source) {
      expect(block.interfaces).toEqual([{ index: 0, name: null, linkType: 0x71, snapLength: 0 }]);
    }
    expect(source.counts.packets).toBe(1);
  });

  it("keeps what the file says where the captured length is the larger one", async () => {
    const { packets, problems } = await read(pcap([{ octets: frame(80), original: 40 }]));
    expect(problems).toEqual([]);
    expect(packets[0]).toMatchObject({ original: 40, octets: frame(80) });
  });

  it("takes a fraction of a second and more as seconds, and lengths in the old order as they were meant", async () => {
    const { packets } = await read(
      pcap([
        { seconds: 7, fraction: 2_500_000 },
        { seconds: 0xffff_ffff, fraction: 1_000_000 },
      ]),
    );
    expect(packets.map((packet) => packet.time)).toEqual(["9.500000000", null]);
    const swapped = await read(pcap([{ octets: frame(60), captured: 1514, original: 60 }], { version: [2, 3] }));
    expect(swapped.packets[0]).toMatchObject({ original: 1514, octets: frame(60) });
  });

  it("reads packets across every chunk boundary, longer ones than a chunk too", async () => {
    const given = Array.from({ length: 3000 }, (_, i) => ({ seconds: i, octets: frame(i % 900, i & 255) }));
    given.splice(1000, 0, { seconds: 5, octets: frame(900_000, 7) });
    const { packets, problems } = await read(pcap(given, { snapLength: 1_000_000 }));
    expect(problems).toEqual([]);
    expect(packets.length).toBe(3001);
    expect(packets.every((packet, i) => packet.octets.equals(given[i]!.octets))).toBe(true);
  });

  it("says where a record lies about its length, and gives the packets before", async () => {
    const { packets, problems } = await read(pcap([{}, {}, { captured: 262_145 }, {}]));
    expect(packets.length).toBe(2);
    expect(problems).toEqual([
      expect.stringMatching(
        /sample\.pcap, packet 3, offset 176: expected a packet of at most 262144 octets, found .* 262145;/,
      ),
    ]);
    const huge = await read(pcap([{ captured: 0x0200_0000 }], { snapLength: 0xffff_ffff }));
    expect(huge.problems[0]).toMatch(/at most 16777216 octets/);
  });

  it("refuses other versions", async () => {
    const { packets, problems } = await read(pcap([{}], { version: [9, 9] }));
    expect(packets).toEqual([]);
    expect(problems[0]).toMatch(/offset 4: expected pcap version 2\.x, found version 9\.9/);
  });

  it("gives the whole packets of a capture cut anywhere, and says that it is cut", async () => {
    for (const magic of [0xa1b2c3d4, 0xa1b2cd34]) {
      const whole = pcap([{ octets: frame(5) }, { octets: frame(0) }, { octets: frame(9) }], { magic });
      const header = magic === 0xa1b2cd34 ? 24 : 16;
      const ends = [24, 29 + header, 29 + 2 * header, 38 + 3 * header];
      const path = temporary("cut.pcap");
      for (let length = 4; length <= whole.length; length++) {
        writeFileSync(path, whole.subarray(0, length));
        const source = await openSource(path);
        const packets = await drain(source);
        expect(packets.length).toBe(Math.max(0, ends.filter((end) => end <= length).length - 1));
        expect(source.problems.length, `${length} octets`).toBe(ends.includes(length) ? 0 : 1);
        if (!ends.includes(length)) expect(sentences(source)[0]).toMatch(/found the end/);
      }
    }
  });

  it("calls octets after the last packet a cut record", async () => {
    const { packets, problems } = await read(Buffer.concat([pcap([{}]), Buffer.from("oops")]));
    expect(packets.length).toBe(1);
    expect(problems[0]).toMatch(
      /packet 2, offset 100: expected a packet record header of 16 octets, found the end .* after 4;/,
    );
  });

  it("is done after close", async () => {
    const source = await openSource(temporary("closed.pcap", pcap(Array.from({ length: 5000 }, () => ({})))));
    let blocks = 0;
    for await (const _ of source) {
      blocks++;
      await source.close();
    }
    expect(blocks).toBe(1);
    expect(source.problems).toEqual([]);
  });

  it("clamps an impossible wire length", async () => {
    const { packets } = await read(pcap([{ original: 0xffff_ffff }]));
    expect(packets[0]!.original).toBe(0x7fff_ffff);
  });
});
