// Conservation to the end: real captures -> track -> Native files and a store -> query gives the packets and octets of the truth.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { choiceOf, groupingsOf, type QuerySettings } from "../../src/commands/query-plan.ts";
import type { Table } from "../../src/core/table.ts";
import { NativeWriter } from "../../src/files/index.ts";
import { answer } from "../../src/query/index.ts";
import { Engine, readCatalog, verifyStore } from "../../src/store/index.ts";
import { FlowStream } from "../../src/track/index.ts";
import { cellOf, sumOf } from "../ask-flows.ts";
import { CHDB_MISSING } from "../chdb.ts";
import { runProgram } from "../program.ts";
import { CORPUS, corpusHere, readTruth, withTruth } from "./corpus.ts";

const FOLDER = `${CORPUS}pcap/`;
const names = withTruth("pcap");
const PLAIN: QuerySettings = {
  within: "any",
  by: [],
  header: true,
  memory: "2G",
  timeout: "none",
  utc: true,
  top: "0",
};
const SUMS = { sum: "packets,bytes" };

describe.skipIf(!corpusHere || CHDB_MISSING !== null)("the corpus", () => {
  const folder = mkdtempSync(join(tmpdir(), "flowgauge-truth-"));
  const files = new Map<string, string>();
  let engine: Engine;

  beforeAll(async () => {
    engine = Engine.open();
    for (const [i, name] of names.entries()) {
      const path = join(folder, `${i}.native`);
      const writer = new NativeWriter(path);
      for await (const batch of await FlowStream.open([`${FOLDER}${name}`])) await writer.write(batch);
      await writer.end();
      files.set(name, path);
    }
  }, 120_000);
  afterAll(() => {
    engine?.close();
    rmSync(folder, { recursive: true });
  });

  async function ask(settings: Partial<QuerySettings>, some: readonly string[] = names): Promise<Table> {
    const all = { ...PLAIN, ...settings };
    const native = some.map((name) => files.get(name)!);
    return answer(engine, { native, parquet: [] }, choiceOf(all, null, 0), groupingsOf(all)[0]!);
  }
  const truthOf = (some: readonly string[]) =>
    some.reduce(
      ([packets, bytes], name) => {
        const { totals } = readTruth(`${FOLDER}${name}`);
        return [packets + totals.ip_packets, bytes + totals.ip_bytes] as const;
      },
      [0, 0] as readonly [number, number],
    );

  test("each capture by itself", async () => {
    expect(names.length).toBeGreaterThan(700);
    for (const name of names) expect((await ask(SUMS, [name])).rows, name).toEqual([truthOf([name])]);
  }, 120_000);

  test.each([
    [{ by: ["proto"] }],
    [{ by: ["srcAddr,dstPort"] }],
    [{ by: ["srcAddr/8/32"] }],
    [{ by: ["proto"], biflow: true as const }],
    [{ by: ["proto"], dedup: true as const }],
    [{ by: ["time/1d,proto"] }],
    [{ by: ["time/1mo"] }],
    [{ by: ["time/1w"], spread: "end" as const }],
  ])(
    "all of it at once, %o",
    async (settings) => {
      const table = await ask({ ...settings, ...SUMS });
      const [packets, bytes] = truthOf(names);
      expect([cellOf(table, table.total, "packets"), cellOf(table, table.total, "bytes")]).toEqual([packets, bytes]);
      for (const [name, whole] of [
        ["packets", packets],
        ["bytes", bytes],
      ] as const) {
        const place = table.columns.findIndex((column) => column.name === name);
        const rest = Number(cellOf(table, table.others, name) ?? 0);
        expect(sumOf(table.rows.map((row) => row[place]!)) + rest).toBe(whole);
      }
    },
    60_000,
  );

  test("through a store, as a person does it", async () => {
    // Times that are absurd, and packets without one.
    const some = names.filter((name, i) => i % 8 === 1 || name.includes("pcapng-example"));
    const store = join(folder, "store");
    for (const part of [some.slice(0, 50), some.slice(50)]) {
      const paths = part.map((name) => `${FOLDER}${name}`);
      const { stderr, code } = await runProgram(["track", ...paths, "--quiet", "--summary", "none", "--store", store]);
      expect(code, stderr).toBe(0);
    }
    const catalog = readCatalog(store);
    expect(catalog.native).toEqual([]);
    expect(await verifyStore(store, { engine })).toMatchObject({ segments: catalog.segments.length, damaged: [] });
    const { stdout, stderr } = await runProgram(["query", store, "--sum", "packets,bytes", "--csv", "--no-header"]);
    expect(stdout.trim(), stderr).toBe(truthOf(some).join(","));
  }, 120_000);
});
