// Text that somebody else wrote (exporters, routers), put into our output so that it cannot do anything there.
import type { ByteWriter } from "./byte-writer.ts";
import { REPLACEMENT, Utf8Cursor } from "./utf8-cursor.ts";

const QUOTE = 34;
const BACKSLASH = 92;
const LETTER_U = 117;
const replacement = REPLACEMENT;
const cursor = new Utf8Cursor();

/** Octets that one octet of foreign text becomes at the most. */
export const FOREIGN_GROWTH = 6;

/** 1 = an octet that stands for itself inside a JSON string. */
const PLAIN_IN_JSON = new Uint8Array(256);
/** 1 = an octet that stands for itself in a word of a line: no space, quote or equals sign. */
const PLAIN_IN_WORD = new Uint8Array(256);
for (let code = 0x20; code < 0x7f; code++) {
  PLAIN_IN_JSON[code] = code === QUOTE || code === BACKSLASH ? 0 : 1;
  PLAIN_IN_WORD[code] = ' "=\\'.includes(String.fromCharCode(code)) ? 0 : 1;
}

/**
 * The inside of a JSON string, in ASCII only: everything else as `\uXXXX`, so that nothing in it reaches a terminal.
 * `doubled`: each quote twice, as in a quoted cell of CSV. What is no UTF-8 is U+FFFD.
 */
export function writeJsonText(out: ByteWriter, octets: Uint8Array, from: number, to: number, doubled: boolean): void {
  const { bytes } = out;
  let at = out.length;
  for (let i = from; i < to; ) {
    const octet = octets[i]!;
    if (PLAIN_IN_JSON[octet] === 1) {
      bytes[at++] = octet;
      i++;
    } else if (octet === QUOTE || octet === BACKSLASH) {
      bytes[at++] = BACKSLASH;
      bytes[at++] = octet;
      if (doubled && octet === QUOTE) bytes[at++] = QUOTE;
      i++;
    } else {
      cursor.at = i;
      const point = cursor.next(octets, to);
      i = cursor.at;
      out.length = at;
      if (point > 0xffff) {
        writeUnit(out, 0xd7c0 + (point >> 10));
        writeUnit(out, 0xdc00 + (point & 0x3ff));
      } else {
        writeUnit(out, point);
      }
      at = out.length;
    }
  }
  out.length = at;
}

function writeUnit(out: ByteWriter, unit: number): void {
  out.octet(BACKSLASH);
  out.octet(LETTER_U);
  out.hex4(unit);
}

/**
 * A word for people: letters of every script as they are, U+FFFD for what is not to be seen or does something to a terminal (C0, C1,
 * directions, joiners, other invisible ones). In quotes where it is empty or holds a space, a quote, `\` or `=`.
 */
export function writeWord(out: ByteWriter, octets: Uint8Array, from: number, to: number): void {
  const quoted = from === to || !isOneWord(octets, from, to);
  if (quoted) out.octet(QUOTE);
  for (cursor.at = from; cursor.at < to; ) {
    const start = cursor.at;
    const point = cursor.next(octets, to);
    if (point === QUOTE || point === BACKSLASH) out.octet(BACKSLASH);
    if (point === replacement || isUnseen(point)) writeReplacement(out);
    else for (let i = start; i < cursor.at; i++) out.octet(octets[i]!);
  }
  if (quoted) out.octet(QUOTE);
}

function isOneWord(octets: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++)
    if (octets[i]! < 0x7f && octets[i]! > 0x1f && PLAIN_IN_WORD[octets[i]!] === 0) return false;
  return true;
}

/** What is not to be seen, or changes how others are seen: controls, formats and directions, unassigned ones, every kind of space. */
const UNSEEN = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u;

function isUnseen(point: number): boolean {
  if (point < 0x7f) return point < 0x20;
  return UNSEEN.test(String.fromCodePoint(point));
}

function writeReplacement(out: ByteWriter): void {
  out.octet(0xef);
  out.octet(0xbf);
  out.octet(0xbd);
}
