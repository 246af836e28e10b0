// The flow table: open addressing over rows that grow in place. The index holds hash and row side by side, so that a
// look-up touches one line of the index and one row.
import { GrowingWords } from "../core/growing-words.ts";
import { EXTRA_WORDS as EXTRA_WORDS_, type LayersBlock, ROW_WORDS as ROW_WORDS_ } from "../decode/index.ts";
import { COLD, COLD_WORDS, HOT, HOT_WORDS as HOT_WORDS_ } from "./flow-row.ts";

const ROW_WORDS = ROW_WORDS_;
const EXTRA_WORDS = EXTRA_WORDS_;
const HOT_WORDS = HOT_WORDS_;
const { ports: PORTS, kind: KIND } = HOT;
const { next: NEXT, hash: HASH } = COLD;
const FIRST_ROWS = 4096;

/** Packets whose rows are read ahead at a time: more than the processor has misses in flight, few enough to stay in its cache. */
export const WARM_ROWS = 64;

export class FlowTable {
  private readonly hotMemory: GrowingWords;
  private readonly coldMemory: GrowingWords;
  hot: Int32Array;
  cold: Int32Array;
  /** Words of a cold row, those of a wider key included. */
  readonly coldWords: number;
  readonly extraWords: number;
  /** hash, row + 1 | 0 for a free slot */
  private index: Int32Array;
  private mask: number;
  private capacity = FIRST_ROWS;
  /** Rows that were ever in use lie below. */
  used = 0;
  private free = 0;
  private readonly touched = new Int32Array(WARM_ROWS);
  live = 0;

  constructor(extraWords: number) {
    this.extraWords = extraWords;
    this.coldWords = COLD_WORDS + extraWords;
    this.hotMemory = new GrowingWords(FIRST_ROWS * HOT_WORDS);
    this.coldMemory = new GrowingWords(FIRST_ROWS * this.coldWords);
    this.hot = this.hotMemory.words;
    this.cold = this.coldMemory.words;
    this.index = new Int32Array(FIRST_ROWS * 4);
    this.mask = FIRST_ROWS * 2 - 1;
  }

  /**
   * Reads what the look-ups of rows from..to will read, so that the cache misses of many packets pass at the same time instead of
   * one after the other (npm run bench -- warm). The sum is of no use; it keeps the reads from being left out.
   */
  warm(block: LayersBlock, from: number, to: number): number {
    const { hashes } = block;
    const { index, mask, hot, cold, coldWords, touched } = this;
    let sum = 0;
    for (let i = from; i < to; i++) touched[i - from] = index[2 * (hashes[i]! & mask) + 1]!;
    for (let i = 0; i < to - from; i++) {
      const row = touched[i]!;
      if (row === 0) continue;
      sum += hot[(row - 1) * HOT_WORDS]! + cold[(row - 1) * coldWords]!;
    }
    return sum;
  }

  /** The row with the key of row i of a block, or -1. */
  find(block: LayersBlock, i: number): number {
    const { rows, hashes } = block;
    const { index, mask, hot } = this;
    const hash = hashes[i]!;
    const base = i * ROW_WORDS;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const row = index[2 * slot + 1]! - 1;
      if (row < 0) return -1;
      if (index[2 * slot] !== hash) continue;
      const at = row * HOT_WORDS;
      if (
        hot[at + 3] === rows[base + 3] &&
        hot[at + 7] === rows[base + 7] &&
        hot[at + PORTS] === rows[base + PORTS] &&
        hot[at + KIND] === rows[base + KIND] &&
        hot[at] === rows[base] &&
        hot[at + 1] === rows[base + 1] &&
        hot[at + 2] === rows[base + 2] &&
        hot[at + 4] === rows[base + 4] &&
        hot[at + 5] === rows[base + 5] &&
        hot[at + 6] === rows[base + 6] &&
        (this.extraWords === 0 || this.extraEqual(block.extra, i * EXTRA_WORDS, row))
      ) {
        return row;
      }
    }
  }

  private extraEqual(extra: Int32Array, from: number, row: number): boolean {
    const at = row * this.coldWords + COLD_WORDS;
    for (let w = 0; w < this.extraWords; w++) if (this.cold[at + w] !== extra[from + w]) return false;
    return true;
  }

  /** A new row with the key of row i of a block; all else in it is 0. */
  add(block: LayersBlock, i: number): number {
    const row = this.takeRow();
    const { hot, cold, coldWords } = this;
    const at = row * HOT_WORDS;
    const base = i * ROW_WORDS;
    for (let w = 0; w < 10; w++) hot[at + w] = block.rows[base + w]!;
    for (let w = 10; w < HOT_WORDS; w++) hot[at + w] = 0;
    const coldAt = row * coldWords;
    for (let w = 0; w < COLD_WORDS; w++) cold[coldAt + w] = 0;
    for (let w = 0; w < this.extraWords; w++) cold[coldAt + COLD_WORDS + w] = block.extra[i * EXTRA_WORDS + w]!;
    cold[coldAt + HASH] = block.hashes[i]!;
    this.live++;
    if (this.live * 2 > this.mask + 1) this.growIndex();
    this.put(block.hashes[i]!, row);
    return row;
  }

  /** Takes a row out. */
  remove(row: number): void {
    const { index, mask } = this;
    let hole = this.cold[row * this.coldWords + HASH]! & mask;
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
    this.hot[row * HOT_WORDS + KIND] = 0;
    this.cold[row * this.coldWords + NEXT] = this.free;
    this.free = row + 1;
    this.live--;
  }

  private takeRow(): number {
    if (this.free !== 0) {
      const row = this.free - 1;
      this.free = this.cold[row * this.coldWords + NEXT]!;
      return row;
    }
    if (this.used === this.capacity) {
      this.capacity *= 2;
      this.hotMemory.reserve(this.capacity * HOT_WORDS);
      this.coldMemory.reserve(this.capacity * this.coldWords);
      this.hot = this.hotMemory.words;
      this.cold = this.coldMemory.words;
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
