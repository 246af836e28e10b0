// Export messages as a capture of UDP datagrams, for tcpreplay: Ethernet, IPv4 and UDP headers with a right IP checksum.
import { rmSync, writeFileSync } from "node:fs";
import { writePcapHeader } from "../../src/capture/index.ts";
import type { FlowMessages } from "./flow-messages.ts";

const HEADERS = 42;
const LOOPBACK = 0x7f00_0001;
const EXPORTER_PORT = 40_000;

export function writeMessages(file: string, { messages }: FlowMessages, port: number): void {
  const header = new DataView(new ArrayBuffer(24));
  writePcapHeader(header, 0);
  const parts: Uint8Array[] = [new Uint8Array(header.buffer)];
  for (const [number, message] of messages.entries()) parts.push(packetHeaders(number, message.length, port), message);
  rmSync(file, { force: true });
  writeFileSync(file, Buffer.concat(parts));
}

/** What stands before a datagram of so many octets in a capture. */
export function packetHeaders(number: number, length: number, port: number): Uint8Array {
  const octets = new Uint8Array(16 + HEADERS);
  const record = new DataView(octets.buffer);
  record.setUint32(0, 1_700_000_000, true);
  record.setUint32(4, number % 1_000_000, true);
  record.setUint32(8, HEADERS + length, true);
  record.setUint32(12, HEADERS + length, true);
  const frame = new DataView(octets.buffer, 16);
  frame.setUint16(12, 0x0800);
  const ip = new DataView(octets.buffer, 30);
  ip.setUint16(0, 0x4500);
  ip.setUint16(2, 28 + length);
  ip.setUint16(6, 0x4000);
  ip.setUint16(8, 0x4011);
  ip.setUint32(12, LOOPBACK);
  ip.setUint32(16, LOOPBACK);
  ip.setUint16(10, checksum(ip));
  ip.setUint16(20, EXPORTER_PORT);
  ip.setUint16(22, port);
  ip.setUint16(24, 8 + length);
  return octets;
}

/** RFC 791: the ones' complement of the sum of 16-bit words. */
function checksum(ip: DataView): number {
  let sum = 0;
  for (let at = 0; at < 20; at += 2) sum += ip.getUint16(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
