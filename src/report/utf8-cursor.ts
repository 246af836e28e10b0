// Utf8Cursor: code points out of octets that anybody may have written, as the Encoding Standard decodes them.

/** Stands for octets that are no UTF-8. */
export const REPLACEMENT = 0xfffd;

/**
 * Steps through octets without making strings. What is no UTF-8 gives U+FFFD, as often as TextDecoder would give it
 * (one for each longest part that could have become a character).
 */
export class Utf8Cursor {
  /** Where the next code point begins. */
  at = 0;

  /** The code point at `at`, which must be below `end`; `at` moves behind it. */
  next(octets: Uint8Array, end: number): number {
    const first = octets[this.at++]!;
    if (first < 0x80) return first;
    if (first < 0xc2 || first > 0xf4) return REPLACEMENT;
    const following = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    // What would be longer than needed, a surrogate or above U+10FFFF is refused at the second octet.
    let least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
    let most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
    let point = first & (0x3f >> following);
    for (let i = 0; i < following; i++) {
      const octet = this.at < end ? octets[this.at]! : 0;
      if (octet < least || octet > most) return REPLACEMENT;
      least = 0x80;
      most = 0xbf;
      point = (point << 6) | (octet & 0x3f);
      this.at++;
    }
    return point;
  }
}
