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
  const lows = bigEndian(ranges.map(([low]) => low));
  const highs = bigEndian(ranges.map(([, high]) => high));
  return ({ columns, rows }, marks) => {
    const column = columns[field] as Uint8Array;
    for (let row = 0; row < rows; row++) {
      if (marks[row] === 0) continue;
      const at = 16 * row;
      let from = 0;
      for (let to = ranges.length; from < to; ) {
        const middle = (from + to) >>> 1;
        if (compare(lows, 16 * middle, column, at) <= 0) from = middle + 1;
        else to = middle;
      }
      if (from === 0 || compare(highs, 16 * (from - 1), column, at) < 0) marks[row] = 0;
    }
  };
}

function bigEndian(addresses: readonly bigint[]): Uint8Array {
  const octets = new Uint8Array(16 * addresses.length);
  for (const [i, address] of addresses.entries()) octets.set(addressOctets(address), 16 * i);
  return octets;
}

function compare(left: Uint8Array, leftAt: number, right: Uint8Array, rightAt: number): number {
  for (let i = 0; i < 16; i++) {
    const difference = left[leftAt + i]! - right[rightAt + i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}
