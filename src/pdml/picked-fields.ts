// PickedFields: of a frame's hundreds of fields where those few lie that somebody asks for. One pass over the name ids, nothing else is looked at.
import type { FieldNames } from "./field-names.ts";
import type { Frame } from "./frame.ts";

/** Where there is no (further) value. */
export const NO_FIELD = -1;

export class PickedFields {
  /** The names by their slots, each once. */
  readonly wanted: readonly string[];
  /** Of each slot: its first field in the frame, NO_FIELD where there is none. */
  readonly first: Int32Array;
  /** Of a field of the frame: the next one of its slot. */
  next: Int32Array;
  /** Of each slot: how many frames had it. */
  readonly frames: Float64Array;
  readonly #last: Int32Array;
  /** Slot + 1 of each name's id; names that came later are of no interest. */
  readonly #slotOf: Uint16Array;

  constructor(names: FieldNames, wanted: readonly string[]) {
    this.wanted = [...new Set(wanted)];
    const ids = this.wanted.map((name) => names.idOf(name));
    this.#slotOf = new Uint16Array(1 + Math.max(-1, ...ids));
    for (const [slot, id] of ids.entries()) if (id >= 0) this.#slotOf[id] = slot + 1;
    this.first = new Int32Array(this.wanted.length);
    this.#last = new Int32Array(this.wanted.length);
    this.frames = new Float64Array(this.wanted.length);
    this.next = new Int32Array(512);
  }

  /** Names that no frame had so far. */
  neverSeen(): readonly string[] {
    return this.wanted.filter((_, slot) => this.frames[slot] === 0);
  }

  slot(name: string): number {
    return this.wanted.indexOf(name);
  }

  /** From now on `first` and `next` are of this frame. */
  pick({ fields, name }: Frame): void {
    const slotOf = this.#slotOf;
    const known = slotOf.length;
    const { first } = this;
    const last = this.#last;
    first.fill(NO_FIELD);
    if (fields > this.next.length) this.next = new Int32Array(2 * fields);
    const { next } = this;
    for (let field = 0; field < fields; field++) {
      const id = name[field]!;
      if (id >= known) continue;
      const slot = slotOf[id]! - 1;
      if (slot < 0) continue;
      next[field] = NO_FIELD;
      if (first[slot]! < 0) {
        first[slot] = field;
        this.frames[slot]!++;
      } else next[last[slot]!] = field;
      last[slot] = field;
    }
  }
}
