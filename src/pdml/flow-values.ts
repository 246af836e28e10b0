// FlowValues: the entries of a log sorted by field, each field's in the order of their coming.
import { type FlowLogs, LogCursor } from "./flow-logs.ts";
import { OctetArena } from "./octet-arena.ts";

const FIRST = 4096;
/** What a large flow needed is not kept for small ones. */
const MOST_KEPT = 1_048_576;
const BITS = OctetArena.bits;
const MASK = OctetArena.mask;

export class FlowValues {
  /** The slots that have entries, in the order of their coming: `slots` up to `size`. */
  slots = new Int32Array(FIRST);
  size = 0;
  /** The value that `read` found: octets from .. to. */
  octets: Uint8Array = new Uint8Array(0);
  from = 0;
  to = 0;
  /** Where the entries lie. */
  readonly arena: OctetArena;
  readonly #cursor: LogCursor;
  readonly #second: LogCursor;
  /** Of each slot: in which run it was last filled, where its entries begin and end in `#entries`. */
  #run = new Int32Array(FIRST);
  #start = new Int32Array(FIRST);
  #end = new Int32Array(FIRST);
  /** Addresses of entries, behind their slots: those of their lengths. */
  entries = new Uint32Array(FIRST);
  #runs = 0;

  constructor(logs: FlowLogs) {
    this.arena = logs.arena;
    this.#cursor = new LogCursor(logs);
    this.#second = new LogCursor(logs);
  }

  /** All entries of a flow. */
  take(flow: number): void {
    this.#cursor.start(flow);
    this.#fill(false);
  }

  /** Goes to the first frame of a flow whose frames are marked; `takeFrame` takes one after the other. */
  takeFrames(flow: number): void {
    this.#cursor.start(flow);
    this.#cursor.next();
  }

  /** The entries of the next frame; false behind the last one. */
  takeFrame(): boolean {
    if (this.#atEnd) {
      this.#atEnd = false;
      return false;
    }
    this.#atEnd = this.#fill(true);
    return true;
  }

  #atEnd = false;

  has(slot: number): boolean {
    return this.#run[slot] === this.#runs;
  }

  /** The entries of a slot are first .. end, not included: for `read`. */
  first(slot: number): number {
    return this.#start[slot]!;
  }

  end(slot: number): number {
    return this.#end[slot]!;
  }

  read(entry: number): void {
    const address = this.entries[entry]!;
    const octets = this.arena.octets[address >>> BITS]!;
    let at = address & MASK;
    let length = octets[at++]!;
    if (length >= 0x80) {
      const second = octets[at++]!;
      length = (length & 0x7f) | ((second & 0x7f) << 7);
      if (second >= 0x80) length |= octets[at++]! << 14;
    }
    this.octets = octets;
    this.from = at;
    this.to = at + length;
  }

  /** True at the end of the log. */
  #fill(oneFrame: boolean): boolean {
    const cursor = this.#cursor;
    const second = this.#second;
    second.startAs(cursor);
    const run = ++this.#runs;
    let entries = 0;
    this.size = 0;
    let more = cursor.next();
    for (; more; more = cursor.next()) {
      const { slot } = cursor;
      if (slot === 0) {
        if (oneFrame) break;
        continue;
      }
      if (slot >= this.#run.length) this.#growSlots(slot);
      if (this.#run[slot] !== run) {
        this.#run[slot] = run;
        this.#end[slot] = 0;
        if (this.size === this.slots.length) this.#growTouched();
        this.slots[this.size++] = slot;
      }
      this.#end[slot] = this.#end[slot]! + 1;
      entries++;
    }
    let at = 0;
    for (let i = 0; i < this.size; i++) {
      const slot = this.slots[i]!;
      const count = this.#end[slot]!;
      this.#start[slot] = at;
      this.#end[slot] = at;
      at += count;
    }
    this.#reserve(entries);
    for (let left = entries; left > 0; ) {
      second.next();
      const { slot } = second;
      if (slot === 0) continue;
      this.entries[this.#end[slot]!] = second.lengthAddress;
      this.#end[slot] = this.#end[slot]! + 1;
      left--;
    }
    return !more;
  }

  #reserve(entries: number): void {
    if (entries > this.entries.length || (this.entries.length > MOST_KEPT && entries < MOST_KEPT)) {
      this.entries = new Uint32Array(entries < MOST_KEPT ? Math.max(2 * entries, FIRST) : entries);
    }
  }

  #growTouched(): void {
    const slots = new Int32Array(2 * this.slots.length);
    slots.set(this.slots);
    this.slots = slots;
  }

  #growSlots(slot: number): void {
    const length = Math.max(2 * this.#run.length, slot + 1);
    const grown = (old: Int32Array) => {
      const numbers = new Int32Array(length);
      numbers.set(old);
      return numbers;
    };
    this.#run = grown(this.#run);
    this.#start = grown(this.#start);
    this.#end = grown(this.#end);
  }
}
