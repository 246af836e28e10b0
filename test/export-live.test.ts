// Records as they come, to several destinations: nobody waits, what is held is bounded, what does not fit is named, what happens is told.
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { LiveExporter } from "../src/export/index.ts";
import { batchOf, type Written } from "./batch-of.ts";
import { startCollector, until } from "./collector-run.ts";
import { DatagramSink, freePort } from "./datagram-sink.ts";

const NOW = 1_700_000_000;
const flow = (number: number): Written => ({
  start: [NOW - 10, 0],
  end: [NOW, 0],
  srcAddr: `10.0.${number >> 8}.${number & 255}`,
  dstAddr: "198.51.100.2",
  srcPort: 1024,
  dstPort: 443,
  proto: 6,
  ipVersion: 4,
  packets: 3,
  bytes: 300,
});
const batch = (count: number) => batchOf(Array.from({ length: count }, (_, number) => flow(number)));
const NOBODY = { flows: 0, records: 0 };

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function open(...to: string[]) {
  const told: string[] = [];
  const notes: string[] = [];
  const ears = { problem: ({ message }: Error) => told.push(message), note: (text: string) => notes.push(text) };
  const exporter = await LiveExporter.open({ to, protocol: "ipfix" }, ears);
  return { exporter, told, notes };
}

async function serve(take: (socket: Socket) => void): Promise<number> {
  const server: Server = createServer((socket) => {
    socket.on("error", () => {});
    closing.push(() => socket.destroy());
    take(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  closing.push(() => server.close());
  return (server.address() as { port: number }).port;
}

async function sink(): Promise<DatagramSink> {
  const opened = await DatagramSink.open();
  closing.push(() => opened.close());
  return opened;
}

describe("a destination that is not there", () => {
  test("is told at once; what does not fit is dropped for it alone, and counted", async () => {
    const healthy = await sink();
    const dead = `tcp://127.0.0.1:${await freePort()}`;
    const { exporter, told } = await open(`udp://127.0.0.1:${healthy.port}`, dead);
    const thousand = batch(1000);
    const [fine, gone] = exporter.summary().destinations;
    for (let times = 0; times < 100; times++) {
      exporter.hand(thousand);
      await until(() => fine!.held === 0, "the other one goes on");
    }
    await until(() => told.length === 2, "both were told");
    expect(told.sort()).toEqual([
      `${dead}: expected a collector that takes a connection, found that nobody listens on the port; it is tried again, up to 65,536 flows are held meanwhile`,
      `${dead}: expected to hold all flows that cannot be sent yet, found that 65,536 flows wait already; what comes now is dropped for this destination and counted`,
    ]);
    expect(gone!.held).toBeGreaterThan(60_000);
    await exporter.end();
    expect(exporter.summary()).toMatchObject({ flows: 100_000, ended: true });
    expect(exporter.failed()).toBe(true);
    expect(gone).toMatchObject({ given: 100_000, held: 0, sent: { records: 0 } });
    expect(gone!.dropped.queueFull).toBeGreaterThan(30_000);
    expect(gone!.failed.records + gone!.dropped.queueFull).toBe(100_000);
    for (const page of [fine!, gone!]) {
      expect(page.given).toBe(100_000);
      expect(page.unexplained()).toEqual(NOBODY);
    }
  });

  test("gets what was held when it comes, and that is told", async () => {
    const port = await freePort();
    const { exporter, notes } = await open(`tcp://127.0.0.1:${port}`);
    exporter.hand(batch(700));
    exporter.hand(batch(800));
    const [page] = exporter.summary().destinations;
    await until(() => exporter.summary().problems.length === 1, "it was told");
    const collecting = await startCollector([`tcp://127.0.0.1:${port}`]);
    await until(() => collecting.records.length === 1500, "all records came");
    await exporter.end();
    await collecting.collector.close();
    expect(notes).toEqual([`tcp://127.0.0.1:${port}: there is a connection again`]);
    expect(page).toMatchObject({ given: 1500, failed: { records: 0 }, dropped: { queueFull: 0 } });
    expect(page!.unexplained()).toEqual(NOBODY);
    expect(exporter.failed()).toBe(false);
  });

  test("by datagram: told at the first refusal, once", async () => {
    const port = await freePort();
    const { exporter, told, notes } = await open(`udp://127.0.0.1:${port}`);
    for (let times = 0; times < 20; times++) exporter.hand(batch(100));
    await until(() => told.length > 0, "it was told");
    await exporter.end();
    expect(told).toEqual([
      `udp://127.0.0.1:${port}: expected a collector there, found that nobody listens on the port; start it, the sending goes on`,
    ]);
    expect(notes).toEqual([]);
    expect(exporter.failed()).toBe(true);
  });
});

describe("a destination that is slow", () => {
  test("holds nobody up, and the end is bounded", async () => {
    const port = await serve((socket) => socket.pause());
    const healthy = await sink();
    const { exporter } = await open(`tcp://127.0.0.1:${port}`, `udp://127.0.0.1:${healthy.port}`);
    const big = batch(20_000);
    const [slow, fine] = exporter.summary().destinations;
    // The system itself takes many megabytes for a reader that does not read.
    for (let times = 0; times < 400 && slow!.dropped.queueFull === 0; times++) {
      exporter.hand(big);
      const all = () => fine!.held === 0 && fine!.waiting() < 100;
      await until(all, "the healthy one has it");
    }
    expect(slow!.dropped.queueFull).toBeGreaterThan(0);
    expect(fine!.dropped.queueFull).toBe(0);
    await exporter.end();
    for (const page of [slow!, fine!]) expect(page.unexplained()).toEqual(NOBODY);
    expect(slow!.failed.records).toBeGreaterThan(0);
    expect(fine).toMatchObject({ failed: { records: 0 }, sent: { records: slow!.given } });
  });

  test("a collector that hangs up again and again is told once, not each time", async () => {
    const port = await serve((socket) => socket.destroy());
    const { exporter, told, notes } = await open(`tcp://127.0.0.1:${port}`);
    const [page] = exporter.summary().destinations;
    await until(() => page!.connections > 4, "it was tried again");
    await exporter.end();
    expect(told.length).toBe(1);
    expect(notes.length).toBeLessThanOrEqual(1);
  });
});
