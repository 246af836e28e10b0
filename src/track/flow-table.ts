// The flow table: open addressing over rows that grow in place. The index holds hash and row side by side, so that a
// look-up touches one line of the index and one row.
import { GrowingWords } from "../core/growing-words.ts";
import { EXTRA_WORDS as EXTRA_WORDS_, FAMILY, type LayersBlock, ROW_WORDS as ROW_WORDS_ } from "../decode/index.ts";
import { FLOW, FLOW_WORDS as FLOW_WORDS_ } from "./flow-row.ts";

const ROW_WORDS = ROW_WORDS_;
const EXTRA_WORDS = EXTRA_WORDS_;
const FLOW_WORDS = FLOW_WORDS_;
const { ports: PORTS, kind: KIND, next: NEXT, hash: HASH } = FLOW;
const FIRST_ROWS = 32_768;
const IPV4 = FAMILY.ipv4 << 8;
const FAMILY_BITS = 0x0700;
/** Words of a cache line. */
const LINE = 16;

export class FlowTable {
  private readonly memory: GrowingWords;
  /** All rows; a new array whenever they grow. */
  words: Int32Array;
  /** Words of a row, those of a wider key included. */
  readonly stride: number;
  private readonly extraWords: number;
  /** hash, row + 1 (0 for a free slot) */
  private index: Int32Array;
  private mask: number;
  private capacity = FIRST_ROWS;
  /** Rows that were ever in use lie below. */
  used = 0;
  private free = 0;
  live = 0;

  constructor(extraWords: number) {
    this.extraWords = extraWords;
    this.stride = FLOW_WORDS + Math.ceil(extraWords / LINE) * LINE;
    this.memory = new GrowingWords(FIRST_ROWS * this.stride);
    this.words = this.memory.words;
    this.index = new Int32Array(FIRST_ROWS * 4);
    this.mask = FIRST_ROWS * 2 - 1;
  }

  /** The row with the key of row i of a block, or -1. */
  find(block: LayersBlock, i: number): number {
    const { index, mask } = this;
    const hash = block.hashes[i]!;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const row = index[2 * slot + 1]! - 1;
      if (row < 0) return -1;
      if (index[2 * slot] === hash && this.has(row, block, i)) return row;
    }
  }

  /** True when a row has the key of row i of a block. */
  private has(row: number, block: LayersBlock, i: number): boolean {
    const { rows } = block;
    const { words, stride } = this;
    const base = i * ROW_WORDS;
    const at = row * stride;
    const kind = rows[base + KIND]!;
    // The words agree almost always: comparing them all at once costs less than a branch each.
    const unlike =
      (words[at + 3]! ^ rows[base + 3]!) |
      (words[at + 7]! ^ rows[base + 7]!) |
      (words[at + PORTS]! ^ rows[base + PORTS]!) |
      (words[at + KIND]! ^ kind);
    if (unlike !== 0) return false;
    if (this.extraWords !== 0 && !this.extraEqual(block.extra, i * EXTRA_WORDS, at)) return false;
    // The other words of two IPv4 addresses are always the same.
    return (kind & FAMILY_BITS) === IPV4 || this.restEqual(rows, base, at);
  }

  private restEqual(rows: Int32Array, base: number, at: number): boolean {
    const { words } = this;
    const unlike =
      (words[at]! ^ rows[base]!) |
      (words[at + 1]! ^ rows[base + 1]!) |
      (words[at + 2]! ^ rows[base + 2]!) |
      (words[at + 4]! ^ rows[base + 4]!) |
      (words[at + 5]! ^ rows[base + 5]!) |
      (words[at + 6]! ^ rows[base + 6]!);
    return unlike === 0;
  }

  private extraEqual(extra: Int32Array, from: number, at: number): boolean {
    for (let w = 0; w < this.extraWords; w++) if (this.words[at + FLOW_WORDS + w] !== extra[from + w]) return false;
    return true;
  }

  /** A new row with the key of row i of a block; all else in it is 0. */
  add(block: LayersBlock, i: number): number {
    const row = this.takeRow();
    const { words, stride } = this;
    const at = row * stride;
    const base = i * ROW_WORDS;
    for (let w = 0; w < 10; w++) words[at + w] = block.rows[base + w]!;
    for (let w = 10; w < FLOW_WORDS; w++) words[at + w] = 0;
    for (let w = 0; w < this.extraWords; w++) words[at + FLOW_WORDS + w] = block.extra[i * EXTRA_WORDS + w]!;
    words[at + HASH] = block.hashes[i]!;
    this.live++;
    if (this.live * 2 > this.mask + 1) this.growIndex();
    this.put(block.hashes[i]!, row);
    return row;
  }

  /** Takes a row out. */
  remove(row: number): void {
    const { index, mask, words, stride } = this;
    const at = row * stride;
    let hole = words[at + HASH]! & mask;
    while (index[2 * hole + 1] !== row + 1) hole = (hole + 1) & mask;
    // Those that were pushed past the hole move back, so that no look-up ends too early.
    for (let slot = (hole + 1) & mask; index[2 * slot + 1] !== 0; slot = (slot + 1) & mask) {
      const home = index[2 * slot]! & mask;
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      index[2 * hole] = index[2 * slot]!;
      index[2 * hole + 1] = index[2 * slot + 1]!;
      hole = slot;
    }
    index[2 * hole + 1] = 0;
    words[at + KIND] = 0;
    words[at + NEXT] = this.free;
    this.free = row + 1;
    this.live--;
  }

  /** Forgets all rows at once, when the last of them has been told. */
  clear(): void {
    this.index = new Int32Array(FIRST_ROWS * 4);
    this.mask = FIRST_ROWS * 2 - 1;
    this.used = 0;
    this.free = 0;
    this.live = 0;
  }

  private takeRow(): number {
    if (this.free !== 0) {
      const row = this.free - 1;
      this.free = this.words[row * this.stride + NEXT]!;
      return row;
    }
    if (this.used === this.capacity) {
      this.capacity *= 2;
      this.memory.reserve(this.capacity * this.stride);
      this.words = this.memory.words;
    }
    return this.used++;
  }

  private put(hash: number, row: number): void {
    const { index, mask } = this;
    let slot = hash & mask;
    while (index[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
    index[2 * slot] = hash;
    index[2 * slot + 1] = row + 1;
  }

  /** By four: old slots are read in order and lie in four orderly places of the new index, and fresh memory is what costs. */
  private growIndex(): void {
    const old = this.index;
    this.index = new Int32Array(old.length * 4);
    this.mask = this.mask * 4 + 3;
    for (let i = 0; i < old.length; i += 2) if (old[i + 1] !== 0) this.put(old[i]!, old[i + 1]! - 1);
  }
}
