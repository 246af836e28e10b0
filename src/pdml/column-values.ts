// ValueCounts: of each group which values a field had, how often, and which came first and last. Values are held once each.
import type { Frame } from "./frame.ts";
import { NOT_THERE, OctetTable } from "./octet-table.ts";
import { NO_FIELD, type PickedFields } from "./picked-fields.ts";

const FIRST_PAIRS = 1024;

export interface ValueCountsOptions {
  readonly slot: number;
  readonly label: boolean;
  /** Different values, and pairs of groups and values, at the most. */
  readonly most: number;
  /** Whether they are counted; else only the first and last one are known. */
  readonly counts: boolean;
}

export class ValueCounts {
  /** Values that there was no room for. */
  lost = 0;
  readonly #options: ValueCountsOptions;
  readonly #values: OctetTable;
  /** Of each group: its first value and the last one, + 1, and its pairs as a chain, + 1. */
  #first = new Int32Array(0);
  #last = new Int32Array(0);
  #chain = new Int32Array(0);
  #pairs = 0;
  #group = new Int32Array(FIRST_PAIRS);
  #value = new Int32Array(FIRST_PAIRS);
  #count = new Float64Array(FIRST_PAIRS);
  /** The pair of the same group that came before, + 1. */
  #before = new Int32Array(FIRST_PAIRS);
  /** Open addressing over groups and values: pair + 1, 0 = free. */
  #slots = new Int32Array(2 * FIRST_PAIRS);

  constructor(options: ValueCountsOptions) {
    this.#options = options;
    this.#values = new OctetTable(options.most);
  }

  grow(groups: number): void {
    this.#first = wider(this.#first, groups);
    this.#last = wider(this.#last, groups);
    this.#chain = wider(this.#chain, groups);
  }

  add(group: number, frame: Frame, { first, next }: PickedFields, again: boolean): void {
    const { slot, label, counts } = this.#options;
    const from = label ? frame.labelFrom : frame.valueFrom;
    const to = label ? frame.labelTo : frame.valueTo;
    for (let field = first[slot]!; field !== NO_FIELD; field = next[field]!) {
      if (from[field] === to[field]) continue;
      const value = this.#values.take(frame.octets, from[field]!, to[field]!);
      if (value === NOT_THERE) {
        if (!again) this.lost++;
        continue;
      }
      if (this.#first[group] === 0) this.#first[group] = value + 1;
      this.#last[group] = value + 1;
      if (counts && !this.#addPair(group, value) && !again) this.lost++;
    }
  }

  /** False where there is no room. */
  #addPair(group: number, value: number): boolean {
    const mask = this.#slots.length - 1;
    let slot = pairHash(group, value) & mask;
    for (; ; slot = (slot + 1) & mask) {
      const pair = this.#slots[slot]! - 1;
      if (pair < 0) break;
      if (this.#group[pair] === group && this.#value[pair] === value) {
        this.#count[pair]!++;
        return true;
      }
    }
    if (this.#pairs >= this.#options.most) return false;
    const pair = this.#pairs++;
    if (pair === this.#group.length) this.#growPairs();
    this.#group[pair] = group;
    this.#value[pair] = value;
    this.#count[pair] = 1;
    this.#before[pair] = this.#chain[group]!;
    this.#chain[group] = pair + 1;
    this.#slots[slot] = pair + 1;
    if (2 * this.#pairs > this.#slots.length) this.#rehash();
    return true;
  }

  #growPairs(): void {
    const length = 2 * this.#group.length;
    this.#group = wider(this.#group, length);
    this.#value = wider(this.#value, length);
    this.#before = wider(this.#before, length);
    const count = new Float64Array(length);
    count.set(this.#count);
    this.#count = count;
  }

  #rehash(): void {
    const slots = new Int32Array(4 * this.#slots.length);
    const mask = slots.length - 1;
    for (let pair = 0; pair < this.#pairs; pair++) {
      let slot = pairHash(this.#group[pair]!, this.#value[pair]!) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = pair + 1;
    }
    this.#slots = slots;
  }

  firstOf(group: number): string | null {
    return this.#textOf(this.#first[group]!);
  }

  lastOf(group: number): string | null {
    return this.#textOf(this.#last[group]!);
  }

  #textOf(value: number): string | null {
    return value === 0 ? null : this.#values.text(value - 1);
  }

  /** How many different values several groups have together. */
  distinct(groups: ArrayLike<number>): number {
    if (groups.length === 1) return this.#chainLength(groups[0]!);
    const seen = new Uint8Array(this.#values.size);
    let distinct = 0;
    for (let i = 0; i < groups.length; i++) {
      for (let pair = this.#chain[groups[i]!]!; pair !== 0; pair = this.#before[pair - 1]!) {
        const value = this.#value[pair - 1]!;
        if (seen[value] === 0) distinct++;
        seen[value] = 1;
      }
    }
    return distinct;
  }

  #chainLength(group: number): number {
    let length = 0;
    for (let pair = this.#chain[group]!; pair !== 0; pair = this.#before[pair - 1]!) length++;
    return length;
  }

  /** The values of a group with how often they came, the most frequent ones first, then by their coming. */
  counts(group: number): ReadonlyMap<string, number> {
    const pairs: number[] = [];
    for (let pair = this.#chain[group]!; pair !== 0; pair = this.#before[pair - 1]!) pairs.push(pair - 1);
    pairs.sort((a, b) => this.#count[b]! - this.#count[a]! || a - b);
    return new Map(pairs.map((pair) => [this.#values.text(this.#value[pair]!), this.#count[pair]!]));
  }
}

function pairHash(group: number, value: number): number {
  const hash = Math.imul(group, 0x9e3779b1) ^ Math.imul(value, 0x85ebca6b);
  return hash ^ (hash >>> 15);
}

function wider(old: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const made = new Int32Array(length);
  made.set(old);
  return made;
}
