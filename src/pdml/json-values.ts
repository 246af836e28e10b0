// Values as JSON, from octets to octets: what needs no escaping is copied.
import type { ByteWriter } from "../report/index.ts";
import { characterOctets, controlAt, MAY_BE_CONTROL } from "./text-controls.ts";
import { numberText } from "./value-words.ts";

const QUOTE = 34;
const BACKSLASH = 92;
const HEX = new TextEncoder().encode("0123456789abcdef");
const TRUE = new TextEncoder().encode("true");
const FALSE = new TextEncoder().encode("false");

/** Octets that a text of JSON does not take as they are, and those that may begin what a terminal would obey. */
const SPECIAL = MAY_BE_CONTROL.slice();
for (let code = 0; code < 0x20; code++) SPECIAL[code] = 1;
for (const code of [QUOTE, BACKSLASH, 0x7f]) SPECIAL[code] = 1;

const SHORT = new Uint8Array(128);
for (const [code, letter] of [
  [8, "b"],
  [9, "t"],
  [10, "n"],
  [12, "f"],
  [13, "r"],
  [QUOTE, '"'],
  [BACKSLASH, "\\"],
] as const) {
  SHORT[code] = letter.charCodeAt(0);
}

const DIGIT = 1;
const OTHER = 2;
/** Octets that a number may have. */
const NUMERIC = new Uint8Array(256);
for (let code = 48; code < 58; code++) NUMERIC[code] = DIGIT;
for (const code of new TextEncoder().encode("+-._eE \t\n\v\f\r\x1c\x1d\x1e\x1f")) NUMERIC[code] = OTHER;

/** A number where the value is one, true or false, else a text. */
export function writeJsonValue(out: ByteWriter, octets: Uint8Array, from: number, to: number): void {
  const first = octets[from]!;
  if (NUMERIC[first] !== 0 && writeNumber(out, octets, from, to)) return;
  if (first === 0x54 && isWord(octets, from, to, "True")) copy(out, TRUE, 0, TRUE.length);
  else if (first === 0x46 && isWord(octets, from, to, "False")) copy(out, FALSE, 0, FALSE.length);
  else writeJsonText(out, octets, from, to);
}

/** A text with its quotes. */
export function writeJsonText(out: ByteWriter, octets: Uint8Array, from: number, to: number): void {
  out.reserve(6 * (to - from) + 2);
  const { bytes } = out;
  let at = out.length;
  bytes[at++] = QUOTE;
  for (let i = from; i < to; i++) {
    const octet = octets[i]!;
    if (SPECIAL[octet] === 0) bytes[at++] = octet;
    else if (octet < 0x80) at = writeEscaped(bytes, at, octet);
    else {
      const code = controlAt(octets, i, to);
      if (code === 0) bytes[at++] = octet;
      else {
        for (const unit of String.fromCodePoint(code)) {
          for (let half = 0; half < unit.length; half++) at = writeEscaped(bytes, at, unit.charCodeAt(half));
        }
        i += characterOctets(octet) - 1;
      }
    }
  }
  bytes[at++] = QUOTE;
  out.length = at;
}

function writeEscaped(bytes: Uint8Array, start: number, code: number): number {
  let at = start;
  bytes[at++] = BACKSLASH;
  const short = code < 128 ? SHORT[code]! : 0;
  if (short !== 0) {
    bytes[at++] = short;
    return at;
  }
  bytes[at++] = 0x75;
  bytes[at++] = HEX[code >> 12]!;
  bytes[at++] = HEX[(code >> 8) & 15]!;
  bytes[at++] = HEX[(code >> 4) & 15]!;
  bytes[at++] = HEX[code & 15]!;
  return at;
}

export function copy(out: ByteWriter, octets: Uint8Array, from: number, to: number): void {
  out.reserve(to - from);
  const { bytes } = out;
  let at = out.length;
  for (let i = from; i < to; i++) bytes[at++] = octets[i]!;
  out.length = at;
}

/** False where it is none. */
function writeNumber(out: ByteWriter, octets: Uint8Array, from: number, to: number): boolean {
  let at = octets[from] === 45 ? from + 1 : from;
  const digits = at;
  while (at < to && NUMERIC[octets[at]!] === DIGIT) at++;
  const whole = at - digits;
  if (whole > 0 && (whole === 1 || octets[digits] !== 48)) {
    if (at === to) {
      copy(out, octets, from, to);
      return true;
    }
    if (octets[at] === 46) {
      const places = at + 1;
      at = places;
      while (at < to && NUMERIC[octets[at]!] === DIGIT) at++;
      if (at === to && at > places) {
        copy(out, octets, from, to);
        return true;
      }
    }
  }
  let points = 0;
  for (let i = at; i < to; i++) {
    if (NUMERIC[octets[i]!] === 0) return false;
    // Addresses of IPv4 have more than one.
    if (octets[i] === 46 && ++points > 1) return false;
  }
  const number = numberText(Buffer.from(octets.buffer, octets.byteOffset + from, to - from).toString("latin1"));
  if (number === null) return false;
  out.ascii(number);
  return true;
}

function isWord(octets: Uint8Array, from: number, to: number, word: string): boolean {
  if (to - from !== word.length) return false;
  for (let i = 0; i < word.length; i++) if (octets[from + i] !== word.charCodeAt(i)) return false;
  return true;
}
