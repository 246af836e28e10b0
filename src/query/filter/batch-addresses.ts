// Tests of addresses on columns: networks by masks on words as they lie there, long lists by searching.
import type { FieldName } from "../../core/elements.ts";
import { addressOctets, networksOf } from "./addresses.ts";
import type { Narrow } from "./marks.ts";
import type { NumberRanges } from "./tree.ts";

/** So many networks are tried one after the other. */
const MOST_TRIED = 8;

export function addressesNarrow(field: FieldName, ranges: NumberRanges): Narrow {
  const networks = ranges.length > MOST_TRIED ? [] : ranges.flatMap(networksOf);
  if (networks.length === 0 || networks.length > MOST_TRIED) return searchNarrow(field, ranges);
  const values = new Uint32Array(networks.flatMap(({ address }) => [...words(addressOctets(address))]));
  const masks = new Uint32Array(networks.flatMap(({ bits }) => [...words(maskOctets(bits))]));
  return networks.length === 1 ? networkNarrow(field, values, masks) : networksNarrow(field, values, masks);
}

/** Octets as a column of addresses has them, in four words of this machine. */
function words(octets: Uint8Array): Uint32Array {
  return new Uint32Array(octets.buffer, octets.byteOffset, octets.length / 4);
}

function maskOctets(bits: number): Uint8Array {
  return new Uint8Array(16).map((_, i) => (0xff00 >> Math.min(8, Math.max(0, bits - 8 * i))) & 255);
}

/** A column that does not begin at a whole word is copied: batches of our own never do. */
function columnWords(column: Uint8Array, rows: number): Uint32Array {
  const octets = column.byteOffset % 4 === 0 ? column : column.slice(0, 16 * rows);
  return new Uint32Array(octets.buffer, octets.byteOffset, 4 * rows);
}

function networkNarrow(field: FieldName, values: Uint32Array, masks: Uint32Array): Narrow {
  const [a, b, c, d] = values as unknown as [number, number, number, number];
  const [ma, mb, mc, md] = masks as unknown as [number, number, number, number];
  return ({ columns, rows }, marks) => {
    const column = columnWords(columns[field] as Uint8Array, rows);
    for (let row = 0; row < rows; row++) {
      const at = 4 * row;
      // The last words first: IPv4 differs there only.
      const last = ((column[at + 3]! ^ d) & md) | ((column[at + 2]! ^ c) & mc);
      marks[row]! &= last === 0 && (((column[at + 1]! ^ b) & mb) | ((column[at]! ^ a) & ma)) === 0 ? 1 : 0;
    }
  };
}

function networksNarrow(field: FieldName, values: Uint32Array, masks: Uint32Array): Narrow {
  return ({ columns, rows }, marks) => {
    const column = columnWords(columns[field] as Uint8Array, rows);
    for (let row = 0; row < rows; row++) {
      if (marks[row] === 0) continue;
      const at = 4 * row;
      let found = 0;
      for (let i = 0; i < values.length && found === 0; i += 4) {
        const wrong =
          ((column[at]! ^ values[i]!) & masks[i]!) |
          ((column[at + 1]! ^ values[i + 1]!) & masks[i + 1]!) |
          ((column[at + 2]! ^ values[i + 2]!) & masks[i + 2]!) |
          ((column[at + 3]! ^ values[i + 3]!) & masks[i + 3]!);
        if (wrong === 0) found = 1;
      }
      marks[row] = found;
    }
  };
}

/** Ranges in rising order: the one that an address may be in is found by halving. */
function searchNarrow(field: FieldName, ranges: NumberRanges): Narrow {
  const lows = orderedWords(ranges.map(([low]) => low));
  const highs = orderedWords(ranges.map(([, high]) => high));
  const shared = sharedWords(lows, highs);
  const sought = new Uint32Array(4);
  return ({ columns, rows }, marks) => {
    const column = columns[field] as Uint8Array;
    for (let row = 0; row < rows; row++) {
      if (marks[row] === 0) continue;
      readWords(column, 16 * row, sought);
      if (compareWords(lows, 0, sought, 0, shared) !== 0) {
        marks[row] = 0;
        continue;
      }
      let from = 0;
      for (let to = ranges.length; from < to; ) {
        const middle = (from + to) >>> 1;
        if (compareWords(lows, 4 * middle, sought, shared, 4) <= 0) from = middle + 1;
        else to = middle;
      }
      if (from === 0 || compareWords(highs, 4 * (from - 1), sought, shared, 4) < 0) marks[row] = 0;
    }
  };
}

/** Four words each, the first one the highest. */
function orderedWords(addresses: readonly bigint[]): Uint32Array {
  const all = new Uint32Array(4 * addresses.length);
  for (const [i, address] of addresses.entries()) readWords(addressOctets(address), 0, all, 4 * i);
  return all;
}

function readWords(octets: Uint8Array, from: number, target: Uint32Array, at = 0): void {
  for (let i = 0; i < 4; i++) {
    const octet = from + 4 * i;
    target[at + i] =
      (octets[octet]! << 24) | (octets[octet + 1]! << 16) | (octets[octet + 2]! << 8) | octets[octet + 3]!;
  }
}

/** How many of the first words are the same in all addresses: three where all are IPv4. */
function sharedWords(lows: Uint32Array, highs: Uint32Array): number {
  let shared = 3;
  for (const all of [lows, highs]) {
    for (let i = 0; i < all.length; i++) if (all[i] !== lows[i % 4]) shared = Math.min(shared, i % 4);
  }
  return shared;
}

function compareWords(left: Uint32Array, leftAt: number, right: Uint32Array, from: number, to: number): number {
  for (let i = from; i < to; i++) {
    const a = left[leftAt + i]!;
    const b = right[i]!;
    if (a !== b) return a < b ? -1 : 1;
  }
  return 0;
}
