// How a live flow lies in memory: 32 words, two cache lines on one page. The first is the key and what each packet touches.
//
// A and B are the two ends in the key's own order; which of them is the source is a bit of the state. Uniflows: A is the source.
import { FAMILY } from "../decode/index.ts";

/** Words of a row; the words of a wider key follow, rounded up to whole cache lines. */
export const FLOW_WORDS = 32;

/** Offsets in a row. The first ten words are the key as in a Layers row: addresses A and B, ports, kind. */
export const FLOW = {
  ports: 8,
  /** As in Layers; never 0 in a live row, 0 in a free one. */
  kind: 9,
  /** Time of the last packet. */
  lastSeconds: 10,
  lastNanoseconds: 11,
  /** Counters of A then B, the low 32 bits; what is above is in `Carries`. */
  packets: 12,
  bytes: 14,
  frameBytes: 16,
  /** TCP flags of B << 16 | of A */
  tcpFlags: 18,
  /** STATE bits << 16 | TTL << 8 | ToS of the first packet */
  state: 19,
  startSeconds: 20,
  startNanoseconds: 21,
  /** Of a free row: the next one + 1. */
  next: 22,
  /** Of the key, to find its slot of the index again. */
  hash: 23,
  vlans: 24,
  inIf: 25,
  /** The tunnel's number, or MPLS label + 1 where no tunnel was opened (STATE.tunnel tells). */
  encapsulation: 26,
  macs: 27,
  firstPacket: 30,
  flowLabel: 31,
} as const;

/** True for the kind word of ICMP in IPv4 and of ICMPv6 in IPv6, whose ports are type and code. */
export function isIcmp(kind: number): boolean {
  const proto = kind & 0xff;
  const family = (kind >>> 8) & 7;
  return (proto === 1 && family === FAMILY.ipv4) || (proto === 58 && family === FAMILY.ipv6);
}

/** Bits of the state. */
export const STATE = {
  finA: 1 << 16,
  finB: 1 << 17,
  rst: 1 << 18,
  /** B is the source. */
  sourceB: 1 << 19,
  /** A SYN has told which end is the source. */
  sourceSure: 1 << 20,
  /** The first packet came from B. */
  firstFromB: 1 << 21,
  /** Its last record was an active one; no packet since. */
  empty: 1 << 22,
  /** Packets since the last update event. */
  fresh: 1 << 23,
  /** No packet has had a time yet. */
  untimed: 1 << 25,
  /** `encapsulation` is a tunnel's number. */
  tunnel: 1 << 24,
} as const;

/** Counters that have passed 2^32, which almost none do: how often, by row and counter. */
export class Carries {
  private readonly times = new Map<number, number>();

  /** Counters are numbered: 0, 1 packets; 2, 3 bytes; 4, 5 frame bytes, each of A then B. */
  add(row: number, counter: number): void {
    const key = row * 8 + counter;
    this.times.set(key, (this.times.get(key) ?? 0) + 1);
  }

  /** The high word of a counter. */
  high(row: number, counter: number): number {
    return this.times.size === 0 ? 0 : (this.times.get(row * 8 + counter) ?? 0);
  }

  clear(): void {
    this.times.clear();
  }

  drop(row: number): void {
    if (this.times.size === 0) return;
    for (let counter = 0; counter < 6; counter++) this.times.delete(row * 8 + counter);
  }
}
