// The flow table: rows that grow in place, and an index that finds them by their keys.
import { GrowingWords } from "../core/growing-words.ts";
import { RowIndex } from "../core/row-index.ts";
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
  private index = new RowIndex(FIRST_ROWS);
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
  }

  /** The row with the key of row i of a block, or -1. */
  find(block: LayersBlock, i: number): number {
    const { slots, mask } = this.index;
    const hash = block.hashes[i]!;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const row = slots[2 * slot + 1]! - 1;
      if (row < 0) return -1;
      if (slots[2 * slot] === hash && this.has(row, block, i)) return row;
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
    this.index.add(block.hashes[i]!, row);
    return row;
  }

  /** Takes a row out. */
  remove(row: number): void {
    const { words, stride } = this;
    const at = row * stride;
    this.index.remove(words[at + HASH]!, row);
    words[at + KIND] = 0;
    words[at + NEXT] = this.free;
    this.free = row + 1;
    this.live--;
  }

  /** Forgets all rows at once, when the last of them has been told. */
  clear(): void {
    this.index = new RowIndex(FIRST_ROWS);
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
}
