// How a row of the live table lies in memory: 192 words, the key first, then counters, details and two rings of seconds.
//
// Rows of flows and rows of groups are of one form. A flow's key has its two ends in a fixed order, A and B, so that both directions
// find it; which end began is a bit of `bits`. Numbers of 64 bits are doubles at even words.

/** Words of a key. */
export const KEY_WORDS = 12;
/** Seconds of a ring: a power of two above the 60 that are shown. */
export const RING = 64;
/** Words of a row. */
export const STRIDE = 64 + 2 * RING;

/**
 * Words of a flow's key: addresses A and B, ports A << 16 | B, kind (etherType << 16 | ipVersion << 8 | protocol), number of the source,
 * what else tells flows apart (see FlowKeys).
 */
export const FLOW_KEY = { a: 0, b: 4, ports: 8, kind: 9, source: 10, more: 11 } as const;

/** Offsets of single words. */
export const ROW = {
  hash: 12,
  serial: 13,
  bits: 14,
  /** The newest second of the rings; of a free row: the next free one + 1. */
  second: 15,
  tcpFlags: 36,
  endReason: 37,
  flows: 40,
  liveFlows: 41,
  vlans: 42,
  inIf: 43,
  outIf: 44,
  /** ToS | TTL << 8 | reverse ToS << 16 */
  service: 45,
  srcMac: 46,
  dstMac: 48,
  srcAs: 50,
  dstAs: 51,
  tunnelId: 52,
  mplsLabel: 53,
  samplingRate: 54,
  /** Groups: the picture that its live part belongs to. */
  epoch: 55,
} as const;

/** Offsets of doubles, in words. Counters are of A, then of B (groups: out, then in). */
export const WIDE = {
  /** ms since 1970 UTC */
  first: 16,
  last: 18,
  packets: 20,
  bytes: 24,
  /** Flows: what the tracker has told so far of the record that goes on. Groups: what flows that are gone have left. */
  basePackets: 28,
  baseBytes: 32,
} as const;

/** Offsets of 32-bit floats: the most in a second, then the rings. */
export const FLOAT = { peakBytes: 38, peakPackets: 39, bytes: 64, packets: 64 + RING } as const;

/** Bits of `bits`. */
export const BIT = {
  used: 1,
  /** End B began the flow. */
  fromB: 2,
  /** The flow has ended, its row is still shown. */
  ended: 4,
  /** Its records have both directions, so they know who began. */
  sure: 8,
  /** A TCP connection that is over, whose record goes on: not live. */
  closed: 16,
} as const;
