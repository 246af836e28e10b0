// DistinctValues: which values each live flow holds already, for logs that take each one once (`-c`).
import { sameOctets } from "./field-names.ts";
import type { DistinctRule, FlowLogs } from "./flow-logs.ts";
import { hashOf } from "./frame-key.ts";
import { OctetArena } from "./octet-arena.ts";

/** Places of the smallest table of a flow, and of those that are kept for the next flows: a frame of 90 values fits into one. */
const SMALLEST = 8;
const USUAL = 128;
/** Tables of the first size that are kept for the next flows. */
const MOST_SPARE = 1024;
const WORD_OCTETS = 4;
/** What a table costs beside its words. */
const TABLE_OCTETS = 256;
const BITS = OctetArena.bits;
const MASK = OctetArena.mask;

/**
 * Open addressing, a table a flow: what belongs to a flow lies together, and goes with it at once. A place is two words, the hash of
 * slot and value and the address of the entry in the log, 0 = free.
 */
export class DistinctValues implements DistinctRule {
  /** Octets of all tables. */
  held = 0;
  readonly #logs: () => FlowLogs;
  readonly #tables: (Uint32Array | undefined)[] = [];
  readonly #counts: number[] = [];
  readonly #spare: Uint32Array[] = [];
  /** Fields of the frame that is being added. */
  #fields = 0;
  /** What `isNew` found last. */
  #hash = 0;
  #flow = 0;
  #place = 0;

  /** `logs`: where the values lie. */
  constructor(logs: () => FlowLogs) {
    this.#logs = logs;
  }

  /** A frame of so many fields is added. */
  expect(fields: number): void {
    this.#fields = fields;
  }

  isNew(flow: number, slot: number, octets: Uint8Array, from: number, to: number): boolean {
    const table = this.#tables[flow] ?? this.#begin(flow);
    const hash = mixed(slot, hashOf(octets, from, to));
    const mask = table.length - 1;
    let place = (hash << 1) & mask;
    for (; table[place + 1] !== 0; place = (place + 2) & mask) {
      if (table[place] === hash && this.#isAt(table[place + 1]!, slot, octets, from, to)) return false;
    }
    this.#hash = hash;
    this.#flow = flow;
    this.#place = place;
    return true;
  }

  keep(address: number): void {
    const flow = this.#flow;
    const table = this.#tables[flow]!;
    table[this.#place] = this.#hash;
    table[this.#place + 1] = address;
    const count = this.#counts[flow]! + 1;
    this.#counts[flow] = count;
    // Three quarters of the places.
    if (count * 8 > table.length * 3) this.#grow(flow, table);
  }

  /** A flow is over, or begins anew. */
  forget(flow: number): void {
    const table = this.#tables[flow];
    if (table === undefined) return;
    this.#tables[flow] = undefined;
    this.held -= table.length * WORD_OCTETS + TABLE_OCTETS;
    this.#free(table);
  }

  #begin(flow: number): Uint32Array {
    let places = SMALLEST;
    while (places < USUAL && places * 3 < this.#fields * 4) places *= 2;
    const table = (places === USUAL ? this.#spare.pop() : undefined) ?? new Uint32Array(2 * places);
    this.#tables[flow] = table;
    this.#counts[flow] = 0;
    this.held += table.length * WORD_OCTETS + TABLE_OCTETS;
    return table;
  }

  #free(table: Uint32Array): void {
    if (table.length !== 2 * USUAL || this.#spare.length >= MOST_SPARE) return;
    table.fill(0);
    this.#spare.push(table);
  }

  #grow(flow: number, old: Uint32Array): void {
    const table = new Uint32Array(2 * old.length);
    const mask = table.length - 1;
    for (let from = 0; from < old.length; from += 2) {
      if (old[from + 1] === 0) continue;
      let place = (old[from]! << 1) & mask;
      while (table[place + 1] !== 0) place = (place + 2) & mask;
      table[place] = old[from]!;
      table[place + 1] = old[from + 1]!;
    }
    this.#tables[flow] = table;
    this.held += (table.length - old.length) * WORD_OCTETS;
    this.#free(old);
  }

  #isAt(address: number, slot: number, octets: Uint8Array, from: number, to: number): boolean {
    const held = this.#logs().arena.octets[address >>> BITS]!;
    let at = address & MASK;
    let heldSlot = 0;
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const octet = held[at++]!;
      heldSlot |= (octet & 0x7f) << shift;
      if (octet < 0x80) break;
    }
    for (let shift = 0; ; shift += 7) {
      const octet = held[at++]!;
      length |= (octet & 0x7f) << shift;
      if (octet < 0x80) break;
    }
    if (heldSlot !== slot || length !== to - from) return false;
    if (length > 256) return sameOctets(held.subarray(at, at + length), octets, from, to);
    for (let i = 0; i < length; i++) if (held[at + i] !== octets[from + i]) return false;
    return true;
  }
}

function mixed(slot: number, hash: number): number {
  const both = Math.imul(slot, 0x85ebca6b) ^ hash;
  const spread = Math.imul(both ^ (both >>> 16), 0x7feb352d);
  return (spread ^ (spread >>> 15)) >>> 0;
}
