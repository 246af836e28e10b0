// Segments hold what the chunks held, field by field, in the files of the times that the flows ended in.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FIELDS } from "../core/fields.ts";
import { FlowBatch } from "../core/flow-batch.ts";
import { writeTime } from "../core/nanoseconds.ts";
import { nameNumber } from "../core/other-fields.ts";
import { identifier, joinSql, param, sql } from "../core/sql.ts";
import { NativeWriter } from "../files/index.ts";
import { Engine } from "./engine.ts";
import { flowsTable } from "./flows-table.ts";
import { parseSegmentFile } from "./layout.ts";
import { writeSegments } from "./segment-writer.ts";

let engine: Engine;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "flowgauge-segments-test-"));
  engine = Engine.open();
});
afterAll(() => {
  engine.close();
  rmSync(folder, { recursive: true });
});

const ALL = joinSql(
  FIELDS.map(({ name }) => identifier(name)),
  ",",
);

/** Every field has random octets in some rows and is zero in others; times have nanoseconds, or are not known. */
async function chunks(name: string, rows: number, seconds: (row: number) => number): Promise<string> {
  const path = join(folder, name);
  const writer = new NativeWriter(path, { fields: FIELDS });
  const batch = new FlowBatch(rows);
  batch.rows = rows;
  let state = 12_345;
  const random = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 8;
  };
  for (const column of Object.values(batch.columns)) {
    for (let i = 0; i < column.length; i++) column[i] = random() % 3 === 0 ? 0 : random();
  }
  for (let row = 0; row < rows; row++) {
    const end = seconds(row);
    const unknown = row % 50;
    writeTime(batch.columns.end, row, end, unknown === 1 || unknown === 4 ? -1 : (row * 1_000_003) % 1_000_000_000);
    writeTime(batch.columns.start, row, end - (row % 100), unknown === 2 || unknown === 4 ? -1 : row % 1000);
    writeTime(batch.columns.received, row, end + (row % 20), unknown === 3 || unknown === 4 ? -1 : 999_999_999);
    if (row % 7 !== 0) continue;
    const at = batch.other.room(4);
    batch.other.text.set([65, 66, 67, 68], at);
    batch.other.add(row, nameNumber(`someName${row % 5}`), at + 4);
  }
  await writer.write(batch);
  await writer.end();
  return path;
}

async function same(native: readonly string[], parquet: readonly string[]): Promise<void> {
  for (const [a, b] of [
    [
      { native, parquet: [] },
      { native: [], parquet },
    ],
    [
      { native: [], parquet },
      { native, parquet: [] },
    ],
  ] as const) {
    const left = await engine.rows(sql`SELECT count() AS flows FROM (SELECT ${ALL} FROM ${flowsTable(a)}
      EXCEPT ALL SELECT ${ALL} FROM ${flowsTable(b)})`);
    expect(left).toEqual([{ flows: "0" }]);
  }
}

test("what was in the chunks is in the segments of its time, every field to the nanosecond", async () => {
  const begin = 1_700_000_100;
  const native = [
    await chunks("a.native", 5000, (row) => begin + row / 10),
    await chunks("b.native", 100, () => begin - 7),
  ].map((path) => path);
  const target = join(folder, "all");
  mkdirSync(target);
  const work = {
    files: { native, parquet: [] },
    folder: target,
    intervalSeconds: 300,
    job: "j1",
    arrival: 1_800_000_000,
  };
  const outputs = await writeSegments(engine, work);
  expect(outputs.map(({ name }) => name.start)).toEqual([
    1_699_999_800,
    1_700_000_100,
    1_700_000_400,
    1_799_999_700 + 300,
  ]);
  expect(readdirSync(target).sort()).toEqual(outputs.map(({ temporary }) => temporary).sort());
  for (const { temporary, name, path } of outputs) {
    expect(parseSegmentFile(basename(path))).toEqual(name);
    const [found] = await engine.rows<Record<string, string>>(sql`SELECT count() AS flows,
      min(if(toUnixTimestamp64Nano(start) < 0, 9999999999, toUnixTimestamp(start))) AS earliest,
      countIf(end >= 0 AND (toUnixTimestamp(end) < ${param("Int64", name.start)} OR toUnixTimestamp(end) >= ${param("Int64", name.start + 300)})) AS outside
      FROM ${flowsTable({ native: [], parquet: [join(target, temporary)] })}`);
    expect(found).toMatchObject({ flows: `${name.rows}`, outside: "0" });
    if (name.reach > 0) expect(name.reach).toBe(name.start - Number(found!.earliest));
  }
  await same(
    native,
    outputs.map(({ temporary }) => join(target, temporary)),
  );
});

test("columns that hold nothing are not there", async () => {
  const native = join(folder, "small.native");
  const writer = new NativeWriter(native, { fields: FIELDS });
  const batch = new FlowBatch(2);
  batch.rows = 2;
  batch.columns.bytes.set([40, 0, 60, 0]);
  for (const row of [0, 1]) {
    for (const name of ["start", "end"] as const) writeTime(batch.columns[name], row, 1_700_000_000, 0);
    writeTime(batch.columns.received, row, 1_700_000_000, 0);
  }
  await writer.write(batch);
  await writer.end();
  const target = join(folder, "small");
  mkdirSync(target);
  const work = {
    files: { native: [native], parquet: [] },
    folder: target,
    intervalSeconds: 300,
    job: "j2",
    arrival: 0,
  };
  const [output] = await writeSegments(engine, work);
  const parquet = join(target, output!.temporary);
  const names = await engine.rows(
    sql`SELECT arrayMap(c -> c.1, columns) AS names FROM file(${param("String", parquet)}, 'ParquetMetadata')`,
  );
  expect(names).toEqual([{ names: ["endSecond", "bytes"] }]);
  await same([native], [parquet]);
});

test("absurdly many intervals become longer ones", async () => {
  const native = [await chunks("wide.native", 3000, (row) => 1_000_000_000 + 400 * row)];
  const target = join(folder, "wide");
  mkdirSync(target);
  const outputs = await writeSegments(engine, {
    files: { native, parquet: [] },
    folder: target,
    intervalSeconds: 1,
    job: "j3",
    arrival: 1_000_000_000,
  });
  expect(new Set(outputs.map(({ name }) => name.length))).toEqual(new Set([86_400]));
  expect(outputs.reduce((sum, { name }) => sum + name.rows, 0)).toBe(3000);
  await same(
    native,
    outputs.map(({ temporary }) => join(target, temporary)),
  );
});

test("a Parquet file of somebody else, with the fields by their names, is read as it is", async () => {
  const native = [await chunks("foreign.native", 500, (row) => 1_700_000_000 + row)];
  const parquet = join(folder, "foreign.parquet");
  await engine.query(
    sql`INSERT INTO FUNCTION file(${param("String", parquet)}, 'Parquet') SELECT ${ALL} FROM ${flowsTable({ native, parquet: [] })}`,
    "Null",
  );
  await same(native, [parquet]);
});

test("flows without any time belong to the time of sealing, where their files have no column for it, too", async () => {
  const native = join(folder, "timeless.native");
  const writer = new NativeWriter(native, { fields: FIELDS.filter(({ name }) => name !== "received") });
  const batch = new FlowBatch(4);
  batch.rows = 4;
  for (const [row, [second, rest]] of [
    [-1, 999_999_999],
    [0, 0],
    [1_700_000_000, 1],
    [0, 5],
  ].entries()) {
    writeTime(batch.columns.end, row, second === -1 ? 0 : second!, second === -1 ? -1 : rest!);
    batch.columns.packets[2 * row] = row + 1;
  }
  await writer.write(batch);
  await writer.end();
  const target = join(folder, "timeless");
  mkdirSync(target);
  const work = {
    files: { native: [native], parquet: [] },
    folder: target,
    intervalSeconds: 300,
    job: "j1",
    arrival: 1_800_000_000,
  };
  const outputs = await writeSegments(engine, work);
  expect(outputs.map(({ name }) => [name.start, name.rows])).toEqual([
    [0, 1],
    [1_699_999_800, 1],
    [1_800_000_000, 2],
  ]);
  await same(
    [native],
    outputs.map(({ temporary }) => join(target, temporary)),
  );
});
