// Compaction keeps every flow, whoever is killed, and gives no damaged file a new checksum.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { addSegments, makeStore } from "../../test/made-store.ts";
import { readCatalog } from "./catalog.ts";
import { compact } from "./compaction.ts";
import { planCompaction } from "./compaction-plan.ts";
import { Engine } from "./engine.ts";
import { recoverJobs, sweepJobs } from "./jobs.ts";
import { sumsOf } from "./segment-sums.ts";
import { verifyStore } from "./verify.ts";

const T = Date.UTC(2026, 10, 20) / 1000;
const NOW = T + 3 * 86_400;
/** Two hours of one day and one of the next. */
const INTERVALS = [0, 1, 11, 12, 13, 288, 290].map((n) => ({ start: T + n * 300, seconds: 300, rows: 40 + n }));

let engine: Engine;
let folder: string;
let store: string;
beforeAll(() => {
  engine = Engine.open();
});
afterAll(() => {
  engine.close();
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "flowgauge-compaction-test-"));
  store = makeStore(join(folder, "store"));
  await addSegments(engine, store, INTERVALS);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const sums = () => sumsOf(engine, readCatalog(store));

test("the same flows in fewer files, whose names hold", async () => {
  const before = await sums();
  const groups = planCompaction(readCatalog(store).segments, NOW);
  const seen: string[] = [];
  const done = await compact(engine, store, groups, { onGroup: (_, file) => seen.push(file) });
  expect(done).toEqual({
    groups: 2,
    inputs: 7,
    rows: INTERVALS.reduce((sum, { rows }) => sum + rows, 0),
    problems: [],
  });
  const { segments } = readCatalog(store);
  expect(segments.map(({ path }) => path)).toEqual(seen.map((file) => join(store, file)));
  expect(segments.map(({ start, length }) => [(start - T) / 300, length / 300])).toEqual([
    [0, 14],
    [288, 3],
  ]);
  expect(await sums()).toEqual(before);
  expect(await verifyStore(store, { engine })).toMatchObject({ segments: 2, damaged: [], flows: done.rows });
  expect(planCompaction(segments, NOW)).toEqual([]);
  sweepJobs(store, 0);
  expect(groups.flatMap(({ inputs }) => inputs).filter(({ path }) => existsSync(path))).toEqual([]);
});

test("stopped at each step, nothing has changed, and the next time it is done", async () => {
  const before = await sums();
  const groups = planCompaction(readCatalog(store).segments, NOW);
  for (const steps of [0, 1]) {
    let asked = 0;
    const stop = () => {
      if (asked++ >= steps) throw new Error("stopped");
    };
    await expect(compact(engine, store, groups, { mayGoOn: stop })).rejects.toThrow("stopped");
    expect(readCatalog(store).segments.length).toBe(INTERVALS.length);
    expect(await sums()).toEqual(before);
    recoverJobs(store, ["compact"]);
  }
  expect((await compact(engine, store, groups)).groups).toBe(2);
  expect(await sums()).toEqual(before);
});

test("a damaged segment is named, and its group stays", async () => {
  const [first, ...others] = readCatalog(store).segments;
  const octets = readFileSync(first!.path);
  octets[octets.length >> 1]! ^= 1;
  writeFileSync(first!.path, octets);
  const done = await compact(engine, store, planCompaction(readCatalog(store).segments, NOW));
  expect(done).toMatchObject({ groups: 1, inputs: 2 });
  expect(done.problems).toEqual([
    expect.stringContaining("expected the file that was written, found another checksum"),
  ]);
  expect(done.problems[0]).toContain("flows/2026/11/20/20261120T000000Z+300s");
  expect(readCatalog(store).segments.length).toBe(others.length);
});

test("a signal ends it between two groups", async () => {
  const signal = AbortSignal.abort();
  const done = await compact(engine, store, planCompaction(readCatalog(store).segments, NOW), { signal });
  expect(done.groups).toBe(0);
});
