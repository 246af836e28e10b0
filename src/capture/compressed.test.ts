// gzip and zstd captures: several members, cut, damaged, hostile.
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { drain, frame, integers, pcap, sentences, temporary } from "./sample-captures.test.ts";
import { openSource } from "./sources.ts";

const ZSTD = ["/usr/bin/zstd", "/usr/local/bin/zstd", "/opt/homebrew/bin/zstd"].find((path) => existsSync(path));
const zstd = (octets: Uint8Array, ...options: string[]) =>
  execFileSync(ZSTD!, ["-q", "-c", ...options], { input: octets, maxBuffer: 1 << 28 });

/** Packets that compress a little, so that every part of a frame is met. */
const GIVEN = Array.from({ length: 6000 }, (_, i) => ({ seconds: i, octets: frame(60 + (i % 40), (i * 7919) & 255) }));
const WHOLE = pcap(GIVEN);

/** A zstd frame of raw blocks, made by hand (RFC 8878 section 3.1.1). */
function rawFrame(octets: Uint8Array): Buffer {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < octets.length; at += 100_000) {
    const body = octets.subarray(at, at + 100_000);
    const last = at + 100_000 >= octets.length ? 1 : 0;
    blocks.push(integers(true, [4, (body.length << 3) | last]).subarray(0, 3), body);
  }
  return Buffer.concat([integers(true, [4, 0xfd2fb528]), Buffer.from([0, 0x58]), ...blocks]);
}

const SKIPPED = Buffer.concat([integers(true, [4, 0x184d2a53], [4, 5]), Buffer.from("hello")]);

async function read(content: Uint8Array) {
  const source = await openSource(temporary("sample", content));
  const packets = await drain(source);
  return { source, packets, problems: sentences(source) };
}

const packings: (readonly [name: string, pack: (octets: Uint8Array) => Uint8Array])[] = [
  ["gzip", (octets) => gzipSync(octets)],
  [
    "gzip of two members",
    (octets) => Buffer.concat([gzipSync(octets.subarray(0, 1001)), gzipSync(octets.subarray(1001))]),
  ],
  ["zstd of raw blocks", rawFrame],
  [
    "zstd of several frames",
    (octets) =>
      Buffer.concat([SKIPPED, rawFrame(octets.subarray(0, 999)), SKIPPED, rawFrame(octets.subarray(999)), SKIPPED]),
  ],
];
if (ZSTD === undefined) console.log("zstd not here: what it writes is not read");
else {
  packings.push(
    ["zstd", (octets) => zstd(octets)],
    ["zstd -19", (octets) => zstd(octets, "-19")],
    ["zstd --long=25", (octets) => zstd(octets, "--long=25")],
    [
      "zstd in two frames",
      (octets) => Buffer.concat([zstd(octets.subarray(0, 50_000)), zstd(octets.subarray(50_000), "--no-check")]),
    ],
  );
}

describe("compressed captures", () => {
  for (const [name, pack] of packings) {
    it(`reads ${name}`, async () => {
      const { source, packets, problems } = await read(pack(WHOLE));
      expect(problems).toEqual([]);
      expect(packets.length).toBe(GIVEN.length);
      expect(packets.every((packet, i) => packet.octets.equals(GIVEN[i]!.octets))).toBe(true);
      const { done, total } = source.progress()!;
      expect(done).toBe(total);
    });

    it(`gives what can be had of cut ${name}, and one sentence`, async () => {
      const small = pack(pcap(GIVEN.slice(0, 20)));
      const path = temporary("cut");
      const step = Math.ceil(small.length / 60);
      const lengths = [...small.keys()].filter((length) => length % step === 1 || length < 20);
      for (const length of lengths.filter((value) => value > 0)) {
        writeFileSync(path, small.subarray(0, length));
        try {
          const source = await openSource(path);
          const packets = await drain(source);
          expect(packets.every((packet, i) => packet.octets.equals(GIVEN[i]!.octets))).toBe(true);
          expect(source.problems.length).toBeLessThanOrEqual(1);
        } catch (error) {
          expect(error).toMatchObject({ name: "SourceError" });
        }
      }
      const half = await read(pack(WHOLE).subarray(0, -9));
      if (!name.endsWith("several frames")) expect(half.problems).toEqual([expect.stringMatching(/cut short|damage/)]);
    });
  }

  it("gives the packets before damage in gzip", async () => {
    const packed = gzipSync(WHOLE, { level: 0 });
    packed.fill(0xff, 200_000, 200_010);
    packed.writeUInt32LE(packed.readUInt32LE(packed.length - 8) ^ 1, packed.length - 8);
    const { packets, problems } = await read(packed);
    expect(packets.length).toBeGreaterThan(1000);
    expect(problems.length).toBe(1);
  });

  it("says what is no capture inside, and what is compressed twice", async () => {
    await expect(read(gzipSync("only text in here"))).rejects.toThrow(/expected a capture .* found text/);
    await expect(read(gzipSync(""))).rejects.toThrow(/found an empty file/);
    await expect(read(gzipSync(gzipSync(WHOLE)))).rejects.toThrow(/gzip data inside compressed data/);
    await expect(read(Buffer.from([0x1f, 0x8b]))).rejects.toThrow(/expected more gzip data/);
  });

  it("refuses a zstd window that would take all memory", async () => {
    const hostile = Buffer.concat([integers(true, [4, 0xfd2fb528]), Buffer.from([0, 0xf8, 1, 0, 0])]);
    await expect(read(hostile)).rejects.toThrow(/expected a zstd window of at most/);
  });

  it("keeps bombs small", async () => {
    const before = process.memoryUsage().rss;
    const gzipped = await openSource(temporary("bomb.gz", gzipSync(Buffer.concat([pcap([]), Buffer.alloc(64 << 20)]))));
    for await (const block of gzipped) expect(block.bytes.length).toBe(262_144);
    expect(gzipped.counts.packets).toBe((64 << 20) / 16);
    // 128 KiB of zeros from each block of 4 octets.
    const repeat = Buffer.concat([integers(true, [4, (131_072 << 3) | 2]).subarray(0, 3), Buffer.alloc(1)]);
    const first = integers(true, [4, 24 << 3]).subarray(0, 3);
    const header = Buffer.concat([integers(true, [4, 0xfd2fb528]), Buffer.from([0, 0x38]), first, pcap([])]);
    const path = temporary("bomb.zst", Buffer.concat([header, ...Array.from({ length: 512 }, () => repeat)]));
    const zipped = await openSource(path);
    for await (const block of zipped) expect(block.bytes.length).toBe(262_144);
    expect(zipped.counts.packets).toBe((512 * 131_072) / 16);
    expect(sentences(zipped)).toEqual([expect.stringMatching(/expected more zstd data/)]);
    expect(process.memoryUsage().rss - before).toBeLessThan(400 << 20);
  });
});
