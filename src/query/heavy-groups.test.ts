// The first groups of very many are the same whether all groups are looked at or only those of heavy buckets.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FlowBatch } from "../core/flow-batch.ts";
import type { Sql } from "../core/sql.ts";
import { NativeWriter } from "../files/index.ts";
import { Engine } from "../store/index.ts";
import { chosenFlows } from "./chosen-flows.ts";
import { askCompact } from "./compact-answer.ts";
import { parseDimension } from "./dimensions.ts";
import { groupSql } from "./group-sql.ts";
import { askGroups } from "./heavy-groups.ts";
import { parseMeasure } from "./measures.ts";
import type { GroupQuestion } from "./question.ts";

const ROWS = 60_000;
let engine: Engine;
let folder: string;
/** Some heavy flows among many small ones, and flows that all weigh the same. */
let steep: Sql;
let flat: Sql;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "flowgauge-heavy-test-"));
  engine = Engine.open();
  steep = await flows("steep.native", (row) => (row % 1000 === 0 ? 1_000_000 + (row % 7) : 40 + (row % 100)));
  flat = await flows("flat.native", () => 40);
});
afterAll(() => {
  engine.close();
  rmSync(folder, { recursive: true });
});

async function flows(name: string, bytes: (row: number) => number): Promise<Sql> {
  const path = join(folder, name);
  const writer = new NativeWriter(path);
  const batch = new FlowBatch(ROWS);
  const { columns } = batch;
  batch.rows = ROWS;
  for (let row = 0; row < ROWS; row++) {
    new DataView(columns.srcAddr.buffer, columns.srcAddr.byteOffset).setUint32(16 * row + 12, row % 20_011);
    columns.dstAddr[16 * row + 15] = row % 13;
    columns.srcPort[row] = row % 5000;
    columns.bytes[2 * row] = bytes(row);
    columns.packets[2 * row] = 1;
  }
  await writer.write(batch);
  await writer.end();
  const time = { from: null, to: null, within: "any" as const };
  const choice = { time, condition: null, biflowIdleMs: null, dedup: false, scale: false, zone: "UTC" };
  return chosenFlows({ native: [path], parquet: [] }, choice);
}

function question(sort: string, top: number): GroupQuestion {
  return {
    keys: ["srcAddr", "dstAddr", "srcPort"].map((word) => parseDimension(word, null)),
    bucket: null,
    spread: "start",
    measures: ["bytes", "packets", "flows"].map((word) => parseMeasure(word)),
    sort: { by: sort, descending: true },
    top,
    percentile: null,
  };
}

for (const [sort, top] of [
  ["bytes", 1],
  ["bytes", 10],
  ["bytes", 60],
  ["flows", 10],
] as const) {
  test(`top ${top} by ${sort}`, async () => {
    for (const flows of [steep, flat]) {
      const plain = await askCompact(engine, groupSql(flows, question(sort, top), top).text);
      const { answer, count } = await askGroups(engine, flows, question(sort, top), top);
      expect(answer.data).toEqual(plain.data);
      expect(answer.totals?.slice(3)).toEqual(plain.totals?.slice(3));
      expect([null, plain.rows_before_limit_at_least]).toContain(count);
    }
  });
}

test("heavy groups are found without counting all of them, flat ones by looking at all", async () => {
  expect((await askGroups(engine, steep, question("bytes", 10), 10)).count).toBe(null);
  expect((await askGroups(engine, flat, question("bytes", 10), 10)).count).toBe(ROWS);
});
