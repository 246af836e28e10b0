// What tables are printed as is read by another program: chDB takes CSV and NDJSON, and counts what was in the table.
import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { afterAll, expect, test } from "vitest";
import { param, sql } from "../src/core/sql.ts";
import type { Table } from "../src/core/table.ts";
import { printTable, type TablePrintOptions } from "../src/report/index.ts";
import { Engine } from "../src/store/index.ts";
import { GROUP, HOSTILE, LIST, SERIES } from "./sample-tables.ts";

const folder = mkdtempSync(join(tmpdir(), "flowgauge-readers-"));
const engine = Engine.open();
afterAll(() => {
  engine.close();
  rmSync(folder, { recursive: true });
});

async function written(table: Table, options: TablePrintOptions): Promise<string> {
  const path = join(folder, `${Math.random()}.${options.form}`);
  const stream = createWriteStream(path);
  await printTable(table, options, stream);
  await finished(stream.end());
  return path;
}

const file = (path: string, format: string, structure: string) =>
  sql`file(${param("String", path)}, ${param("String", format)}, ${param("String", structure)})`;

const series = "time DateTime64(9, 'UTC'), `srcAddr/24` String, bytes UInt64, packets UInt64, flows UInt64";
const sums = (path: string, format: string) =>
  engine.rows(
    sql`SELECT count() AS n, sum(bytes) AS b, min(time) AS t, uniqExact(\`srcAddr/24\`) AS k FROM ${file(path, format, series)}`,
  );

test("a series as CSV and as NDJSON", async () => {
  const bytes = SERIES.rows.reduce((sum, row) => sum + Number(row[2]), 0);
  const wanted = { n: String(SERIES.rows.length), b: String(bytes), t: "2026-11-20 08:00:00.000000000", k: "2" };
  await engine.query(sql`SET date_time_input_format = 'best_effort'`, "Null");
  expect(await sums(await written(SERIES, { form: "csv" }), "CSVWithNames")).toEqual([wanted]);
  expect(await sums(await written(SERIES, { form: "ndjson" }), "JSONEachRow")).toEqual([wanted]);
});

test("whole numbers beyond 2^53, times of nanoseconds, hostile texts", async () => {
  const structure = "start Nullable(DateTime64(9, 'UTC')), bytes UInt64, other String";
  for (const [form, format] of [
    ["csv", "CSVWithNames"],
    ["ndjson", "JSONEachRow"],
  ] as const) {
    const path = await written(LIST, { form });
    const rows = await engine.rows<{ bytes: string; start: string | null; other: string }>(
      sql`SELECT bytes, toString(start) AS start, other FROM ${file(path, format, structure)} ORDER BY bytes`,
    );
    expect(rows.map((row) => [row.bytes, row.start])).toEqual([
      ["3456", "2025-11-20 08:10:00.123456789"],
      ["18446744073709551615", null],
    ]);
    expect(JSON.parse(rows[1]!.other)).toEqual({ interfaceName: HOSTILE });
  }
});

test("with the rows of the others and the total", async () => {
  const path = await written(GROUP, { form: "csv", totals: true });
  const structure = "row String, srcAddr Nullable(String), flows UInt64, bytes UInt64";
  const rows = await engine.rows(
    sql`SELECT row, sum(flows) AS flows FROM ${file(path, "CSVWithNames", structure)} GROUP BY row ORDER BY row`,
  );
  expect(rows).toEqual([
    { row: "others", flows: "55" },
    { row: "row", flows: "1345" },
    { row: "total", flows: "1400" },
  ]);
});
