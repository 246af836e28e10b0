// Values of JSON as PDML has them: white space is blanks, what is no text is "?". One flow has the same values whatever the format.
import { characterLength } from "./utf8-character.ts";

const HEX = Buffer.from("0123456789abcdef");
const REPLACEMENT = 0x3f;

/** Octets of the last value that were no text: each is a "?" now. */
export let untidyOctets = 0;

/**
 * Puts octets from .. to right, in place; answers where they end now. Control characters become `\x1b`, as tshark writes them in PDML, where there is
 * room for that: octets to .. room are not needed any more. (An escape of JSON was longer nearly always.)
 */
export function tidyValue(octets: Uint8Array, from: number, to: number, room: number): number {
  untidyOctets = 0;
  // DEL may stand as it is, where there is no room: JSON does not escape it.
  let most = 0x7f;
  let growth = growthOf(octets, from, to, most);
  if (to + growth > room) {
    most = 0x1f;
    growth = growthOf(octets, from, to, most);
  }
  const fits = growth > 0 && to + growth <= room;
  let at = from;
  let end = to;
  if (fits) {
    octets.copyWithin(from + growth, from, to);
    at += growth;
    end += growth;
  }
  let into = from;
  while (at < end) {
    const octet = octets[at]!;
    if (octet >= 0x80) {
      const length = characterLength(octets, at, end);
      if (length === 0) {
        untidyOctets++;
        octets[into++] = REPLACEMENT;
        at++;
      }
      for (let left = length; left > 0; left--) octets[into++] = octets[at++]!;
      continue;
    }
    at++;
    if (octet === 0x09 || octet === 0x0a || octet === 0x0d) {
      // An XML parser makes a blank of each line end, CR LF is one of them.
      if (octet === 0x0d && at < end && octets[at] === 0x0a) at++;
      octets[into++] = 0x20;
    } else if (!isControl(octet) || octet > most) octets[into++] = octet;
    else if (fits) into = writeControl(octets, into, octet);
    else {
      untidyOctets++;
      octets[into++] = REPLACEMENT;
    }
  }
  return into;
}

function isControl(octet: number): boolean {
  return octet === 0x7f || (octet < 0x20 && octet !== 0x09 && octet !== 0x0a && octet !== 0x0d);
}

/** Of the control characters up to `most`. */
function growthOf(octets: Uint8Array, from: number, to: number, most: number): number {
  let growth = 0;
  for (let at = from; at < to; at++) {
    const octet = octets[at]!;
    if (octet <= most && isControl(octet)) growth += octet < 16 ? 2 : 3;
  }
  return growth;
}

function writeControl(octets: Uint8Array, at: number, octet: number): number {
  let into = at;
  octets[into++] = 0x5c;
  octets[into++] = 0x78;
  if (octet >= 16) octets[into++] = HEX[octet >> 4]!;
  octets[into++] = HEX[octet & 15]!;
  return into;
}
