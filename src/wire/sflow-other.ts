// Values of sFlow that have no column, written into the other fields of a row.
import { ADDRESS_TEXT_OCTETS, writeAddress } from "../core/address.ts";
import { MOST_VALUE_OCTETS, nameNumber, type OtherFields } from "../core/other-fields.ts";

const DIGITS = 16;
const HEX = new TextEncoder().encode("0123456789abcdef");

/** A whole number from 0 to 2^53, under the number of a name. */
export function addNumber(other: OtherFields, row: number, name: number, value: number): void {
  const at = other.room(DIGITS);
  const end = writeDigits(other.text, at, value);
  other.add(row, name, end);
}

/** Two whole numbers with a colon between them. */
export function addPair(other: OtherFields, row: number, name: number, first: number, second: number): void {
  const at = other.room(2 * DIGITS + 1);
  const colon = writeDigits(other.text, at, first);
  other.text[colon] = 58;
  other.add(row, name, writeDigits(other.text, colon + 1, second));
}

/** An address of 16 octets. */
export function addAddress(other: OtherFields, row: number, name: number, octets: Uint8Array, from: number): void {
  const at = other.room(ADDRESS_TEXT_OCTETS);
  other.add(row, name, writeAddress(other.text, at, octets, from));
}

/** Octets in hexadecimal. False where they were cut because a value cannot be so long. */
export function addHexadecimal(
  other: OtherFields,
  row: number,
  name: string,
  bytes: Uint8Array,
  from: number,
  length: number,
): boolean {
  const kept = Math.min(length, MOST_VALUE_OCTETS / 2);
  const at = other.room(2 * kept);
  const { text } = other;
  for (let i = 0; i < kept; i++) {
    const octet = bytes[from + i]!;
    text[at + 2 * i] = HEX[octet >>> 4]!;
    text[at + 2 * i + 1] = HEX[octet & 15]!;
  }
  other.add(row, nameNumber(name), at + 2 * kept);
  return kept === length;
}

function writeDigits(text: Uint8Array, at: number, value: number): number {
  let end = at + 1;
  for (let power = 10; power <= value; power *= 10) end++;
  let i = end - 1;
  let rest = value;
  for (; rest > 0x7fff_ffff; i--) {
    const tenth = Math.floor(rest / 10);
    text[i] = 48 + (rest - tenth * 10);
    rest = tenth;
  }
  for (let word = rest | 0; i >= at; i--) {
    const tenth = (word / 10) | 0;
    text[i] = 48 + (word - Math.imul(tenth, 10));
    word = tenth;
  }
  return end;
}
