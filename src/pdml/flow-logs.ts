// FlowLogs: what the frames of each live flow said, one log of octets a flow: frame after frame, field after field.
import type { Frame } from "./frame.ts";
import { MOST_BLOCK_OCTETS, OctetArena } from "./octet-arena.ts";

// A log is a chain of blocks: the address of the next one, the address behind this one's entries, entries. The first block
// has the length of the flow's key and the key itself before its entries. An entry lies in one block: its slot and its
// length (7 bits an octet, the highest bit set where more follow), its octets. Slot 0 is the beginning of a frame.

/** Of the field `id`: the slot of its values; that of its labels is the next one. */
export const valueSlot = (id: number) => 2 * id + 1;
export const idOfSlot = (slot: number) => (slot - 1) >> 1;
export const isLabelSlot = (slot: number) => slot > 0 && (slot & 1) === 0;

const FIRST_FLOWS = 256;
const BLOCK_HEAD = 8;
const KEY_HEAD = 4;
/** Octets of an entry's slot and length at the most, and what a word may write behind its value. */
const ENTRY_HEAD = 10;
/** A length that one octet says. */
const SHORT = 0x80;
/** Blocks grow with their flow, up to this. */
const LARGEST_USUAL = 262_144;
const MOST_VALUE_OCTETS = MOST_BLOCK_OCTETS - BLOCK_HEAD - ENTRY_HEAD - 1;
const TOO_LONG = new TextEncoder().encode("Data too long");
const BITS = OctetArena.bits;
const MASK = OctetArena.mask;

export interface FlowLogOptions {
  /** Characters of a value; longer ones become "Data too long". */
  readonly maxLength: number;
  /** Labels are kept, too. */
  readonly labels: boolean;
  /** Whether a value comes into a flow's log, asked before it goes there; null = all do. */
  readonly distinct: DistinctRule | null;
}

export interface DistinctRule {
  isNew(flow: number, slot: number, octets: Uint8Array, from: number, to: number): boolean;
  /** The new one lies at this address. */
  keep(address: number): void;
}

export class FlowLogs {
  readonly arena = new OctetArena();
  /** Of each flow: its first block, the block it is written in, where the next entry goes, the end of that block. */
  head = new Uint32Array(FIRST_FLOWS);
  #tail = new Uint32Array(FIRST_FLOWS);
  at = new Uint32Array(FIRST_FLOWS);
  #end = new Uint32Array(FIRST_FLOWS);
  /** Octets of each flow's blocks. */
  held = new Float64Array(FIRST_FLOWS);
  #source: Uint8Array = TOO_LONG;
  #sourceView: DataView = new DataView(TOO_LONG.buffer);
  readonly #maxLength: number;
  readonly #labels: boolean;
  readonly #distinct: DistinctRule | null;

  constructor({ maxLength, labels, distinct }: FlowLogOptions) {
    this.#maxLength = Math.min(maxLength, MOST_VALUE_OCTETS);
    this.#labels = labels;
    this.#distinct = distinct;
  }

  /** A flow begins: its key, and room for its first frame. */
  begin(flow: number, key: Uint8Array, keyLength: number, frame: Frame): void {
    while (flow >= this.head.length) this.#grow();
    let room = BLOCK_HEAD + KEY_HEAD + keyLength + 64;
    const { fields, valueFrom, valueTo, labelFrom, labelTo } = frame;
    for (let i = 0; i < fields; i++) room += valueTo[i]! - valueFrom[i]! + 4;
    if (this.#labels) for (let i = 0; i < fields; i++) room += labelTo[i]! - labelFrom[i]! + 4;
    const least = BLOCK_HEAD + KEY_HEAD + keyLength;
    const address = this.#block(flow, Math.max(least, Math.min(room, LARGEST_USUAL)));
    this.head[flow] = address;
    const octets = this.arena.octets[address >>> BITS]!;
    const from = (address & MASK) + BLOCK_HEAD;
    writeWord(octets, from, keyLength);
    octets.set(key.subarray(0, keyLength), from + KEY_HEAD);
    this.at[flow] = address + least;
  }

  /** Where the octets of a flow's key are. */
  key(flow: number): Uint8Array {
    const address = this.head[flow]!;
    const octets = this.arena.octets[address >>> BITS]!;
    const from = (address & MASK) + BLOCK_HEAD;
    return octets.subarray(from + KEY_HEAD, from + KEY_HEAD + readWord(octets, from));
  }

  /** Whether a flow's key is these octets. */
  hasKey(flow: number, key: Uint8Array, length: number): boolean {
    const address = this.head[flow]!;
    const octets = this.arena.octets[address >>> BITS]!;
    const from = (address & MASK) + BLOCK_HEAD;
    if (readWord(octets, from) !== length) return false;
    for (let i = 0; i < length; i++) if (octets[from + KEY_HEAD + i] !== key[i]) return false;
    return true;
  }

  /** Where the entries of a flow begin. */
  firstEntry(flow: number): number {
    const address = this.head[flow]!;
    const octets = this.arena.octets[address >>> BITS]!;
    const from = (address & MASK) + BLOCK_HEAD;
    return address + BLOCK_HEAD + KEY_HEAD + readWord(octets, from);
  }

  /** Writes what a frame says into a flow's log. */
  addFrame(flow: number, frame: Frame, marked: boolean): void {
    if (marked) {
      if (this.at[flow]! >= this.#end[flow]!) this.#nextBlock(flow, 1);
      const at = this.at[flow]!;
      this.arena.octets[at >>> BITS]![at & MASK] = 0;
      this.at[flow] = at + 1;
    }
    const { fields, octets, name, valueFrom, valueTo, labelFrom, labelTo } = frame;
    const labels = this.#labels;
    const maxLength = this.#maxLength;
    const distinct = this.#distinct;
    if (distinct === null && !labels) {
      this.#addValues(flow, frame);
      return;
    }
    for (let i = 0; i < fields; i++) {
      const id = name[i]!;
      const from = valueFrom[i]!;
      const to = valueTo[i]!;
      if (to > from) {
        if (to - from > maxLength && isLonger(octets, from, to, maxLength)) {
          this.#offer(flow, 2 * id + 1, TOO_LONG, 0, TOO_LONG.length, distinct);
        } else this.#offer(flow, 2 * id + 1, octets, from, to, distinct);
      }
      if (!labels) continue;
      const start = labelFrom[i]!;
      const end = labelTo[i]!;
      if (end === start) continue;
      if (end - start > maxLength && isLonger(octets, start, end, maxLength)) {
        this.#offer(flow, 2 * id + 2, TOO_LONG, 0, TOO_LONG.length, distinct);
      } else this.#offer(flow, 2 * id + 2, octets, start, end, distinct);
    }
  }

  /** The same for values alone: what nearly every run does with every field. */
  #addValues(flow: number, { fields, octets: source, name, valueFrom, valueTo }: Frame): void {
    const view = this.#viewOf(source);
    const safe = source.length - 4;
    const maxLength = this.#maxLength;
    const start = this.at[flow]!;
    let octets = this.arena.octets[start >>> BITS]!;
    let out = this.arena.views[start >>> BITS]!;
    let at = start & MASK;
    // The end of the last block of a slab has the address of the next slab.
    let base = start - at;
    let end = this.#end[flow]! - base;
    for (let i = 0; i < fields; i++) {
      const from = valueFrom[i]!;
      const length = valueTo[i]! - from;
      if (length === 0) continue;
      const slot = 2 * name[i]! + 1;
      if (length > maxLength || length >= SHORT || at + length + ENTRY_HEAD > end || from + length > safe) {
        this.at[flow] = base + at;
        const to = from + length;
        if (length > maxLength && isLonger(source, from, to, maxLength)) {
          this.#append(flow, slot, TOO_LONG, 0, TOO_LONG.length);
        } else this.#append(flow, slot, source, from, to);
        const next = this.at[flow]!;
        // The block may be another one, and full to its end, where another slab begins.
        const block = this.#tail[flow]!;
        base = block - (block & MASK);
        octets = this.arena.octets[block >>> BITS]!;
        out = this.arena.views[block >>> BITS]!;
        at = next - base;
        end = this.#end[flow]! - base;
        continue;
      }
      if (slot < 0x80) octets[at++] = slot;
      else {
        octets[at++] = slot | 0x80;
        if (slot < 0x4000) octets[at++] = slot >>> 7;
        else {
          octets[at++] = (slot >>> 7) | 0x80;
          octets[at++] = slot >>> 14;
        }
      }
      octets[at++] = length;
      // In whole words: what is too much is written over by the next entry.
      for (let done = 0; done < length; done += 4) out.setInt32(at + done, view.getInt32(from + done, true), true);
      at += length;
    }
    this.at[flow] = base + at;
  }

  #viewOf(octets: Uint8Array): DataView {
    if (this.#source !== octets) {
      this.#source = octets;
      this.#sourceView = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
    }
    return this.#sourceView;
  }

  #offer(flow: number, slot: number, source: Uint8Array, from: number, to: number, rule: DistinctRule | null): void {
    if (rule === null) this.#append(flow, slot, source, from, to);
    else if (rule.isNew(flow, slot, source, from, to)) rule.keep(this.#append(flow, slot, source, from, to));
  }

  /** Writes an entry; its address. */
  #append(flow: number, slot: number, source: Uint8Array, from: number, to: number): number {
    const length = to - from;
    if (this.at[flow]! + length + ENTRY_HEAD > this.#end[flow]!) this.#nextBlock(flow, length + ENTRY_HEAD);
    const address = this.at[flow]!;
    const octets = this.arena.octets[address >>> BITS]!;
    let at = address & MASK;
    const start = at;
    if (slot < 0x80) octets[at++] = slot;
    else {
      octets[at++] = slot | 0x80;
      if (slot < 0x4000) octets[at++] = slot >>> 7;
      else {
        octets[at++] = (slot >>> 7) | 0x80;
        octets[at++] = slot >>> 14;
      }
    }
    if (length < 0x80) octets[at++] = length;
    else {
      octets[at++] = length | 0x80;
      if (length < 0x4000) octets[at++] = length >>> 7;
      else {
        octets[at++] = (length >>> 7) | 0x80;
        octets[at++] = length >>> 14;
      }
    }
    if (length <= 96) for (let i = from; i < to; i++) octets[at++] = source[i]!;
    else {
      octets.set(source.subarray(from, to), at);
      at += length;
    }
    this.at[flow] = address + at - start;
    return address;
  }

  #nextBlock(flow: number, least: number): void {
    const usual = Math.min(this.held[flow]! / 2, LARGEST_USUAL);
    const before = this.#tail[flow]!;
    const written = this.at[flow]!;
    const address = this.#block(flow, Math.max(BLOCK_HEAD + least, usual));
    const octets = this.arena.octets[before >>> BITS]!;
    writeWord(octets, before & MASK, address);
    writeWord(octets, (before & MASK) + 4, written);
    this.at[flow] = address + BLOCK_HEAD;
  }

  #block(flow: number, room: number): number {
    const address = this.arena.allocate(room);
    if (address === 0) throw new Error(`no room for ${room} octets of a flow beside ${this.arena.held}`);
    const size = OctetArena.blockOctets(room);
    writeWord(this.arena.octets[address >>> BITS]!, address & MASK, 0);
    this.#tail[flow] = address;
    this.#end[flow] = address + size;
    this.held[flow] = this.held[flow]! + size;
    return address;
  }

  /** A flow is over. */
  release(flow: number): void {
    let address = this.head[flow]!;
    while (address !== 0) {
      const next = readWord(this.arena.octets[address >>> BITS]!, address & MASK);
      this.arena.release(address);
      address = next;
    }
    this.head[flow] = 0;
    this.held[flow] = 0;
  }

  #grow(): void {
    const length = 2 * this.head.length;
    const words = (old: Uint32Array) => {
      const grown = new Uint32Array(length);
      grown.set(old);
      return grown;
    };
    this.head = words(this.head);
    this.#tail = words(this.#tail);
    this.at = words(this.at);
    this.#end = words(this.#end);
    const held = new Float64Array(length);
    held.set(this.held);
    this.held = held;
  }
}

/** Goes through a log, or a part of it; the same object for many. */
export class LogCursor {
  /** The entry: its slot, and its value, octets from .. to of `octets`. Slot 0 is the beginning of a frame. */
  slot = 0;
  octets: Uint8Array = new Uint8Array(0);
  from = 0;
  to = 0;
  readonly #logs: FlowLogs;
  #flow = 0;
  #block = 0;
  #next = 0;
  /** Offsets of the slab that the block lies in. */
  #at = 0;
  #end = 0;
  #length = 0;

  constructor(logs: FlowLogs) {
    this.#logs = logs;
  }

  start(flow: number): void {
    this.#flow = flow;
    this.#open(this.#logs.head[flow]!, this.#logs.firstEntry(flow));
  }

  /** Goes on where the other one stands. */
  startAs(other: LogCursor): void {
    this.#flow = other.#flow;
    this.#block = other.#block;
    this.#next = other.#next;
    this.octets = other.octets;
    this.#at = other.#at;
    this.#end = other.#end;
  }

  /** The address of the entry's length. */
  get lengthAddress(): number {
    return ((this.#block & ~MASK) | this.#length) >>> 0;
  }

  /** False at the end. */
  next(): boolean {
    let at = this.#at;
    while (at >= this.#end) {
      if (this.#next === 0) return false;
      this.#open(this.#next, this.#next + BLOCK_HEAD);
      at = this.#at;
    }
    const { octets } = this;
    let slot = octets[at++]!;
    if (slot >= 0x80) {
      const second = octets[at++]!;
      slot = (slot & 0x7f) | ((second & 0x7f) << 7);
      if (second >= 0x80) slot |= octets[at++]! << 14;
    }
    this.slot = slot;
    if (slot === 0) {
      this.#at = at;
      return true;
    }
    this.#length = at;
    let length = octets[at++]!;
    if (length >= 0x80) {
      const second = octets[at++]!;
      length = (length & 0x7f) | ((second & 0x7f) << 7);
      if (second >= 0x80) length |= octets[at++]! << 14;
    }
    this.from = at;
    this.#at = at + length;
    this.to = this.#at;
    return true;
  }

  #open(block: number, first: number): void {
    const octets = this.#logs.arena.octets[block >>> BITS]!;
    const offset = block & MASK;
    this.octets = octets;
    this.#block = block;
    this.#next = readWord(octets, offset);
    this.#at = first & MASK;
    const end = this.#next === 0 ? this.#logs.at[this.#flow]! : readWord(octets, offset + 4);
    // The end of the last block of a slab has the address of the next slab.
    this.#end = end - (block - offset);
  }
}

function isLonger(octets: Uint8Array, from: number, to: number, characters: number): boolean {
  if (to - from > MOST_VALUE_OCTETS) return true;
  let count = 0;
  for (let at = from; at < to; at++) if ((octets[at]! & 0xc0) !== 0x80) count++;
  return count > characters;
}

function writeWord(octets: Uint8Array, at: number, word: number): void {
  octets[at] = word;
  octets[at + 1] = word >>> 8;
  octets[at + 2] = word >>> 16;
  octets[at + 3] = word >>> 24;
}

function readWord(octets: Uint8Array, at: number): number {
  return (octets[at]! | (octets[at + 1]! << 8) | (octets[at + 2]! << 16) | (octets[at + 3]! << 24)) >>> 0;
}
