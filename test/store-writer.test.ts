// `collect --store` and `track --store` as a person runs them: nothing lost at turns, seen soon, one writer, jobs that are killed.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sql } from "../src/core/sql.ts";
import { Engine, flowsTable, readCatalog } from "../src/store/index.ts";
import { TestExporter, v5Message } from "./collector-run.ts";
import { freePort } from "./datagram-sink.ts";
import { ROOT } from "./module-imports.ts";
import { CLI, DEMO, runProgram, start } from "./program.ts";
import {
  ask,
  collectInto,
  endInOrder,
  eventually,
  FLOWS_A_MESSAGE,
  numberedMessage,
  numbersIn,
  TestFolder,
} from "./store-run.ts";

const folder = new TestFolder();
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

/** Machines that run tests have much to do. */
const SLOW = { timeoutMs: 60_000 };
const counts = (found: ReadonlyMap<number, number>) => new Set(found.values());
const lastObject = (stderr: string) => JSON.parse(stderr.split("\n").filter(Boolean).at(-1)!);
const flowsIn = async (store: string) =>
  Number(
    (await ask<{ n: string }>(engine, store, (catalog) => sql`SELECT count() AS n FROM ${flowsTable(catalog)}`))[0]!.n,
  );

async function send(port: number, first: number, messages: number): Promise<void> {
  for (let i = 0; i < messages; i++) {
    await exporter.send(port, numberedMessage(first + i * FLOWS_A_MESSAGE));
    await sleep(5);
  }
}

/** The end of a live run does not wait for long: the next one seals what is left. */
async function sealRest(store: string, port: number): Promise<void> {
  const program = await collectInto(store, port, ["--rotate", "1m"]);
  await eventually(() => readCatalog(store).native.length === 0, "all is sealed");
  await endInOrder(program);
}

test("turns of a second lose nothing, and the ledger says where all went", { timeout: 120_000 }, async () => {
  const store = folder.next();
  const port = await freePort();
  const program = await collectInto(store, port, ["--rotate", "1s", "--on-seal", "touch %p.seen"]);
  await send(port, 1, 600);
  await eventually(() => {
    const { native, segments } = readCatalog(store);
    return native.length === 0 && segments.length > 2 && segments.every(({ path }) => existsSync(`${path}.seen`));
  }, "all is sealed and told of");
  const { stderr, code } = await endInOrder(program);
  expect(code).toBe(130);
  const { store: stored, records, messages, kernelDrops } = lastObject(stderr);
  expect(messages + (kernelDrops ?? 0)).toBe(600);
  expect(records).toBe(FLOWS_A_MESSAGE * messages);
  const found = await numbersIn(engine, store);
  expect(found.size).toBe(records);
  expect(counts(found)).toEqual(new Set([1]));
  expect(stored).toMatchObject({ stored: records, waiting: 0, unsealedSpools: 0, sealed: records, problems: [] });
  expect(stored.onSeal).toEqual({ done: stored.segments, failed: 0, dropped: 0 });
  const ledger = join(store, "ledger");
  const lines = readdirSync(ledger).flatMap((file) =>
    readFileSync(join(ledger, file), "utf8").split("\n").filter(Boolean),
  );
  const booked = lines.map((line) => JSON.parse(line)).filter(({ exporter }) => exporter === "127.0.0.1");
  const sum = (name: string) => booked.reduce((all, line) => all + (line.counts[name] ?? 0), 0);
  expect([sum("messages"), sum("records"), sum("stored")]).toEqual([messages, records, records]);
  expect(booked[0].format).toBe("NetFlow v5");
});

test("two readers beside a writer: nothing twice, nothing gone, seen soon", { timeout: 120_000 }, async () => {
  const store = folder.next();
  const port = await freePort();
  const program = await collectInto(store, port, ["--rotate", "1s"]);
  let sent = 0;
  const timer = setInterval(() => {
    void exporter.send(port, numberedMessage(1 + FLOWS_A_MESSAGE * sent++));
  }, 10);
  const readers = [0, 0].map(async () => {
    let before = 0;
    let rounds = 0;
    for (const end = performance.now() + 6000; performance.now() < end; rounds++) {
      const found = await numbersIn(engine, store);
      for (const [number, times] of found) if (times !== 1) throw new Error(`flow ${number} is there ${times} times`);
      // Numbers come in order: what is seen has no gaps, and never becomes less.
      expect(Math.max(0, ...found.keys())).toBe(found.size);
      expect(found.size).toBeGreaterThanOrEqual(before);
      before = found.size;
    }
    return rounds;
  });
  const rounds = await Promise.all(readers);
  clearInterval(timer);
  expect(Math.min(...rounds)).toBeGreaterThan(3);
  const seen = () => numbersIn(engine, store).then(({ size }) => size);
  await eventually(async () => (await seen()) === sent * FLOWS_A_MESSAGE, "all is seen");
  await endInOrder(program);
  expect(await seen()).toBe(sent * FLOWS_A_MESSAGE);
});

test("a second writer is refused, and says who writes", { timeout: 120_000 }, async () => {
  const store = folder.next();
  const program = await collectInto(store, await freePort());
  const second = await runProgram(["track", DEMO, "--store", store], SLOW);
  expect(second.code).toBe(1);
  expect(second.stderr).toMatch(
    new RegExp(
      `^flowgauge: ${store}: expected to be the only one that writes this store, found that process ${program.child.pid} ` +
        "\\(cli\\.js collect --store .*\\) does; end it, or name another store\\n$",
    ),
  );
  await endInOrder(program);
  expect((await runProgram(["track", DEMO, "--store", store], SLOW)).code).toBe(0);
});

test("late flows come into the interval in which they ended, absurd times into few segments", {
  timeout: 120_000,
}, async () => {
  const store = folder.next();
  const port = await freePort();
  const program = await collectInto(store, port, ["--rotate", "1m", "--clock", "keep"]);
  const now = Math.floor(Date.now() / 60_000) * 60;
  await exporter.send(port, numberedMessage(1, { endedSeconds: now - 7200 }));
  await exporter.send(port, numberedMessage(11, { endedSeconds: now }));
  await sleep(300);
  await endInOrder(program);
  await sealRest(store, port);
  const starts = readCatalog(store).segments.map(({ start, length, rows }) => [start, length, rows]);
  expect(starts).toEqual([
    [now - 7200, 60, 10],
    [now, 60, 10],
  ]);
  const early = readCatalog(store, { to: now - 3600 });
  expect(early.parquet).toHaveLength(1);

  const again = await collectInto(store, port, ["--rotate", "1m", "--clock", "keep"]);
  for (let year = 0; year < 1000; year++) {
    await exporter.send(port, numberedMessage(1000 + 10 * year, { endedSeconds: 86_400 + year * 4_000_000 }));
    if (year % 20 === 0) await sleep(10);
  }
  await sleep(300);
  const { stderr } = await endInOrder(again);
  await sealRest(store, port);
  // The minute may have turned meanwhile.
  expect(readCatalog(store).segments.length).toBeLessThan(620);
  const found = await numbersIn(engine, store);
  expect(found.size).toBe(20 + lastObject(stderr).records);
  expect(found.size).toBeGreaterThan(5000);
  expect(counts(found)).toEqual(new Set([1]));
});

describe("a job that is killed", () => {
  const track = (store: string, fault?: string) => {
    const through = fault === undefined ? [] : ["env", `FLOWGAUGE_FAULT=${fault}`];
    return start([...through, process.execPath, CLI, "track", DEMO, "--store", store, "--rotate", "1m"], SLOW).ended;
  };

  test.concurrent.each(["written", "begun", "moved", "commit"])(
    "at the step %s: flows stay in the spool",
    { timeout: 120_000 },
    async (step) => {
      const store = folder.next();
      const { stderr, code } = await track(store, step);
      expect(stderr).toContain("its flows stay in the spool, and it is tried again later");
      expect(code).toBe(1);
      const all = await flowsIn(store);
      expect(all).toBeGreaterThan(100);
      expect(readCatalog(store).parquet).toEqual([]);
      const [again] = await Promise.all([track(store)]);
      expect(again.code).toBe(0);
      expect(await flowsIn(store)).toBe(2 * all);
      expect(readCatalog(store).native).toEqual([]);
    },
  );

  test.concurrent.each(["done", "swept"])(
    "at the step %s: they are in the segments",
    { timeout: 120_000 },
    async (step) => {
      const store = folder.next();
      expect((await track(store, step)).code).toBe(0);
      const all = await flowsIn(store);
      expect(all).toBeGreaterThan(100);
      expect(readCatalog(store).native).toEqual([]);
      expect((await track(store)).code).toBe(0);
      expect(await flowsIn(store)).toBe(2 * all);
    },
  );
});

test("sealing that hangs holds up neither collecting nor its end", { timeout: 120_000 }, async () => {
  const store = folder.next();
  const port = await freePort();
  const through = ["env", "FLOWGAUGE_FAULT=commit:stop"];
  const program = await collectInto(store, port, ["--rotate", "1s"], { through });
  await send(port, 1, 200);
  await eventually(() => readdirSync(join(store, "jobs")).some((file) => file.endsWith(".begun")), "a job has begun");
  await send(port, 2001, 50);
  await sleep(300);
  const { stderr, code } = await endInOrder(program);
  expect(code).toBe(130);
  expect(lastObject(stderr).store).toMatchObject({ stored: 2500, segments: 0 });
  const check = async () => {
    const found = await numbersIn(engine, store);
    expect(found.size).toBe(2500);
    expect(counts(found)).toEqual(new Set([1]));
  };
  await check();
  const again = await collectInto(store, port, ["--rotate", "1s"]);
  await eventually(() => readCatalog(store).native.length === 0, "all is sealed");
  await check();
  await endInOrder(again);
});

test("without room for a segment's path, or a store at all, it is said at once", async () => {
  const file = await runProgram(["track", DEMO, "--store", DEMO]);
  expect(file.code).toBe(2);
  const proc = await runProgram(["track", DEMO, "--store", "/proc/none"]);
  expect(proc.stderr).toMatch(/^flowgauge: \/proc\/none: expected a folder to keep flows in, found .*\n$/);
  expect(proc.code).toBe(1);
});

test("without the engine flows stay in the spool, and it is said what to install", { timeout: 120_000 }, async () => {
  // The same program in a place where there is no chdb.
  const place = folder.next();
  cpSync(join(ROOT, "dist"), join(place, "dist"), { recursive: true });
  cpSync(join(ROOT, "package.json"), join(place, "package.json"));
  mkdirSync(join(place, "node_modules"));
  for (const name of readdirSync(join(ROOT, "node_modules"))) {
    if (name !== "chdb" && !name.startsWith("."))
      symlinkSync(join(ROOT, "node_modules", name), join(place, "node_modules", name));
  }
  const store = folder.next();
  const { stderr, code } = await start([
    process.execPath,
    join(place, "dist", "cli.js"),
    "track",
    DEMO,
    "--store",
    store,
  ]).ended;
  expect(stderr).toContain(
    `flowgauge: ${store}: flows stay in the spool, and are not sealed: expected the package chdb, the engine of the store and of ` +
      "queries, found none installed; install it with: npm install chdb\n",
  );
  expect(code).toBe(0);
  const { native, parquet } = readCatalog(store);
  expect(native).toHaveLength(1);
  expect(parquet).toEqual([]);
  const all = await flowsIn(store);
  expect(all).toBeGreaterThan(100);
  // The next run that has it seals them.
  expect((await runProgram(["track", DEMO, "--store", store], SLOW)).code).toBe(0);
  expect(readCatalog(store).native).toEqual([]);
  expect(await flowsIn(store)).toBe(2 * all);
});

test("other records than numbered ones: what a v5 exporter says", async () => {
  const store = folder.next();
  const port = await freePort();
  const program = await collectInto(store, port);
  await exporter.send(port, v5Message(30));
  await eventually(
    () => existsSync(join(store, "spool")) && readCatalog(store).native.length > 0,
    "a chunk has its name",
  );
  expect(await flowsIn(store)).toBe(30);
  await endInOrder(program);
});
