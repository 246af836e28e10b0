// Values of XML in place: references resolved, white space and octets that are no text put right. Nothing becomes longer.

import { characterLength } from "./utf8-character.ts";
import { isXmlCharacter } from "./xml-characters.ts";

const AMPERSAND = 0x26;
const SEMICOLON = 0x3b;
const QUESTION_MARK = 0x3f;
/** `&#x10FFFF;` with some zeros more. */
const LONGEST_REFERENCE = 16;

/** The five entities that XML has by itself. */
const ENTITIES: readonly (readonly [name: string, code: number])[] = [
  ["lt", 0x3c],
  ["gt", 0x3e],
  ["amp", AMPERSAND],
  ["quot", 0x22],
  ["apos", 0x27],
];

/** What `readReference` answers where there is no character: none of the five, or no character of XML. */
export const NO_REFERENCE = -1;
/** Where the octets end before the reference does. */
export const CUT_REFERENCE = -2;

/** The character that the reference at `&` stands for. Its `;` is at `referenceEnd`. */
export function readReference(octets: Uint8Array, at: number, end: number): number {
  const to = referenceEnd(octets, at, end);
  if (to === end) return end - at >= LONGEST_REFERENCE ? NO_REFERENCE : CUT_REFERENCE;
  if (octets[to] !== SEMICOLON) return NO_REFERENCE;
  if (octets[at + 1] === 0x23) return readNumber(octets, at + 2, to);
  for (const [name, code] of ENTITIES) {
    if (name.length !== to - at - 1) continue;
    let same = 0;
    while (same < name.length && octets[at + 1 + same] === name.charCodeAt(same)) same++;
    if (same === name.length) return code;
  }
  return NO_REFERENCE;
}

/** Where the reference at `&` ends: its `;`, or what cannot be in one; `end` where that is not known yet. */
export function referenceEnd(octets: Uint8Array, at: number, end: number): number {
  const limit = Math.min(end, at + LONGEST_REFERENCE);
  let to = at + 1;
  while (to < limit && octets[to] !== SEMICOLON && isReferenceOctet(octets[to]!)) to++;
  return to;
}

function isReferenceOctet(octet: number): boolean {
  const letter = octet | 0x20;
  return (letter >= 0x61 && letter <= 0x7a) || (octet >= 0x30 && octet <= 0x39) || octet === 0x23;
}

function readNumber(octets: Uint8Array, from: number, to: number): number {
  const hexadecimal = octets[from] === 0x78;
  let code = 0;
  let at = hexadecimal ? from + 1 : from;
  if (at === to) return NO_REFERENCE;
  for (; at < to; at++) {
    const digit = digitOf(octets[at]!);
    if (digit >= (hexadecimal ? 16 : 10)) return NO_REFERENCE;
    code = code * (hexadecimal ? 16 : 10) + digit;
    if (code > 0x10ffff) return NO_REFERENCE;
  }
  return isXmlCharacter(code) ? code : NO_REFERENCE;
}

function digitOf(octet: number): number {
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30;
  const letter = octet | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : 99;
}

/** How many octets of the last value were replaced by `?`: not UTF-8, or no characters of XML. */
export let replacedOctets = 0;

/** Resolves octets from .. to, whose references were found good; answers where they end now. */
export function resolveValue(octets: Uint8Array, from: number, to: number): number {
  replacedOctets = 0;
  let into = from;
  for (let at = from; at < to; ) {
    const octet = octets[at]!;
    if (octet === AMPERSAND) {
      const code = readReference(octets, at, to);
      at = referenceEnd(octets, at, to) + 1; // before anything is written where it stands
      into = writeCharacter(octets, into, code);
    } else if (octet < 0x20) {
      // XML 1.0, 3.3.3: white space is a blank; 2.11: CR LF is one line end.
      if (octet === 0x0d && octets[at + 1] === 0x0a && at + 1 < to) at++;
      const space = octet === 0x09 || octet === 0x0a || octet === 0x0d;
      if (!space) replacedOctets++;
      octets[into++] = space ? 0x20 : QUESTION_MARK;
      at++;
    } else if (octet < 0x80) {
      octets[into++] = octet;
      at++;
    } else {
      const length = characterLength(octets, at, to);
      if (length === 0) {
        replacedOctets++;
        octets[into++] = QUESTION_MARK;
        at++;
      }
      for (let left = length; left > 0; left--) octets[into++] = octets[at++]!;
    }
  }
  return into;
}

/** A reference has at least four octets for one of them here, and no fewer than its character has. */
function writeCharacter(octets: Uint8Array, at: number, code: number): number {
  if (code < 0x80) {
    octets[at] = code;
    return at + 1;
  }
  let into = at;
  if (code < 0x800) octets[into++] = 0xc0 | (code >> 6);
  else {
    if (code < 0x10000) octets[into++] = 0xe0 | (code >> 12);
    else {
      octets[into++] = 0xf0 | (code >> 18);
      octets[into++] = 0x80 | ((code >> 12) & 63);
    }
    octets[into++] = 0x80 | ((code >> 6) & 63);
  }
  octets[into++] = 0x80 | (code & 63);
  return into;
}
