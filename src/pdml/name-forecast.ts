// NameForecast: which field name comes next, as tshark writes the same fields in the same order again and again.
import { type FieldNames, NO_NAME } from "./field-names.ts";

const FIRST_NAMES = 1024;

export class NameForecast {
  readonly #names: FieldNames;
  /** Of each name's id + 1 (0: the frame's beginning): the ids that followed it, the one that was learnt last and the one before. */
  #next = new Int32Array(FIRST_NAMES).fill(NO_NAME);
  #other = new Int32Array(FIRST_NAMES).fill(NO_NAME);
  /** Names known here, as words one behind the other; the last one of a name is filled with zeros. */
  #words = new Int32Array(FIRST_NAMES * 8);
  #used = 0;
  #first = new Int32Array(FIRST_NAMES);
  #length = new Int32Array(FIRST_NAMES);

  constructor(names: FieldNames) {
    this.#names = names;
  }

  /** Whether a name that followed `last` (an id, NO_NAME at the beginning) begins at `at` and a quote ends it: its id, else NO_NAME. */
  test(view: DataView, at: number, last: number): number {
    const id = this.#next[last + 1]!;
    if (id === NO_NAME || this.#isAt(view, at, id)) return id;
    const other = this.#other[last + 1]!;
    return other !== NO_NAME && this.#isAt(view, at, other) ? other : NO_NAME;
  }

  #isAt(view: DataView, at: number, id: number): boolean {
    const length = this.#length[id]!;
    const words = this.#words;
    let word = this.#first[id]!;
    const end = at + length;
    let from = at;
    for (; from + 4 <= end; from += 4) if (view.getInt32(from, true) !== words[word++]) return false;
    const rest = end - from;
    // Shifted out is what stands behind the name.
    if (rest > 0 && (view.getInt32(from, true) ^ words[word]!) << (32 - 8 * rest) !== 0) return false;
    return view.getUint8(end) === 0x22;
  }

  /** Octets of a name that `test` found. */
  length(id: number): number {
    return this.#length[id]!;
  }

  /** Behind `last` came `id`. */
  learn(last: number, id: number): void {
    const most = Math.max(last, id) + 1;
    if (most >= this.#next.length) this.#widen(2 * most);
    if (this.#length[id] === 0) {
      if (!isPlain(this.#names.octets(id))) return;
      this.#take(id);
    }
    this.#other[last + 1] = this.#next[last + 1]!;
    this.#next[last + 1] = id;
  }

  #take(id: number): void {
    const octets = this.#names.octets(id);
    const words = (octets.length + 3) >> 2;
    if (this.#used + words > this.#words.length) {
      const wider = new Int32Array(2 * (this.#words.length + words));
      wider.set(this.#words);
      this.#words = wider;
    }
    this.#first[id] = this.#used;
    this.#length[id] = octets.length;
    for (let at = 0; at < octets.length; at++) this.#words[this.#used + (at >> 2)]! |= octets[at]! << (8 * (at & 3));
    this.#used += words;
  }

  #widen(size: number): void {
    const wider = (column: Int32Array, empty: number) => {
      const column2 = new Int32Array(size).fill(empty);
      column2.set(column);
      return column2;
    };
    this.#next = wider(this.#next, NO_NAME);
    this.#other = wider(this.#other, NO_NAME);
    this.#first = wider(this.#first, 0);
    this.#length = wider(this.#length, 0);
  }
}

/** Octets that XML may have as they are: others look different in a document, or could be its markup. */
function isPlain(octets: Uint8Array): boolean {
  return octets.every((octet) => octet > 0x20 && octet !== 0x22 && octet !== 0x26 && octet !== 0x3c);
}
