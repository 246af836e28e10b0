// Datagrams over real sockets on loopback: every family, the allow list, back-pressure, kernel drops, templates over a restart, the relay.
import { createSocket } from "node:dgram";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  COLLECT_LIMITS,
  Collector,
  type CollectorOptions,
  parseAllow,
  parseListen,
  parseRelay,
} from "../src/collect/index.ts";
import { type CollectorRun, ipfixMessage, startCollector, TestExporter, until, v5Message } from "./collector-run.ts";
import { lacks } from "./program.ts";

let folder = "";
const open: { close(): unknown }[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "flowgauge-udp-"));
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function collect(listen: readonly string[], options: Partial<CollectorOptions> = {}): Promise<CollectorRun> {
  const run = await startCollector(listen, options);
  open.push(run.collector);
  return run;
}

async function exporter(address?: string): Promise<TestExporter> {
  const one = await TestExporter.open(address);
  open.push(one);
  return one;
}

const sum = (run: CollectorRun) => run.records.reduce((total, { packets }) => total + packets, 0);
const adds = ({ ledger }: Collector) => ledger.unexplained() === 0;

describe("addresses", () => {
  test.each([
    ["udp://127.0.0.1:0", "127.0.0.1"],
    ["udp://:0", "127.0.0.1"],
    ["udp://[::]:0", "127.0.0.1"],
    ["udp://localhost:0", "127.0.0.1"],
  ])("%s takes what %s sends", async (listen, from) => {
    const run = await collect([listen]);
    const sender = await exporter(from);
    await sender.send(run.ports[0]!, v5Message(3));
    await until(() => run.records.length === 3, "three records came");
    expect(run.records[0]).toMatchObject({ exporter: from, srcAddr: "10.0.0.1", packets: 1, bytes: 60 });
    expect(run.collector.ledger.pages[0]).toMatchObject({ exporter: from, format: 5, messages: 1, records: 3 });
    expect(adds(run.collector)).toBe(true);
  });

  const noIpv6 = lacks("IPv6", networkInterfaces().lo?.some(({ family }) => family === "IPv6") ? [] : ["::1"]);
  test.skipIf(noIpv6)("one socket takes IPv4 and IPv6", async () => {
    const run = await collect(["udp://[::]:0"]);
    await (await exporter("::1")).send(run.ports[0]!, v5Message(1), "::1");
    await (await exporter()).send(run.ports[0]!, v5Message(1));
    await until(() => run.records.length === 2, "both records came");
    expect(run.records.map((one) => one.exporter).sort()).toEqual(["127.0.0.1", "::1"]);
  });

  test("several sockets, one ledger", async () => {
    const run = await collect(["udp://127.0.0.1:0", "udp://127.0.0.1:0"]);
    const sender = await exporter();
    for (const port of run.ports) await sender.send(port, v5Message(2, { sequence: port === run.ports[0] ? 0 : 2 }));
    await until(() => run.records.length === 4, "four records came");
    expect(run.collector.ledger.pages).toHaveLength(1);
  });

  test("a group", async () => {
    const run = await collect(["udp://239.255.77.1:0?iface=lo"]);
    const sender = createSocket("udp4");
    open.push(sender);
    await new Promise<void>((resolve) => sender.bind(0, "127.0.0.1", () => resolve()));
    sender.setMulticastInterface("127.0.0.1");
    sender.send(v5Message(1), run.ports[0]!, "239.255.77.1");
    await until(() => run.records.length === 1, "the record came");
  });

  test("that cannot be had are told in one sentence, and nothing stays open", async () => {
    const run = await collect(["udp://127.0.0.1:0"]);
    const free = `udp://127.0.0.1:${(await collect(["udp://127.0.0.1:0"])).ports[0]! + 0}`;
    await open.pop()!.close();
    const taken = `udp://127.0.0.1:${run.ports[0]}`;
    await expect(collect([free, taken])).rejects.toThrow(`${taken}: expected a free port, found that another program`);
    await expect(collect(["udp://192.0.2.55:0"])).rejects.toThrow("expected an address of this machine");
    await expect(collect(["udp://239.1.1.1:0?iface=none7"])).rejects.toThrow("expected an interface with an address");
    await expect(collect(["tls://127.0.0.1:0"])).rejects.toThrow("expected a certificate and its key");
    // Nothing kept the first address of the list that failed.
    await collect([free]);
  });
});

test("anything on the socket is counted, and never an error", async () => {
  const run = await collect(["udp://127.0.0.1:0"]);
  const sender = await exporter();
  const messages = [
    Buffer.alloc(0),
    Buffer.from("hello"),
    Buffer.alloc(9000, 255),
    v5Message(3).subarray(0, 60),
    v5Message(1),
  ];
  for (const message of messages) await sender.send(run.ports[0]!, message);
  await until(() => run.collector.ledger.messages === messages.length, "all of them were counted");
  const { ledger } = run.collector;
  expect(ledger.unbooked.notFlow).toBe(3);
  expect(ledger.bytes).toBe(messages.reduce((total, { length }) => total + length, 0));
  expect(adds(run.collector)).toBe(true);
  await until(() => run.records.length >= 1, "the good record came");
});

test("who is not on the list is counted and not believed", async () => {
  const run = await collect(["udp://127.0.0.1:0"], {
    allow: ["127.0.0.2=core", "127.0.1.0/24@9"].map(parseAllow),
  });
  for (const from of ["127.0.0.1", "127.0.0.2", "127.0.1.7"])
    await (await exporter(from)).send(run.ports[0]!, v5Message(1));
  await (await exporter("127.0.1.8")).send(run.ports[0]!, ipfixMessage(1, { domain: 9 }));
  await until(() => run.collector.ledger.messages === 4, "all were counted");
  await until(() => run.records.length === 2, "two records came");
  expect(run.records.map((one) => one.exporter).sort()).toEqual(["127.0.0.2", "127.0.1.8"]);
  expect(run.collector.ledger.unbooked.notAllowed).toBe(2);
  expect(run.collector.aliasOf("127.0.0.2")).toBe("core");
  expect(run.collector.aliasOf("127.0.1.8")).toBeNull();
  expect(adds(run.collector)).toBe(true);
});

const RECORDS = 1000;

describe("a sink that is behind", () => {
  test("costs datagrams, which are counted, not memory; what it was given arrives", async () => {
    const release: (() => void)[] = [];
    let rows = 0;
    const run = await collect(["udp://127.0.0.1:0"], {
      flushMs: 60_000,
      sink: {
        write: (batch) => {
          rows += batch.rows;
          return new Promise<void>((resolve) => release.push(resolve));
        },
      },
    });
    const { ledger } = run.collector;
    const sender = await exporter();
    let sent = 0;
    const send = async () => {
      // As many records as a datagram holds, so that it does not take long.
      await sender.send(run.ports[0]!, v5Message(RECORDS, { sequence: RECORDS * sent++ }));
      if (sent % 10 === 0) await until(() => ledger.messages === sent, "the collector follows");
    };
    while (ledger.unbooked.sinkBehind < 100 && sent < 10_000) await send();
    await until(() => ledger.messages === sent, "all were counted");
    const most = COLLECT_LIMITS.mostPendingBatches;
    expect(release.length).toBe(most);
    expect(rows).toBe(most * 2048);
    for (const go of release.splice(0)) go();
    await sleep(20);
    const before = ledger.unbooked.sinkBehind;
    for (let more = 0; more < 100; more++) await send();
    await until(() => ledger.messages === sent, "all were counted");
    expect(ledger.unbooked.sinkBehind).toBe(before);
    const closed = run.collector.close();
    while (rows < ledger.pages[0]!.records) {
      for (const go of release.splice(0)) go();
      await sleep(5);
    }
    for (const go of release.splice(0)) go();
    await closed;
    expect(ledger.pages[0]!.records).toBe(RECORDS * (sent - before));
    expect(ledger.pages[0]!.lostRecords).toBe(RECORDS * before);
    expect(adds(run.collector)).toBe(true);
  });

  test("that fails ends the collecting with its error", async () => {
    const run = await collect(["udp://127.0.0.1:0"], {
      sink: { write: () => Promise.reject(new Error("disk full")) },
    });
    await (await exporter()).send(run.ports[0]!, v5Message(1));
    await expect(run.collector.ended).rejects.toThrow("disk full");
    expect(run.collector.problems.map(({ message }) => message)).toEqual(["disk full"]);
  });
});

describe("what the kernel drops", () => {
  const noProc = lacks("kernel drops", process.platform === "linux" ? [] : ["/proc/net/udp"]);
  test.skipIf(noProc)("is counted", async () => {
    const run = await collect(["udp://127.0.0.1:0"], { receiveBuffer: 65_536 });
    const sender = await exporter();
    const { ledger } = run.collector;
    expect(ledger.kernelDrops).toBe(0);
    // Both ends live in this thread: while it sends, nobody takes.
    const sent = 2000;
    const sending: Promise<void>[] = [];
    for (let i = 0; i < sent; i++) sending.push(sender.send(run.ports[0]!, v5Message(30, { sequence: 30 * i })));
    await Promise.all(sending);
    await until(() => {
      run.collector.refresh();
      return ledger.messages + ledger.kernelDrops! === sent;
    }, "received + dropped = sent");
    expect(ledger.kernelDrops).toBeGreaterThan(0);
    const dropped = ledger.kernelDrops;
    await run.collector.close();
    expect(ledger.kernelDrops).toBe(dropped);
  });

  const most = process.platform === "linux" ? Number(readFileSync("/proc/sys/net/core/rmem_max", "utf8")) : 0;
  const noLoss = lacks("a loss with the usual buffer", most > 0 && most < 8_000_000 ? [] : ["rmem_max below 8 MB"]);
  test.skipIf(noLoss)(
    "a buffer that nobody asked for is told with its cure when something was lost, once",
    async () => {
      const write = () => {};
      const collector = await Collector.open({ listen: [parseListen("udp://127.0.0.1:0")], sink: { write } });
      try {
        expect(collector.notes).toEqual([]);
        const sender = await exporter();
        const message = v5Message(30);
        const sending: Promise<void>[] = [];
        for (let i = 0; i < 12_000; i++) sending.push(sender.send(collector.listening[0]!.port, message));
        await Promise.all(sending);
        await until(() => {
          collector.refresh();
          return collector.ledger.kernelDrops! > 0;
        }, "the kernel dropped some");
        collector.refresh();
        expect(collector.notes).toEqual([
          expect.stringMatching(
            /: expected a receive buffer of 67108864 octets, .*; as root: sysctl -w net\.core\.rmem_max=67108864$/,
          ),
        ]);
      } finally {
        await collector.close();
      }
      expect(collector.notes).toHaveLength(1);
    },
  );

  test("a buffer that is smaller than asked for is told, with the cure", async () => {
    const run = await collect(["udp://127.0.0.1:0"], { receiveBuffer: 1_000_000_000 });
    expect(run.notes).toHaveLength(1);
    expect(run.notes[0]).toMatch(/^udp:\/\/127\.0\.0\.1:\d+: expected a receive buffer of 1000000000 octets, found /);
    if (process.platform === "linux") expect(run.notes[0]).toContain("sysctl -w net.core.rmem_max=1000000000");
    expect((await collect(["udp://127.0.0.1:0"], { receiveBuffer: 65_536 })).notes).toEqual([]);
  });
});

test("closing takes what the kernel still has", async () => {
  const run = await collect(["udp://127.0.0.1:0"], { flushMs: 60_000 });
  const sender = await exporter();
  for (let i = 0; i < 100; i++) await sender.send(run.ports[0]!, v5Message(1, { sequence: i }));
  await run.collector.close();
  expect(sum(run)).toBe(100);
  await run.collector.ended;
});

describe("templates", () => {
  test("are known after a restart", async () => {
    const templatesFile = join(folder, "templates.json");
    const first = await collect(["udp://127.0.0.1:0"], { templatesFile });
    const sender = await exporter();
    await sender.send(first.ports[0]!, ipfixMessage(1));
    await until(() => first.records.length === 1, "the record came");
    await first.collector.close();
    expect(JSON.parse(readFileSync(templatesFile, "utf8")).templates).toHaveLength(1);

    const second = await collect(["udp://127.0.0.1:0"], { templatesFile });
    // Who is not heard in this run has no line.
    expect(second.collector.ledger.pages).toEqual([]);
    expect([...second.collector.ledger.unheard]).toMatchObject([{ domain: 7, templates: { restored: 1 } }]);
    await sender.send(second.ports[0]!, ipfixMessage(2, { template: false, sequence: 1 }));
    await until(() => second.records.length === 2, "the records came without a template");
    expect(second.records[0]).toMatchObject({ domain: 7, srcAddr: "10.0.0.1", packets: 1, bytes: 60 });
    const [page] = second.collector.ledger.pages;
    expect(page!.templates.restored).toBe(1);
    expect(page!.firstSeen).toBeGreaterThan(1_700_000_000);
    expect(second.collector.ledger.unheard.size).toBe(0);
    expect(second.notes).toEqual([]);
  });

  test.each([
    ["damaged", '{"flowgaugeTemplates":1,"templates":[', "found a damaged file"],
    ["of another version", '{"flowgaugeTemplates":9,"templates":[]}', "found version 9"],
    ["something else", "[1, 2]", "found version undefined"],
    ["nothing", "null", "found a damaged file"],
  ])("a file that is %s is told, kept and not used", async (_, text, sentence) => {
    const templatesFile = join(folder, "bad.json");
    writeFileSync(templatesFile, text);
    const run = await collect(["udp://127.0.0.1:0"], { templatesFile });
    expect(run.notes).toHaveLength(1);
    expect(run.notes[0]).toContain(sentence);
    expect(readFileSync(`${templatesFile}.damaged`, "utf8")).toBe(text);
    await run.collector.close();
    expect(JSON.parse(readFileSync(templatesFile, "utf8"))).toMatchObject({ flowgaugeTemplates: 1, templates: [] });
  });

  test("a file that cannot be written is a problem, not an end", async () => {
    const run = await collect(["udp://127.0.0.1:0"], { templatesFile: join(folder, "no-such-folder", "t.json") });
    await run.collector.close();
    expect(run.collector.problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/t\.json: expected to write the templates that are known, found: ENOENT/),
    ]);
  });
});

describe("the relay", () => {
  async function receiver() {
    const socket = createSocket("udp4");
    open.push(socket);
    const datagrams: Buffer[] = [];
    socket.on("message", (datagram) => datagrams.push(datagram));
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", () => resolve()));
    return { datagrams, target: parseRelay(`127.0.0.1:${socket.address().port}`) };
  }

  test("passes messages on octet by octet to every target, only of those that are believed", async () => {
    const [one, two] = [await receiver(), await receiver()];
    const run = await collect(["udp://127.0.0.1:0"], {
      relay: [one.target, two.target],
      allow: [parseAllow("127.0.0.1")],
    });
    const sender = await exporter();
    const stranger = await exporter("127.0.0.9");
    const messages = [v5Message(3), ipfixMessage(2), v5Message(1, { sequence: 3 })];
    await stranger.send(run.ports[0]!, v5Message(5));
    await sender.send(run.ports[0]!, Buffer.from("not a message of any format"));
    for (const message of messages) await sender.send(run.ports[0]!, message);
    for (const { datagrams } of [one, two]) {
      await until(() => datagrams.length === 3, "the messages were passed on");
      expect(datagrams).toEqual(messages);
    }
    const bytes = messages.reduce((total, { length }) => total + length, 0);
    expect(run.collector.relays).toEqual([
      { target: `127.0.0.1:${one.target.port}`, sent: 3, bytes, failed: 0, refused: 0, reason: null },
      { target: `127.0.0.1:${two.target.port}`, sent: 3, bytes, failed: 0, refused: 0, reason: null },
    ]);
    await until(() => run.records.length === 6, "they are collected here, too");
  });

  test("to a target that is not there counts refusals, and is a problem", async () => {
    const gone = await receiver();
    await open.pop()!.close();
    const run = await collect(["udp://127.0.0.1:0"], { relay: [gone.target] });
    const sender = await exporter();
    for (let i = 0; i < 10; i++) {
      await sender.send(run.ports[0]!, v5Message(1, { sequence: i }));
      await sleep(5);
    }
    const [counts] = run.collector.relays;
    await until(() => counts!.refused > 0, "refusals were counted");
    expect(counts).toMatchObject({ sent: 10, failed: 0, reason: null });
    expect(run.collector.problems.map(({ message }) => message)).toEqual([
      `${counts!.target}: expected a collector to relay to, found that nobody listens on the port; start it, the passing on continues`,
    ]);
    await until(() => run.records.length === 10, "the records came");
  });

  test("to ourselves is refused", async () => {
    const run = await collect(["udp://127.0.0.1:0"]);
    const port = run.ports[0]!;
    await open.pop()!.close();
    for (const listen of [`udp://127.0.0.1:${port}`, `udp://:${port}`, `udp://0.0.0.0:${port}`]) {
      await expect(collect([listen], { relay: [parseRelay(`127.0.0.1:${port}`)] })).rejects.toThrow(
        `expected a collector other than this one to relay to, found 127.0.0.1:${port}`,
      );
    }
    await collect([`udp://127.0.0.1:${port}`], { relay: [parseRelay(`127.0.0.2:${port}`)] });
  });
});

test("what is no address to listen on is told with what is expected", () => {
  expect(parseListen("udp://[2001:db8::1]:2055")).toMatchObject({ transport: "udp", host: "2001:db8::1", port: 2055 });
  for (const text of [
    "2055",
    "udp://",
    "http://x:1",
    "udp://1.2.3:5",
    "udp://[fe80]:1",
    "udp://x:70000",
    "udp://x:1?iface=lo",
  ]) {
    expect(() => parseListen(text), text).toThrow(/^expected .*, found /);
  }
});
