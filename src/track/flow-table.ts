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

/** Packets whose rows are read ahead at a time: more than the processor has misses in flight, few enough to stay in its cache. */
export const WARM_ROWS = 64;

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
  /** See `warm`. */
  readonly ahead = new Int32Array(WARM_ROWS);

  constructor(extraWords: number) {
    this.extraWords = extraWords;
    this.stride = FLOW_WORDS + Math.ceil(extraWords / LINE) * LINE;
    this.memory = new GrowingWords(FIRST_ROWS * this.stride);
    this.words = this.memory.words;
    this.index = new Int32Array(FIRST_ROWS * 4);
    this.mask = FIRST_ROWS * 2 - 1;
  }

  /**
   * Looks ahead: notes in `ahead` the row (+ 1) that the key of each packet from..to most likely has, and reads that row, so that the
   * cache misses of many packets pass at the same time instead of one after the other. The sum is of no use; it keeps the reads from
   * being left out.
   */
  warm(block: LayersBlock, from: number, to: number): number {
    const { hashes } = block;
    const { index, mask, words, stride, ahead } = this;
    const count = to - from;
    for (let i = 0; i < count; i++) {
      const hash = hashes[from + i]!;
      const slot = hash & mask;
      const next = (slot + 1) & mask;
      // The home slot, or the one behind it where another hash sits there; without a branch, which would wait for the read.
      const unlike = index[2 * slot]! ^ hash;
      const away = (unlike | -unlike) >> 31;
      ahead[i] = (index[2 * slot + 1]! & ~away) | (index[2 * next + 1]! & away);
    }
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const at = (ahead[i]! - 1) * stride;
      if (at >= 0) sum += words[at]! + words[at + LINE]!;
    }
    return sum;
  }

  /** The row with the key of row i of a block, or -1. `guess`: what `ahead` says, or 0. */
  find(block: LayersBlock, i: number, guess: number): number {
    if (guess !== 0 && this.has(guess - 1, block, i)) return guess - 1;
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

  private growIndex(): void {
    const old = this.index;
    this.index = new Int32Array(old.length * 2);
    this.mask = this.mask * 2 + 1;
    for (let i = 0; i < old.length; i += 2) if (old[i + 1] !== 0) this.put(old[i]!, old[i + 1]! - 1);
  }
}
