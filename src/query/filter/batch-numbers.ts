// Tests of numbers on columns. Every comparison is a list of ranges first, so that there are few loops to keep fast.
import { ELEMENTS, type FieldName, type Kind } from "../../core/elements.ts";
import type { FlowBatch } from "../../core/flow-batch.ts";
import type { Narrow } from "./marks.ts";
import { exceptRanges, joinRanges } from "./numbers.ts";
import type { Comparison, NumberRanges, Quantity } from "./tree.ts";

const KINDS: ReadonlyMap<FieldName, Kind> = new Map(ELEMENTS.map(({ name, kind }) => [name, kind]));
const MOST: Readonly<Record<Exclude<Kind, "address">, bigint>> = {
  u8: 0xffn,
  u16: 0xffffn,
  u32: 0xffff_ffffn,
  u64: 0xffff_ffff_ffff_ffffn,
  mac: 0xffff_ffff_ffff_ffffn,
  time: 0x7fff_ffff_ffff_ffffn,
};

/** The numbers from 0 to `most` for which a comparison is true. */
export function rangesOf(is: Comparison, value: bigint, most: bigint): NumberRanges {
  const ranges: NumberRanges =
    is === "="
      ? [[value, value]]
      : is === "!="
        ? exceptRanges([[value, value]], 0n, most)
        : is === "<"
          ? [[0n, value - 1n]]
          : is === "<="
            ? [[0n, value]]
            : is === ">"
              ? [[value + 1n, most]]
              : [[value, most]];
  return ranges
    .filter(([low, high]) => low <= high && low <= most)
    .map(([low, high]) => [low, high > most ? most : high]);
}

export function numberNarrow(of: Quantity, is: Comparison, value: bigint): Narrow {
  return rangesNarrow(of, rangesOf(is, value, mostOf(of.field)));
}

export function mostOf(field: FieldName): bigint {
  return MOST[KINDS.get(field) as keyof typeof MOST];
}

export function rangesNarrow({ field, shift, mask, least }: Quantity, given: NumberRanges): Narrow {
  const kind = KINDS.get(field)!;
  const ranges = least === 0 ? given : countingFrom(BigInt(least), given);
  if (kind === "u8" || kind === "u16") {
    const table = tableOf(kind === "u8" ? 256 : 65_536, shift, mask, ranges);
    return kind === "u8" ? tableNarrow8(field as NameOf<"u8">, table) : tableNarrow16(field as NameOf<"u16">, table);
  }
  if (kind === "u32") return narrow32(field as NameOf<"u32">, shift, mask ?? 0xffff_ffff, ranges);
  return narrow64(field, ranges);
}

/** Smaller numbers count as the least one: they are in where it is, and else out. */
function countingFrom(least: bigint, ranges: NumberRanges): NumberRanges {
  const first = ranges.some(([low, high]) => low <= least && least <= high) ? [[0n, least] as const] : [];
  const rest = ranges.filter(([, high]) => high > least);
  return joinRanges([...first, ...rest.map(([low, high]) => [low > least ? low : least + 1n, high] as const)]);
}

type NameOf<K extends Kind> = Extract<(typeof ELEMENTS)[number], { kind: K }>["name"];

/** 1 for each value that is in one of the ranges. */
function tableOf(size: number, shift: number, mask: number | null, ranges: NumberRanges): Uint8Array {
  const inside = new Uint8Array(size);
  for (const [low, high] of ranges) inside.fill(1, Math.min(Number(low), size), Math.min(Number(high) + 1, size));
  return shift === 0 && mask === null
    ? inside
    : inside.map((_, value) => inside[(value >> shift) & (mask ?? size - 1)]!);
}

function tableNarrow8(field: NameOf<"u8">, table: Uint8Array): Narrow {
  return ({ columns, rows }, marks) => {
    const column = columns[field];
    for (let row = 0; row < rows; row++) marks[row]! &= table[column[row]!]!;
  };
}

function tableNarrow16(field: NameOf<"u16">, table: Uint8Array): Narrow {
  return ({ columns, rows }, marks) => {
    const column = columns[field];
    for (let row = 0; row < rows; row++) marks[row]! &= table[column[row]!]!;
  };
}

/** Just the bits `value` of those in `mask`. */
export function bitsNarrow(field: FieldName, mask: number, value: number): Narrow {
  const table = new Uint8Array(65_536).map((_, flags) => ((flags & mask) === value ? 1 : 0));
  return tableNarrow16(field as NameOf<"u16">, table);
}

function narrow32(field: NameOf<"u32">, shift: number, mask: number, ranges: NumberRanges): Narrow {
  if (ranges.length !== 1) return search32(field, shift, mask, ranges);
  const [low, high] = ranges[0]!.map(Number) as [number, number];
  return ({ columns, rows }, marks) => {
    const column = columns[field];
    for (let row = 0; row < rows; row++) {
      const value = ((column[row]! >>> shift) & mask) >>> 0;
      marks[row]! &= value >= low && value <= high ? 1 : 0;
    }
  };
}

function search32(field: NameOf<"u32">, shift: number, mask: number, ranges: NumberRanges): Narrow {
  const lows = Float64Array.from(ranges, ([low]) => Number(low));
  const highs = Float64Array.from(ranges, ([, high]) => Number(high));
  return ({ columns, rows }, marks) => {
    const column = columns[field];
    for (let row = 0; row < rows; row++) {
      if (marks[row] === 0) continue;
      const value = ((column[row]! >>> shift) & mask) >>> 0;
      // The last range that begins at the value or before.
      let from = 0;
      for (let to = lows.length; from < to; ) {
        const middle = (from + to) >>> 1;
        if (lows[middle]! <= value) from = middle + 1;
        else to = middle;
      }
      if (from === 0 || value > highs[from - 1]!) marks[row] = 0;
    }
  };
}

/** u64, MACs and times: two words, low and high. */
function narrow64(field: FieldName, ranges: NumberRanges): Narrow {
  if (ranges.length === 1) return single64(field, ranges[0]!);
  const bounds = new Uint32Array(4 * ranges.length);
  for (const [i, [low, high]] of ranges.entries()) writeBounds(bounds, 4 * i, low, high);
  return ({ columns, rows }, marks) => {
    const column = columns[field] as Uint32Array;
    for (let row = 0; row < rows; row++) {
      if (marks[row] === 0) continue;
      const low = column[2 * row]!;
      const high = column[2 * row + 1]!;
      let from = 0;
      for (let to = bounds.length / 4; from < to; ) {
        const middle = (from + to) >>> 1;
        const first = bounds[4 * middle + 1]!;
        if (first < high || (first === high && bounds[4 * middle]! <= low)) from = middle + 1;
        else to = middle;
      }
      const at = 4 * (from - 1);
      if (from === 0 || high > bounds[at + 3]! || (high === bounds[at + 3]! && low > bounds[at + 2]!)) marks[row] = 0;
    }
  };
}

function single64(field: FieldName, [least, most]: NumberRanges[number]): Narrow {
  const bounds = new Uint32Array(4);
  writeBounds(bounds, 0, least, most);
  const [leastLow, leastHigh, mostLow, mostHigh] = bounds as unknown as [number, number, number, number];
  return ({ columns, rows }: FlowBatch, marks) => {
    const column = columns[field] as Uint32Array;
    for (let row = 0; row < rows; row++) {
      const low = column[2 * row]!;
      const high = column[2 * row + 1]!;
      const above = high > leastHigh || (high === leastHigh && low >= leastLow);
      const below = high < mostHigh || (high === mostHigh && low <= mostLow);
      marks[row]! &= above && below ? 1 : 0;
    }
  };
}

const WORD = 0xffff_ffffn;

function writeBounds(bounds: Uint32Array, at: number, least: bigint, most: bigint): void {
  bounds[at] = Number(least & WORD);
  bounds[at + 1] = Number(least >> 32n);
  bounds[at + 2] = Number(most & WORD);
  bounds[at + 3] = Number(most >> 32n);
}
