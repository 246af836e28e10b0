// What PcapWriter writes, read by tcpdump and tshark.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { PcapWriter } from "./pcap-writer.ts";
import { drain, frame, pcap, temporary } from "./sample-captures.test.ts";
import { openSource } from "./sources.ts";

const has = (program: string) => spawnSync(program, ["--version"]).status === 0;
for (const program of ["tcpdump", "tshark"])
  if (!has(program)) console.log(`${program} not here: it reads nothing of ours`);

const PACKETS = [
  { seconds: 1, nanoseconds: 999_999_999, octets: frame(60, 1), original: 60 },
  { seconds: 0xffff_ffff, nanoseconds: 1, octets: frame(14, 2), original: 1514 },
  { seconds: 1_700_000_000, nanoseconds: 123_456_789, octets: frame(200_000, 3), original: 200_000 },
];

function write(writer: PcapWriter): void {
  for (const { seconds, nanoseconds, octets, original } of PACKETS)
    writer.write(seconds, nanoseconds, octets, original);
}

describe("pcap writer", () => {
  it("writes the octets of the specification", async () => {
    const pieces: Uint8Array[] = [];
    const writer = PcapWriter.toMemory(pieces, { snapLength: 65_535 });
    writer.write(5, 7999, frame(60, 9), 70);
    await writer.close();
    expect(Buffer.concat(pieces)).toEqual(pcap([{ seconds: 5, fraction: 7, octets: frame(60, 9), original: 70 }]));
  });

  it.skipIf(!has("tshark"))("is read by tshark, to the nanosecond", async () => {
    const path = temporary("written.pcap");
    const writer = PcapWriter.toFile(path, { nanoseconds: true, linkType: 147 });
    write(writer);
    expect(readdirSync(dirname(path))).not.toContain("written.pcap");
    await writer.close();
    expect(readdirSync(dirname(path))).toEqual(["written.pcap"]);
    const fields = ["frame.time_epoch", "frame.len", "frame.cap_len"].flatMap((field) => ["-e", field]);
    const read = execFileSync("tshark", ["-r", path, "-n", "-T", "fields", ...fields], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    expect(
      read
        .trim()
        .split("\n")
        .map((line) => line.split("\t")),
    ).toEqual([
      ["1.999999999", "60", "60"],
      ["4294967295.000000001", "1514", "14"],
      ["1700000000.123456789", "200000", "200000"],
    ]);
  });

  // tcpdump reads the packet of 2106 too, but finds no words for its time.
  it.skipIf(!has("tcpdump"))("is read by tcpdump", async () => {
    const path = temporary("written.pcap");
    const writer = PcapWriter.toFile(path);
    write(writer);
    await writer.close();
    const read = execFileSync("tcpdump", ["-r", path, "-n", "-tt", "-e"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    expect(
      read
        .split("\n")
        .filter((line) => /^\d/.test(line))
        .map((line) => line.split(" ")[0]),
    ).toEqual(["1.999999", "1700000000.123456"]);
  });

  it("writes again what was read", async () => {
    const path = temporary(
      "original.pcap",
      pcap(
        PACKETS.map(({ nanoseconds, ...rest }) => ({ ...rest, fraction: nanoseconds })),
        { magic: 0xa1b23c4d },
      ),
    );
    const stream = new PassThrough();
    const written: Buffer[] = [];
    stream.on("data", (octets: Buffer) => written.push(octets));
    const writer = PcapWriter.toStream(stream, { nanoseconds: true, snapLength: 65_535 });
    for await (const block of await openSource(path))
      for (let row = 0; row < block.count; row++) writer.writeRow(block, row);
    await writer.close();
    expect(writer.packets).toBe(3);
    expect(Buffer.concat(written).equals(readFileSync(path))).toBe(true);
    expect((await drain(await openSource(path))).length).toBe(3);
  });

  it("leaves nothing when it is discarded", () => {
    const path = temporary("never.pcap");
    const writer = PcapWriter.toFile(path);
    write(writer);
    writer.discard();
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(dirname(path))).toEqual([]);
  });
});
