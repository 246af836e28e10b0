// Row groups of Parquet files that the engine writes, each by itself; footers that are damaged say nothing or something, and throw never.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { numbers } from "../../test/flow-batches.ts";
import { param, sql } from "../core/sql.ts";
import { Engine } from "./engine.ts";
import { readRowGroups } from "./parquet-row-groups.ts";

let engine: Engine;
let folder: string;
let path: string;
beforeAll(async () => {
  engine = Engine.open();
  folder = mkdtempSync(join(tmpdir(), "flowgauge-row-groups-test-"));
  path = join(folder, "groups.parquet");
  await engine.query(
    sql`INSERT INTO FUNCTION file(${param("String", path)}, 'Parquet', 'a UInt64, b Map(String, String)')
      SELECT number, map('k', toString(number)) FROM numbers(2000)
      SETTINGS output_format_parquet_row_group_size = 100, max_block_size = 100, max_insert_block_size = 100`,
    "Null",
  );
});
afterAll(() => {
  engine.close();
  rmSync(folder, { recursive: true });
});

test("names, rows, and files of some of them", async () => {
  const groups = readRowGroups(path)!;
  expect(groups.names).toEqual(["schema", "a", "b", "key_value", "key", "value"]);
  expect(groups.rows.length).toBeGreaterThan(15);
  expect(groups.rows.reduce((sum, rows) => sum + rows, 0)).toBe(2000);
  const asked = async (chosen: readonly number[]) => {
    const some = join(folder, "some.parquet");
    groups.writeOnly(chosen, some);
    const question = sql`SELECT count() AS rows, sum(a) AS a, countIf(b['k'] = toString(a)) AS b
      FROM file(${param("String", some)}, 'Parquet')`;
    return (await engine.rows(question))[0];
  };
  const [each] = groups.rows;
  const sum = (from: number, rows: number) => String(rows * from + (rows * (rows - 1)) / 2);
  expect(await asked([0])).toEqual({ rows: `${each}`, a: sum(0, each!), b: `${each}` });
  const second = groups.rows[1]!;
  expect(await asked([1])).toEqual({ rows: `${second}`, a: sum(each!, second), b: `${second}` });
  expect(await asked(groups.rows.map((_, i) => i))).toEqual({ rows: "2000", a: sum(0, 2000), b: "2000" });
});

test("any octet of the footer changed, any end", () => {
  const good = readFileSync(path);
  const footer = good.readUInt32LE(good.length - 8);
  const next = numbers(3);
  const damaged = join(folder, "damaged.parquet");
  let understood = 0;
  for (let i = 0; i < 1500; i++) {
    const bad = Buffer.from(good);
    bad[good.length - 1 - (next() % (footer + 8))] = next();
    writeFileSync(damaged, i % 5 === 0 ? bad.subarray(0, good.length - (next() % footer)) : bad);
    if (readRowGroups(damaged) !== null) understood++;
  }
  expect(understood).toBeGreaterThan(10);
  expect(understood).toBeLessThan(1500);
  for (const octets of [0, 1, 12, 16]) {
    writeFileSync(damaged, Buffer.alloc(octets));
    expect(readRowGroups(damaged)).toBeNull();
  }
});
