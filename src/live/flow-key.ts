// The key of a record in the live table: its two ends in a fixed order, so that both directions have one row.

import type { FieldName } from "../core/elements.ts";
import type { Columns, FlowBatch } from "../core/flow-batch.ts";
import { FLOW_KEY, KEY_WORDS } from "./row.ts";
import type { SourceNumbers } from "./source-numbers.ts";

const ICMP = 1;
const ICMP6 = 58;

export class FlowKeys {
  readonly key = new Int32Array(KEY_WORDS);
  private columns: Columns | null = null;
  private src: Int32Array = new Int32Array(0);
  private dst: Int32Array = new Int32Array(0);
  private readonly sources: SourceNumbers;
  private readonly more: readonly FieldName[];
  private stream = 0;

  /** `more` are fields of the key beyond those that every flow has. */
  constructor(sources: SourceNumbers, more: readonly FieldName[]) {
    this.sources = sources;
    this.more = more;
  }

  /** `stream` tells trackers apart, each of which knows its own flows only. */
  begin({ columns }: FlowBatch, stream: number): void {
    this.stream = stream;
    if (this.columns === columns) return;
    this.columns = columns;
    this.src = wordsOf(columns.srcAddr);
    this.dst = wordsOf(columns.dstAddr);
    this.sources.begin(columns);
  }

  /** Makes the key of a row; gives 1 where its source is end B. */
  make(row: number): 0 | 1 {
    const { src, dst, key } = this;
    const columns = this.columns!;
    const w = 4 * row;
    const srcPort = columns.srcPort[row]!;
    const dstPort = columns.dstPort[row]!;
    const proto = columns.proto[row]!;
    let order = 0;
    for (let i = 3; i >= 0 && order === 0; i--) order = (src[w + i]! >>> 0) - (dst[w + i]! >>> 0);
    if (order === 0) order = srcPort - dstPort;
    const swapped = order > 0;
    const a = swapped ? dst : src;
    const b = swapped ? src : dst;
    for (let i = 0; i < 4; i++) {
      key[i] = a[w + i]!;
      key[4 + i] = b[w + i]!;
    }
    // ICMP's type and code belong to no end.
    const turned = swapped && proto !== ICMP && proto !== ICMP6;
    key[FLOW_KEY.ports] = turned ? (dstPort << 16) | srcPort : (srcPort << 16) | dstPort;
    key[FLOW_KEY.kind] = (columns.etherType[row]! << 16) | (columns.ipVersion[row]! << 8) | proto;
    key[FLOW_KEY.source] = this.sources.of(row);
    key[FLOW_KEY.more] = this.more.length === 0 ? this.stream : this.moreOf(row);
    return swapped ? 1 : 0;
  }

  /** The other fields are not kept as they are: their hash tells them apart. MACs change places with the direction. */
  private moreOf(row: number): number {
    let hash = this.stream;
    let macs = 0;
    for (const name of this.more) {
      const column = this.columns![name];
      if (name === "srcMac" || name === "dstMac") {
        macs = (macs + Math.imul(column[2 * row]! ^ Math.imul(column[2 * row + 1]!, 0x9e37_79b1), 0x85eb_ca77)) | 0;
      } else {
        hash = Math.imul(hash ^ column[row]!, 0x9e37_79b1);
        hash ^= hash >>> 15;
      }
    }
    return (hash ^ macs) | 0;
  }
}

/** The same octets as words; columns of a batch begin at a multiple of four. */
export function wordsOf(octets: Uint8Array): Int32Array {
  return new Int32Array(octets.buffer, octets.byteOffset, octets.length >>> 2);
}
