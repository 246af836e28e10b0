// Every capture of the shared corpus against the totals that TShark found in it; every malformed one without a crash.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { SourceError } from "../core/errors.ts";
import { BLOCK_PACKETS, type PacketSource } from "../core/packet-block.ts";
import { drain } from "./sample-captures.test.ts";
import { openSource, openSources } from "./sources.ts";

const CORPUS = fileURLToPath(new URL("../../../shared/corpus/", import.meta.url));
const PRESENT = existsSync(`${CORPUS}pcap`);
if (!PRESENT) console.log("corpus not here: its captures are not read");

interface Truth {
  readonly totals: {
    readonly frames: number;
    readonly frame_bytes: number;
    readonly captured_bytes: number;
    readonly first_ts: string | null;
    readonly last_ts: string | null;
  };
  readonly container: { readonly linktypes: number[] };
}

function captures(folder: string): string[] {
  return readdirSync(`${CORPUS}${folder}`).filter((name) => existsSync(`${CORPUS}${folder}/${name}.truth.json`));
}

/** Sums over a source, in the form of the truth files. */
async function sum(source: PacketSource) {
  const sums = {
    frames: 0,
    frame_bytes: 0,
    captured_bytes: 0,
    first_ts: null as string | null,
    last_ts: null as string | null,
  };
  const linkTypes = new Set<number>();
  for await (const block of source) {
    expect(block.count).toBeLessThanOrEqual(BLOCK_PACKETS);
    for (let row = 0; row < block.count; row++) {
      sums.frames++;
      sums.frame_bytes += block.originalLength[row]!;
      sums.captured_bytes += block.capturedLength[row]!;
      if (block.offset[row]! + block.capturedLength[row]! > block.bytes.length) throw new Error("outside the block");
      linkTypes.add(block.interfaces[block.interfaceIndex[row]!]!.linkType);
      if (block.nanoseconds[row]! < 0) continue;
      const time = `${String(block.seconds[row]! >>> 0).padStart(10, "0")}.${String(block.nanoseconds[row]).padStart(9, "0")}`;
      if (sums.first_ts === null || time < sums.first_ts) sums.first_ts = time;
      if (sums.last_ts === null || time > sums.last_ts) sums.last_ts = time;
    }
  }
  return { sums, linkTypes: [...linkTypes].sort((a, b) => a - b) };
}

/** Truth times as wide as ours, or null where 32 bits of seconds cannot hold them. */
function wide(time: string | null): string | null {
  if (time === null || time.startsWith("-")) return null;
  const [seconds, fraction] = time.split(".") as [string, string];
  return Number(seconds) > 0xffff_ffff ? null : `${seconds.padStart(10, "0")}.${fraction}`;
}

describe.runIf(PRESENT)("corpus", () => {
  it("reads every valid capture as TShark does", async () => {
    const names = captures("pcap");
    expect(names.length).toBeGreaterThan(700);
    const differing: unknown[] = [];
    for (const name of names) {
      const truth = JSON.parse(readFileSync(`${CORPUS}pcap/${name}.truth.json`, "utf8")) as Truth;
      const source = await openSource(`${CORPUS}pcap/${name}`);
      const { sums, linkTypes } = await sum(source);
      const { frames, frame_bytes, captured_bytes, first_ts, last_ts } = truth.totals;
      const expected = { frames, frame_bytes, captured_bytes, first_ts: wide(first_ts), last_ts: wide(last_ts) };
      if (wide(first_ts) === null) expected.first_ts = sums.first_ts;
      if (wide(last_ts) === null) expected.last_ts = sums.last_ts;
      const unknown = linkTypes.filter((type) => !truth.container.linktypes.includes(type));
      const same = JSON.stringify(sums) === JSON.stringify(expected);
      if (!same || unknown.length > 0 || source.problems.length > 0) {
        differing.push({ name, sums, expected, unknown, problems: source.problems.map((problem) => problem.message) });
      }
      expect(source.counts).toMatchObject({ packets: sums.frames, bytes: sums.frame_bytes });
    }
    expect(differing).toEqual([]);
  });

  it("survives every malformed capture and gives its good packets", async () => {
    const names = captures("malformed").filter((name) => !name.startsWith("flowfile__"));
    expect(names.length).toBeGreaterThan(200);
    for (const name of names) {
      let source: PacketSource;
      try {
        source = await openSource(`${CORPUS}malformed/${name}`);
      } catch (error) {
        expect(error, name).toBeInstanceOf(SourceError);
        continue;
      }
      await drain(source);
      expect(source.problems.every((problem) => problem instanceof SourceError)).toBe(true);
      if (!name.startsWith("derived__")) continue;
      const truth = JSON.parse(readFileSync(`${CORPUS}malformed/${name}.truth.json`, "utf8")) as Truth;
      const odd = ["derived__bad-version__dev.pcap", "derived__unknown-linktype__dev.pcap"];
      if (!odd.includes(name)) expect(source.counts.packets, name).toBe(truth.totals.frames);
    }
  });

  it("merges captures without losing a packet", async () => {
    const names = captures("pcap")
      .slice(0, 60)
      .map((name) => `${CORPUS}pcap/${name}`);
    let packets = 0;
    let bytes = 0;
    for (const name of names) {
      const source = await openSource(name);
      for await (const block of source) packets += block.count;
      bytes += source.counts.bytes;
    }
    const merged = await openSources(names);
    const seen = await drain(merged);
    expect(merged.counts).toMatchObject({ packets, bytes });
    expect(seen.length).toBe(packets);
  });
});
