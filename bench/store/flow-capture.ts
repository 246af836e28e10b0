// Made flows as a capture of NetFlow v9 datagrams with the fields that routers send, template in every 500th: 28 records of IPv4 or 20 of IPv6 each.
import { closeSync, openSync, writeSync } from "node:fs";
import { writePcapHeader } from "../../src/capture/index.ts";
import { packetHeaders } from "../collect/message-capture.ts";
import { FlowTraffic, type MadeFlow, OUTSIDE } from "./flow-traffic.ts";

export interface FlowSpan {
  /** Seconds since 1970: when the first record is exported. */
  readonly begin: number;
  readonly seconds: number;
  readonly flows: number;
  readonly seed: number;
}

const TEMPLATE_EVERY = 500;
const UPTIME_BEFORE_MS = 86_400_000;
const V4 = "8:4 12:4 15:4 10:2 14:2 2:4 1:4 22:4 21:4 7:2 11:2 6:1 4:1 5:1 16:4 17:4 9:1 13:1";
const V6 = "27:16 28:16 10:2 14:2 2:4 1:4 22:4 21:4 7:2 11:2 6:1 4:1 5:1 16:4 17:4 29:1 30:1";
const COUNTS = [28, 20] as const;
const BLOCK = 1_048_576;

/** Gives the flows' sums, for the answers to be compared with. */
export function writeFlowCapture(file: string, span: FlowSpan, port: number): { packets: number; bytes: number } {
  const descriptor = openSync(file, "w");
  try {
    return new CaptureMaker(descriptor, span, port).make();
  } finally {
    closeSync(descriptor);
  }
}

class CaptureMaker {
  private readonly descriptor: number;
  private readonly span: FlowSpan;
  private readonly port: number;
  private readonly traffic: FlowTraffic;
  private readonly block = Buffer.alloc(BLOCK);
  private filled = 0;
  private datagrams = 0;
  /** Records of IPv4 and IPv6 that wait for a whole datagram. */
  private readonly waiting = COUNTS.map((count) => ({ octets: Buffer.alloc(count * 69), records: 0, at: 0 }));

  constructor(descriptor: number, span: FlowSpan, port: number) {
    this.descriptor = descriptor;
    this.span = span;
    this.port = port;
    this.traffic = new FlowTraffic(span.seed);
  }

  make(): { packets: number; bytes: number } {
    const { span, traffic } = this;
    writePcapHeader(new DataView(this.block.buffer, this.block.byteOffset), 0);
    this.filled = 24;
    const sums = { packets: 0, bytes: 0 };
    let now = span.begin * 1000;
    for (let i = 0; i < span.flows; i++) {
      now = Math.floor(span.begin * 1000 + (i / span.flows) * span.seconds * 1000);
      traffic.next(now);
      const { flow } = traffic;
      sums.packets += flow.packets;
      sums.bytes += flow.bytes;
      const six = flow.ipv6 ? 1 : 0;
      const list = this.waiting[six]!;
      list.at = writeRecord(list.octets, list.at, flow, span.begin * 1000 - UPTIME_BEFORE_MS);
      if (++list.records === COUNTS[six]) this.send(six, now);
    }
    for (const six of [0, 1]) if (this.waiting[six]!.records > 0) this.send(six, now);
    this.flush();
    return sums;
  }

  private send(six: number, now: number): void {
    if (this.datagrams % TEMPLATE_EVERY === 0) this.datagram(templates(), 2, now);
    const list = this.waiting[six]!;
    const padding = (4 - (list.at % 4)) % 4;
    const set = Buffer.alloc(4 + list.at + padding);
    set.writeUInt16BE(256 + six, 0);
    set.writeUInt16BE(set.length, 2);
    list.octets.copy(set, 4, 0, list.at);
    this.datagram(set, list.records, now);
    list.records = 0;
    list.at = 0;
  }

  private datagram(set: Buffer, records: number, now: number): void {
    const { block, span, port } = this;
    const message = 20 + set.length;
    if (this.filled + message + 58 > BLOCK) this.flush();
    const headers = packetHeaders(this.datagrams, message, port);
    new DataView(headers.buffer).setUint32(0, Math.floor(now / 1000), true);
    new DataView(headers.buffer).setUint32(4, (now % 1000) * 1000, true);
    block.set(headers, this.filled);
    let at = this.filled + headers.length;
    at = block.writeUInt16BE(9, at);
    at = block.writeUInt16BE(records, at);
    at = block.writeUInt32BE((now - span.begin * 1000 + UPTIME_BEFORE_MS) >>> 0, at);
    at = block.writeUInt32BE(Math.floor(now / 1000), at);
    at = block.writeUInt32BE(this.datagrams++, at);
    at = block.writeUInt32BE(1, at);
    block.set(set, at);
    this.filled = at + set.length;
  }

  private flush(): void {
    writeSync(this.descriptor, this.block, 0, this.filled);
    this.filled = 0;
  }
}

function templates(): Buffer {
  const words = [V4, V6].flatMap((list, i) => {
    const fields = list.split(" ").flatMap((field) => field.split(":").map(Number));
    return [256 + i, fields.length / 2, ...fields];
  });
  const set = Buffer.alloc(4 + 2 * words.length);
  set.writeUInt16BE(set.length, 2);
  for (const [i, word] of words.entries()) set.writeUInt16BE(word, 4 + 2 * i);
  return set;
}

const NETS = [23, 34, 52, 54, 64, 74, 93, 104, 142, 151, 172, 185, 193, 199, 203, 216];

function writeAddress(octets: Buffer, at: number, end: number, ipv6: boolean): number {
  const outside = end >= OUTSIDE;
  const number = outside ? end - OUTSIDE : end;
  // Neighbours in rank are not neighbours in the network.
  const mixed = Math.imul(number >>> 5, 2_654_435_761) >>> 0;
  if (ipv6) {
    at = octets.writeUInt32BE(outside ? 0x2a00_0000 + (mixed >>> 16) : 0x2001_0db8, at);
    at = octets.writeUInt32BE(outside ? mixed & 0xffff : number & 15, at);
    at = octets.writeUInt32BE(0, at);
    return octets.writeUInt32BE(number + 1, at);
  }
  if (outside)
    return octets.writeUInt32BE(((NETS[mixed & 15]! << 24) | ((mixed >>> 8) & 0xffff00) | (number & 31)) >>> 0, at);
  return octets.writeUInt32BE(0x0a00_0000 | ((number & 15) << 12) | (number >>> 4), at);
}

function writeRecord(octets: Buffer, from: number, flow: MadeFlow, boot: number): number {
  let at = writeAddress(octets, from, flow.source, flow.ipv6);
  at = writeAddress(octets, at, flow.destination, flow.ipv6);
  if (!flow.ipv6) at = octets.writeUInt32BE(0x0aff_0001, at);
  at = octets.writeUInt16BE(flow.inInterface, at);
  at = octets.writeUInt16BE(flow.outInterface, at);
  at = octets.writeUInt32BE(flow.packets, at);
  at = octets.writeUInt32BE(flow.bytes, at);
  at = octets.writeUInt32BE(flow.start - boot, at);
  at = octets.writeUInt32BE(flow.end - boot, at);
  at = octets.writeUInt16BE(flow.sourcePort, at);
  at = octets.writeUInt16BE(flow.destinationPort, at);
  at = octets.writeUInt8(flow.flags, at);
  at = octets.writeUInt8(flow.ipv6 && flow.proto === 1 ? 58 : flow.proto, at);
  at = octets.writeUInt8(flow.tos, at);
  at = octets.writeUInt32BE(flow.sourceAs, at);
  at = octets.writeUInt32BE(flow.destinationAs, at);
  at = octets.writeUInt8(flow.sourceMask, at);
  return octets.writeUInt8(flow.destinationMask, at);
}
