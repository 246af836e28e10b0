// The exporter's ways to collectors: datagrams, connections that break and stall, several destinations, pace, templates again.
import { createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import type { DestinationLedger } from "../src/core/export-ledger.ts";
import { Exporter, type ExporterOptions } from "../src/export/index.ts";
import { batchOf, type Written } from "./batch-of.ts";
import { startCollector, until } from "./collector-run.ts";
import { DatagramSink, freePort } from "./datagram-sink.ts";
import { KeptDecoder } from "./export-messages.ts";

const NOW = 1_700_000_000;
const flow = (number: number): Written => ({
  start: [NOW - 10, 0],
  end: [NOW, 0],
  srcAddr: `10.0.${number >> 8}.${number & 255}`,
  dstAddr: "198.51.100.2",
  srcPort: 1024 + number,
  dstPort: 443,
  proto: 6,
  ipVersion: 4,
  packets: 3,
  bytes: 300,
});
const batch = (count: number) => batchOf(Array.from({ length: count }, (_, number) => flow(number)));

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function sink(address?: string): Promise<DatagramSink> {
  const opened = await DatagramSink.open(address);
  closing.push(() => opened.close());
  return opened;
}

const open = (to: string, options: Partial<ExporterOptions> = {}) => Exporter.open({ to: [to], ...options });

function adds(page: DestinationLedger, flows: number): void {
  expect(page.unexplained()).toEqual({ flows: 0, records: 0 });
  expect(page.encoded.flows).toBe(flows);
}

describe("UDP", () => {
  test("over IPv6, in messages that fit the MTU with its larger header", async () => {
    const to = await sink("::1");
    const exporter = await open(`udp://[::1]:${to.port}`, { mtu: 1280 });
    await exporter.write(batch(200));
    await exporter.end();
    const [page] = exporter.summary().destinations;
    adds(page!, 200);
    await until(() => to.messages.length === page!.sent.messages, "all came");
    expect(Math.max(...to.messages.map(({ length }) => length))).toBeLessThanOrEqual(1232);
    expect(Math.max(...to.messages.map(({ length }) => length))).toBeGreaterThan(1180);
  });

  test("templates are sent again after so many messages", async () => {
    const to = await sink();
    const exporter = await open(`udp://127.0.0.1:${to.port}`, { refreshMessages: 5, mtu: 576 });
    await exporter.write(batch(200));
    await exporter.end();
    const [page] = exporter.summary().destinations;
    const data = page!.sent.messages - page!.introductions;
    expect(page!.introductions).toBe(1 + Math.floor(data / 5));
    await until(() => to.messages.length === page!.sent.messages, "all came");
    // Somebody who begins to listen later understands everything from the next templates on.
    const late = new KeptDecoder({ clock: "keep" });
    for (const message of to.messages.slice(6)) late.take(message);
    expect(late.records.length).toBeGreaterThan(100);
  });

  test("a record does not wait for others for long", async () => {
    const to = await sink();
    const exporter = await open(`udp://127.0.0.1:${to.port}`);
    await exporter.write(batch(1));
    await until(() => to.messages.length === 2, "templates and the record came");
    await exporter.end();
  });

  test("nobody there: counted, said once, and the others get everything", async () => {
    const to = await sink();
    const nobody = await freePort();
    const exporter = await open(`udp://127.0.0.1:${nobody},127.0.0.1:${to.port}`);
    for (let times = 0; times < 5; times++) await exporter.write(batch(100));
    await exporter.end();
    const { destinations, problems } = exporter.summary();
    expect(destinations[0]!.refused).toBeGreaterThan(0);
    expect(problems.map(({ message }) => message)).toEqual([
      `udp://127.0.0.1:${nobody}: expected a collector there, found that nobody listens on the port; start it, the sending goes on`,
    ]);
    expect(exporter.failed()).toBe(true);
    for (const page of destinations) adds(page, 500);
    await until(() => to.messages.length === destinations[1]!.sent.messages, "all came");
  });

  test("a name that does not exist is a sentence", async () => {
    await expect(open("udp://nobody.invalid:2055")).rejects.toThrow(
      /^udp:\/\/nobody\.invalid:2055: expected a destination/,
    );
  });

  test("no faster than asked for", async () => {
    const to = await sink();
    const exporter = await open(`udp://127.0.0.1:${to.port}`, { rate: 5000 });
    const began = performance.now();
    await exporter.write(batch(1000));
    await exporter.end();
    expect(performance.now() - began).toBeGreaterThan(170);
  });

  test("balanced: each flow to one of them, both directions to the same", async () => {
    const sinks = [await sink(), await sink(), await sink()];
    const to = sinks.map(({ port }) => `127.0.0.1:${port}`).join(",");
    const exporter = await open(`udp://${to}`, { balance: true });
    const turned = (written: Written): Written => ({
      ...written,
      srcAddr: written.dstAddr!,
      dstAddr: written.srcAddr!,
      srcPort: written.dstPort!,
      dstPort: written.srcPort!,
    });
    const flows = Array.from({ length: 300 }, (_, number) => flow(number));
    await exporter.write(batchOf([...flows, ...flows.map(turned)]));
    await exporter.end();
    const { destinations } = exporter.summary();
    const homes = new Map<string, Set<number>>();
    for (const [number, each] of sinks.entries()) {
      await until(() => each.messages.length === destinations[number]!.sent.messages, "all came");
      const decoder = new KeptDecoder({ clock: "keep" });
      for (const message of each.messages) decoder.take(message);
      expect(decoder.records.length).toBeGreaterThan(100);
      for (const { srcAddr, dstAddr } of decoder.records) {
        const key = [srcAddr, dstAddr].sort().join();
        homes.set(key, (homes.get(key) ?? new Set()).add(number));
      }
    }
    expect(homes.size).toBe(300);
    expect([...homes.values()].every(({ size }) => size === 1)).toBe(true);
    expect(destinations.reduce((sum, page) => sum + page.encoded.flows, 0)).toBe(600);
  });
});

/** A server that gives each connection to a function. */
async function serve(port: number, take: (socket: Socket) => void): Promise<Server> {
  const server = createServer(take);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", () => resolve()));
  closing.push(() => server.close());
  return server;
}
const portOf = (server: Server) => (server.address() as { port: number }).port;

/** The messages of a stream of IPFIX. */
function framed(octets: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  for (let at = 0; at + 4 <= octets.length; at += octets.readUInt16BE(at + 2)) {
    messages.push(octets.subarray(at, at + octets.readUInt16BE(at + 2)));
  }
  return messages;
}

describe("TCP", () => {
  test("to our own collector: every record, templates once", async () => {
    const collecting = await startCollector(["tcp://127.0.0.1:0"]);
    const exporter = await open(`tcp://127.0.0.1:${collecting.ports[0]}`, { protocol: "ipfix" });
    for (let times = 0; times < 5; times++) await exporter.write(batch(1000));
    await exporter.end();
    await until(() => collecting.records.length === 5000, "all records came");
    await collecting.collector.close();
    const [page] = exporter.summary().destinations;
    adds(page!, 5000);
    expect(page).toMatchObject({ introductions: 1, connections: 1, failed: { records: 0 } });
    expect(collecting.collector.ledger.pages).toMatchObject([{ lostRecords: 0, restarts: 0 }]);
  });

  test("a connection that breaks is made again, with templates and sequence numbers from the start", async () => {
    const streams: Buffer[][] = [];
    const server = await serve(0, (socket) => {
      const pieces: Buffer[] = [];
      streams.push(pieces);
      socket.on("error", () => {});
      socket.on("data", (piece) => {
        pieces.push(piece);
        if (streams.length === 1) socket.destroy();
      });
    });
    const exporter = await open(`tcp://127.0.0.1:${portOf(server)}`, { protocol: "ipfix" });
    for (let times = 0; times < 40 && streams.length < 2; times++) {
      await exporter.write(batch(500));
      await sleep(50);
    }
    await exporter.write(batch(500));
    await exporter.end();
    const [page] = exporter.summary().destinations;
    adds(page!, page!.encoded.flows);
    expect(page!.connections).toBe(2);
    expect(exporter.summary().problems).toHaveLength(1);
    const messages = framed(Buffer.concat(streams[1]!));
    expect(messages[0]!.readUInt32BE(8)).toBe(0);
    expect(messages[0]!.readUInt16BE(16)).toBe(2);
    const decoder = new KeptDecoder({ clock: "keep" });
    for (const message of messages) decoder.take(message);
    expect(decoder.records.length).toBeGreaterThanOrEqual(500);
    expect(decoder.page).toMatchObject({ lostRecords: 0, noTemplate: { waiting: 0 } });
  });

  test("nobody there: waited for, then dropped and counted; a collector that comes later gets the rest", async () => {
    const port = await freePort();
    const exporter = await open(`tcp://127.0.0.1:${port}`, { protocol: "ipfix", patienceMs: 200 });
    await exporter.write(batch(1000));
    const [page] = exporter.summary().destinations;
    expect(page!.failed.records).toBeGreaterThan(0);
    expect(page!.sent.records).toBe(0);
    const pieces: Buffer[] = [];
    await serve(port, (socket) => socket.on("data", (piece) => pieces.push(piece)));
    await until(() => page!.connections === 1, "it is connected");
    await exporter.write(batch(700));
    await exporter.end();
    adds(page!, 1700);
    const decoder = new KeptDecoder({ clock: "keep" });
    for (const message of framed(Buffer.concat(pieces))) decoder.take(message);
    expect(decoder.records).toHaveLength(page!.sent.records);
    expect(exporter.summary().problems[0]!.message).toMatch(
      /expected a collector that takes a connection, found that nobody listens/,
    );
  });

  test("one that reads nothing does not stop the run", async () => {
    const server = await serve(0, (socket) => {
      socket.on("error", () => {});
      socket.pause();
      closing.push(() => socket.destroy());
    });
    const to = await sink();
    const exporter = await open(`tcp://127.0.0.1:${portOf(server)},udp://127.0.0.1:${to.port}`, {
      protocol: "ipfix",
      patienceMs: 150,
    });
    const big = batch(20_000);
    const [page, other] = exporter.summary().destinations;
    // The system itself takes many megabytes for a reader that does not read.
    for (let times = 0; times < 400 && page!.failed.records === 0; times++) await exporter.write(big);
    await exporter.end();
    expect(page!.failed.records).toBeGreaterThan(0);
    adds(page!, page!.encoded.flows);
    expect(other).toMatchObject({ failed: { records: 0 }, encoded: { flows: page!.encoded.flows } });
    const problems = exporter.summary().problems.map(({ message }) => message);
    expect(problems.join()).toContain("took nothing for too long");
  });
});

describe("what does not go together is told", () => {
  test.each([
    [{ to: ["tcp://127.0.0.1:1"], protocol: "v9" }, /expected --protocol ipfix over tcp, found v9/],
    [{ to: ["udp://127.0.0.1:1"], protocol: "v9", biflow: true }, /--biflow: expected --protocol ipfix/],
    [{ to: ["udp://127.0.0.1:1"], protocol: "v5", times: "nano" }, /--times: expected --protocol ipfix/],
    [{ to: ["udp://127.0.0.1:1"], balance: true }, /--balance: expected several/],
    [{ to: ["udp://a:1,a:1"] }, /expected each destination once, found udp:\/\/a:1 twice/],
    [{ to: ["127.0.0.1:2055"] }, /--to: expected udp:\/\/HOST:PORT/],
    [{ to: ["udp://[::1"] }, /--to: expected/],
    [{ to: ["udp://h:99999"] }, /--to: expected/],
    [{ to: [] }, /expected a destination, found none/],
  ] as [Partial<ExporterOptions> & { to: string[] }, RegExp][])("%j", async (options, sentence) => {
    await expect(Exporter.open(options)).rejects.toThrow(sentence);
  });
});
