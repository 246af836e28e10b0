// From Layers rows to flow keys, in place: ports of fragments, the fields that count, the canonical order of the two ends, the hash.
// Afterwards the first ten words of a row (and its extra words) are the key: equal for both directions of a biflow.
import {
  EMBEDDED_WORDS,
  EXTRA_WORDS as EXTRA_WORDS_,
  FAMILY,
  L,
  type LayersBlock,
  MARK,
  ROW_WORDS as ROW_WORDS_,
} from "../decode/index.ts";
import { FragmentTable } from "./fragments.ts";
import type { KeyPlan } from "./key.ts";
import { hashKey } from "./key-hash.ts";

const ROW_WORDS = ROW_WORDS_;
const EXTRA_WORDS = EXTRA_WORDS_;
const { ports: PORTS, kind: KIND, service: SERVICE, identification: IDENTIFICATION, macs: MAC_WORDS } = L;
const ANY_FRAGMENT = (MARK.firstFragment | MARK.laterFragment) << 16;
const ICMP = MARK.icmp << 16;
const ICMP_QUERY = MARK.icmpQuery << 16;
const SWAPPED = MARK.swapped << 16;
const REPLY = MARK.reply << 16;
const IPV4 = FAMILY.ipv4 << 8;
const FAMILY_BITS = 0x0700;

/** Set in every key's kind word, so that no live row's is 0. */
export const PRESENT = 0x0800;

export interface KeyOptions {
  readonly plan: KeyPlan;
  readonly biflow: boolean;
  /** What stands for the ports of ICMP: type and code as NetFlow has them, or the query's identifier as ONICS has it. */
  readonly icmp: "typeCode" | "identifier";
}

export class KeyMaker {
  readonly fragments = new FragmentTable();
  private readonly plan: KeyPlan;
  /** Both directions have one key: asked for, and the key has both ends. */
  readonly biflow: boolean;
  private readonly identifier: boolean;
  private readonly plain: boolean;
  /** So that nobody can prepare packets whose keys all fall on one another. */
  readonly seed: number;

  constructor(options: KeyOptions, seed = (Math.random() * 0x1_0000_0000) | 0) {
    this.plan = options.plan;
    this.biflow = options.biflow && options.plan.symmetric;
    this.identifier = options.icmp === "identifier";
    this.seed = seed;
    const { srcAddr, dstAddr, portsMask, extraWords } = options.plan;
    this.plain = srcAddr && dstAddr && portsMask === -1 && (options.plan.kindMask & 0xff) === 0xff && extraWords === 0;
  }

  /** Makes the keys of all rows of a block. */
  prepare(block: LayersBlock): void {
    const { rows, hashes, extra, count } = block;
    const { seed, biflow, plain } = this;
    const { extraWords } = this.plan;
    for (let i = 0, base = 0; i < count; i++, base += ROW_WORDS) {
      const service = rows[base + SERVICE]!;
      if ((service & (ANY_FRAGMENT | ICMP)) !== 0) this.rare(rows, base);
      if (!plain) this.mask(block.extra, i * EXTRA_WORDS, rows, base);
      const kind = rows[base + KIND]! | PRESENT;
      rows[base + KIND] = kind;
      if (biflow) {
        // IPv4 with two different addresses is turned without a branch: which end is first is a coin's toss to the processor.
        if (plain && (kind & FAMILY_BITS) === IPV4 && rows[base + 3] !== rows[base + 7]) turnIpv4(rows, base);
        else if (this.mirrored(block, i, base)) this.swap(block, i, base);
      }
      hashes[i] = hashKey(seed, rows, base, extra, i * EXTRA_WORDS, extraWords);
    }
  }

  /** Makes a packet's quoted key that of a row of its own, row `to` of a block: an ICMP error's cause. */
  prepareQuoted(from: LayersBlock, row: number, index: number, to: LayersBlock): void {
    const { rows } = to;
    for (let i = 0; i < ROW_WORDS; i++) rows[i] = from.rows[row * ROW_WORDS + i]!;
    for (let i = 0; i < EMBEDDED_WORDS; i++) rows[i] = from.embedded[index * EMBEDDED_WORDS + i]!;
    const proto = rows[KIND]! & 0xff;
    rows[SERVICE] = (rows[SERVICE]! & 0xffff) | (proto === 1 || proto === 58 ? ICMP : 0);
    to.count = 1;
    this.prepare(to);
  }

  private rare(rows: Int32Array, base: number): void {
    const fragment = (rows[base + SERVICE]! & ANY_FRAGMENT) !== 0;
    if (fragment) this.fragments.apply(rows, base);
    const service = rows[base + SERVICE]!;
    if ((service & ICMP) === 0) return;
    // Fragments have the query's identifier beside type and code: their identification is that of the packet.
    const ports = rows[base + PORTS]!;
    rows[base + PORTS] = ports & 0xffff;
    if (this.identifier) {
      const id = (service & ICMP_QUERY) === 0 ? 0 : fragment ? ports >>> 16 : rows[base + IDENTIFICATION]! & 0xffff;
      rows[base + PORTS] = (id << 16) | id;
    } else if (this.biflow) {
      const request = requestOf(rows[base + PORTS]! >>> 8, (rows[base + KIND]! & 0xff) === 58);
      if (request < 0) return;
      rows[base + PORTS] = (request << 8) | (rows[base + PORTS]! & 0xff);
      rows[base + SERVICE] = service | REPLY;
    }
  }

  /** Takes out what is not part of the key, and lays the words beyond the first ten behind. */
  private mask(extra: Int32Array, at: number, rows: Int32Array, base: number): void {
    const { srcAddr, dstAddr, portsMask, kindMask, words, srcMac, dstMac } = this.plan;
    let to = at;
    if (srcMac) {
      extra[to++] = rows[base + MAC_WORDS + 1]! & 0xffff;
      extra[to++] = rows[base + MAC_WORDS + 2]!;
    }
    if (dstMac) {
      extra[to++] = rows[base + MAC_WORDS]! >>> 16;
      extra[to++] = (rows[base + MAC_WORDS]! << 16) | (rows[base + MAC_WORDS + 1]! >>> 16);
    }
    for (let w = 0; w < words.length; w++) extra[to++] = rows[base + words[w]!.word]! & words[w]!.mask;
    if (!srcAddr) for (let i = 0; i < 4; i++) rows[base + i] = 0;
    if (!dstAddr) for (let i = 4; i < 8; i++) rows[base + i] = 0;
    rows[base + PORTS] = rows[base + PORTS]! & portsMask;
    rows[base + KIND] = rows[base + KIND]! & kindMask;
  }

  /**
   * True when the destination comes before the source in the order of ends: addresses, then ports, then MACs. Where the ends are
   * one and the same, an ICMP reply is the mirror of its request.
   */
  private mirrored(block: LayersBlock, row: number, base: number): boolean {
    const { rows, extra } = block;
    for (let i = 0; i < 4; i++) {
      const source = rows[base + i]!;
      const destination = rows[base + 4 + i]!;
      if (source !== destination) return source > destination;
    }
    const service = rows[base + SERVICE]!;
    const ports = rows[base + PORTS]!;
    if ((service & ICMP) === 0 && ports >>> 16 !== (ports & 0xffff)) return ports >>> 16 > (ports & 0xffff);
    if (this.plan.srcMac) {
      for (let at = row * EXTRA_WORDS; at < row * EXTRA_WORDS + 2; at++) {
        if (extra[at] !== extra[at + 2]) return extra[at]! > extra[at + 2]!;
      }
    }
    return (service & REPLY) !== 0;
  }

  private swap(block: LayersBlock, row: number, base: number): void {
    const { rows, extra } = block;
    for (let i = base; i < base + 4; i++) {
      const source = rows[i]!;
      rows[i] = rows[i + 4]!;
      rows[i + 4] = source;
    }
    const service = rows[base + SERVICE]!;
    rows[base + SERVICE] = service | SWAPPED;
    const ports = rows[base + PORTS]!;
    if ((service & ICMP) === 0) rows[base + PORTS] = (ports << 16) | (ports >>> 16);
    if (!this.plan.srcMac) return;
    const at = row * EXTRA_WORDS;
    for (let i = at; i < at + 2; i++) {
      const source = extra[i]!;
      extra[i] = extra[i + 2]!;
      extra[i + 2] = source;
    }
  }
}

/** Puts the lower address first, and its port; ports of ICMP stay. */
function turnIpv4(rows: Int32Array, base: number): void {
  const source = rows[base + 3]!;
  const destination = rows[base + 7]!;
  const mirrored = source > destination ? 1 : 0;
  const difference = (source ^ destination) & -mirrored;
  rows[base + 3] = source ^ difference;
  rows[base + 7] = destination ^ difference;
  const service = rows[base + SERVICE]!;
  rows[base + SERVICE] = service | (mirrored * SWAPPED);
  const ports = rows[base + PORTS]!;
  const turn = (service & ICMP) === 0 ? mirrored * 16 : 0;
  rows[base + PORTS] = (ports << turn) | (ports >>> (32 - turn)); // by 0: ports | ports
}

/** The request that an ICMP reply answers (RFC 792, 950, 4443, 8335), or -1 for what is no reply. */
function requestOf(type: number, version6: boolean): number {
  if (version6) return type === 129 ? 128 : type === 161 ? 160 : -1;
  switch (type) {
    case 0:
      return 8;
    case 14:
      return 13;
    case 16:
      return 15;
    case 18:
      return 17;
    case 43:
      return 42;
    default:
      return -1;
  }
}
