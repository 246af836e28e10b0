// Files wherever they lie are one table: many folders, nothing in common, one alone.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { FlowBatch } from "../core/flow-batch.ts";
import { param, sql } from "../core/sql.ts";
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

test("a segment's times in several conditions, which share what they are made of", async () => {
  const path = param("String", join(root, "times.parquet"));
  const end = sql`toDateTime64('2026-11-20 23:30:40', 3, 'UTC') AS endSecond, toUInt32(5) AS endNanosecond`;
  const start = sql`toInt64(10) AS durationSecond, toUInt32(6) AS durationNanosecond, toUInt64(7) AS bytes`;
  await engine.query(sql`INSERT INTO FUNCTION file(${path}, 'Parquet') SELECT ${end}, ${start}`, "Null");
  const flows = flowsTable({ native: [], parquet: [join(root, "times.parquet")] });
  const time = (text: string) => sql`toDateTime64(${param("String", text)}, 9, 'UTC')`;
  const known = sql`end > ${time("1970-01-01 00:00:00")}`;
  const found = await engine.rows(
    sql`SELECT sum(bytes) AS sum, toString(any(start)) AS start, toString(any(end)) AS end FROM (SELECT *, if(${known}, end, start) AS ended FROM ${flows}
      WHERE if(${known}, end, start) >= ${time("2026-11-20 23:30:35")} AND (end >= ${time("2026-11-20 23:30:40")} OR NOT ${known})
      AND start < ${time("2026-11-20 23:30:30")} AND bytes > 1)`,
  );
  expect(found).toEqual([{ sum: "7", start: "2026-11-20 23:30:29.999999999", end: "2026-11-20 23:30:40.000000005" }]);
});
