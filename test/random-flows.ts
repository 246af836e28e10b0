// Flows out of a seed, as records of words and numbers, and as a Native file: what questions are checked against is summed up by the test itself.
import { NativeWriter } from "../src/files/index.ts";
import { batchOf, type Written } from "./batch-of.ts";

export interface Flow {
  readonly srcAddr: string;
  readonly dstAddr: string;
  readonly srcPort: number;
  readonly dstPort: number;
  readonly proto: number;
  readonly ipVersion: number;
  readonly packets: number;
  readonly bytes: number;
  readonly reversePackets: number;
  readonly reverseBytes: number;
  readonly tcpFlags: number;
  readonly exporter: string;
  readonly samplingRate: number;
  readonly flows: number;
  /** Seconds since 1970 and nanoseconds. */
  readonly start: readonly [number, number];
  readonly end: readonly [number, number];
}

/** Numbers from 0 to below 1, always the same ones (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** 2026-03-01 00:00 UTC. */
export const BEGIN = 1_772_323_200;

/** Flows that begin within `seconds` from BEGIN; some last long, some no time at all, some of them have counters of both directions. */
export function randomFlows(seed: number, count: number, seconds = 7200): Flow[] {
  const random = randomOf(seed);
  const whole = (most: number) => Math.floor(random() * most);
  return Array.from({ length: count }, () => {
    const v6 = random() < 0.2;
    const address = (net: number) =>
      v6 ? `2001:db8:${net}::${whole(9) + 1}` : `10.${net}.${whole(3)}.${whole(9) + 1}`;
    const start: [number, number] = [BEGIN + whole(seconds), whole(1e9)];
    const lasts = random() < 0.3 ? 0 : random() < 0.8 ? whole(20_000) : whole(2_000_000);
    const ms = start[1] / 1e6 + lasts;
    const end: [number, number] = [start[0] + Math.floor(ms / 1000), Math.floor((ms % 1000) * 1e6)];
    const packets = whole(50) + 1;
    const both = random() < 0.5;
    return {
      srcAddr: address(1),
      dstAddr: address(2),
      srcPort: 40_000 + whole(20),
      dstPort: [53, 80, 443, 123][whole(4)]!,
      proto: random() < 0.7 ? 6 : 17,
      ipVersion: v6 ? 6 : 4,
      packets,
      bytes: packets * (40 + whole(1400)) + whole(7),
      reversePackets: both ? whole(30) : 0,
      reverseBytes: both ? whole(30_000) : 0,
      tcpFlags: whole(64),
      exporter: `192.0.2.${whole(2) + 1}`,
      samplingRate: random() < 0.3 ? 0 : 10,
      flows: random() < 0.1 ? 3 : 0,
      start,
      end: end[0] < start[0] || (end[0] === start[0] && end[1] < start[1]) ? start : end,
    };
  });
}

export async function writeFlows(path: string, flows: readonly Flow[]): Promise<string> {
  const writer = new NativeWriter(path);
  for (let from = 0; from < flows.length; from += 1000) {
    await writer.write(batchOf(flows.slice(from, from + 1000) as readonly Written[]));
  }
  await writer.end();
  return path;
}

export function nanoseconds([seconds, rest]: readonly [number, number]): bigint {
  return BigInt(seconds) * 1_000_000_000n + BigInt(rest);
}
