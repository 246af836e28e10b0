// OctetTable: every different row of octets has a small number. Keys of groups and values are held in it, once each.

const FIRST_SLOTS = 1024;
const FIRST_OCTETS = 65_536;
/** A buffer of more is refused by some systems. */
const MOST_OCTETS = 1_073_741_824;

/** The number of what is not there, or has no room. */
export const NOT_THERE = -1;

export class OctetTable {
  readonly #most: number;
  #size = 0;
  #octets = new Uint8Array(FIRST_OCTETS);
  /** Where each row ends. */
  #ends = new Uint32Array(FIRST_SLOTS);
  #hashes = new Int32Array(FIRST_SLOTS);
  /** Open addressing: number + 1, 0 = free. */
  #slots = new Int32Array(FIRST_SLOTS);

  /** `most`: rows at the most. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Numbers are 0 .. size - 1, in the order of their coming. */
  get size(): number {
    return this.#size;
  }

  /** Where all rows lie: row `id` from `from(id)` to `to(id)`. Another one when it has grown. */
  get octets(): Uint8Array {
    return this.#octets;
  }

  from(id: number): number {
    return id === 0 ? 0 : this.#ends[id - 1]!;
  }

  to(id: number): number {
    return this.#ends[id]!;
  }

  text(id: number): string {
    return Buffer.from(this.#octets.buffer, this.from(id), this.to(id) - this.from(id)).toString();
  }

  /** The number of a row, NOT_THERE where it has none. */
  find(octets: Uint8Array, from: number, to: number): number {
    return this.#slots[this.#slotOf(octets, from, to, hashOf(octets, from, to))]! - 1;
  }

  /** The number of a row, which is taken in if it is new; NOT_THERE where there is no room for another. */
  take(octets: Uint8Array, from: number, to: number): number {
    const hash = hashOf(octets, from, to);
    const slot = this.#slotOf(octets, from, to, hash);
    const found = this.#slots[slot]! - 1;
    return found >= 0 ? found : this.#add(octets, from, to, hash, slot);
  }

  #slotOf(octets: Uint8Array, from: number, to: number, hash: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const id = this.#slots[slot]! - 1;
      if (id < 0 || (this.#hashes[id] === hash && this.#isRow(id, octets, from, to))) return slot;
    }
  }

  #isRow(id: number, octets: Uint8Array, from: number, to: number): boolean {
    const start = this.from(id);
    if (this.#ends[id]! - start !== to - from) return false;
    const mine = this.#octets;
    for (let i = to - from - 1; i >= 0; i--) if (mine[start + i] !== octets[from + i]) return false;
    return true;
  }

  #add(octets: Uint8Array, from: number, to: number, hash: number, slot: number): number {
    const id = this.#size;
    const start = id === 0 ? 0 : this.#ends[id - 1]!;
    const end = start + to - from;
    if (id >= this.#most || end > MOST_OCTETS) return NOT_THERE;
    if (end > this.#octets.length) this.#octets = wider(this.#octets, new Uint8Array(Math.min(2 * end, MOST_OCTETS)));
    if (id === this.#ends.length) {
      this.#ends = wider(this.#ends, new Uint32Array(2 * id));
      this.#hashes = wider(this.#hashes, new Int32Array(2 * id));
    }
    for (let i = from; i < to; i++) this.#octets[start + i - from] = octets[i]!;
    this.#ends[id] = end;
    this.#hashes[id] = hash;
    this.#slots[slot] = id + 1;
    this.#size++;
    if (2 * this.#size > this.#slots.length) this.#rehash();
    return id;
  }

  #rehash(): void {
    const slots = new Int32Array(4 * this.#slots.length);
    const mask = slots.length - 1;
    for (let id = 0; id < this.#size; id++) {
      let slot = this.#hashes[id]! & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = id + 1;
    }
    this.#slots = slots;
  }
}

function wider<T extends Uint8Array | Uint32Array | Int32Array>(old: T, made: T): T {
  made.set(old);
  return made;
}

/** FNV-1a, with its high bits mixed into the low ones. */
function hashOf(octets: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ octets[at]!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return hash ^ (hash >>> 16);
}
