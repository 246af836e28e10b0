// Flows that two exporters report: a fixed table of flow keys seen, and by whom.
import type { Columns } from "../core/flow-batch.ts";

/** Keys that are remembered; a new one takes the place of an old one. */
const SLOTS = 65_536;
/** Pairs of exporters that are counted. */
const MOST_PAIRS = 256;

/** Two exporters (numbers), and how many keys both reported. */
export interface SharedPair {
  readonly one: number;
  readonly other: number;
  count: number;
}

/** A row whose addresses, ports and protocol another exporter had reported too is the same traffic, counted twice. */
export class SharedFlows {
  private readonly hashes = new Int32Array(SLOTS);
  /** Number of the exporter + 1; 0 = the slot is empty. */
  private readonly owners = new Uint16Array(SLOTS);
  private readonly found = new Map<number, SharedPair>();
  /** Keys that each exporter was the first to report, by its number: what shared ones are a share of. */
  readonly own: number[] = [];

  observe(columns: Columns, row: number, exporter: number): void {
    const hash = keyHash(columns, row);
    const slot = hash & (SLOTS - 1);
    const owner = this.owners[slot]! - 1;
    if (owner >= 0 && this.hashes[slot] === hash) {
      if (owner !== exporter) this.count(owner, exporter);
      return;
    }
    this.hashes[slot] = hash;
    this.owners[slot] = exporter + 1;
    this.own[exporter] = (this.own[exporter] ?? 0) + 1;
  }

  pairs(): readonly SharedPair[] {
    return [...this.found.values()].sort((a, b) => b.count - a.count);
  }

  private count(owner: number, exporter: number): void {
    const one = Math.min(owner, exporter);
    const other = Math.max(owner, exporter);
    const pair = this.found.get(one * SLOTS + other);
    if (pair !== undefined) pair.count++;
    else if (this.found.size < MOST_PAIRS) this.found.set(one * SLOTS + other, { one, other, count: 1 });
  }
}

/** Of addresses, ports and protocol, 32 bits. Chance makes 1 in 65,536 rows of a full table look shared; that is no share to speak of. */
function keyHash({ srcAddr, dstAddr, srcPort, dstPort, proto }: Columns, row: number): number {
  let hash = proto[row]! ^ (srcPort[row]! << 16) ^ dstPort[row]!;
  for (let i = 16 * row; i < 16 * row + 16; i++) {
    hash = Math.imul(hash ^ srcAddr[i]!, 0x0100_0193);
    hash = Math.imul(hash ^ dstAddr[i]!, 0x0100_0193);
  }
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b_3c6d);
  return hash ^ (hash >>> 13);
}
