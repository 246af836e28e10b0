// flowgauge top of a store: its newest minutes whole, sealed or not, with their own times; then what comes, each flow once, whatever is sealed.
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FeedPlan, TopFeed } from "../src/commands/top-feed.ts";
import { followStore } from "../src/commands/top-store.ts";
import type { FlowBatch } from "../src/core/flow-batch.ts";
import type { TopView } from "../src/core/top-view.ts";
import { NativeWriter } from "../src/files/index.ts";
import { HostNames, LiveTable } from "../src/live/index.ts";
import { Engine } from "../src/store/index.ts";
import { Job } from "../src/store/jobs.ts";
import { writeSegments } from "../src/store/segment-writer.ts";
import { CHDB_MISSING } from "./chdb.ts";
import { batchOf, type LiveRecord } from "./live-records.ts";
import { makeStore } from "./made-store.ts";
import { lacks, missingPrograms, run, runProgram } from "./program.ts";

let store = "";
let made = 0;
let now = 0;
let feed: TopFeed | null = null;
/** How often time went on. */
let steps = 0;

beforeEach(() => {
  store = makeStore(mkdtempSync(join(tmpdir(), "flowgauge-top-store-")));
  now = Math.floor(Date.now() / 1000);
});
afterEach(async () => {
  await feed?.close();
  feed = null;
  rmSync(store, { recursive: true });
});

/** A flow that ended so many seconds ago, each of another host. */
function ago(seconds: number, bytes: number, more: Partial<LiveRecord> = {}): LiveRecord {
  const end = now - seconds;
  const ends = { src: `10.0.${made >> 8}.${made++ & 255}`, dst: "192.0.2.80", sport: 40_000, dport: 80 };
  return { ...ends, start: end, end, packets: 1, bytes, ...more };
}

/** A chunk of the spool as the writer leaves it, which came so many seconds ago. */
async function chunk(came: number, ...records: readonly LiveRecord[]): Promise<string> {
  const path = join(store, "spool", `made${made++}`, "000001.native");
  mkdirSync(dirname(path), { recursive: true });
  const part = path.replace("native", "part");
  const writer = new NativeWriter(part);
  await writer.write(batchOf(records));
  await writer.end();
  utimesSync(part, now - came, now - came);
  renameSync(part, path);
  return path;
}

/** As the sealer does it: the chunk stays for a while, but is in no catalog any more. */
async function seal(...paths: readonly string[]): Promise<void> {
  const job = new Job(store, "seal");
  const work = { folder: job.temp, intervalSeconds: 300, job: job.id, arrival: now };
  // One at a time in a process.
  const engine = Engine.open();
  const outputs = await writeSegments(engine, { ...work, files: { native: paths, parquet: [] } });
  engine.close();
  job.commit(
    paths.map((path) => path.slice(store.length + 1)),
    outputs,
  );
}

const leases = () => readdirSync(join(store, "jobs")).filter((file) => file.endsWith(".lease")).length;

/** Opens the store as the live screen does; `onBatch` is called with each batch that comes. */
async function open(change: Partial<FeedPlan> = {}, onBatch: () => void = () => {}): Promise<TopFeed> {
  class Watched extends LiveTable {
    override write(batch: FlowBatch, stream?: number, from?: number, to?: number): void {
      onBatch();
      super.write(batch, stream, from, to);
    }
    override advance(second: number): void {
      steps++;
      super.advance(second);
    }
  }
  const plan = {
    ...{ sources: [store], history: false, sinceSeconds: 600, signal: new AbortController().signal },
    names: new HostNames({ lookups: false }),
    table: (options, parts) => new Watched({ ...options, history: true }, parts),
    ...change,
  } as Partial<FeedPlan> as FeedPlan;
  feed = await followStore(plan);
  return feed;
}

const look = (at?: number): TopView =>
  feed!.table.view({ group: "flows", sort: "bytes", rows: 100, names: false, ...(at === undefined ? {} : { at }) });
const bytesOf = ({ rows }: TopView) => rows.map(({ bytesOut }) => bytesOut);

async function until(good: (view: TopView) => boolean): Promise<TopView> {
  for (let tries = 0; ; tries++) {
    const view = look();
    if (good(view) || tries > 200) return view;
    await sleep(50);
  }
}

const skip = lacks("top of a store's sealed minutes", CHDB_MISSING === null ? [] : [CHDB_MISSING]);

describe.skipIf(skip)("the newest minutes", () => {
  test("are there at once: sealed ones and others, of their own times, and not what is older", async () => {
    await seal(await chunk(500, ago(450, 5000), ago(700, 1, { start: now - 900 }), ago(1900, 2)));
    await seal(await chunk(100, ago(20, 4000, { start: now - 29 }), ago(200, 300)));
    await chunk(9, ago(10, 60));
    const seen: number[] = [];
    await open({}, () => seen.push(leases()));
    const view = look();
    expect(bytesOf(view)).toEqual([4000, 300, 60]);
    // Of who was silent for so long no row is left.
    expect(view.others).toEqual({ packets: 1, bytes: 5000, flows: 1 });
    expect(view.header.totals).toEqual({ packets: 4, bytes: 9360, flows: 4 });
    expect(view.notes).toEqual([]);
    expect((view.header.at - view.header.since) / 1000).toBeGreaterThanOrEqual(600);
    // 4000 octets in ten seconds, and 60 at once, where they are of the minute before the picture.
    const passed = view.header.at / 1000 - now;
    const { spark } = view.rows[0]!;
    expect(spark.filter((bytes) => bytes > 0)).toEqual(Array(10).fill(400));
    expect(spark.lastIndexOf(400)).toBe(60 - 20 - passed);
    expect(view.rows[2]!.spark.indexOf(60)).toBe(60 - 10 - passed);
    // Held while it was read, and not any longer.
    expect(new Set(seen)).toEqual(new Set([1]));
    expect(leases()).toBe(0);
  });

  test("can be gone back to", async () => {
    await seal(await chunk(100, ago(300, 1000), ago(100, 200)));
    await open();
    const { history } = look();
    expect(history.length).toBeGreaterThan(20);
    const then = history.filter((time) => time <= (now - 200) * 1000).at(-1)!;
    const past = look(then);
    expect(past.header.totals.bytes).toBe(1000);
    expect(bytesOf(past)).toEqual([1000]);
  });

  test("pictures of what is older than 15 minutes are not made, whatever --since says", async () => {
    await seal(await chunk(100, ago(20_000, 1000), ago(5000, 300), ago(100, 200)));
    steps = 0;
    await open({ sinceSeconds: 86_400 });
    expect(steps).toBeLessThan(300);
    const { history, header } = look();
    expect(history[0]).toBeGreaterThanOrEqual((now - 905) * 1000);
    expect(history.length).toBeGreaterThan(150);
    expect(header.totals.bytes).toBe(1500);
    expect((header.at - header.since) / 1000).toBeGreaterThanOrEqual(86_400);
  });

  test("what is sealed meanwhile is counted once", async () => {
    const paths = [await chunk(9, ago(9, 100)), await chunk(8, ago(8, 200))];
    await open();
    expect(bytesOf(look())).toEqual([200, 100]);
    await seal(...paths);
    // It is sealed before it was seen.
    await seal(await chunk(0, ago(1, 1000)));
    expect(bytesOf(await until(({ rows }) => rows.length === 3))).toEqual([1000, 200, 100]);
    await chunk(0, ago(1, 5));
    await until(({ rows }) => rows.length === 4);
    await sleep(700);
    expect(look().header.totals.bytes).toBe(1305);
    expect(leases()).toBe(0);
  });

  test("begin where --since says", async () => {
    await seal(await chunk(500, ago(450, 1), ago(100, 20)));
    await chunk(300, ago(300, 300));
    await chunk(2, ago(2, 4000));
    await open({ sinceSeconds: 200 });
    expect(bytesOf(look())).toEqual([4000, 20]);
    await feed!.close();
    await open({ sinceSeconds: 0 });
    expect(bytesOf(look())).toEqual([]);
    await chunk(0, ago(0, 7));
    expect(bytesOf(await until(({ rows }) => rows.length > 0))).toEqual([7]);
  });

  test("a screen is there before they are read, and says so", async () => {
    await seal(await chunk(100, ago(100, 20)));
    await open({ history: true });
    expect(look().notes).toEqual(["reading the last 10 min of the store"]);
    expect(bytesOf(await until(({ notes }) => notes.length === 0))).toEqual([20]);
  });

  test("a store that nobody writes says so", async () => {
    await seal(await chunk(5000, ago(5000, 20)));
    await open();
    expect(look().notes[0]).toMatch(
      /^nothing came into the store in the last 10 min; its newest sealed interval ended \d{4}-\d\d-\d\d \d\d:\d\d UTC$/,
    );
    await chunk(0, ago(1, 5));
    expect((await until(({ rows }) => rows.length > 0)).notes).toEqual([]);
  });

  test("a damaged segment is told, the others are shown", async () => {
    await seal(await chunk(100, ago(100, 20)));
    const day = new Date((now - 400) * 1000).toISOString().slice(0, 10).replaceAll("-", "/");
    const folder = join(store, "flows", day);
    await seal(await chunk(400, ago(400, 400)));
    const [first] = readdirSync(folder).filter(
      (file) => Date.parse(isoOf(file)) / 1000 <= now - 400 && Date.parse(isoOf(file)) / 1000 > now - 700,
    );
    await run(["truncate", "-s", "100", join(folder, first!)]);
    await open();
    expect(bytesOf(look())).toEqual([20]);
    expect(feed!.problems().map(({ message }) => message)).toEqual([expect.stringContaining("it is left out")]);
  });
});

/** 20261121T120000Z -> ISO 8601 */
function isoOf(file: string): string {
  return file.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z.*$/, "$1-$2-$3T$4:$5:$6Z");
}

test.skipIf(skip || missingPrograms("env").length > 0)(
  "without the engine: what is not sealed, and a note",
  async () => {
    await seal(await chunk(100, ago(100, 20)));
    await chunk(9, ago(9, 100));
    const hook = `import m from "node:module"; const f = m._resolveFilename; m._resolveFilename = function (r, ...a) {
    if (r === "chdb") throw Object.assign(new Error("no"), { code: "MODULE_NOT_FOUND" }); return f.call(this, r, ...a); };`;
    const options = `--import "data:text/javascript,${encodeURIComponent(hook)}"`;
    const { stdout, stderr, code } = await runProgram(["top", store, "-n", "--json", "--batch", "1"], {
      through: ["env", `NODE_OPTIONS=${options}`],
    });
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toMatchObject({
      totals: { bytes: 100 },
      notes: [expect.stringContaining("npm install chdb")],
    });
  },
);

test("--since is of stores", async () => {
  const { code, stderr } = await runProgram(["top", store, "--since", "2d", "--json"]);
  expect(`${code} ${stderr}`).toMatch(/^2 .*--since: expected at most 24h/);
  const other = await runProgram(["top", "iface:lo", "--since", "2m", "--json"]);
  expect(`${other.code} ${other.stderr}`).toMatch(/^2 .*--since is of stores/);
});
