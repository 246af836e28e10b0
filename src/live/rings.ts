// Seconds of a row in a ring: written as records come, read as rates and sparklines.
import { FLOAT as FLOAT_, RING as RING_, ROW, STRIDE as STRIDE_ } from "./row.ts";
import type { Rows, RowTable } from "./row-table.ts";

// Imported bindings are loaded at each use, module constants are not.
const RING = RING_;
const STRIDE = STRIDE_;
const SECOND = ROW.second;
const { bytes: BYTES, packets: PACKETS, peakBytes: PEAK_BYTES, peakPackets: PEAK_PACKETS } = FLOAT_;

/** Counts octets and packets to one second. What is older than the ring is not in it. */
export function addSecond(table: RowTable, row: number, second: number, bytes: number, packets: number): void {
  const { words, floats } = table;
  const at = row * STRIDE;
  turnTo(words, floats, at, second);
  if (second <= words[at + SECOND]! - RING) return;
  const slot = second & (RING - 1);
  const allBytes = floats[at + BYTES + slot]! + bytes;
  const allPackets = floats[at + PACKETS + slot]! + packets;
  floats[at + BYTES + slot] = allBytes;
  floats[at + PACKETS + slot] = allPackets;
  if (allBytes > floats[at + PEAK_BYTES]!) floats[at + PEAK_BYTES] = allBytes;
  if (allPackets > floats[at + PEAK_PACKETS]!) floats[at + PEAK_PACKETS] = allPackets;
}

/** The same evenly over the seconds from `first` to `last`, of which at most the newest RING count one by one. */
export function addSpread(
  table: RowTable,
  row: number,
  first: number,
  last: number,
  bytes: number,
  packets: number,
): void {
  const seconds = last - first + 1;
  for (let second = Math.max(first, last - RING + 1); second <= last; second++) {
    addSecond(table, row, second, bytes / seconds, packets / seconds);
  }
}

/** Makes `second` one of the ring's: seconds in which nothing came are 0. */
function turnTo(words: Int32Array, floats: Float32Array, at: number, second: number): void {
  const newest = words[at + SECOND]!;
  if (second <= newest) return;
  // A new row's rings are all 0.
  const first = newest === 0 ? second : Math.max(newest + 1, second - RING + 1);
  for (let s = first; s <= second; s++) {
    floats[at + BYTES + (s & (RING - 1))] = 0;
    floats[at + PACKETS + (s & (RING - 1))] = 0;
  }
  words[at + SECOND] = second;
}

/** Adds one row's ring to another's (of another table). */
export function addRing(to: RowTable, row: number, from: Rows, of: number, since: number): void {
  const source = of * STRIDE;
  const newest = from.words[source + SECOND]!;
  if (newest < since) return;
  const target = row * STRIDE;
  turnTo(to.words, to.floats, target, newest);
  const oldest = Math.max(since, newest - RING + 1, to.words[target + SECOND]! - RING + 1);
  const { floats } = to;
  const given = from.floats;
  for (let second = oldest; second <= newest; second++) {
    const slot = second & (RING - 1);
    floats[target + BYTES + slot] = floats[target + BYTES + slot]! + given[source + BYTES + slot]!;
    floats[target + PACKETS + slot] = floats[target + PACKETS + slot]! + given[source + PACKETS + slot]!;
  }
}

/** Octets (FLOAT.bytes) or packets (FLOAT.packets) of the row in the seconds [from, to). */
export function sumSeconds(
  words: Int32Array,
  floats: Float32Array,
  at: number,
  which: number,
  from: number,
  to: number,
): number {
  const newest = words[at + SECOND]!;
  const end = Math.min(to, newest + 1);
  let sum = 0;
  for (let s = Math.max(from, newest - RING + 1); s < end; s++) sum += floats[at + which + (s & (RING - 1))]!;
  return sum;
}

/** Octets in each of the seconds [to - count, to). */
export function secondsOf(words: Int32Array, floats: Float32Array, at: number, to: number, count: number): number[] {
  const newest = words[at + SECOND]!;
  return Array.from({ length: count }, (_, i) => {
    const second = to - count + i;
    return second > newest || second <= newest - RING ? 0 : floats[at + BYTES + (second & (RING - 1))]!;
  });
}
