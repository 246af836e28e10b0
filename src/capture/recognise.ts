// What a file is, by its first octets, never by its name; and a sentence for what is no capture.
import type { PcapKind } from "./classic-pcap.ts";

export type Recognised =
  | { readonly kind: "pcap"; readonly pcap: PcapKind }
  | { readonly kind: "pcapng" | "gzip" | "zstd" }
  | { readonly kind: "other"; readonly sentence: string };

/** Octets that suffice to recognise everything below. */
export const RECOGNISE_OCTETS = 16;

const PCAP_MAGIC: ReadonlyMap<number, Omit<PcapKind, "littleEndian">> = new Map([
  [0xa1b2c3d4, { nanoseconds: false, recordHeader: 16 }],
  [0xa1b23c4d, { nanoseconds: true, recordHeader: 16 }],
  [0xa1b2cd34, { nanoseconds: false, recordHeader: 24 }],
]);

const DECOMPRESS = "decompress it first";
const FLOWS = "it holds flows, not packets";

/** Well-known things that people give by mistake: first octets in hex, what it is, what to do. */
const OTHERS: readonly (readonly [hex: string, what: string, advice: string])[] = [
  ["425a68", "a bzip2 file", `${DECOMPRESS}: bunzip2`],
  ["fd377a585a00", "an xz file", `${DECOMPRESS}: unxz`],
  ["04224d18", "an lz4 file", `${DECOMPRESS}: unlz4`],
  ["504b0304", "a zip archive", `${DECOMPRESS}: unzip`],
  ["377abcaf271c", "a 7-Zip archive", `${DECOMPRESS}: 7z x`],
  ["0ca5", "an nfdump flow file", FLOWS],
  ["a50c", "an nfdump flow file", FLOWS],
  ["cf10", "a flow-tools flow file", FLOWS],
  ["000a00", "what looks like an IPFIX file", FLOWS],
  ["50415231", "a Parquet file", FLOWS],
  ["7f454c46", "an ELF program", "name a capture file"],
  ["736e6f6f70000000", "a snoop capture", "convert it first: editcap -F pcapng"],
  ["6274736e6f6f7000", "a Bluetooth snoop capture", "convert it first: editcap -F pcapng"],
  ["474d4255", "a Microsoft Network Monitor capture", "convert it first: editcap -F pcapng"],
  ["52545353", "a Microsoft Network Monitor capture", "convert it first: editcap -F pcapng"],
  ["ac01001c", "an Ixia capture", "convert it first: editcap -F pcapng"],
  ["ab01001c", "an Ixia capture", "convert it first: editcap -F pcapng"],
  ["1c0001ac", "an Ixia capture", "convert it first: editcap -F pcapng"],
  ["1c0001ab", "an Ixia capture", "convert it first: editcap -F pcapng"],
];

const EXPECTED = "expected a capture (pcap or pcapng, also gzip or zstd compressed)";

/** `octets` are the first ones of the file, RECOGNISE_OCTETS or all there are. */
export function recognise(octets: Uint8Array): Recognised {
  if (octets.length >= 4) {
    const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
    for (const littleEndian of [true, false]) {
      const pcap = PCAP_MAGIC.get(view.getUint32(0, littleEndian));
      if (pcap !== undefined) return { kind: "pcap", pcap: { ...pcap, littleEndian } };
    }
    const magic = view.getUint32(0, true);
    if (magic === 0x0a0d0d0a) return { kind: "pcapng" };
    // Zstandard (RFC 8878): a frame, or one to skip.
    if (magic === 0xfd2fb528 || (magic & 0xffff_fff0) >>> 0 === 0x184d2a50) return { kind: "zstd" };
  }
  if (octets.length >= 2 && octets[0] === 0x1f && octets[1] === 0x8b) return { kind: "gzip" };
  return { kind: "other", sentence: describeOther(octets) };
}

function describeOther(octets: Uint8Array): string {
  if (octets.length === 0) return `${EXPECTED}, found an empty file; was the capture stopped before it wrote anything?`;
  return `${EXPECTED}, found ${describeFirst(octets, "name a capture file")}`;
}

/** What a file is that begins with these octets, in words; `advice` is for what is not known. */
export function describeFirst(octets: Uint8Array, advice: string): string {
  const hex = Buffer.from(octets).toString("hex");
  const first = hex.slice(0, 8).replace(/..(?=.)/g, "$& ");
  const known = OTHERS.find(([prefix]) => hex.startsWith(prefix));
  if (known !== undefined) return `${known[1]} (first octets ${first}); ${known[2]}`;
  return `${describeText(octets)} (first octets ${first}); ${advice}`;
}

function describeText(octets: Uint8Array): string {
  const text = Buffer.from(octets).toString("latin1");
  if (!/^(\xef\xbb\xbf)?[\t\n\r\x20-\x7e]+$/.test(text)) return "something else";
  if (/^(\xef\xbb\xbf)?\s*</.test(text)) return "XML or HTML text (PDML is read by `flowgauge pdml`)";
  if (/^\s*[[{]/.test(text)) return "JSON text";
  return "text";
}

/** What is said when a compressed capture is compressed once more inside. */
export function describeTwice(kind: "gzip" | "zstd"): string {
  return `${EXPECTED}, found ${kind} data inside compressed data; ${DECOMPRESS} once`;
}
