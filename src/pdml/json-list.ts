// Lists of values as JSON, from the logs of flows to octets: this is where the time of printing goes.
import type { ByteWriter } from "../report/index.ts";
import { isLabelSlot } from "./flow-logs.ts";
import type { FlowValues } from "./flow-values.ts";
import { writeJsonText, writeJsonValue } from "./json-values.ts";
import { OctetArena } from "./octet-arena.ts";
import { jsonSpecialIn } from "./octet-words.ts";

const [COMMA, QUOTE, ZERO, NINE, MINUS, POINT] = [0x2c, 0x22, 0x30, 0x39, 0x2d, 0x2e] as const;
const [LETTER_F, LETTER_T] = [0x46, 0x54] as const;
/** With what stands around a value, and the octets that words write behind it. */
const ROOM = 16;
/** Octets of one octet as JSON, at the most. */
const LONGEST_ESCAPE = 6;
const BITS = OctetArena.bits;
const MASK = OctetArena.mask;
/** Whether a value that begins with this octet may be something else than a text: a number, True, False. */
const MAY_BE_OTHER = new Uint8Array(256);
for (const octet of new TextEncoder().encode("0123456789+-._ \t\n\v\f\r\x1c\x1d\x1e\x1fTF")) MAY_BE_OTHER[octet] = 1;

/** Writes the entries of a slot from `from` on, one at least, until they end or the writer has `full` octets; answers which one is next. */
export function writeJsonList(out: ByteWriter, values: FlowValues, slot: number, from: number, full: number): number {
  const { entries, arena } = values;
  const label = isLabelSlot(slot);
  const begin = values.first(slot);
  const end = values.end(slot);
  let { bytes, view } = out;
  let at = out.length;
  let entry = from;
  for (; entry < end && (entry === from || at < full); entry++) {
    const address = entries[entry]!;
    const octets = arena.octets[address >>> BITS]!;
    let first = address & MASK;
    let length = octets[first++]!;
    if (length >= 0x80) {
      const second = octets[first++]!;
      length = (length & 0x7f) | ((second & 0x7f) << 7);
      if (second >= 0x80) length |= octets[first++]! << 14;
    }
    if (at + LONGEST_ESCAPE * length + ROOM > bytes.length) {
      out.length = at;
      out.reserve(LONGEST_ESCAPE * length + ROOM);
      bytes = out.bytes;
      view = out.view;
    }
    if (entry > begin) bytes[at++] = COMMA;
    const letter = octets[first]!;
    if (!label && MAY_BE_OTHER[letter] === 1) {
      const number = length === 1 && letter >= ZERO && letter <= NINE ? 1 : numberLength(octets, first, length);
      if (number > 0) {
        for (let i = 0; i < number; i++) bytes[at + i] = octets[first + i]!;
        at += number;
        continue;
      }
      if (number < 0) {
        out.length = at;
        writeJsonValue(out, octets, first, first + length);
        ({ bytes, view } = out);
        at = out.length;
        continue;
      }
    }
    // As long as nothing needs another form, four octets at once.
    const source = arena.views[address >>> BITS]!;
    const last = first + length - 4;
    let into = at + 1;
    let from4 = first;
    let special = 0;
    for (; from4 <= last && special === 0; from4 += 4, into += 4) {
      const word = source.getInt32(from4, true);
      special = jsonSpecialIn(word);
      view.setInt32(into, word, true);
    }
    const rest = last + 4 - from4;
    if (special === 0 && rest > 0) {
      const word = source.getInt32(from4, true);
      // Shifted out is what stands behind the value.
      special = jsonSpecialIn(word) << (32 - 8 * rest);
      view.setInt32(into, word, true);
    }
    if (special === 0) {
      bytes[at] = QUOTE;
      at += length + 2;
      bytes[at - 1] = QUOTE;
    } else {
      out.length = at;
      writeJsonText(out, octets, first, first + length);
      ({ bytes, view } = out);
      at = out.length;
    }
  }
  out.length = at;
  return entry;
}

/** `length` for a number as JSON has it, 0 for what is a text for sure, else -1. */
function numberLength(octets: Uint8Array, from: number, length: number): number {
  const to = from + length;
  const begin = octets[from]!;
  if (begin === LETTER_T || begin === LETTER_F) return length === 4 || length === 5 ? -1 : 0;
  const digits = begin === MINUS ? from + 1 : from;
  let at = digits;
  while (at < to && octets[at]! >= ZERO && octets[at]! <= NINE) at++;
  const plain = at - digits === 1 || (at > digits && octets[digits] !== ZERO);
  if (at === to) return plain ? length : -1;
  if (octets[at] === POINT && plain) {
    const places = ++at;
    while (at < to && octets[at]! >= ZERO && octets[at]! <= NINE) at++;
    if (at === to) return at > places ? length : -1;
    // Addresses of IPv4 have more than one.
    if (octets[at] === POINT) return 0;
  }
  return MAY_BE_OTHER[octets[at]!] === 1 || (octets[at]! | 0x20) === 0x65 ? -1 : 0;
}
