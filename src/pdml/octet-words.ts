// Four octets at once: which of them end a loop over a value. Words are little-endian, as DataView.getInt32(at, true) reads them.

const ONES = 0x01010101;
const HIGH = -0x7f7f7f80; // 0x80808080
const BLANKS = 0x20202020;
/** `"` and `&` differ in this bit only. */
const WITHOUT_4 = -0x04040405; // 0xfbfbfbfb
const QUOTES = 0x22222222;
const LESS_THANS = 0x3c3c3c3c;
const BACKSLASHES = 0x5c5c5c5c;
const DELETES = 0x7f7f7f7f;

/** The high bits of the octets that are `"`, `&` or `<`; the lowest one set is right, those above may be too many. 0 = none. */
export function markupIn(word: number): number {
  const quotes = (word & WITHOUT_4) ^ QUOTES;
  const less = word ^ LESS_THANS;
  return (((quotes - ONES) & ~quotes) | ((less - ONES) & ~less)) & HIGH;
}

/** The same, and what is not printed ASCII: it has to be looked at. */
export function markupOrOddIn(word: number): number {
  const quotes = (word & WITHOUT_4) ^ QUOTES;
  const less = word ^ LESS_THANS;
  return (((quotes - ONES) & ~quotes) | ((less - ONES) & ~less) | ((word - BLANKS) & ~word) | word) & HIGH;
}

/** The same for `<` alone. */
export function lessThanIn(word: number): number {
  const less = word ^ LESS_THANS;
  return (less - ONES) & ~less & HIGH;
}

/** What a text of JSON does not take as it is, and all that is not printed ASCII; the same way. */
export function jsonSpecialIn(word: number): number {
  const quotes = word ^ QUOTES;
  const slashes = word ^ BACKSLASHES;
  const deletes = word ^ DELETES;
  return (
    (((quotes - ONES) & ~quotes) |
      ((slashes - ONES) & ~slashes) |
      ((deletes - ONES) & ~deletes) |
      ((word - BLANKS) & ~word) |
      word) &
    HIGH
  );
}

/** Which octet of its word the lowest one set is: 0 to 3. */
export function firstOctet(bits: number): number {
  return (31 - Math.clz32(bits & -bits)) >> 3;
}
