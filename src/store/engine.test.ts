// The engine reads our own Native files and binds what it is given.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FlowBatch } from "../core/flow-batch.ts";
import { param, sql } from "../core/sql.ts";
import { NativeWriter } from "../files/index.ts";
import { Engine, EngineError } from "./engine.ts";
import { flowsTable } from "./flows-table.ts";

let engine: Engine;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "flowgauge-engine-test-"));
  engine = Engine.open();
});
afterAll(() => {
  engine.close();
  rmSync(folder, { recursive: true });
});

test("rows of Native files, those of several blocks, fields that no file has are zero", async () => {
  const paths = ["a.native", "b.native"].map((name) => join(folder, name));
  for (const path of paths) {
    const writer = new NativeWriter(path);
    const batch = new FlowBatch(16);
    batch.rows = 2;
    batch.columns.bytes.set([40, 0, 60, 0]);
    batch.columns.dstPort.set([53, 443]);
    await writer.write(batch);
    batch.columns.dstPort.fill(0);
    await writer.write(batch);
    await writer.end();
  }
  const question = sql`SELECT sum(bytes) AS bytes, sum(dstPort) AS ports, sum(vlan) AS vlans, count() AS flows
    FROM ${flowsTable({ native: paths, parquet: [] })} WHERE bytes > ${param("UInt64", 1)}`;
  expect(await engine.rows(question)).toEqual([{ bytes: "400", ports: "992", vlans: "0", flows: "8" }]);
});

test("no files are no rows", async () => {
  const question = sql`SELECT count() AS flows FROM ${flowsTable({ native: [], parquet: [] })}`;
  expect(await engine.rows(question)).toEqual([{ flows: "0" }]);
});

test("what is bound never becomes SQL", async () => {
  const text = `'); SELECT 1; -- \\ {p0:String}`;
  expect(await engine.rows(sql`SELECT ${param("String", text)} AS text`)).toEqual([{ text }]);
});

test("what the engine refuses has its code and one sentence", async () => {
  const refused = engine.rows(sql`SELECT nothing`);
  await expect(refused).rejects.toBeInstanceOf(EngineError);
  await expect(refused).rejects.toMatchObject({ code: 47 });
});

test("nothing of an answer that failed half way is in the next one", async () => {
  const half = sql`SELECT throwIf(number = 300000) AS half FROM numbers(400000)`;
  await expect(engine.query(half, "JSONCompact")).rejects.toBeInstanceOf(EngineError);
  expect(new TextDecoder().decode(await engine.query(sql`SELECT 2`, "CSV"))).toBe("2\n");
  await expect(async () => {
    for await (const _ of engine.stream(half, "JSONCompact"));
  }).rejects.toBeInstanceOf(EngineError);
  expect(new TextDecoder().decode(await engine.query(sql`SELECT 3`, "CSV"))).toBe("3\n");
});
