// One grouping of the flows. Flows that are gone have left their sums in its rows; those that are there are added anew for each picture,
// so that groupings that nobody looks at cost nothing.

import type { Sums } from "./flow-rows.ts";
import { isOfEitherEnd, type KeyPart, readParts } from "./key-parts.ts";
import { MOST_GROUPS } from "./live-options.ts";
import { oldestRows } from "./oldest-rows.ts";
import { addRing } from "./rings.ts";
import { BIT, FLOAT, KEY_WORDS, RING, ROW, STRIDE, WIDE } from "./row.ts";
import type { Rows } from "./row-table.ts";
import { RowTable } from "./row-table.ts";
import type { SourceNumbers } from "./source-numbers.ts";

const PART = 8;

/** The flows that are grouped: those of now, or of a picture of the past. */
export interface GroupedFlows {
  readonly table: Rows;
  readonly sources: SourceNumbers;
  /** The second that goes on. */
  readonly now: number;
}

export class Grouping {
  readonly table = new RowTable();
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
  private readonly key = new Int32Array(KEY_WORDS);
  private readonly otherKey = new Int32Array(KEY_WORDS);

  constructor(flows: GroupedFlows, parts: readonly KeyPart[], most: number = MOST_GROUPS) {
    this.flows = flows;
    this.parts = parts;
    this.most = most;
    this.evictAt = most;
    this.either = parts.some(isOfEitherEnd);
  }

  /** A flow's row goes: its sums stay here. */
  leave(row: number): void {
    const at = row * STRIDE;
    const groups = this.keysOf(at);
    this.leaveTo(this.key, at, 0);
    if (groups === 2) this.leaveTo(this.otherKey, at, 1);
  }

  /** Adds the flows that are there; `marks` says which rows count (of the flows' table), null = all. */
  gather(marks: Uint8Array | null): void {
    const { flows } = this;
    const { table } = flows;
    this.epoch = (this.epoch + 1) | 0;
    const since = flows.now - RING + 1;
    for (let row = 0; row < table.used; row++) {
      if (!table.has(row) || (marks !== null && marks[row] === 0)) continue;
      const at = row * STRIDE;
      const groups = this.keysOf(at);
      this.add(this.key, row, at, 0, since);
      if (groups === 2) this.add(this.otherKey, row, at, 1, since);
    }
    this.settle();
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

  private leaveTo(key: Int32Array, at: number, end: 0 | 1): void {
    const { words, wide } = this.flows.table;
    const row = this.rowOf(key);
    const target = row * STRIDE;
    const half = target >> 1;
    const source = at >> 1;
    const fromB = (words[at + ROW.bits]! & BIT.fromB) !== 0;
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

  private add(key: Int32Array, flow: number, at: number, end: 0 | 1, since: number): void {
    const { table, flows } = this;
    const { words, wide } = flows.table;
    const row = this.rowOf(key);
    const target = row * STRIDE;
    const half = target >> 1;
    const source = at >> 1;
    const mine = table.words;
    if (mine[target + ROW.epoch] !== this.epoch) this.renew(target);
    const fromB = (words[at + ROW.bits]! & BIT.fromB) !== 0;
    const out = fromB !== (end === 1) ? 1 : 0;
    const to = table.wide;
    to[half + PACKETS] = to[half + PACKETS]! + wide[source + PACKETS + out]!;
    to[half + PACKETS + 1] = to[half + PACKETS + 1]! + wide[source + PACKETS + 1 - out]!;
    to[half + BYTES] = to[half + BYTES]! + wide[source + BYTES + out]!;
    to[half + BYTES + 1] = to[half + BYTES + 1]! + wide[source + BYTES + 1 - out]!;
    mine[target + ROW.flows] = mine[target + ROW.flows]! + words[at + ROW.flows]!;
    mine[target + ROW.liveFlows] = mine[target + ROW.liveFlows]! + words[at + ROW.liveFlows]!;
    this.times(half, source);
    addRing(table, row, flows.table, flow, since);
  }

  /** The live part begins anew, on what flows that are gone have left. */
  private renew(at: number): void {
    const { words, wide, floats } = this.table;
    const half = at >> 1;
    if (words[at + ROW.second] !== 0) floats.fill(0, at + FLOAT.bytes, at + STRIDE);
    for (const [base, counter] of BASES) {
      wide[half + counter] = wide[half + base]!;
      wide[half + counter + 1] = wide[half + base + 1]!;
    }
    words[at + ROW.flows] = words[at + BASE_FLOWS]!;
    words[at + ROW.liveFlows] = 0;
    words[at + ROW.second] = 0;
    words[at + ROW.epoch] = this.epoch;
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
  private settle(): void {
    const { table, flows } = this;
    const { words, floats } = table;
    for (let row = 0; row < table.used; row++) {
      if (!table.has(row)) continue;
      const at = row * STRIDE;
      if (words[at + ROW.epoch] !== this.epoch) {
        this.renew(at);
        words[at + ROW.epoch] = this.epoch - 1;
        continue;
      }
      const newest = Math.min(words[at + ROW.second]!, flows.now - 1);
      const oldest = words[at + ROW.second]! - RING + 1;
      for (let s = Math.max(oldest, floats[at + FLOAT.peakBytes] === 0 ? 0 : this.settled - 1); s <= newest; s++) {
        const slot = at + (s & (RING - 1));
        if (floats[slot + FLOAT.bytes]! > floats[at + FLOAT.peakBytes]!)
          floats[at + FLOAT.peakBytes] = floats[slot + FLOAT.bytes]!;
        if (floats[slot + FLOAT.packets]! > floats[at + FLOAT.peakPackets]!)
          floats[at + FLOAT.peakPackets] = floats[slot + FLOAT.packets]!;
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
    for (const row of oldestRows(table, Math.ceil(this.most / PART), may, age)) {
      const half = (row * STRIDE) >> 1;
      gone.packets += wide[half + BASE_PACKETS]! + wide[half + BASE_PACKETS + 1]!;
      gone.bytes += wide[half + BASE_BYTES]! + wide[half + BASE_BYTES + 1]!;
      gone.flows += words[row * STRIDE + BASE_FLOWS]!;
      table.remove(row);
    }
    this.evictAt = Math.max(this.most, table.live + Math.ceil(this.most / PART / PART));
    if (table.live < this.most) this.evictAt = this.most;
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
