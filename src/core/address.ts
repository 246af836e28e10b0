// IP addresses as 16 octets (IPv4 as ::ffff:a.b.c.d, all zero = none) to text and back: RFC 5952, RFC 4291 section 2.2.

/** Octets of an address in a column. */
export const ADDRESS_OCTETS = 16;
/** Octets of the longest text that `writeAddress` writes. */
export const ADDRESS_TEXT_OCTETS = 39;

const ZERO = 48;
const COLON = 58;
const LETTER = 87; // "a" - 10

/** True where the address is IPv4 (::ffff:0:0/96). */
export function isIpv4(octets: Uint8Array, from: number): boolean {
  return octets[from + 10] === 255 && octets[from + 11] === 255 && startsWithZeros(octets, from);
}

/** True where all 16 octets are zero: no address (or the IPv6 one that is written `::`). */
export function isNone(octets: Uint8Array, from: number): boolean {
  const end =
    octets[from + 10]! |
    octets[from + 11]! |
    octets[from + 12]! |
    octets[from + 13]! |
    octets[from + 14]! |
    octets[from + 15]!;
  return end === 0 && startsWithZeros(octets, from);
}

/** The first ten octets. Without a loop, which takes three times as long. */
function startsWithZeros(octets: Uint8Array, from: number): boolean {
  const start = octets[from]! | octets[from + 1]! | octets[from + 2]! | octets[from + 3]! | octets[from + 4]!;
  const rest = octets[from + 5]! | octets[from + 6]! | octets[from + 7]! | octets[from + 8]! | octets[from + 9]!;
  return (start | rest) === 0;
}

/**
 * Writes the text of the address at `octets[from]` to `target[at]` and gives the offset behind it.
 * `target` must have room for ADDRESS_TEXT_OCTETS. IPv4 has dots, everything else is RFC 5952 in hexadecimal; none is `::`.
 */
export function writeAddress(target: Uint8Array, at: number, octets: Uint8Array, from: number): number {
  if (isIpv4(octets, from)) return writeIpv4(target, at, octets, from + 12);
  return writeIpv6(target, at, octets, from);
}

/** "0." to "255." in four octets each, and how many of them count. A table, because branches on octets are never foreseen. */
const OCTET_TEXT = new Uint8Array(1024);
const OCTET_LENGTH = new Uint8Array(256);
for (let value = 0; value < 256; value++) {
  const text = `${value}.`;
  OCTET_LENGTH[value] = text.length;
  for (let i = 0; i < text.length; i++) OCTET_TEXT[4 * value + i] = text.charCodeAt(i);
}

/** The same for the four octets of an IPv4 address; needs room for 16. */
export function writeIpv4(target: Uint8Array, at: number, octets: Uint8Array, from: number): number {
  let end = at;
  for (let i = from; i < from + 4; i++) {
    const value = octets[i]!;
    const text = 4 * value;
    target[end] = OCTET_TEXT[text]!;
    target[end + 1] = OCTET_TEXT[text + 1]!;
    target[end + 2] = OCTET_TEXT[text + 2]!;
    target[end + 3] = OCTET_TEXT[text + 3]!;
    end += OCTET_LENGTH[value]!;
  }
  return end - 1;
}

/** RFC 5952 section 4: no leading zeros, the first longest run of two or more zero groups as `::`, lower case. */
function writeIpv6(target: Uint8Array, at: number, octets: Uint8Array, from: number): number {
  let gap = -1;
  let gapLength = 1;
  let run = 0;
  for (let group = 0; group < 8; group++) {
    if (octets[from + 2 * group] !== 0 || octets[from + 2 * group + 1] !== 0) {
      run = 0;
    } else if (++run > gapLength) {
      gapLength = run;
      gap = group - run + 1;
    }
  }
  let end = at;
  for (let group = 0; group < 8; group++) {
    if (group === gap) {
      target[end++] = COLON;
      if (group + gapLength === 8) target[end++] = COLON;
      group += gapLength - 1;
      continue;
    }
    if (group > 0) target[end++] = COLON;
    end = writeGroup(target, end, (octets[from + 2 * group]! << 8) | octets[from + 2 * group + 1]!);
  }
  return end;
}

function writeGroup(target: Uint8Array, at: number, value: number): number {
  let end = at;
  for (let shift = value > 0xfff ? 12 : value > 0xff ? 8 : value > 0xf ? 4 : 0; shift >= 0; shift -= 4) {
    const digit = (value >> shift) & 15;
    target[end++] = digit + (digit < 10 ? ZERO : LETTER);
  }
  return end;
}

/** The text of one address. For single addresses: it allocates. */
export function formatAddress(octets: Uint8Array, from = 0): string {
  const target = new Uint8Array(ADDRESS_TEXT_OCTETS);
  return String.fromCharCode(...target.subarray(0, writeAddress(target, 0, octets, from)));
}

/** The 16 octets of an address that a person or a file wrote (RFC 4291 section 2.2, IPv4 with dots); null if it is none. */
export function parseAddress(text: string): Uint8Array | null {
  const octets = new Uint8Array(ADDRESS_OCTETS);
  if (!text.includes(":")) {
    octets.fill(255, 10, 12);
    return parseIpv4(text, octets, 12) ? octets : null;
  }
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const head = parseGroups(halves[0]!, halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1]!, true) : [];
  if (head === null || tail === null) return null;
  const given = head.length + tail.length;
  if (halves.length === 1 ? given !== ADDRESS_OCTETS : given > ADDRESS_OCTETS - 2) return null;
  octets.set(head, 0);
  octets.set(tail, ADDRESS_OCTETS - tail.length);
  return octets;
}

/** Octets of groups with single colons between them; the last one may be IPv4 with dots where the address ends. */
function parseGroups(text: string, last: boolean): number[] | null {
  if (text === "") return [];
  const words = text.split(":");
  const octets: number[] = [];
  for (const [index, word] of words.entries()) {
    if (last && index === words.length - 1 && word.includes(".")) {
      const four = new Uint8Array(4);
      if (!parseIpv4(word, four, 0)) return null;
      octets.push(...four);
    } else if (/^[0-9a-f]{1,4}$/i.test(word)) {
      const group = Number.parseInt(word, 16);
      octets.push(group >> 8, group & 255);
    } else {
      return null;
    }
  }
  return octets;
}

function parseIpv4(text: string, target: Uint8Array, at: number): boolean {
  const words = text.split(".");
  if (words.length !== 4) return false;
  for (const [index, word] of words.entries()) {
    // No leading zeros: some programs read them as octal.
    if (!/^(0|[1-9][0-9]{0,2})$/.test(word) || Number(word) > 255) return false;
    target[at + index] = Number(word);
  }
  return true;
}
