// TCP flags as a person reads them: CEUAPRSF with dots for those that are not set (RFC 9293 section 3.1).
import { asciiWords } from "./ascii-text.ts";
import type { ByteWriter } from "./byte-writer.ts";

const LETTERS = "CEUAPRSF";
const ZERO = 48;
const LETTER_X = 120;

/** Eight octets for each value of the eight flags. */
const WORDS = Float64Array.from({ length: 256 }, (_, flags) => asciiWords(tcpFlagsText(flags), 1)[0]!);

/** The same as a text; for single values. */
export function tcpFlagsText(flags: number): string {
  if (flags > 255) return `0x${flags.toString(16).padStart(4, "0")}`;
  return [...LETTERS].map((letter, place) => ((flags >> (7 - place)) & 1 ? letter : ".")).join("");
}

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
