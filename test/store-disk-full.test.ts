// A disk that is full: flows wait in memory, then are dropped and counted; all goes on by itself; what is sealed stays as it is.
import { mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { Engine, readCatalog } from "../src/store/index.ts";
import { TestExporter } from "./collector-run.ts";
import { freePort } from "./datagram-sink.ts";
import { DEMO, lacks, missingPrograms, type Running, run, runProgram } from "./program.ts";
import {
  collectInto,
  endInOrder,
  eventually,
  FLOWS_A_MESSAGE,
  numberedMessage,
  numbersIn,
  TestFolder,
} from "./store-run.ts";

const DISK_OCTETS = 8_388_608;
const MEMORY = "1M";

const folder = new TestFolder();
const disk = join(folder.path, "disk");
const store = join(disk, "store");
const filler = join(disk, "filler");

async function mountDisk(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false;
  mkdirSync(disk, { recursive: true });
  return run(["mount", "-t", "tmpfs", "-o", `size=${DISK_OCTETS}`, "none", disk]).then(
    () => true,
    () => false,
  );
}

let mounted = missingPrograms("mount", "umount").length === 0 && (await mountDisk());
if (mounted) await run(["umount", disk]);
const skip = lacks("disk full", mounted ? [] : ["right to mount a tmpfs (root)"]);

let engine: Engine;
let exporter: TestExporter;
beforeAll(async () => {
  engine = Engine.open();
  exporter = await TestExporter.open();
});
afterAll(() => {
  engine.close();
  exporter.close();
  folder.remove();
});
beforeEach(async () => {
  mounted = !skip && (await mountDisk());
});
afterEach(async () => {
  if (mounted) await run(["umount", disk]);
});

/** Takes what is free, to the last octet. */
function fill(): void {
  const piece = Buffer.alloc(4096);
  try {
    for (;;) writeFileSync(filler, piece, { flag: "a" });
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toBe("ENOSPC");
  }
}

class Numbers {
  messages = 0;
  private readonly port: number;

  constructor(port: number) {
    this.port = port;
  }

  async send(messages: number): Promise<void> {
    for (let i = 0; i < messages; i++) {
      await exporter.send(this.port, numberedMessage(1 + this.messages++ * FLOWS_A_MESSAGE));
      if (i % 10 === 0) await sleep(5);
    }
  }

  async sendUntil(program: Running, words: string): Promise<void> {
    for (let tries = 0; !program.stderr.includes(words); tries++) {
      if (tries > 3000) throw new Error(`waited in vain for "${words}"; it said: ${program.stderr}`);
      await this.send(10);
    }
  }
}

const lastObject = (stderr: string) => JSON.parse(stderr.split("\n").filter(Boolean).at(-1)!);

test.skipIf(skip)("full, and free again", { timeout: 90_000 }, async () => {
  const port = await freePort();
  const program = await collectInto(store, port, ["--rotate", "1s", "--store-memory", MEMORY]);
  const numbers = new Numbers(port);
  await numbers.send(100);
  await eventually(() => readCatalog(store).parquet.length > 0, "something is sealed");
  const sealed = readCatalog(store).parquet.map((path) => ({ path, octets: readFileSync(path) }));

  fill();
  await numbers.sendUntil(program, "found no space left on the disk; make room;");
  expect(program.stderr).toContain("flows wait in memory");
  await numbers.sendUntil(program, "the disk is full and memory (--store-memory) used up: flows are being dropped;");
  await numbers.send(100);
  rmSync(filler);
  await eventually(() => program.stderr.includes("the disk takes flows again;"), "it goes on");
  expect(program.stderr).toMatch(/the disk takes flows again; \d+ were lost/);
  await numbers.send(100);
  await sleep(300);
  const { stderr, code } = await endInOrder(program);
  expect(code).toBe(130);

  const { store: summary, records } = lastObject(stderr);
  expect(records).toBe(numbers.messages * FLOWS_A_MESSAGE);
  expect(summary.notStored.diskFull).toBeGreaterThan(0);
  expect(summary.stored + summary.notStored.diskFull).toBe(records);
  const found = await numbersIn(engine, store);
  expect(found.size).toBe(summary.stored);
  expect(new Set(found.values())).toEqual(new Set([1]));
  for (const { path, octets } of sealed) expect(readFileSync(path).equals(octets), path).toBe(true);
  // Those before and after are all there.
  for (let number = 1; number <= 1000; number++) expect(found.get(number)).toBe(1);
  for (let number = records - 999; number <= records; number++) expect(found.get(number)).toBe(1);
});

test.skipIf(skip)("flows that can wait: the run fails, and what is whole stays", { timeout: 120_000 }, async () => {
  expect((await runProgram(["track", DEMO, "--store", store], { timeoutMs: 60_000 })).code).toBe(0);
  const before = (await numbersIn(engine, store)).size;
  fill();
  // A little for the lock and the first chunks, not enough for all flows.
  truncateSync(filler, statSync(filler).size - 12_288);
  const many = ["track", "--key", "5tuple", "--timeout", "active=1s", DEMO, "--store", store];
  const { stderr, code } = await runProgram(many, { timeoutMs: 60_000 });
  expect(stderr).toContain(`${store}: expected to store the flows, found no space left on the disk; make room\n`);
  expect(code).toBe(1);
  expect((await numbersIn(engine, store)).size).toBeGreaterThanOrEqual(before);
  rmSync(filler);
  expect((await runProgram(["track", DEMO, "--store", store], { timeoutMs: 60_000 })).code).toBe(0);
});

test.skipIf(skip)("ended while it is full: soon, and it says what is lost", { timeout: 120_000 }, async () => {
  const port = await freePort();
  const program = await collectInto(store, port, ["--rotate", "1s", "--store-memory", MEMORY]);
  const numbers = new Numbers(port);
  await numbers.send(50);
  await eventually(() => readCatalog(store).native.length > 0, "something is in the spool");
  fill();
  await numbers.sendUntil(program, "found no space left on the disk");
  const from = performance.now();
  const { stderr, code } = await endInOrder(program);
  expect(performance.now() - from).toBeLessThan(15_000);
  expect(code).toBe(130);
  const { store: summary, records } = lastObject(stderr);
  expect(summary.waiting).toBe(0);
  expect(summary.notStored.diskFull).toBeGreaterThan(0);
  expect(summary.stored + summary.notStored.diskFull).toBe(records);
  expect(stderr).toContain(`${summary.notStored.diskFull} flows could not be written and are lost`);
  expect((await numbersIn(engine, store)).size).toBe(summary.stored);
  // The next run is as good as any.
  rmSync(filler);
  const again = await collectInto(store, port, ["--rotate", "1s"]);
  await numbers.send(10);
  await sleep(300);
  await endInOrder(again);
  expect((await numbersIn(engine, store)).size).toBe(summary.stored + 100);
});
