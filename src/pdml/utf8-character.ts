// Characters of UTF-8 among octets that may be none.

/** Octets of the character of UTF-8 (RFC 3629) that begins here, two to four; 0 where there is none. */
export function characterLength(octets: Uint8Array, at: number, to: number): number {
  const first = octets[at]!;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || at + length > to) return 0;
  for (let next = at + 1; next < at + length; next++) if ((octets[next]! & 0xc0) !== 0x80) return 0;
  const second = octets[at + 1]!;
  const tooLong = (first === 0xe0 && second < 0xa0) || (first === 0xf0 && second < 0x90);
  const surrogate = first === 0xed && second > 0x9f;
  return tooLong || surrogate || (first === 0xf4 && second > 0x8f) ? 0 : length;
}
