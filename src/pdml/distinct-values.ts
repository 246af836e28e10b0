// DistinctValues: which values the live flows hold already, for logs that take each one once (`-c`).
import { sameOctets } from "./field-names.ts";
import { type DistinctRule, type FlowLogs, LogCursor } from "./flow-logs.ts";
import { hashOf } from "./frame-key.ts";
import { OctetArena } from "./octet-arena.ts";

const FIRST = 4096;
const BITS = OctetArena.bits;
const MASK = OctetArena.mask;

/** Open addressing over all flows: the hash of flow, slot and value, whose it is, and where in the log it lies. */
export class DistinctValues implements DistinctRule {
  readonly #logs: () => FlowLogs;
  #cursor: LogCursor | null = null;
  /** Address of the entry, 0 = free. */
  #addresses = new Uint32Array(FIRST);
  #hashes = new Int32Array(FIRST);
  #flows = new Int32Array(FIRST);
  #size = 0;
  /** What `isNew` found last. */
  #hash = 0;
  #flow = 0;
  #place = 0;

  /** `logs`: where the values lie. */
  constructor(logs: () => FlowLogs) {
    this.#logs = logs;
  }

  isNew(flow: number, slot: number, octets: Uint8Array, from: number, to: number): boolean {
    const hash = mixed(flow, slot, hashOf(octets, from, to));
    const mask = this.#addresses.length - 1;
    let place = hash & mask;
    for (; this.#addresses[place] !== 0; place = (place + 1) & mask) {
      if (this.#hashes[place] === hash && this.#flows[place] === flow) {
        if (this.#isAt(this.#addresses[place]!, slot, octets, from, to)) return false;
      }
    }
    this.#hash = hash;
    this.#flow = flow;
    this.#place = place;
    return true;
  }

  keep(address: number): void {
    this.#set(this.#place, address, this.#hash, this.#flow);
    if (++this.#size * 2 > this.#addresses.length) this.#resize(2 * this.#addresses.length);
  }

  /** A flow is over: call it while its log is there. */
  forget(flow: number): void {
    this.#cursor ??= new LogCursor(this.#logs());
    const cursor = this.#cursor;
    cursor.start(flow);
    while (cursor.next()) {
      if (cursor.slot === 0) continue;
      const hash = mixed(flow, cursor.slot, hashOf(cursor.octets, cursor.from, cursor.to));
      this.#remove(hash, cursor.address);
    }
    if (this.#addresses.length > FIRST && this.#size * 16 < this.#addresses.length) {
      this.#resize(this.#addresses.length / 4);
    }
  }

  /** Nothing is held any more. */
  clear(): void {
    if (this.#addresses.length > 16 * FIRST) this.#resizeEmpty();
    else this.#addresses.fill(0);
    this.#size = 0;
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

  #set(place: number, address: number, hash: number, flow: number): void {
    this.#addresses[place] = address;
    this.#hashes[place] = hash;
    this.#flows[place] = flow;
  }

  #remove(hash: number, address: number): void {
    const mask = this.#addresses.length - 1;
    let place = hash & mask;
    while (this.#addresses[place] !== address) {
      if (this.#addresses[place] === 0) return;
      place = (place + 1) & mask;
    }
    this.#size--;
    // What follows moves up, where its own place is not behind the gap: no marks of removed ones are needed.
    let gap = place;
    for (;;) {
      place = (place + 1) & mask;
      if (this.#addresses[place] === 0) break;
      const home = this.#hashes[place]! & mask;
      if (((place - home) & mask) < ((place - gap) & mask)) continue;
      this.#set(gap, this.#addresses[place]!, this.#hashes[place]!, this.#flows[place]!);
      gap = place;
    }
    this.#addresses[gap] = 0;
  }

  #resize(length: number): void {
    const [addresses, hashes, flows] = [this.#addresses, this.#hashes, this.#flows];
    this.#addresses = new Uint32Array(length);
    this.#hashes = new Int32Array(length);
    this.#flows = new Int32Array(length);
    const mask = length - 1;
    for (let old = 0; old < addresses.length; old++) {
      if (addresses[old] === 0) continue;
      let place = hashes[old]! & mask;
      while (this.#addresses[place] !== 0) place = (place + 1) & mask;
      this.#set(place, addresses[old]!, hashes[old]!, flows[old]!);
    }
  }

  #resizeEmpty(): void {
    this.#addresses = new Uint32Array(FIRST);
    this.#hashes = new Int32Array(FIRST);
    this.#flows = new Int32Array(FIRST);
  }
}

function mixed(flow: number, slot: number, hash: number): number {
  const both = Math.imul(flow, 0x9e3779b1) ^ Math.imul(slot, 0x85ebca6b) ^ hash;
  const spread = Math.imul(both ^ (both >>> 16), 0x7feb352d);
  return spread ^ (spread >>> 15);
}
