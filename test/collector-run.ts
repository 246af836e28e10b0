// A collector for tests: its sink keeps what comes, and waiting for something is bounded.
import { createSocket, type Socket } from "node:dgram";
import { setTimeout as sleep } from "node:timers/promises";
import { Collector, type CollectorOptions, parseListen } from "../src/collect/index.ts";
import { formatAddress } from "../src/core/address.ts";
import { type FlowBatch, readU64 } from "../src/core/flow-batch.ts";

/** One record, as far as tests of the collector look. */
export interface Collected {
  readonly exporter: string;
  readonly domain: number;
  readonly srcAddr: string;
  readonly dstAddr: string;
  readonly srcPort: number;
  readonly dstPort: number;
  readonly proto: number;
  readonly packets: number;
  readonly bytes: number;
}

export function readRecords({ columns: c, rows }: FlowBatch): Collected[] {
  return Array.from({ length: rows }, (_, row) => ({
    exporter: formatAddress(c.exporter, 16 * row),
    domain: c.domain[row]!,
    srcAddr: formatAddress(c.srcAddr, 16 * row),
    dstAddr: formatAddress(c.dstAddr, 16 * row),
    srcPort: c.srcPort[row]!,
    dstPort: c.dstPort[row]!,
    proto: c.proto[row]!,
    packets: readU64(c.packets, row),
    bytes: readU64(c.bytes, row),
  }));
}

export interface CollectorRun {
  readonly collector: Collector;
  readonly records: Collected[];
  /** Port of each socket, in the order of `listen`. */
  readonly ports: readonly number[];
  readonly notes: readonly string[];
}

export async function startCollector(
  listen: readonly string[],
  options: Partial<CollectorOptions> = {},
): Promise<CollectorRun> {
  const records: Collected[] = [];
  const collector = await Collector.open({
    listen: listen.map(parseListen),
    sink: { write: (batch) => void records.push(...readRecords(batch)) },
    flushMs: 20,
    receiveBuffer: 1_000_000,
    ...options,
  });
  return { collector, records, ports: collector.listening.map(({ port }) => port), notes: collector.notes };
}

/** Waits until the test passes, for some seconds at the most. */
export async function until(test: () => boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 800; tries++) {
    if (test()) return;
    await sleep(10);
  }
  throw new Error(`waited in vain until ${what}`);
}

/** Sends datagrams from one port of an address. */
export class TestExporter {
  private readonly socket: Socket;

  private constructor(socket: Socket) {
    this.socket = socket;
  }

  static async open(address = "127.0.0.1"): Promise<TestExporter> {
    const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
    await new Promise<void>((resolve) => socket.bind(0, address, () => resolve()));
    return new TestExporter(socket);
  }

  get port(): number {
    return this.socket.address().port;
  }

  send(port: number, message: Uint8Array, host = "127.0.0.1"): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.send(message, port, host, (error) => (error === null ? resolve() : reject(error)));
    });
  }

  close(): void {
    this.socket.close();
  }
}

/** One time for all messages of a test: two that are made alike are alike. */
const NOW = Math.floor(Date.now() / 1000);

/** NetFlow v5: so many records, each of `packets` packets and 60 times as many octets. */
export function v5Message(records: number, { sequence = 0, packets = 1, seconds = NOW } = {}): Buffer {
  const message = Buffer.alloc(24 + 48 * records);
  message.writeUInt16BE(5, 0);
  message.writeUInt16BE(records, 2);
  message.writeUInt32BE(100_000, 4);
  message.writeUInt32BE(Math.floor(seconds), 8);
  message.writeUInt32BE(sequence >>> 0, 16);
  for (let record = 0; record < records; record++) {
    const at = 24 + 48 * record;
    message.set([10, 0, 0, 1, 10, 0, 0, 2], at);
    message.writeUInt32BE(packets, at + 16);
    message.writeUInt32BE(60 * packets, at + 20);
    message.writeUInt32BE(90_000, at + 24);
    message.writeUInt32BE(95_000, at + 28);
    message.writeUInt16BE(1000 + record, at + 32);
    message.writeUInt16BE(53, at + 34);
    message[at + 38] = 17;
  }
  return message;
}

/** IPFIX: a template (256: source, destination, octets, packets) unless left out, and records of one packet and 60 octets. */
export function ipfixMessage(records: number, { sequence = 0, template = true, domain = 7 } = {}): Buffer {
  const fields = [8, 4, 12, 4, 1, 8, 2, 8];
  const templateSet = template ? u16s(2, 8 + 2 * fields.length, 256, fields.length / 2, ...fields) : Buffer.alloc(0);
  const record = Buffer.from("0a0000010a000002000000000000003c0000000000000001", "hex");
  const dataSet =
    records === 0 ? Buffer.alloc(0) : Buffer.concat([u16s(256, 4 + 24 * records), ...Array(records).fill(record)]);
  const message = Buffer.concat([Buffer.alloc(16), templateSet, dataSet]);
  message.writeUInt16BE(10, 0);
  message.writeUInt16BE(message.length, 2);
  message.writeUInt32BE(NOW, 4);
  message.writeUInt32BE(sequence, 8);
  message.writeUInt32BE(domain, 12);
  return message;
}

function u16s(...values: number[]): Buffer {
  return Buffer.from(values.flatMap((value) => [value >> 8, value & 255]));
}
