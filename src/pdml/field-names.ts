// FieldNames: every field name of a run has a small number, so that nothing behind the readers compares texts.
import { randomInt } from "node:crypto";

/** Of one name. */
const MOST_OCTETS = 512;
/**
 * All names together may cost so much memory, here and in the trees that are made of their parts: nearly 30,000 of tshark's, of which
 * a capture has some thousands at the most. What comes beyond is an attack, and counted.
 */
const MOST_COST = 32 * 1024 * 1024;
const NAME_COST = 500;
const PART_COST = 300;
const DOT = 0x2e;
const FIRST_SLOTS = 4096;
/** A byte order mark in a name is a part of it. */
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });
/** Nobody can know which names have one hash. */
const SEED = randomInt(2 ** 32) | 0;

/** The id of a name that was not taken. */
export const NO_NAME = -1;

export class FieldNames {
  /** Made when somebody asks. */
  readonly #texts: (string | undefined)[] = [];
  /** Open addressing over hashes of the names' octets: id + 1, 0 = free. */
  #slots = new Int32Array(FIRST_SLOTS);
  readonly #octets: Uint8Array[] = [];
  readonly #hashes: number[] = [];
  readonly #mostCost: number;
  #cost = 0;

  /** `mostCost`: octets that all names together may take. */
  constructor(mostCost = MOST_COST) {
    this.#mostCost = mostCost;
  }

  /** How many names there are; ids are 0 .. size - 1, in the order of their coming. */
  get size(): number {
    return this.#octets.length;
  }

  text(id: number): string {
    this.#texts[id] ??= DECODER.decode(this.#octets[id]);
    return this.#texts[id];
  }

  /** The octets (UTF-8) of a name: readers compare with the name they expect before they ask for its id. */
  octets(id: number): Uint8Array {
    return this.#octets[id]!;
  }

  /** The id of a name that a person wrote; it is taken in if it is new. */
  idOf(text: string): number {
    const octets = Buffer.from(text);
    return this.idAt(octets, 0, octets.length);
  }

  /** The id of octets from .. to; NO_NAME where there is no room for another name, or it is longer than any field's. */
  idAt(octets: Uint8Array, from: number, to: number): number {
    let hash = SEED;
    for (let at = from; at < to; at++) hash = Math.imul(hash ^ octets[at]!, 0x01000193);
    hash >>>= 0;
    const mask = this.#slots.length - 1;
    for (let slot = (hash ^ (hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const id = this.#slots[slot]! - 1;
      if (id < 0) break;
      if (this.#hashes[id] === hash && sameOctets(this.#octets[id]!, octets, from, to)) return id;
    }
    if (to - from > MOST_OCTETS || !this.#pay(octets, from, to)) return NO_NAME;
    // Not octets.slice: of a Buffer that is a view.
    return this.#add(Uint8Array.prototype.slice.call(octets, from, to), hash);
  }

  /** False where there is no room for a name with these octets. */
  #pay(octets: Uint8Array, from: number, to: number): boolean {
    let cost = NAME_COST + to - from;
    for (let at = from; at < to; at++) if (octets[at] === DOT) cost += PART_COST;
    if (this.#cost + cost > this.#mostCost) return false;
    this.#cost += cost;
    return true;
  }

  #add(octets: Uint8Array, hash: number): number {
    const id = this.size;
    this.#texts.push(undefined);
    this.#octets.push(octets);
    this.#hashes.push(hash);
    if (this.size * 2 > this.#slots.length) this.#rehash();
    else this.#place(id);
    return id;
  }

  #place(id: number): void {
    const hash = this.#hashes[id]!;
    const mask = this.#slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = id + 1;
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 4);
    for (let id = 0; id < this.size; id++) this.#place(id);
  }
}

export function sameOctets(a: Uint8Array, b: Uint8Array, from: number, to: number): boolean {
  if (a.length !== to - from) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[from + at]) return false;
  return true;
}
