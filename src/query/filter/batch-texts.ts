// Tests of texts on rows: entries of `other`, addresses and MACs as they are printed.
import { ADDRESS_TEXT_OCTETS, isNone, writeAddress } from "../../core/address.ts";
import type { FieldName } from "../../core/elements.ts";
import { nameNumber, nameOf, type OtherFields } from "../../core/other-fields.ts";
import type { Narrow } from "./marks.ts";
import { type TextTest, textTest } from "./octet-texts.ts";
import type { TextMatch, TextSubject } from "./tree.ts";

export function presentNarrow(name: string): Narrow {
  const number = numberOf(name);
  return ({ other, rows }, marks) => {
    for (let row = 0; row < rows; row++) if (marks[row] !== 0 && entryOf(other, row, number) < 0) marks[row] = 0;
  };
}

export function textNarrow(of: TextSubject, match: TextMatch): Narrow {
  const test = textTest(match);
  if (of.kind === "other") return otherNarrow(of.name, test);
  return of.kind === "address" ? addressNarrow(of.field, test) : macNarrow(of.field, test);
}

function otherNarrow(name: string, test: TextTest): Narrow {
  const number = numberOf(name);
  return ({ other, rows }, marks) => {
    for (let row = 0; row < rows; row++) {
      if (marks[row] === 0) continue;
      const entry = entryOf(other, row, number);
      const holds =
        entry < 0
          ? test(other.text, 0, 0)
          : test(other.text, entry === 0 ? 0 : other.valueEnds[entry - 1]!, other.valueEnds[entry]!);
      if (!holds) marks[row] = 0;
    }
  };
}

/** A name that there is no room for any more is one that no record has. */
function numberOf(name: string): number {
  const number = nameNumber(name);
  return nameOf(number) === name ? number : -1;
}

/** The first entry of a row that is called so, or -1. */
function entryOf(other: OtherFields, row: number, name: number): number {
  const end = other.end(row);
  for (let entry = other.first(row); entry < end; entry++) if (other.names[entry] === name) return entry;
  return -1;
}

function addressNarrow(field: FieldName, test: TextTest): Narrow {
  const text = new Uint8Array(ADDRESS_TEXT_OCTETS);
  return ({ columns, rows }, marks) => {
    const column = columns[field] as Uint8Array;
    for (let row = 0; row < rows; row++) {
      if (marks[row] === 0) continue;
      const end = isNone(column, 16 * row) ? 0 : writeAddress(text, 0, column, 16 * row);
      if (!test(text, 0, end)) marks[row] = 0;
    }
  };
}

const MAC_OCTETS = 17;
const COLON = 58;

function macNarrow(field: FieldName, test: TextTest): Narrow {
  const text = new Uint8Array(MAC_OCTETS);
  return ({ columns, rows }, marks) => {
    const column = columns[field] as Uint32Array;
    for (let row = 0; row < rows; row++) {
      if (marks[row] === 0) continue;
      const [low, high] = [column[2 * row]!, column[2 * row + 1]!];
      const none = low === 0 && high === 0;
      if (!none) writeMac(text, low, high);
      if (!test(text, 0, none ? 0 : MAC_OCTETS)) marks[row] = 0;
    }
  };
}

function writeMac(text: Uint8Array, low: number, high: number): void {
  for (let i = 0; i < 6; i++) {
    const octet = (i < 2 ? high >>> (8 - 8 * i) : low >>> (40 - 8 * i)) & 255;
    text[3 * i] = hexDigit(octet >> 4);
    text[3 * i + 1] = hexDigit(octet & 15);
    if (i < 5) text[3 * i + 2] = COLON;
  }
}

function hexDigit(value: number): number {
  return value < 10 ? 48 + value : 87 + value;
}
