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

/** The whole seconds of a time column's value. */
export function readSeconds(column: Uint32Array, row: number): number {
  return divide(column[2 * row + 1]!, column[2 * row]!);
}

/** The nanoseconds of a time column's value beyond its whole seconds: 0..999,999,999. */
export function readNanoseconds(column: Uint32Array, row: number): number {
  return remainder(column[2 * row + 1]!, column[2 * row]!);
}

function divide(high: number, low: number): number {
  // Long division by 10^9 in base 2^16: each step's dividend stays below 2^46.
  const first = high % BILLION;
  const upper = Math.floor(high / BILLION);
  const second = first * 65_536 + (low >>> 16);
  const middle = Math.floor(second / BILLION);
  const third = (second % BILLION) * 65_536 + (low & 0xffff);
  return (upper * 65_536 + middle) * 65_536 + Math.floor(third / BILLION);
}

function remainder(high: number, low: number): number {
  const second = (high % BILLION) * 65_536 + (low >>> 16);
  return ((second % BILLION) * 65_536 + (low & 0xffff)) % BILLION;
}
