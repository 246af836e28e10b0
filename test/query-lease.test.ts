// A question of a store: it holds the files that it was given, which may be replaced and swept while it is answered, and nothing is missing.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openQuerySources } from "../src/commands/query-sources.ts";
import { StoredFlows } from "../src/query/index.ts";
import { Engine, sweepJobs } from "../src/store/index.ts";
import { Job } from "../src/store/jobs.ts";
import { CHDB_MISSING } from "./chdb.ts";
import { addSegments, makeStore, writeChunk } from "./made-store.ts";

const T = Date.UTC(2026, 10, 20) / 1000;
/** Of grace. */
const SHORT_MS = 1;

describe.skipIf(CHDB_MISSING !== null)("files of a store that is asked", () => {
  const folder = mkdtempSync(join(tmpdir(), "flowgauge-lease-"));
  const store = makeStore(folder);
  const interval = { start: T, seconds: 300, rows: 50 };

  beforeAll(async () => {
    const engine = Engine.open();
    await addSegments(engine, store, [interval, interval]);
    engine.close();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const leases = () => readdirSync(join(store, "jobs")).filter((file) => file.endsWith(".lease")).length;

  /** The first of the segments is replaced by nothing, and swept after a short time. */
  async function replaceFirst(path: string): Promise<void> {
    await sleep(20);
    new Job(store, "expire").commit([path.slice(store.length + 1)], []);
    await sleep(20);
    sweepJobs(store, SHORT_MS);
  }

  test("stay while a command asks, and go when it has ended", async () => {
    const sources = await openQuerySources([`store:${store}`], undefined, new AbortController().signal);
    const { parquet } = sources.files({ from: null, to: null, within: "any" });
    expect(parquet).toHaveLength(2);
    await replaceFirst(parquet[0]!);
    expect(existsSync(parquet[0]!)).toBe(true);
    expect(sources.files({ from: null, to: null, within: "any" }).parquet).toEqual(parquet.slice(1));
    expect(leases()).toBe(1);
    sources.close();
    expect(leases()).toBe(0);
    sweepJobs(store, SHORT_MS);
    expect(existsSync(parquet[0]!)).toBe(false);
  });

  test("what has come since the last sealing is known, too, but not the time of captures", async () => {
    const chunk = (name: string) => join(store, "spool", name, "000001.native");
    for (const name of ["20261120T010010Z_a", "20261120T020010Z_b_past"]) {
      mkdirSync(join(store, "spool", name));
      await writeChunk(chunk(name), { start: T + 3610, seconds: 30, rows: 5 });
      utimesSync(chunk(name), 0, T + 3660);
    }
    const sources = await openQuerySources([`store:${store}`], undefined, new AbortController().signal);
    sources.files({ from: null, to: null, within: "any" });
    const spans = sources.known()?.map((span) => span.map((time) => Number(time / 1_000_000_000n) - T));
    sources.close();
    rmSync(join(store, "spool"), { recursive: true });
    expect(spans).toEqual([
      [0, 300],
      [3600, 3660],
    ]);
  });

  test("stay while a program reads a list", async () => {
    const flows = StoredFlows.open({ stores: [store] });
    let rows = 0;
    for await (const batch of flows.list({})) {
      if (rows === 0) {
        expect(leases()).toBe(1);
        const [day] = readdirSync(join(store, "flows/2026/11/20"));
        await replaceFirst(join(store, "flows/2026/11/20", day!));
      }
      rows += batch.rows;
    }
    expect(rows).toBe(50);
    flows.close();
    expect(leases()).toBe(0);
  });
});
