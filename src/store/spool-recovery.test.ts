// What a killed run has left in the spool becomes chunks, whatever is left of them.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { FlowBatch } from "../core/flow-batch.ts";
import { inspectNative, NativeWriter } from "../files/index.ts";
import { BOOKED_FILE } from "./layout.ts";
import { appendLedger } from "./ledger-file.ts";
import { bookRecovered, recoverSpools } from "./spool-recovery.ts";

const root = mkdtempSync(join(tmpdir(), "flowgauge-recovery-test-"));
const model = join(root, "model");
let first = 0;
beforeAll(async () => {
  const writer = new NativeWriter(model);
  const batch = new FlowBatch(10);
  batch.rows = 10;
  for (let block = 0; block < 3; block++) {
    batch.columns.bytes[0] = block + 1;
    await writer.write(batch);
    if (block === 0) {
      const one = new NativeWriter(join(root, "one"));
      await one.write(batch);
      await one.end();
      first = statSync(join(root, "one")).size;
    }
  }
  await writer.end();
});
afterAll(() => rmSync(root, { recursive: true }));

let store = "";
beforeEach(() => {
  store = mkdtempSync(join(root, "store-"));
  mkdirSync(join(store, "spool", "a"), { recursive: true });
});
const spool = (file: string) => join(store, "spool", "a", file);
const recovered = (hidden: readonly string[] = []) => recoverSpools(store, new Set(hidden));

test("cut at any octet: whole blocks stay, and get a name", () => {
  const { size } = statSync(model);
  for (const cut of [0, 1, 17, Math.floor((size - first) / 2), size - first, size - first + 1, size - 1, size]) {
    cpSync(model, spool("000001.part"));
    truncateSync(spool("000001.part"), size - cut);
    const { flows, spools, problems, cutOctets } = recovered();
    expect(problems).toEqual([]);
    const left = readdirSync(join(store, "spool"));
    if (size - cut < first) {
      expect({ flows, spools, left }).toEqual({ flows: 0, spools: [], left: [] });
      mkdirSync(spool(""));
      continue;
    }
    expect(spools).toEqual(["a"]);
    const whole = inspectNative(spool("000001.native"));
    expect(whole.cutOctets).toBe(0);
    expect(whole.rows).toBe(flows);
    expect(statSync(spool("000001.native")).size + cutOctets).toBe(size - cut);
    if (cut === 0) expect(flows).toBe(30);
    rmSync(spool("000001.native"));
  }
});

test("what is damaged before its end is kept and named", () => {
  cpSync(model, spool("000001.part"));
  writeFileSync(spool("000001.part"), Buffer.alloc(8, 255), { flag: "r+" });
  const { problems, spools } = recovered();
  expect(problems).toHaveLength(1);
  const kept = join(store, "damaged", "a-000001.part");
  expect(problems[0]).toContain(`its 0 whole flows stay, the file as it was is ${kept}`);
  expect(spools).toEqual([]);
  expect(existsSync(kept)).toBe(true);
});

test("flows that the ledger has are not counted again, those that are replaced not at all", () => {
  cpSync(model, spool("000001.native"));
  cpSync(model, spool("000002.native"));
  expect(recovered(["spool/a/000001.native"])).toMatchObject({ flows: 30, chunks: 1, spools: ["a"] });
  expect(recovered(["spool/a/000001.native", "spool/a/000002.native"])).toMatchObject({ flows: 0, spools: [] });
  writeFileSync(spool(BOOKED_FILE), "");
  expect(recovered()).toMatchObject({ flows: 0, spools: ["a"] });
});

test("what the ledger counts already is not counted again, whether its mark is there or not", async () => {
  cpSync(model, spool("000001.native"));
  mkdirSync(join(store, "ledger"));
  const counts = { stored: 30 };
  const line = { hour: "2026-11-21T12:00:00Z", exporter: "", domain: 0, format: "packets", counts, spools: ["a"] };
  await appendLedger(store, [line]);
  expect(recovered()).toMatchObject({ spools: ["a"], flows: 0 });
  mkdirSync(join(store, "spool", "b"));
  cpSync(model, join(store, "spool", "b", "000001.native"));
  await bookRecovered(store, recovered());
  rmSync(join(store, "spool", "b", BOOKED_FILE));
  expect(recovered()).toMatchObject({ spools: ["a", "b"], flows: 0 });
});
