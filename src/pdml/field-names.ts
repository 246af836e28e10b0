// FieldNames: every field name of a run has a small number, so that nothing behind the readers compares texts.

/** More names than any dissector has; what comes beyond them is an attack, and counted. */
const MOST_NAMES = 400_000;
const MOST_OCTETS = 512;
const FIRST_SLOTS = 4096;

/** The id of a name that was not taken. */
export const NO_NAME = -1;

export class FieldNames {
  readonly #texts: string[] = [];
  readonly #byText = new Map<string, number>();
  /** Open addressing over hashes of the names' octets: id + 1, 0 = free. */
  #slots = new Int32Array(FIRST_SLOTS);
  readonly #octets: Uint8Array[] = [];
  readonly #hashes: number[] = [];

  /** How many names there are; ids are 0 .. size - 1, in the order of their coming. */
  get size(): number {
    return this.#texts.length;
  }

  text(id: number): string {
    return this.#texts[id]!;
  }

  /** The octets (UTF-8) of a name: readers compare with the name they expect before they ask for its id. */
  octets(id: number): Uint8Array {
    return this.#octets[id]!;
  }

  /** The id of a name that a person wrote; it is taken in if it is new. */
  idOf(text: string): number {
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const octets = Buffer.from(text);
    return this.idAt(octets, 0, octets.length);
  }

  /** The id of octets from .. to; NO_NAME where there is no room for another name, or it is longer than any field's. */
  idAt(octets: Uint8Array, from: number, to: number): number {
    let hash = 0x811c9dc5;
    for (let at = from; at < to; at++) hash = Math.imul(hash ^ octets[at]!, 0x01000193);
    hash >>>= 0;
    const mask = this.#slots.length - 1;
    for (let slot = (hash ^ (hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const id = this.#slots[slot]! - 1;
      if (id < 0) break;
      if (this.#hashes[id] === hash && sameOctets(this.#octets[id]!, octets, from, to)) return id;
    }
    if (this.size >= MOST_NAMES || to - from > MOST_OCTETS) return NO_NAME;
    // Not octets.slice: of a Buffer that is a view.
    return this.#add(Uint8Array.prototype.slice.call(octets, from, to), hash);
  }

  #add(octets: Uint8Array, hash: number): number {
    const id = this.#texts.length;
    const text = new TextDecoder().decode(octets);
    this.#texts.push(text);
    this.#byText.set(text, id);
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
