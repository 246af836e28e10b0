// Answers of DNS (RFC 1035 section 4, RFC 6762): which name somebody asked for, and the addresses that it has. What is read is a
// stranger's: every step is bounded, and what is not right ends the reading.

/** Hears of one address: octets at `bytes[at]`, 4 or 16 of them; `seconds` is how long the answer holds. */
export type DnsAnswerSink = (bytes: Uint8Array, at: number, octets: 4 | 16, name: string, seconds: number) => void;

const HEADER = 12;
const MOST_ANSWERS = 64;
const MOST_LABELS = 128;
const MOST_NAME = 255;
const MOST_JUMPS = 16;
const [A, CNAME, AAAA] = [1, 5, 28];
const IN = 1;
/** Highest bit of a class in mDNS: this replaces what was known. */
const CACHE_FLUSH = 0x8000;

/** Where a name ends, after `readName`. */
let behind = 0;

/** Gives the answers of the message at bytes[from..to); returns how many there were. */
export function readDnsAnswers(bytes: Uint8Array, from: number, to: number, sink: DnsAnswerSink): number {
  if (to - from < HEADER || to > bytes.length) return 0;
  const flags = u16(bytes, from + 2);
  // A response to a standard query, without a fault, not cut off.
  if ((flags & 0x8000) === 0 || (flags & 0x7a0f) !== 0) return 0;
  const questions = u16(bytes, from + 4);
  const answers = Math.min(MOST_ANSWERS, u16(bytes, from + 6));
  if (questions > 1) return 0;
  let at = from + HEADER;
  // Names that the one that was asked for leads to.
  const same = new Set<string>();
  let asked: string | null = null;
  if (questions === 1) {
    asked = readName(bytes, from, at, to);
    if (asked === null || behind + 4 > to) return 0;
    at = behind + 4;
    same.add(asked.toLowerCase());
  }
  let found = 0;
  for (let i = 0; i < answers; i++) {
    const owner = readName(bytes, from, at, to);
    if (owner === null || behind + 10 > to) return found;
    const type = u16(bytes, behind);
    const kind = u16(bytes, behind + 2) & ~CACHE_FLUSH;
    const seconds = u16(bytes, behind + 4) * 65_536 + u16(bytes, behind + 6);
    const length = u16(bytes, behind + 8);
    const data = behind + 10;
    if (data + length > to) return found;
    const isAsked = same.has(owner.toLowerCase());
    if (kind === IN && type === CNAME && isAsked) {
      const target = readName(bytes, from, data, to);
      if (target !== null) same.add(target.toLowerCase());
    } else if (kind === IN && ((type === A && length === 4) || (type === AAAA && length === 16)) && owner !== "") {
      sink(bytes, data, length as 4 | 16, isAsked && asked !== null ? asked : owner, seconds);
      found++;
    }
    at = data + length;
  }
  return found;
}

/** The name at `at` of the message that begins at `from`, with dots; null where it is none. */
function readName(bytes: Uint8Array, from: number, at: number, to: number): string | null {
  let name = "";
  let place = at;
  let end = -1;
  let jumps = 0;
  for (let labels = 0; labels < MOST_LABELS; labels++) {
    if (place >= to) return null;
    const length = bytes[place]!;
    if (length === 0) {
      behind = end < 0 ? place + 1 : end;
      return name;
    }
    if (length >= 0xc0) {
      if (place + 2 > to || ++jumps > MOST_JUMPS) return null;
      if (end < 0) end = place + 2;
      const target = from + (u16(bytes, place) & 0x3fff);
      // Only backwards, so that it comes to an end.
      if (target >= place) return null;
      place = target;
      continue;
    }
    if (length > 63 || place + 1 + length > to) return null;
    const label = Buffer.from(bytes.buffer, bytes.byteOffset + place + 1, length).toString("utf8");
    // A dot inside of a label would be another name.
    name += (name === "" ? "" : ".") + label.replaceAll(".", "\ufffd");
    if (name.length > MOST_NAME) return null;
    place += 1 + length;
  }
  return null;
}

function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}
