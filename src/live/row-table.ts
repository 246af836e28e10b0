// A table of rows found by their keys, as the tracker's flow table: rows that grow in place, and an index.
import { randomInt } from "node:crypto";
import { GrowingWords } from "../core/growing-words.ts";
import { RowIndex } from "../core/row-index.ts";
import { BIT, KEY_WORDS, ROW, STRIDE } from "./row.ts";

const FIRST_ROWS = 1024;

/** Rows that can be read: `used` of them, some of which are free. */
export interface Rows {
  readonly words: Int32Array;
  readonly wide: Float64Array;
  readonly floats: Float32Array;
  readonly used: number;
  has(row: number): boolean;
}

export class RowTable implements Rows {
  private readonly memory = new GrowingWords(FIRST_ROWS * STRIDE);
  /** All rows as words, doubles and floats; new arrays whenever they grow. */
  words: Int32Array = this.memory.words;
  wide: Float64Array = new Float64Array(this.words.buffer);
  floats: Float32Array = new Float32Array(this.words.buffer);
  /** Rows that were ever in use lie below. */
  used = 0;
  live = 0;
  private readonly index = new RowIndex(FIRST_ROWS);
  private capacity = FIRST_ROWS;
  private free = 0;
  private serials = 0;
  // Whoever sends packets must not be able to choose keys of one hash.
  private readonly seed = randomInt(2 ** 32) | 0;
  /** `unused` rows at the front are never used. */
  constructor(unused = 0) {
    this.used = unused;
  }

  /** The row with the key (KEY_WORDS words), or -1. */
  find(key: Int32Array): number {
    const { words } = this;
    const { slots, mask } = this.index;
    const hash = this.hash(key);
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const row = slots[2 * slot + 1]! - 1;
      if (row < 0) return -1;
      if (slots[2 * slot] === hash && same(words, row * STRIDE, key)) return row;
    }
  }

  /** A new row with this key, which must not be there; all else in it is 0. */
  add(key: Int32Array): number {
    const hash = this.hash(key);
    const row = this.takeRow();
    const at = row * STRIDE;
    const { words } = this;
    words.fill(0, at + KEY_WORDS, at + STRIDE);
    for (let w = 0; w < KEY_WORDS; w++) words[at + w] = key[w]!;
    words[at + ROW.hash] = hash;
    words[at + ROW.serial] = ++this.serials | 0;
    words[at + ROW.bits] = BIT.used;
    this.live++;
    this.index.add(hash, row);
    return row;
  }

  remove(row: number): void {
    const { words } = this;
    const at = row * STRIDE;
    this.index.remove(words[at + ROW.hash]!, row);
    words[at + ROW.bits] = 0;
    words[at + ROW.second] = this.free;
    this.free = row + 1;
    this.live--;
  }

  has(row: number): boolean {
    return (this.words[row * STRIDE + ROW.bits]! & BIT.used) !== 0;
  }

  private hash(key: Int32Array): number {
    let hash = this.seed;
    for (let w = 0; w < KEY_WORDS; w++) {
      hash = Math.imul(hash ^ key[w]!, 0x9e37_79b1);
      hash ^= hash >>> 15;
    }
    hash = Math.imul(hash, 0x85eb_ca77);
    return hash ^ (hash >>> 13);
  }

  private takeRow(): number {
    if (this.free !== 0) {
      const row = this.free - 1;
      this.free = this.words[row * STRIDE + ROW.second]!;
      return row;
    }
    if (this.used === this.capacity) {
      this.capacity *= 2;
      this.memory.reserve(this.capacity * STRIDE);
      this.words = this.memory.words;
      this.wide = new Float64Array(this.words.buffer);
      this.floats = new Float32Array(this.words.buffer);
    }
    return this.used++;
  }
}

function same(words: Int32Array, at: number, key: Int32Array): boolean {
  let unlike = 0;
  for (let w = 0; w < KEY_WORDS; w++) unlike |= words[at + w]! ^ key[w]!;
  return unlike === 0;
}
