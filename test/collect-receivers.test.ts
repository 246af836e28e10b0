// Two receiver processes on one port: sockets with SO_REUSEPORT, inherited as systemd's socket activation gives them (socat plays its
// part here: systemd-socket-activate sets no SO_REUSEPORT). Every exporter stays with one process, so that its templates are known
// where its data goes.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ipfixMessage, startCollector, TestExporter, until } from "./collector-run.ts";
import { ROOT } from "./module-imports.ts";
import { lacks, missingPrograms, type Running, start } from "./program.ts";

const PACKAGE = join(ROOT, "dist", "index.js");
const linux = process.platform === "linux" ? [] : ["Linux"];
const skip = lacks("receivers", [...linux, ...missingPrograms("socat")]);

/** socat opens a socket on a port (0 = any), and becomes the program that follows, which inherits it as descriptor 3. */
const launch = (port: number, program: string) => [
  "socat",
  `UDP4-DATAGRAM:127.0.0.1:9,bind=127.0.0.1:${port},reuseport`,
  `EXEC:${program},nofork,fdin=3,fdout=3`,
];

const SCRIPT = "receive.mjs";
const RECEIVE = `
import { once } from "node:events";
const { Collector, parseListen } = await import(${JSON.stringify(pathToFileURL(PACKAGE).href)});
let rows = 0;
const sink = { write: (batch) => { rows += batch.rows; } };
const collector = await Collector.open({ listen: [parseListen("fd://3")], sink, flushMs: 20 });
console.log(JSON.stringify(collector.listening[0].port));
process.stdin.on("data", () => {
  collector.refresh();
  const { ledger } = collector;
  const waiting = ledger.pages.reduce((sum, { noTemplate }) => sum + noTemplate.waiting, 0);
  const { messages, kernelDrops } = ledger;
  const domains = ledger.pages.map(({ domain, records, lostRecords }) => ({ domain, records, lostRecords }));
  console.log(JSON.stringify({ messages, rows, waiting, kernelDrops, domains }));
});
await once(process.stdin, "end");
await collector.close();
`;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "flowgauge-receivers-"));
  writeFileSync(join(folder, SCRIPT), RECEIVE);
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Said {
  readonly messages: number;
  readonly rows: number;
  readonly waiting: number;
  readonly kernelDrops: number;
  readonly domains: readonly { readonly domain: number; readonly records: number; readonly lostRecords: number }[];
}

async function receiver(port: number): Promise<{ running: Running; port: number }> {
  const running = start(launch(port, `${process.execPath} ${SCRIPT}`), { cwd: folder, stdin: "open" });
  await running.until(({ stdout }) => stdout.includes("\n"));
  return { running, port: Number(running.stdout.trim()) };
}

async function ask(running: Running): Promise<Said> {
  const before = running.stdout.length;
  running.child.stdin!.write("?");
  await running.until(({ stdout }) => stdout.slice(before).includes("\n"));
  return JSON.parse(running.stdout.slice(before)) as Said;
}

describe.skipIf(skip)("two receivers", () => {
  test("take all messages between them, each exporter one of them", async () => {
    const one = await receiver(0);
    const two = await receiver(one.port);
    const exporters = await Promise.all(Array.from({ length: 40 }, () => TestExporter.open()));
    for (let sequence = 0; sequence < 4; sequence++) {
      for (const [domain, exporter] of exporters.entries()) {
        await exporter.send(one.port, ipfixMessage(1, { domain, sequence, template: sequence === 0 }));
      }
    }
    for (const exporter of exporters) exporter.close();
    let said: Said[] = [];
    for (let tries = 0; tries < 200; tries++) {
      said = [await ask(one.running), await ask(two.running)];
      if (said[0]!.rows + said[1]!.rows === 160) break;
      await sleep(10);
    }
    for (const { running } of [one, two]) {
      running.child.stdin!.end();
      expect((await running.ended).code).toBe(0);
    }
    expect(said[0]!.messages + said[1]!.messages).toBe(160);
    const domains = said.flatMap((each) => each.domains);
    expect(domains.map(({ domain }) => domain).sort((a, b) => a - b)).toEqual(exporters.map((_, domain) => domain));
    expect(domains.every(({ records, lostRecords }) => records === 4 && lostRecords === 0)).toBe(true);
    // 40 exporters on one side happen once in 2^39 runs.
    for (const each of said) expect(each).toMatchObject({ waiting: 0, kernelDrops: 0 });
    expect(Math.min(said[0]!.domains.length, said[1]!.domains.length)).toBeGreaterThan(0);
  });
});

test("a descriptor that is no UDP socket is told", async () => {
  await expect(startCollector(["fd://999"])).rejects.toThrow(
    /^fd:\/\/999: expected an inherited UDP socket under that descriptor, found none/,
  );
  await expect(startCollector(["fd://1"])).rejects.toThrow("expected the descriptor of a socket, 3 or higher");
});

test("reuseport works, or says what it needs", async () => {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 22 || (major === 22 && minor < 12)) {
    await expect(startCollector(["udp://127.0.0.1:0?reuseport"])).rejects.toThrow("expected Node.js 22.12 or newer");
    return;
  }
  const one = await startCollector(["udp://127.0.0.1:0?reuseport"]);
  const two = await startCollector([`udp://127.0.0.1:${one.ports[0]}?reuseport`]);
  const exporter = await TestExporter.open();
  await exporter.send(one.ports[0]!, ipfixMessage(1));
  await until(() => one.records.length + two.records.length === 1, "one of them has the record");
  exporter.close();
  await one.collector.close();
  await two.collector.close();
});
