// Int64 nanoseconds as two 32-bit words, without BigInt: seconds and nanoseconds in, words out, and back.

const WORD = 4_294_967_296;
const BILLION = 1_000_000_000;

/** Writes seconds * 10^9 + nanoseconds to a time column (seconds 0..2^32-1); nanoseconds < 0 writes "not known" (-1). */
export function writeTime(column: Uint32Array, row: number, seconds: number, nanoseconds: number): void {
  if (nanoseconds < 0) {
    column[2 * row] = 0xffff_ffff;
    column[2 * row + 1] = 0xffff_ffff;
    return;
  }
  // The low word is exact as 32-bit arithmetic. What is left is a multiple of 2^32, and the double is off by less than 2^10 of it.
  const low = (Math.imul(seconds, BILLION) + nanoseconds) >>> 0;
  column[2 * row] = low;
  column[2 * row + 1] = Math.round((seconds * BILLION + nanoseconds - low) / WORD);
}

/** True when a time column says "not known" there. */
export function noTime(column: Uint32Array, row: number): boolean {
  return column[2 * row + 1]! > 0x7fff_ffff;
}

/** The whole seconds of a time column's value (not of "not known"). */
export function readSeconds(column: Uint32Array, row: number): number {
  const low = column[2 * row]!;
  // The quotient of the inexact double is at most one off; the low 32 bits of the rest tell. No remainder of doubles,
  // which is a call of a library function.
  const quotient = Math.floor((column[2 * row + 1]! * WORD + low) / BILLION);
  const rest = (low - Math.imul(quotient, BILLION)) | 0;
  return rest < 0 ? quotient - 1 : rest >= BILLION ? quotient + 1 : quotient;
}

/** The nanoseconds of a time column's value beyond its whole seconds, which are given: 0..999,999,999. */
export function readNanoseconds(column: Uint32Array, row: number, seconds: number): number {
  return (column[2 * row]! - Math.imul(seconds, BILLION)) | 0;
}
