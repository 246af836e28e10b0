// Numbers and times out of the octets of a value, without a text: 80, -0.25, 0x0800, True, 1385400647.217572000.

const [ZERO, NINE, MINUS, POINT, X] = [48, 57, 45, 46, 120];
/** So many digits a double holds exactly. */
const EXACT_DIGITS = 15;
const EXACT_HEX_DIGITS = 13;
const POWERS = Array.from({ length: EXACT_DIGITS + 1 }, (_, i) => 10 ** i);
const LONG_NUMBER = /^-?(\d+(\.\d*)?(e[+-]?\d+)?|0x[0-9a-f]+)$/i;
/** Longer ones are no numbers. */
const LONGEST = 400;

/** NaN where it is no number. The nearest double, whatever its length. True and False, as newer versions of tshark have it, are 1 and 0. */
export function numberAt(octets: Uint8Array, from: number, to: number): number {
  const negative = octets[from] === MINUS;
  let at = negative ? from + 1 : from;
  if (octets[at] === ZERO && (octets[at + 1]! | 32) === X && at + 2 < to) return hexAt(octets, at + 2, from, to);
  if (to - at > EXACT_DIGITS + 1) return longNumber(octets, from, to);
  let digits = 0;
  let value = 0;
  let point = -1;
  for (; at < to; at++) {
    const octet = octets[at]!;
    if (octet >= ZERO && octet <= NINE) {
      value = 10 * value + (octet - ZERO);
      digits++;
    } else if (octet === POINT && point < 0 && digits > 0) point = digits;
    else return longNumber(octets, from, to);
  }
  if (digits === 0 || digits > EXACT_DIGITS) return longNumber(octets, from, to);
  // Both are exact, so the quotient is the nearest double.
  if (point >= 0) value /= POWERS[digits - point]!;
  return negative ? -value : value;
}

function hexAt(octets: Uint8Array, digits: number, from: number, to: number): number {
  if (to - digits > EXACT_HEX_DIGITS || digits - from > 2) return longNumber(octets, from, to);
  let value = 0;
  for (let at = digits; at < to; at++) {
    const digit = hexDigit(octets[at]!);
    if (digit < 0) return Number.NaN;
    value = 16 * value + digit;
  }
  return value;
}

/** 0 to 15; -1 where it is none. */
export function hexDigit(octet: number): number {
  if (octet >= ZERO && octet <= NINE) return octet - ZERO;
  const letter = octet | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

const [T, F] = [84, 70];

function longNumber(octets: Uint8Array, from: number, to: number): number {
  const first = octets[from]!;
  if (first === T || first === F) {
    const word = to - from < 6 ? latin(octets, from, to) : "";
    return word === "True" ? 1 : word === "False" ? 0 : Number.NaN;
  }
  // Most values that are no numbers are known by their first octet.
  if ((first < ZERO || first > NINE) && first !== MINUS) return Number.NaN;
  if (to - from > LONGEST) return Number.NaN;
  const text = latin(octets, from, to);
  if (!LONG_NUMBER.test(text)) return Number.NaN;
  return text.startsWith("-0x") ? Number.NaN : Number(text);
}

function latin(octets: Uint8Array, from: number, to: number): string {
  return Buffer.from(octets.buffer, octets.byteOffset + from, to - from).toString("latin1");
}

/** The whole number with every digit; null where it is none. Allocates: only for what doubles do not tell apart. */
export function wholeAt(octets: Uint8Array, from: number, to: number): bigint | null {
  const text = to - from > LONGEST ? "" : latin(octets, from, to);
  if (/^0x[0-9a-f]+$/i.test(text)) return BigInt(text);
  const [, digits = ""] = /^(-?\d+)(?:\.0*)?$/.exec(text) ?? [];
  return digits === "" ? null : BigInt(digits);
}

/** A time since 1970 in two parts, as a double holds only some of its digits. One object that is used again. */
export class SplitTime {
  seconds = 0;
  /** Of the second, 0 .. 999,999,999. */
  nanoseconds = 0;

  /** False where it is none. Digits behind the ninth are cut off. */
  read(octets: Uint8Array, from: number, to: number): boolean {
    let seconds = 0;
    let at = from;
    for (; at < to && octets[at]! >= ZERO && octets[at]! <= NINE; at++) seconds = 10 * seconds + (octets[at]! - ZERO);
    if (at === from || at - from > 11) return false;
    let nanoseconds = 0;
    let scale = 100_000_000;
    if (at < to) {
      if (octets[at] !== POINT) return false;
      for (at++; at < to; at++) {
        const octet = octets[at]!;
        if (octet < ZERO || octet > NINE) return false;
        nanoseconds += (octet - ZERO) * scale;
        scale = scale < 10 ? 0 : scale / 10;
      }
    }
    this.seconds = seconds;
    this.nanoseconds = nanoseconds;
    return true;
  }

  /** Nanoseconds since 1970. */
  whole(): bigint {
    return BigInt(this.seconds) * 1_000_000_000n + BigInt(this.nanoseconds);
  }
}
