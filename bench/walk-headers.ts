// node .bench-build/bench/walk-headers.js FILE: the limit in this language - reads a classic pcap file and only steps over its packets.
import { closeSync, openSync, readSync } from "node:fs";

const CHUNK = 256 * 1024;
const RECORD_HEADER = 16;

/** Counts the packets of a little-endian classic pcap file; chunks are joined by moving the rest to the front. */
function walk(file: string): { packets: number; bytes: number } {
  const descriptor = openSync(file, "r");
  const buffer = new Uint8Array(CHUNK + RECORD_HEADER);
  const view = new DataView(buffer.buffer);
  let packets = 0;
  let bytes = 0;
  let filled = readSync(descriptor, buffer, 0, CHUNK, null);
  let at = 24;
  while (filled > 0) {
    while (at + RECORD_HEADER <= filled) {
      packets++;
      bytes += view.getUint32(at + 12, true);
      at += RECORD_HEADER + view.getUint32(at + 8, true);
    }
    const rest = Math.max(0, filled - at);
    buffer.copyWithin(0, filled - rest, filled);
    // A packet that reaches into the next chunk: go on behind its end.
    at = Math.max(0, at - filled);
    const read = readSync(descriptor, buffer, rest, CHUNK, null);
    filled = read === 0 ? 0 : rest + read;
  }
  closeSync(descriptor);
  return { packets, bytes };
}

const file = process.argv[2];
if (file === undefined) {
  process.stderr.write("walk-headers: give a classic pcap file\n");
  process.exitCode = 2;
} else {
  const { packets, bytes } = walk(file);
  process.stderr.write(`${packets} packets, ${bytes} octets\n`);
}
