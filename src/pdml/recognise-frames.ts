// In which format frames come, by the first octets, never by the name.
import { describeFirst, recognise } from "../capture/index.ts";

export type FrameFormat =
  /** tshark's -T pdml; its -T ek and -T json; or packets, which tshark is to read first. */
  | "pdml"
  | "json"
  | "capture"
  /** Nothing that anybody reads here; a sentence says what it looks like. */
  | { readonly sentence: string };

/** Octets that tell all formats, white space before them not counted. */
export const FORMAT_OCTETS = 16;
const EXPECTED = "expected PDML or JSON of tshark (-T pdml, -T ek, -T json), or a capture";
const FIRST_LETTERS: ReadonlyMap<number, FrameFormat> = new Map<number, FrameFormat>([
  [0x3c, "pdml"],
  [0x7b, "json"],
  [0x5b, "json"],
]);

/** `octets` are the first ones, with FORMAT_OCTETS behind the white space, or all there are. */
export function recogniseFrames(octets: Uint8Array): FrameFormat {
  if (isUtf16(octets)) return { sentence: `${EXPECTED}, found UTF-16 text; convert it: iconv -f utf-16 -t utf-8` };
  const first = firstLetter(octets);
  const format = FIRST_LETTERS.get(octets[first] ?? 0);
  if (format !== undefined) return format;
  const { kind } = recognise(octets);
  if (kind === "pcap" || kind === "pcapng") return "capture";
  if (octets.length === 0) return "pdml"; // its reader says that the input is empty
  // Text of any kind: the reader of PDML says where it stops being PDML.
  if (octets.subarray(first, FORMAT_OCTETS).every((octet) => octet >= 0x20 && octet < 0x7f)) return "pdml";
  return { sentence: `${EXPECTED}, found ${describeFirst(octets, "make PDML with tshark -r FILE -T pdml")}` };
}

/** Windows' shells write it where somebody says `tshark ... > file`. */
function isUtf16(octets: Uint8Array): boolean {
  const [first, second] = octets;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  return (first === 0x3c && second === 0) || (first === 0 && second === 0x3c);
}

/** Where the first octet is that is no white space and no byte order mark. */
export function firstLetter(octets: Uint8Array): number {
  let at = octets[0] === 0xef && octets[1] === 0xbb && octets[2] === 0xbf ? 3 : 0;
  while (at < octets.length && (octets[at] === 0x20 || (octets[at]! >= 0x09 && octets[at]! <= 0x0d))) at++;
  return at;
}
