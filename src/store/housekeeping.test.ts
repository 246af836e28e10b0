// What the collector's second process does by itself, and what a store is like before and after.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { addSegments, makeStore, writeChunk } from "../../test/made-store.ts";
import { readCatalog } from "./catalog.ts";
import { Engine } from "./engine.ts";
import { readKeepPolicy, writeKeepPolicy } from "./expiry.ts";
import { explainStore } from "./explain.ts";
import { housekeep } from "./housekeeping.ts";
import { appendLedger } from "./ledger-file.ts";
import { storeInfo } from "./store-info.ts";
import { StoreLock } from "./store-lock.ts";

const T = Date.UTC(2026, 10, 20) / 1000;
const NOW = (T + 3 * 86_400) * 1000;

let engine: Engine;
let store: string;
beforeAll(() => {
  engine = Engine.open();
});
afterAll(() => {
  engine.close();
});
beforeEach(() => {
  store = makeStore(mkdtempSync(join(tmpdir(), "flowgauge-housekeep-test-")));
});
afterEach(() => {
  rmSync(store, { recursive: true });
});

const interval = (n: number) => ({ start: T + n * 300, seconds: 300, rows: 10 });

test("limits hold, a few groups at a time become one, days of the ledger are merged", async () => {
  await addSegments(engine, store, [0, 1, 288, 289, 576, 577].map(interval));
  writeKeepPolicy(store, { segments: 5 });
  const line = { hour: "2026-11-20T00:00:00Z", exporter: "192.0.2.1", domain: 0, format: "IPFIX" };
  const counts = { records: 30, stored: 30 };
  for (let i = 0; i < 2; i++) await appendLedger(store, [{ ...line, counts }], NOW - 4 * 86_400_000);
  const options = { engine, groups: 1, now: NOW };
  // One of the oldest two has gone, so that day has one segment: nothing to put together.
  expect(await housekeep(store, options)).toEqual({ expired: 1, compacted: 2, more: true, problems: [] });
  expect(await housekeep(store, options)).toEqual({ expired: 0, compacted: 2, more: false, problems: [] });
  expect(await housekeep(store, options)).toEqual({ expired: 0, compacted: 0, more: false, problems: [] });
  expect(readCatalog(store).segments.map(({ length }) => length)).toEqual([300, 600, 600]);
  expect(await explainStore(store)).toMatchObject({ expected: 50, difference: 0, changes: { expired: { flows: 10 } } });
  expect(readdirSync(store)).not.toContain("housekeeping.lock");
});

test("without an engine nothing is compacted; beside another process nothing is done", async () => {
  await addSegments(engine, store, [0, 1].map(interval));
  expect(await housekeep(store, { engine: null, groups: 9, now: NOW })).toMatchObject({ compacted: 0, more: false });
  const lock = await StoreLock.take(store, "housekeeping");
  expect(await housekeep(store, { engine, groups: 9, now: NOW })).toBeNull();
  await lock.release();
  const stop = () => {
    throw new Error("stopped");
  };
  await expect(housekeep(store, { engine, groups: 9, now: NOW, mayGoOn: stop })).rejects.toThrow("stopped");
  expect(readCatalog(store).segments.length).toBe(2);
  expect(await housekeep(store, { engine, groups: 9, now: NOW })).toMatchObject({ compacted: 2 });
});

test("limits that are none are refused with a sentence", () => {
  expect(readKeepPolicy(store)).toEqual({});
  writeKeepPolicy(store, { freeShare: 0.1, ageSeconds: 5 });
  expect(readKeepPolicy(store)).toEqual({ freeShare: 0.1, ageSeconds: 5 });
  for (const text of ["", "[]", "null", '{"octets":"many"}', '{"octets":-1}', '{"freeShare":1}', '{"oktets":1}']) {
    writeFileSync(join(store, "keep.json"), text);
    expect(() => readKeepPolicy(store), text).toThrow(
      /keep\.json: expected what the store keeps, found something else/,
    );
  }
});

test("what a store is like", async () => {
  await addSegments(engine, store, [0, 1, 24, 48].map(interval));
  await writeChunk(join(store, "spool", "000001.native"), interval(5));
  const lock = await StoreLock.take(store, "writer");
  writeKeepPolicy(store, { octets: 1 });
  const info = await storeInfo(store, NOW);
  await lock.release();
  expect(info).toMatchObject({
    ...{ folder: store, format: 1, intervalSeconds: 300, from: T, to: T + 49 * 300, segments: 4, flows: 40 },
    byLength: [{ lengthSeconds: 300, segments: 4, flows: 40, octets: info.octets }],
    gaps: [
      { from: T + 600, to: T + 7200 },
      { from: T + 7500, to: T + 14_400 },
    ],
    spool: { spools: 0, chunks: 0, octets: 0 },
    ...{ jobs: [], leavingOctets: 0, damaged: { files: 0, octets: 0 }, housekeeper: null, problems: [] },
    writer: { pid: process.pid },
    keep: { octets: 1 },
  });
  expect(info.forecast?.reached[0]).toMatchObject({ limit: "size", days: 0 });
  expect((await storeInfo(store, NOW)).writer).toBeNull();
});
