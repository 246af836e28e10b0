// One grouping of the flows. Flows that are gone have left their sums in its rows; those that are there are added anew for each picture,
// so that groupings that nobody looks at cost nothing.

import type { Sums } from "./flow-rows.ts";
import { GroupPlaces } from "./group-places.ts";
import { isOfEitherEnd, type KeyPart, readParts } from "./key-parts.ts";
import { MOST_GROUPS } from "./live-options.ts";
import { oldestRows } from "./oldest-rows.ts";
import { addRing } from "./rings.ts";
import { BIT, FLOAT, KEY_WORDS, RING as RING_, ROW, STRIDE as STRIDE_, WIDE } from "./row.ts";
import type { Rows } from "./row-table.ts";
import { RowTable } from "./row-table.ts";
import type { SourceNumbers } from "./source-numbers.ts";

// Imported bindings are loaded at each use, module constants are not.
const STRIDE = STRIDE_;
const RING = RING_;
const { bits: BITS, epoch: EPOCH, second: SECOND, flows: FLOWS, liveFlows: LIVE_FLOWS } = ROW;
const { used: USED, fromB: FROM_B } = BIT;
const { bytes: RING_BYTES, packets: RING_PACKETS, peakBytes: PEAK_BYTES, peakPackets: PEAK_PACKETS } = FLOAT;
const PART = 8;
/**
 * Where each flow is a group, its two rows would have the same number and so lie at the same place of a page: there the processor takes what
 * is written to the one for what is read of the other, which costs a third more.
 */
const UNUSED = 5;

/** The flows that are grouped: those of now, or of a picture of the past. */
export interface GroupedFlows {
  readonly table: Rows;
  readonly sources: SourceNumbers;
  /** The second that goes on. */
  readonly now: number;
}

export class Grouping {
  readonly table = new RowTable(UNUSED);
  /** Of groups that are gone. */
  readonly gone: Sums = { packets: 0, bytes: 0, flows: 0 };
  private readonly flows: GroupedFlows;
  private readonly parts: readonly KeyPart[];
  private readonly most: number;
  /** Both ends of a flow count, each to its own row. */
  readonly either: boolean;
  private epoch = 0;
  private evictAt: number;
  /** Seconds below are in the peaks. */
  private settled = 0;
  /** Records since the last picture were of this second and later ones: what rings have of earlier ones stays. */
  private changedFrom = Number.NEGATIVE_INFINITY;
  private readonly places: GroupPlaces;
  private readonly key = new Int32Array(KEY_WORDS);
  private readonly otherKey = new Int32Array(KEY_WORDS);

  constructor(flows: GroupedFlows, parts: readonly KeyPart[], most: number = MOST_GROUPS) {
    this.flows = flows;
    this.parts = parts;
    this.most = most;
    this.evictAt = most;
    this.either = parts.some(isOfEitherEnd);
    this.places = new GroupPlaces(parts);
  }

  /** A flow's row goes: its sums stay here. */
  leave(row: number): void {
    const at = row * STRIDE;
    const groups = this.keysOf(at);
    this.leaveTo(this.key, at, 0);
    if (groups === 2) this.leaveTo(this.otherKey, at, 1);
  }

  /** Flows have counted to this second (and maybe to later ones) since the last picture. */
  changed(second: number): void {
    if (second < this.changedFrom) this.changedFrom = second;
  }

  /** Adds the flows that are there; `marks` says which rows count (of the flows' table), null = all. */
  gather(marks: Uint8Array | null): void {
    const { flows, places } = this;
    const { table } = flows;
    const { words, used } = table;
    this.epoch = (this.epoch + 1) | 0;
    const oldest = flows.now - RING + 1;
    // Which flows a filter leaves changes at any time.
    const since = marks === null ? Math.max(oldest, this.changedFrom) : oldest;
    this.changedFrom = Number.POSITIVE_INFINITY;
    places.reserve(used);
    for (let row = 0; row < used; row++) {
      const at = row * STRIDE;
      const bits = words[at + BITS]!;
      if ((bits & USED) === 0 || (marks !== null && marks[row] === 0)) continue;
      if (!places.has(row, words)) this.place(row, at, since);
      const out = (bits & FROM_B) !== 0 ? 1 : 0;
      const other = places.rows[2 * row + 1]!;
      this.add(places.rows[2 * row]!, row, at, out, since);
      if (other >= 0) this.add(other, row, at, 1 - out, since);
    }
    this.settle(since);
  }

  /** True where the row has flows of the newest picture; else only of the past. */
  isFresh(row: number): boolean {
    return this.table.words[row * STRIDE + ROW.epoch] === this.epoch;
  }

  /** Makes the keys of a flow; gives of how many groups it is. */
  private keysOf(at: number): 1 | 2 {
    const { words } = this.flows.table;
    const { sources } = this.flows;
    readParts(this.parts, words, at, 0, sources, this.key);
    if (!this.either) return 1;
    readParts(this.parts, words, at, 1, sources, this.otherKey);
    for (let w = 0; w < KEY_WORDS; w++) if (this.key[w] !== this.otherKey[w]) return 2;
    return 1;
  }

  private place(flow: number, at: number, since: number): void {
    const groups = this.keysOf(at);
    const row = this.rowOf(this.key);
    // So that it does not go when there is no room for the other one.
    if (!this.isFresh(row)) this.renew(row * STRIDE, since);
    this.places.put(flow, this.flows.table.words, row, groups === 2 ? this.rowOf(this.otherKey) : -1);
  }

  private leaveTo(key: Int32Array, at: number, end: 0 | 1): void {
    const { words, wide } = this.flows.table;
    const row = this.rowOf(key);
    const target = row * STRIDE;
    const half = target >> 1;
    const source = at >> 1;
    const fromB = (words[at + BITS]! & FROM_B) !== 0;
    const out = fromB !== (end === 1) ? 1 : 0;
    const to = this.table.wide;
    for (const [base, counter] of BASES) {
      const sent = wide[source + counter + out]!;
      const got = wide[source + counter + 1 - out]!;
      to[half + base] = to[half + base]! + sent;
      to[half + base + 1] = to[half + base + 1]! + got;
    }
    this.table.words[target + BASE_FLOWS] = this.table.words[target + BASE_FLOWS]! + words[at + ROW.flows]!;
    this.times(half, source);
  }

  /** Adds a flow to a row; `out` is 1 where end B is the one whose row it is. */
  private add(row: number, flow: number, at: number, out: number, since: number): void {
    const { table, flows } = this;
    const { words, wide } = flows.table;
    const target = row * STRIDE;
    const half = target >> 1;
    const source = at >> 1;
    const mine = table.words;
    if (mine[target + EPOCH] !== this.epoch) this.renew(target, since);
    const to = table.wide;
    to[half + PACKETS] = to[half + PACKETS]! + wide[source + PACKETS + out]!;
    to[half + PACKETS + 1] = to[half + PACKETS + 1]! + wide[source + PACKETS + 1 - out]!;
    to[half + BYTES] = to[half + BYTES]! + wide[source + BYTES + out]!;
    to[half + BYTES + 1] = to[half + BYTES + 1]! + wide[source + BYTES + 1 - out]!;
    mine[target + FLOWS] = mine[target + FLOWS]! + words[at + FLOWS]!;
    mine[target + LIVE_FLOWS] = mine[target + LIVE_FLOWS]! + words[at + LIVE_FLOWS]!;
    this.times(half, source);
    if (words[at + SECOND]! >= since) addRing(table, row, flows.table, flow, since);
  }

  /** The live part begins anew, on what flows that are gone have left; of the rings what is of `since` and later. */
  private renew(at: number, since: number): void {
    const { words, wide, floats } = this.table;
    const half = at >> 1;
    const newest = words[at + SECOND]!;
    for (let s = Math.max(since, newest - RING + 1); s <= newest; s++) {
      floats[at + RING_BYTES + (s & (RING - 1))] = 0;
      floats[at + RING_PACKETS + (s & (RING - 1))] = 0;
    }
    wide[half + PACKETS] = wide[half + BASE_PACKETS]!;
    wide[half + PACKETS + 1] = wide[half + BASE_PACKETS + 1]!;
    wide[half + BYTES] = wide[half + BASE_BYTES]!;
    wide[half + BYTES + 1] = wide[half + BASE_BYTES + 1]!;
    words[at + FLOWS] = words[at + BASE_FLOWS]!;
    words[at + LIVE_FLOWS] = 0;
    words[at + EPOCH] = this.epoch;
  }

  private times(half: number, source: number): void {
    const { wide } = this.table;
    const given = this.flows.table.wide;
    if (given[source + FIRST]! < wide[half + FIRST]!) wide[half + FIRST] = given[source + FIRST]!;
    if (given[source + LAST]! > wide[half + LAST]!) wide[half + LAST] = given[source + LAST]!;
  }

  private rowOf(key: Int32Array): number {
    const { table } = this;
    const found = table.find(key);
    if (found >= 0) return found;
    if (table.live >= this.evictAt) this.evict();
    const row = table.add(key);
    table.wide[((row * STRIDE) >> 1) + FIRST] = Number.POSITIVE_INFINITY;
    // No picture has it yet: the next one begins its live part.
    table.words[row * STRIDE + ROW.epoch] = this.epoch - 1;
    return row;
  }

  /** Rows without flows show what those that are gone have left. The others: the most in a second, of those since the last picture. */
  private settle(since: number): void {
    const { table, flows, epoch } = this;
    const { words, floats, used } = table;
    const newestWhole = flows.now - 1;
    for (let row = 0; row < used; row++) {
      const at = row * STRIDE;
      if ((words[at + BITS]! & USED) === 0) continue;
      if (words[at + EPOCH] !== epoch) {
        this.renew(at, since);
        words[at + EPOCH] = epoch - 1;
        continue;
      }
      const second = words[at + SECOND]!;
      const newest = Math.min(second, newestWhole);
      const first = floats[at + PEAK_BYTES] === 0 ? 0 : this.settled - 1;
      const oldest = second - RING + 1;
      for (let s = Math.max(first, oldest); s <= newest; s++) {
        const slot = at + (s & (RING - 1));
        if (floats[slot + RING_BYTES]! > floats[at + PEAK_BYTES]!) floats[at + PEAK_BYTES] = floats[slot + RING_BYTES]!;
        if (floats[slot + RING_PACKETS]! > floats[at + PEAK_PACKETS]!)
          floats[at + PEAK_PACKETS] = floats[slot + RING_PACKETS]!;
      }
    }
    this.settled = flows.now;
  }

  private evict(): void {
    const { table, gone } = this;
    const { words, wide } = table;
    // Those with flows stay: the flows' own limit bounds them.
    const may = (row: number) => !this.isFresh(row);
    const age = (row: number) => wide[((row * STRIDE) >> 1) + LAST]!;
    // All that are too many, and room for a part of new ones.
    const count = Math.max(0, table.live - this.most) + Math.ceil(this.most / PART);
    for (const row of oldestRows(table, count, may, age)) {
      const half = (row * STRIDE) >> 1;
      gone.packets += wide[half + BASE_PACKETS]! + wide[half + BASE_PACKETS + 1]!;
      gone.bytes += wide[half + BASE_BYTES]! + wide[half + BASE_BYTES + 1]!;
      gone.flows += words[row * STRIDE + BASE_FLOWS]!;
      table.remove(row);
    }
    this.places.forget();
    // Where few could go, as their flows are there, it is not tried again before there are many new ones: each try looks at all.
    this.evictAt = table.live < this.most ? this.most : table.live + Math.ceil(table.live / PART);
  }
}

const FIRST = WIDE.first >> 1;
const LAST = WIDE.last >> 1;
const PACKETS = WIDE.packets >> 1;
const BYTES = WIDE.bytes >> 1;
const BASE_PACKETS = WIDE.basePackets >> 1;
const BASE_BYTES = WIDE.baseBytes >> 1;
const BASES = [
  [BASE_PACKETS, PACKETS],
  [BASE_BYTES, BYTES],
] as const;
/** Flows that are gone. */
const BASE_FLOWS = ROW.endReason;
