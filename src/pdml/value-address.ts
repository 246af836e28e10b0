// IP addresses out of the octets of a value, without a text; and the ranges that one may lie in.
import type { NumberRanges } from "../query/index.ts";
import { hexDigit } from "./value-number.ts";

const [ZERO, NINE, POINT, COLON] = [48, 57, 46, 58];
const WORDS = 4;

/** Four words of 32 bits, the highest first; IPv4 as ::ffff:a.b.c.d. False where the value is no address; then the words are anything. */
export function addressAt(octets: Uint8Array, from: number, to: number, words: Uint32Array): boolean {
  if (to - from < 2 || to - from > 45) return false;
  for (let at = from; at < to && at < from + 5; at++) if (octets[at] === COLON) return ipv6At(octets, from, to, words);
  words[0] = 0;
  words[1] = 0;
  words[2] = 0xffff;
  return ipv4At(octets, from, to, words);
}

/** Into the last word. */
function ipv4At(octets: Uint8Array, from: number, to: number, words: Uint32Array): boolean {
  let address = 0;
  let parts = 0;
  let digits = 0;
  let value = 0;
  for (let at = from; at <= to; at++) {
    const octet = at < to ? octets[at]! : POINT;
    if (octet >= ZERO && octet <= NINE) {
      value = 10 * value + (octet - ZERO);
      if (++digits > 3) return false;
    } else {
      if (octet !== POINT || digits === 0 || value > 255 || ++parts > 4) return false;
      address = (address << 8) | value;
      digits = 0;
      value = 0;
    }
  }
  words[3] = address;
  return parts === 4;
}

const groups = new Uint16Array(8);

function ipv6At(octets: Uint8Array, from: number, to: number, words: Uint32Array): boolean {
  let count = 0;
  let gap = -1;
  let at = from;
  if (octets[at] === COLON) {
    if (octets[at + 1] !== COLON) return false;
    gap = 0;
    at += 2;
  }
  while (at < to) {
    const start = at;
    let value = 0;
    for (let digit = 0; at < to; at++) {
      digit = hexDigit(octets[at]!);
      if (digit < 0) break;
      value = (value << 4) | digit;
    }
    if (at < to && octets[at] === POINT) {
      if (count > 6 || !ipv4At(octets, start, to, words)) return false;
      groups[count++] = words[3]! >>> 16;
      groups[count++] = words[3]! & 0xffff;
      at = to;
      break;
    }
    if (at === start || at - start > 4 || count === 8) return false;
    groups[count++] = value;
    if (at === to) break;
    if (octets[at++] !== COLON) return false;
    if (at === to) return false;
    if (octets[at] === COLON) {
      if (gap >= 0) return false;
      gap = count;
      at++;
    }
  }
  if (gap < 0 ? count !== 8 : count > 7) return false;
  if (gap >= 0) {
    groups.copyWithin(8 - (count - gap), gap, count);
    groups.fill(0, gap, 8 - (count - gap));
  }
  for (let i = 0; i < WORDS; i++) words[i] = (groups[2 * i]! << 16) | groups[2 * i + 1]!;
  return true;
}

/** Ranges of addresses in rising order. */
export class AddressRanges {
  readonly #lows: Uint32Array;
  readonly #highs: Uint32Array;
  readonly #words = new Uint32Array(WORDS);

  constructor(ranges: NumberRanges) {
    this.#lows = wordsOf(ranges.map(([low]) => low));
    this.#highs = wordsOf(ranges.map(([, high]) => high));
  }

  /** True where the value is an address in one of them. */
  hold(octets: Uint8Array, from: number, to: number): boolean {
    const words = this.#words;
    if (!addressAt(octets, from, to, words)) return false;
    let first = 0;
    for (let last = this.#lows.length / WORDS; first < last; ) {
      const middle = (first + last) >>> 1;
      if (compare(this.#lows, middle, words) <= 0) first = middle + 1;
      else last = middle;
    }
    return first > 0 && compare(this.#highs, first - 1, words) >= 0;
  }
}

function wordsOf(addresses: readonly bigint[]): Uint32Array {
  const all = new Uint32Array(WORDS * addresses.length);
  for (const [i, address] of addresses.entries()) {
    for (let word = 0; word < WORDS; word++)
      all[WORDS * i + word] = Number((address >> BigInt(96 - 32 * word)) & 0xffff_ffffn);
  }
  return all;
}

function compare(all: Uint32Array, place: number, words: Uint32Array): number {
  for (let i = 0; i < WORDS; i++) {
    const [a, b] = [all[WORDS * place + i]!, words[i]!];
    if (a !== b) return a < b ? -1 : 1;
  }
  return 0;
}
