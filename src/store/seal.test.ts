// Sealing spools: all flows go to the segments, what is damaged is kept apart, and who has lost the right to it changes nothing.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { batchOf } from "../../test/batch-of.ts";
import { sql } from "../core/sql.ts";
import { NativeWriter } from "../files/index.ts";
import { readCatalog } from "./catalog.ts";
import { Engine } from "./engine.ts";
import { flowsTable } from "./flows-table.ts";
import { chunkFile } from "./layout.ts";
import { sealSpools } from "./seal.ts";
import { openStoreFolder } from "./store-folder.ts";

const root = mkdtempSync(join(tmpdir(), "flowgauge-seal-test-"));
const engine = Engine.open();
afterAll(() => {
  engine.close();
  rmSync(root, { recursive: true });
});

let store = "";
beforeEach(() => {
  store = mkdtempSync(join(root, "store-"));
  openStoreFolder(store, 300);
});

const NOON = Date.UTC(2026, 10, 21, 12) / 1000;

/** A chunk of two blocks, each with a flow of so many octets that ended then. */
async function chunk(spool: string, number: number, bytes: number, ended: number): Promise<string> {
  const path = join(store, "spool", spool, chunkFile(number));
  mkdirSync(join(store, "spool", spool), { recursive: true });
  const writer = new NativeWriter(path);
  for (let block = 0; block < 2; block++)
    await writer.write(batchOf([{ start: [ended - 2, 0], end: [ended, 0], bytes }]));
  await writer.end();
  return path;
}

async function octetsIn(): Promise<number> {
  const [row] = await engine.rows<{ n: string }>(sql`SELECT sum(bytes) AS n FROM ${flowsTable(readCatalog(store))}`);
  return Number(row!.n);
}

const task = (...spools: string[]) => ({ folder: store, spools, intervalSeconds: 300 });
const nothing = () => {};

test("several spools become the segments of their intervals", async () => {
  await chunk("a", 1, 1, NOON);
  await chunk("a", 2, 10, NOON + 299);
  await chunk("b", 1, 100, NOON - 1);
  const { segments, flows, problems } = await sealSpools(engine, task("a", "b", "gone"), nothing);
  expect(problems).toEqual([]);
  expect(flows).toBe(6);
  expect(segments.map(({ start, length, reach, rows }) => [start, length, reach, rows])).toEqual([
    [NOON - 300, 300, 0, 2],
    [NOON, 300, 2, 4],
  ]);
  expect(readCatalog(store).native).toEqual([]);
  expect(await octetsIn()).toBe(222);
  // Once more is nothing.
  expect(await sealSpools(engine, task("a", "b"), nothing)).toMatchObject({ segments: [], flows: 0 });
  expect(await octetsIn()).toBe(222);
});

test("of damaged chunks what is whole is sealed, and the files are kept", async () => {
  await chunk("a", 1, 1, NOON);
  const cut = await chunk("a", 2, 10, NOON);
  truncateSync(cut, statSync(cut).size - 3);
  const spoilt = await chunk("a", 3, 100, NOON);
  writeFileSync(spoilt, Buffer.alloc(6, 255), { flag: "r+" });
  const { flows, problems } = await sealSpools(engine, task("a"), nothing);
  expect(flows).toBe(3);
  expect(problems).toHaveLength(2);
  expect(problems[0]).toMatch(
    new RegExp(
      `^${cut}: expected whole blocks, found \\d+ octets of one that is not; its 1 whole flows stay, the file as it was is `,
    ),
  );
  expect(readdirSync(join(store, "damaged")).sort()).toEqual(["a-000002.native", "a-000003.native"]);
  expect(await octetsIn()).toBe(12);
});

test("who may not go on, and who cannot, changes nothing", async () => {
  await chunk("a", 1, 1, NOON);
  const stop = () => {
    throw new Error("another one does");
  };
  await expect(sealSpools(engine, task("a"), stop)).rejects.toThrow("another one does");
  expect(readdirSync(join(store, "jobs"))).toEqual([]);
  let calls = 0;
  const late = () => {
    if (++calls === 2) throw new Error("late");
  };
  await expect(sealSpools(engine, task("a"), late)).rejects.toThrow("late");
  // A job that was begun is left to recovery; readers see the spool.
  expect(readCatalog(store).parquet).toEqual([]);
  expect(await octetsIn()).toBe(2);
});
