// OctetArena: blocks of octets for what live flows hold. They come from few large buffers, and go back when a flow ends.

const SLAB_BITS = 21;
const SLAB_OCTETS = 1 << SLAB_BITS;
const SLAB_MASK = SLAB_OCTETS - 1;
/** Addresses, those behind the last octet too, have 32 bits. */
const MOST_SLABS = 2046;
const SMALLEST_BITS = 9;
const CLASSES = SLAB_BITS - SMALLEST_BITS + 1;
/** Empty slabs that are kept for what comes next. */
const SPARE_SLABS = 4;
/** Behind the last block, so that words of four octets may be read and written at its end. */
const SLACK = 8;

/** The largest block. */
export const MOST_BLOCK_OCTETS = SLAB_OCTETS;

/** One buffer, cut into blocks of one size. */
class Slab {
  readonly number: number;
  readonly octets: Uint8Array<ArrayBuffer>;
  readonly view: DataView<ArrayBuffer>;
  readonly words: Int32Array<ArrayBuffer>;
  readonly size: number;
  /** Blocks given away. */
  used = 0;
  /** Where the part begins that was never given away. */
  fresh = 0;
  /** Offset of the first block that came back, -1 = none; each holds the offset of the next one. */
  free = -1;
  /** Whether it stands in the list of slabs with room. */
  listed = true;

  constructor(number: number, octets: Uint8Array<ArrayBuffer>, size: number) {
    this.number = number;
    this.octets = octets;
    this.view = new DataView(octets.buffer);
    this.words = new Int32Array(octets.buffer);
    this.size = size;
  }

  get room(): boolean {
    return this.free >= 0 || this.fresh < SLAB_OCTETS;
  }
}

/** An address is a number of 32 bits, 0 is none. */
export class OctetArena {
  /** Octets of all blocks that are given away. */
  held = 0;
  /** Of each slab its octets: those of address A are at A & `mask` in slabs[A >>> `bits`]. */
  readonly octets: Uint8Array[] = [new Uint8Array(0)];
  readonly views: DataView[] = [new DataView(new ArrayBuffer(0))];
  readonly #slabs: (Slab | null)[] = [null];
  readonly #numbers: number[] = [];
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];
  readonly #withRoom: Slab[][] = Array.from({ length: CLASSES }, () => []);
  #live = 0;

  static readonly bits = SLAB_BITS;
  static readonly mask = SLAB_MASK;

  /** Octets taken from the system. */
  get taken(): number {
    return (this.#live + this.#spare.length) * SLAB_OCTETS;
  }

  /** The size of the block that so many octets get. */
  static blockOctets(octets: number): number {
    return 1 << (SMALLEST_BITS + classOf(octets));
  }

  /** The address of a block of `blockOctets(octets)`; 0 where there is no room for it. */
  allocate(octets: number): number {
    if (octets > MOST_BLOCK_OCTETS) return 0;
    const kind = classOf(octets);
    const slab = this.#slabWithRoom(kind);
    if (slab === null) return 0;
    let offset = slab.free;
    if (offset >= 0) {
      slab.free = slab.words[offset >> 2]!;
    } else {
      offset = slab.fresh;
      slab.fresh += slab.size;
    }
    slab.used++;
    this.held += slab.size;
    return ((slab.number << SLAB_BITS) | offset) >>> 0;
  }

  #slabWithRoom(kind: number): Slab | null {
    const list = this.#withRoom[kind]!;
    for (let slab = list.at(-1); slab !== undefined; slab = list.at(-1)) {
      if (slab.room) return slab;
      slab.listed = false;
      list.pop();
    }
    if (this.#live >= MOST_SLABS) return null;
    const number = this.#numbers.pop() ?? this.#slabs.length;
    const slab = new Slab(
      number,
      this.#spare.pop() ?? new Uint8Array(SLAB_OCTETS + SLACK),
      1 << (SMALLEST_BITS + kind),
    );
    this.#slabs[number] = slab;
    this.octets[number] = slab.octets;
    this.views[number] = slab.view;
    this.#live++;
    list.push(slab);
    return slab;
  }

  release(address: number): void {
    const slab = this.#slabs[address >>> SLAB_BITS]!;
    const offset = address & SLAB_MASK;
    slab.words[offset >> 2] = slab.free;
    slab.free = offset;
    slab.used--;
    this.held -= slab.size;
    if (slab.used === 0) this.#dissolve(slab);
    else if (!slab.listed) {
      slab.listed = true;
      this.#withRoom[classOf(slab.size)]!.push(slab);
    }
  }

  #dissolve(slab: Slab): void {
    const list = this.#withRoom[classOf(slab.size)]!;
    // The last one with room stays as it is: a flow that begins takes from it, and the one before has just given back.
    if (list.length === 1 && list[0] === slab) {
      slab.free = -1;
      slab.fresh = 0;
      return;
    }
    if (slab.listed) list.splice(list.indexOf(slab), 1);
    this.#slabs[slab.number] = null;
    this.octets[slab.number] = this.octets[0]!;
    this.views[slab.number] = this.views[0]!;
    this.#numbers.push(slab.number);
    this.#live--;
    if (this.#spare.length < SPARE_SLABS) this.#spare.push(slab.octets);
  }
}

function classOf(octets: number): number {
  const bits = 32 - Math.clz32(octets - 1);
  return bits <= SMALLEST_BITS ? 0 : bits - SMALLEST_BITS;
}
