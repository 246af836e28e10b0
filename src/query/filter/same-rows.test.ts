// A filter's two compilations give the same rows: the predicate on batches, and the engine's answer on a file of the same flows.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CHDB_MISSING } from "../../../test/chdb.ts";
import { anyFilter, filterFlows } from "../../../test/filter-flows.ts";
import { FIELDS } from "../../core/fields.ts";
import { identifier, joinSql, param, sql } from "../../core/sql.ts";
import { NativeWriter } from "../../files/index.ts";
import { Engine, flowsTable } from "../../store/index.ts";
import { type FilterOptions, filterBatch, filterSql, parseFilter } from "../index.ts";
import { addressHint } from "./address-hint.ts";

const OPTIONS: FilterOptions = {
  zone: "America/St_Johns",
  now: 1_795_190_000_000,
  localNetworks: ["10.0.0.0/8", "2001:db8::/32"],
};
const flows = filterFlows(400, 7);
let folder = "";
let engine: Engine;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "flowgauge-filter-"));
  if (CHDB_MISSING !== null) return;
  const writer = new NativeWriter(join(folder, "flows.native"));
  await writer.write(flows);
  await writer.end();
  engine = Engine.open({ threads: 1 });
  const all = joinSql(
    FIELDS.map(({ name }) => identifier(name)),
    ",",
  );
  await engine.query(
    sql`INSERT INTO FUNCTION file(${param("String", segment())}, 'Parquet') SELECT ${all} FROM ${flowsTable({ native: [join(folder, "flows.native")], parquet: [] })} ORDER BY srcAddr`,
    "Null",
  );
});
afterAll(() => {
  engine?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The same flows under the name of a segment. */
function segment(): string {
  return join(folder, `19700101T000000Z+300s_reach0s_${flows.rows}flows_j1.parquet`);
}

function ofPredicate(text: string): number[] {
  const marks = filterBatch(parseFilter(text, OPTIONS)).mark(flows);
  return Array.from({ length: flows.rows }, (_, row) => row + 1).filter((_, row) => marks[row] === 1);
}

async function ofEngine(text: string, isSegment: boolean): Promise<number[]> {
  const filter = parseFilter(text, OPTIONS);
  const table = isSegment
    ? flowsTable({ native: [], parquet: [segment()] }, addressHint(filter))
    : flowsTable({ native: [join(folder, "flows.native")], parquet: [] });
  const condition = filterSql(filter);
  const rows = await engine.rows<{ firstPacket: number }>(
    sql`SELECT ${identifier("firstPacket")} FROM ${table} WHERE ${condition} ORDER BY ${identifier("firstPacket")}`,
  );
  return rows.map(({ firstPacket }) => firstPacket);
}

describe.skipIf(CHDB_MISSING !== null)(
  `predicate and engine${CHDB_MISSING === null ? "" : ` (${CHDB_MISSING})`}`,
  () => {
    test("give the same rows for any filter", async () => {
      let told = 0;
      let hinted = 0;
      await fc.assert(
        fc.asyncProperty(anyFilter, async (text) => {
          const found = ofPredicate(text);
          if (found.length > 0 && found.length < flows.rows) told++;
          expect(await ofEngine(text, false), text).toEqual(found);
          expect(await ofEngine(text, true), text).toEqual(found);
          if (addressHint(parseFilter(text, OPTIONS)) !== null) hinted++;
        }),
        { seed: 4, numRuns: 400 },
      );
      // Filters that let everything or nothing pass say little.
      expect(told).toBeGreaterThan(200);
      expect(hinted).toBeGreaterThan(20);
    }, 120_000);
  },
);
