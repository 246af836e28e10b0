// Real traffic for the bench: the Ethernet captures of nDPI's tests played all at once, again and again, else the demo capture.
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openSource } from "../src/capture/index.ts";
import type { CaptureOutput, CaptureTotals } from "./capture-output.ts";
import { CAPTURE_BEGIN } from "./traffic.ts";

export const REAL_PACKETS = 2_000_000;
export const REAL_SNAP_LENGTH = 65_535;

const ETHERNET = 1;
/** Some of the captures were made over years: a longer pause inside one of them counts as this one. */
const LONGEST_PAUSE = 250_000;

/** The package's folder, from bench/ as well as from .bench-build/bench/. */
const PACKAGE = new URL(import.meta.url.includes("/.bench-build/") ? "../../" : "../", import.meta.url);
const CORPUS = fileURLToPath(new URL("../shared/corpus/pcap/", PACKAGE));
const DEMO = fileURLToPath(new URL("fixtures/demo.pcapng.gz", PACKAGE));

interface RealPacket {
  /** Microseconds from the beginning of its capture, pauses shortened. */
  readonly time: number;
  readonly bytes: Uint8Array;
  readonly wireLength: number;
}

/** Of what the capture is made here; it belongs into the name of a cached file. */
export function realCaptureOrigin(): "corpus" | "demo" {
  return corpusFiles().length > 0 ? "corpus" : "demo";
}

/** Repeats the captures as often as it takes to come to `atLeast` packets. */
export async function writeRealCaptures(atLeast: number, output: CaptureOutput): Promise<CaptureTotals> {
  const corpus = corpusFiles();
  const files = corpus.length > 0 ? corpus : [DEMO];
  const packets: RealPacket[] = [];
  for (const file of files) packets.push(...(await readPackets(file)));
  packets.sort((a, b) => a.time - b.time);
  const length = (packets.at(-1)?.time ?? 0) + LONGEST_PAUSE;
  if (packets.length === 0) throw new Error(`no Ethernet packets in ${files.length} files of ${realCaptureOrigin()}`);
  for (let begin = 0; output.packets < atLeast; begin += length) {
    for (const { time, bytes, wireLength } of packets) {
      output.bytes.set(bytes, output.room(bytes.length));
      output.add(CAPTURE_BEGIN + Math.floor((begin + time) / 1e6), (begin + time) % 1e6, bytes.length, wireLength);
    }
  }
  output.flush();
  return output.totals();
}

function corpusFiles(): string[] {
  if (!existsSync(CORPUS)) return [];
  return readdirSync(CORPUS)
    .filter((name) => /^ndpi__.*\.p?cap(ng)?$/.test(name))
    .sort()
    .map((name) => CORPUS + name);
}

/** All packets of a file; none when one of its interfaces is not Ethernet. What comes before a fault in it is kept. */
async function readPackets(file: string): Promise<RealPacket[]> {
  const packets: RealPacket[] = [];
  let last = Number.NaN;
  let time = 0;
  const source = await openSource(file);
  for await (const block of source) {
    for (let i = 0; i < block.count; i++) {
      if (block.interfaces[block.interfaceIndex[i]!]?.linkType !== ETHERNET) return [];
      const nanoseconds = Math.max(0, block.nanoseconds[i]!);
      const now = (block.seconds[i]! >>> 0) * 1e6 + Math.floor(nanoseconds / 1000);
      time += Number.isNaN(last) ? 0 : Math.min(Math.max(now - last, 0), LONGEST_PAUSE);
      last = now;
      const at = block.offset[i]!;
      const bytes = block.bytes.slice(at, at + Math.min(block.capturedLength[i]!, REAL_SNAP_LENGTH));
      packets.push({ time, bytes, wireLength: Math.max(block.originalLength[i]!, bytes.length) });
    }
  }
  return packets;
}
