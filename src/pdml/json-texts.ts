// The texts in JSON: escapes resolved in place, numbers and words checked as RFC 8259 has them.

const BACKSLASH = 0x5c;
const REPLACEMENT = 0xfffd;
/** Of each letter behind a backslash: the octet that is meant; 0 = none. */
const PLAIN = new Uint8Array(256);
for (const [letter, octet] of [
  ['"', 0x22],
  ["\\", 0x5c],
  ["/", 0x2f],
  ["b", 8],
  ["f", 12],
  ["n", 10],
  ["r", 13],
  ["t", 9],
] as const) {
  PLAIN[letter.charCodeAt(0)] = octet;
}

/**
 * Resolves the escapes of a JSON string whose octets are from .. to; the result begins at `from` and is never longer. Returns its end,
 * -1 for an escape that JSON has not. Halves of a pair that stand alone become U+FFFD, as UTF-8 has no way to say them.
 */
export function resolveEscapes(bytes: Uint8Array, from: number, to: number): number {
  let out = bytes.indexOf(BACKSLASH, from);
  for (let at = out; at < to; ) {
    const octet = bytes[at]!;
    if (octet !== BACKSLASH) {
      bytes[out++] = octet;
      at++;
      continue;
    }
    const letter = bytes[at + 1]!;
    if (letter === 0x75) {
      let code = readHex(bytes, at + 2, to);
      if (code < 0) return -1;
      at += 6;
      if (code >= 0xd800 && code < 0xdc00 && bytes[at] === BACKSLASH && bytes[at + 1] === 0x75) {
        const low = readHex(bytes, at + 2, to);
        if (low >= 0xdc00 && low < 0xe000) {
          code = 0x1_0000 + ((code - 0xd800) << 10) + (low - 0xdc00);
          at += 6;
        }
      }
      out = writeCode(bytes, out, code >= 0xd800 && code < 0xe000 ? REPLACEMENT : code);
      continue;
    }
    const plain = PLAIN[letter]!;
    if (plain === 0) return -1;
    bytes[out++] = plain;
    at += 2;
  }
  return out;
}

/** Four hex digits; -1 where they are not there. */
function readHex(bytes: Uint8Array, from: number, to: number): number {
  if (from + 4 > to) return -1;
  let code = 0;
  for (let at = from; at < from + 4; at++) {
    const octet = bytes[at]!;
    const lower = octet | 0x20;
    if (octet >= 0x30 && octet <= 0x39) code = code * 16 + octet - 0x30;
    else if (lower >= 0x61 && lower <= 0x66) code = code * 16 + lower - 0x57;
    else return -1;
  }
  return code;
}

function writeCode(bytes: Uint8Array, at: number, code: number): number {
  if (code < 0x80) bytes[at++] = code;
  else if (code < 0x800) bytes[at++] = 0xc0 | (code >> 6);
  else if (code < 0x1_0000) {
    bytes[at++] = 0xe0 | (code >> 12);
    bytes[at++] = 0x80 | ((code >> 6) & 63);
  } else {
    bytes[at++] = 0xf0 | (code >> 18);
    bytes[at++] = 0x80 | ((code >> 12) & 63);
    bytes[at++] = 0x80 | ((code >> 6) & 63);
  }
  if (code >= 0x80) bytes[at++] = 0x80 | (code & 63);
  return at;
}

/** True for a number as JSON has them: no leading zeros, no plus, digits on both sides of the point. */
export function readNumber(bytes: Uint8Array, from: number, to: number): boolean {
  let at = bytes[from] === 0x2d ? from + 1 : from;
  const whole = at;
  at = skipDigits(bytes, at, to);
  if (at === whole || (bytes[whole] === 0x30 && at > whole + 1)) return false;
  if (at < to && bytes[at] === 0x2e) {
    const point = ++at;
    at = skipDigits(bytes, at, to);
    if (at === point) return false;
  }
  if (at < to && (bytes[at]! | 0x20) === 0x65) {
    at++;
    if (at < to && (bytes[at] === 0x2b || bytes[at] === 0x2d)) at++;
    const power = at;
    at = skipDigits(bytes, at, to);
    if (at === power) return false;
  }
  return at === to;
}

function skipDigits(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && bytes[at]! >= 0x30 && bytes[at]! <= 0x39) at++;
  return at;
}

const WORDS = [
  [Buffer.from("true"), 8],
  [Buffer.from("false"), 9],
  [Buffer.from("null"), 10],
] as const;

/** The token of a word (TOKEN.true, false, null); -1 for any other. */
export function readWord(bytes: Uint8Array, from: number, to: number): number {
  for (const [word, token] of WORDS) {
    if (word.length !== to - from) continue;
    let at = 0;
    while (at < word.length && word[at] === bytes[from + at]) at++;
    if (at === word.length) return token;
  }
  return -1;
}
