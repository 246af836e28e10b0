// Files wherever they lie are one table: many folders, nothing in common, one alone.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { FlowBatch } from "../core/flow-batch.ts";
import { sql } from "../core/sql.ts";
import { NativeWriter } from "../files/index.ts";
import { Engine } from "./engine.ts";
import { flowsTable } from "./flows-table.ts";

const root = mkdtempSync(join(tmpdir(), "flowgauge-flows-table-"));
const elsewhere = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : homedir(), "flowgauge-flows-table-"));
const engine = Engine.open();
afterAll(() => {
  engine.close();
  for (const folder of [root, elsewhere]) rmSync(folder, { recursive: true });
});

async function write(path: string): Promise<string> {
  mkdirSync(dirname(path), { recursive: true });
  const writer = new NativeWriter(path);
  const batch = new FlowBatch(1);
  batch.rows = 1;
  batch.columns.bytes[0] = 1;
  await writer.write(batch);
  await writer.end();
  return path;
}

test("a folder for each day of two years, and files that have nothing in common", async () => {
  const days = await Promise.all(Array.from({ length: 730 }, (_, day) => write(join(root, String(day), "a.native"))));
  const others = [await write(join(elsewhere, "b.native")), await write(join(elsewhere, "c", "c.native"))];
  const sum = async (native: readonly string[]) =>
    (await engine.rows(sql`SELECT sum(bytes) AS sum FROM ${flowsTable({ native, parquet: [] })}`))[0];
  expect(await sum(days)).toEqual({ sum: "730" });
  expect(await sum([...days, ...others])).toEqual({ sum: "732" });
  expect(await sum(others.slice(0, 1))).toEqual({ sum: "1" });
});
