// The ledger: what was written is read, whatever a crash has left in between; days that are over become shorter and say the same.
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeStore, writeChunk } from "../../test/made-store.ts";
import { explainStore } from "./explain.ts";
import { appendLedger, readLedger } from "./ledger-file.ts";
import { mergeLedger } from "./ledger-merge.ts";
import { storeInfo } from "./store-info.ts";
import type { LedgerCounts, LedgerLine } from "./store-ledger.ts";

const NOW = Date.UTC(2026, 10, 21, 12);
const DAY = 86_400_000;

let store: string;
beforeEach(() => {
  store = makeStore(mkdtempSync(join(tmpdir(), "flowgauge-ledger-test-")));
});
afterEach(() => {
  rmSync(store, { recursive: true });
});

function line(hour: number, exporter: string, counts: LedgerCounts): LedgerLine {
  return { hour: `2026-11-18T0${hour}:00:00Z`, exporter, domain: 1, format: "IPFIX", counts };
}

const EXPIRED = {
  change: "expired",
  at: "2026-11-18T05:00:00Z",
  files: 2,
  flows: 5,
  octets: 99,
  reason: "age",
} as const;

test("lines come back; half a line costs only itself", async () => {
  expect(await readLedger(store)).toEqual({ received: [], changes: [], spoiled: 0 });
  const first = line(1, "192.0.2.1", { messages: 2, refused: { tooShort: 1 } });
  await appendLedger(store, [first, EXPIRED], NOW);
  appendFileSync(join(store, "ledger", "2026-11-21.ndjson"), '{"hour":"2026-11-21T12:00:0');
  await appendLedger(store, [first], NOW);
  writeFileSync(join(store, "ledger", "notes.txt"), "mine");
  expect(await readLedger(store)).toEqual({ received: [first, first], changes: [EXPIRED], spoiled: 1 });
});

test("where everything went, and that it adds up", async () => {
  await appendLedger(store, [
    line(1, "192.0.2.1", { messages: 3, records: 30, lostRecords: 4, stored: 20, notStored: { diskFull: 2 } }),
    line(2, "192.0.2.1", { messages: 1, records: 10, lostRecords: -1, stored: 5, refused: { tooShort: 1 } }),
    { ...line(2, "", { filtered: 10, kernelDrops: 7 }), format: "" },
    { ...line(3, "", { stored: 6 }), format: "packets" },
    EXPIRED,
  ]);
  const told = await explainStore(store);
  expect(told.total).toMatchObject({
    messages: 4,
    records: 46,
    lostRecords: 3,
    stored: 31,
    filtered: 10,
    kernelDrops: 7,
  });
  expect(told.total).toMatchObject({ refused: { tooShort: 1 }, notStored: { diskFull: 2 } });
  // 46 records: 31 stored, 10 filtered, 2 not stored.
  expect(told.unsettled).toBe(3);
  expect(told.exporters.map(({ exporter, format, counts }) => [exporter, format, counts.records])).toEqual([
    ["192.0.2.1", "IPFIX", 40],
    ["", "packets", 6],
  ]);
  expect(told.hours.map(({ hour }) => hour?.slice(11, 13))).toEqual(["01", "02", "02", "03"]);
  expect(told).toMatchObject({ expected: 26, difference: -26, held: { segments: 0, spoolFlows: 0 } });
  mkdirSync(join(store, "spool", "s"));
  await writeChunk(join(store, "spool", "s", "000001.native"), { start: NOW / 1000, seconds: 300, rows: 26 });
  expect(await explainStore(store)).toMatchObject({ difference: 0, held: { spoolFlows: 26 } });
  const hour = Date.parse("2026-11-18T02:00:00Z") / 1000;
  const one = await explainStore(store, { from: hour, to: hour + 3600 });
  expect(one).toMatchObject({ total: { records: 10, stored: 5 }, expected: null, difference: null });
  expect(one.changes.expired.flows).toBe(0);
});

test("an exporter of several formats: what is stored is known of all of them together", async () => {
  const many = [
    { ...line(1, "192.0.2.1", { messages: 2, records: 74 }), format: "NetFlow v9" },
    line(1, "192.0.2.1", { messages: 3, records: 168, stored: 240, notStored: { diskFull: 2 } }),
    line(2, "192.0.2.1", { records: 1, stored: 1 }),
    { ...line(2, "192.0.2.1", { records: 4, stored: 4 }), domain: 2 },
  ];
  await appendLedger(store, many, NOW);
  const told = await explainStore(store);
  const rows = told.exporters.map(({ domain, format, counts }) => [domain, format, counts.records, counts.stored]);
  expect(rows).toEqual([
    [1, "NetFlow v9, IPFIX", 243, 241],
    [2, "IPFIX", 4, 4],
  ]);
  expect(told.hours.map(({ hour, domain, format }) => [hour?.slice(11, 13), domain, format])).toEqual([
    ["01", 1, "NetFlow v9, IPFIX"],
    ["02", 1, "IPFIX"],
    ["02", 2, "IPFIX"],
  ]);
  const { exporters } = await storeInfo(store);
  expect(exporters.map(({ domain, format, stored }) => [domain, format, stored])).toEqual([
    [1, "NetFlow v9, IPFIX", 241],
    [2, "IPFIX", 4],
  ]);
});

test("days that are over are merged, once, and say the same", async () => {
  const lines = [1, 2, 1, 1].flatMap((hour) => [
    line(hour, "192.0.2.1", { messages: 3, records: 30, stored: 20, notStored: { diskFull: hour } }),
    line(hour, "2001:db8::1", { messages: 1, refused: { tooShort: 1, notFlow: 2 } }),
  ]);
  for (const days of [0, 1, 3, 30]) await appendLedger(store, [...lines, EXPIRED], NOW - days * DAY);
  appendFileSync(join(store, "ledger", "2026-11-18.ndjson"), "{");
  const before = await explainStore(store);
  expect(mergeLedger(store, NOW)).toBe(1);
  expect(mergeLedger(store, NOW)).toBe(0);
  expect(await explainStore(store)).toEqual({ ...before, spoiled: 0 });
  expect(
    readFileSync(join(store, "ledger", "2026-11-18.ndjson"), "utf8")
      .trim()
      .split("\n").length,
  ).toBe(5);
  const [today] = [readFileSync(join(store, "ledger", "2026-11-21.ndjson"), "utf8")];
  expect(today).not.toContain("merged");
  // Somebody's clock was wrong: what he adds is added, too.
  await appendLedger(store, lines, NOW - 3 * DAY);
  const more = await explainStore(store);
  expect(mergeLedger(store, NOW)).toBe(1);
  expect(await explainStore(store)).toEqual(more);
});
