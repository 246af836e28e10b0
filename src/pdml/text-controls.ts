// Characters beyond ASCII that a terminal would obey, found in UTF-8: controls (C1), and those of format, which also turn the direction of text.

const FORMAT = /\p{Cf}/u;
/** First octets of all of these, and of others: what begins with one has to be looked at. */
export const MAY_BE_CONTROL = new Uint8Array(256);
for (const octet of [0xc2, 0xd8, 0xdb, 0xdc, 0xe0, 0xe1, 0xe2, 0xef, 0xf0, 0xf3]) MAY_BE_CONTROL[octet] = 1;

/** Octets of the character whose first one this is. */
export function characterOctets(first: number): number {
  return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/** The code of such a character at `at`, before `to`; 0 = it is another one, or no character. */
export function controlAt(octets: Uint8Array, at: number, to: number): number {
  const first = octets[at]!;
  const length = characterOctets(first);
  if (at + length > to) return 0;
  let code = first & (0xff >> (length + 1));
  for (let i = 1; i < length; i++) code = (code << 6) | (octets[at + i]! & 63);
  if (code < 0xa0) return code >= 0x80 ? code : 0;
  return code < 0x11_0000 && FORMAT.test(String.fromCodePoint(code)) ? code : 0;
}
