// TCP flags as a person reads them: CEUAPRSF with dots for those that are not set (RFC 9293 section 3.1).
import { asciiWords } from "./ascii-text.ts";
import type { ByteWriter } from "./byte-writer.ts";

const LETTERS = "CEUAPRSF";
const ZERO = 48;
const LETTER_X = 120;

/** Eight octets for each value of the eight flags. */
const WORDS = Float64Array.from({ length: 256 }, (_, flags) => {
  const text = [...LETTERS].map((letter, place) => ((flags >> (7 - place)) & 1 ? letter : ".")).join("");
  return asciiWords(text, 1)[0]!;
});

export const FLAGS_WIDTH = 8;

/** Always eight octets. Where one of the four bits above CWR is set, the number in hexadecimal: `0x0112  `. */
export function writeTcpFlags(out: ByteWriter, flags: number): void {
  if (flags < 256) {
    out.view.setFloat64(out.length, WORDS[flags]!, true);
    out.length += FLAGS_WIDTH;
    return;
  }
  const from = out.length;
  out.octet(ZERO);
  out.octet(LETTER_X);
  out.hex4(flags);
  out.padRight(from, FLAGS_WIDTH);
}
