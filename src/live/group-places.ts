// In which rows of a grouping each flow counts. It is remembered, as making a key and finding its row cost more than adding the flow.
import type { KeyPart } from "./key-parts.ts";
import { BIT, ROW, STRIDE } from "./row.ts";

const { serial: SERIAL, bits: BITS } = ROW;
const { fromB: FROM_B } = BIT;
/** Fields that a flow never changes, but for who began it. */
const CONSTANT: ReadonlySet<KeyPart["field"]> = new Set([
  ...(["addr", "port", "srcAddr", "dstAddr", "srcPort", "dstPort"] as const),
  ...(["proto", "ipVersion", "etherType", "exporter", "domain"] as const),
]);

export class GroupPlaces {
  /** By row of the flow: its row of the grouping, then that of its other end or -1. */
  rows = new Int32Array(0);
  /** Of which flow that is: its serial number, twice, and who began. */
  private stamps = new Int32Array(0);
  private readonly constant: boolean;

  constructor(parts: readonly KeyPart[]) {
    this.constant = parts.every(({ field }) => CONSTANT.has(field));
  }

  /** Makes room for so many flows. */
  reserve(flows: number): void {
    if (this.stamps.length >= flows) return;
    const { rows, stamps } = this;
    const room = Math.max(flows, 2 * stamps.length);
    this.rows = new Int32Array(2 * room);
    this.stamps = new Int32Array(room);
    this.rows.set(rows);
    this.stamps.set(stamps);
  }

  has(flow: number, words: Int32Array): boolean {
    return this.stamps[flow] === stampOf(words, flow * STRIDE);
  }

  put(flow: number, words: Int32Array, row: number, other: number): void {
    this.rows[2 * flow] = row;
    this.rows[2 * flow + 1] = other;
    if (this.constant) this.stamps[flow] = stampOf(words, flow * STRIDE);
  }

  /** Rows of the grouping have gone. */
  forget(): void {
    this.stamps.fill(0);
  }
}

/** Serial numbers begin at 1, so it is never 0. */
function stampOf(words: Int32Array, at: number): number {
  return (words[at + SERIAL]! << 1) | ((words[at + BITS]! & FROM_B) === 0 ? 0 : 1);
}
