// Which files of a store hold flows of a time, and what is said of folders that are none.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { missingFiles, readCatalog } from "./catalog.ts";
import { segmentFile, segmentFolder } from "./layout.ts";

const root = mkdtempSync(join(tmpdir(), "flowgauge-catalog-test-"));
afterAll(() => rmSync(root, { recursive: true }));

function storeOf(files: Readonly<Record<string, string>>): string {
  const store = mkdtempSync(join(root, "store-"));
  for (const [path, text] of Object.entries({ "flowgauge.json": '{"format":1,"intervalSeconds":300}', ...files })) {
    mkdirSync(dirname(join(store, path)), { recursive: true });
    writeFileSync(join(store, path), text);
  }
  return store;
}

const NOON = Date.UTC(2026, 10, 21, 12) / 1000;
const segment = (start: number, length: number, reach: number) =>
  join(segmentFolder(start), segmentFile({ start, length, reach, rows: 1, job: "a" }));

describe("a time", () => {
  const first = segment(NOON, 300, 0);
  const second = segment(NOON + 300, 300, 200);
  const long = segment(NOON - 86_400, 172_800, 0);
  const spool = { "spool/s/000001.native": "", "spool/s/000002.part": "" };
  const store = storeOf({ [first]: "", [second]: "", [long]: "", ...spool });
  const found = (from?: number, to?: number) =>
    readCatalog(store, { from, to })
      .parquet.map((path) => basename(path))
      .sort();
  const names = (...paths: string[]) => paths.map((path) => basename(path)).sort();

  test.each([
    ["none: everything", undefined, undefined, [first, second, long]],
    ["from: what ended then or later", NOON + 300, undefined, [second, long]],
    ["to: what began by then, by its reach", undefined, NOON + 100, [first, second, long]],
    ["before the reach", undefined, NOON + 99, [first, long]],
    ["the last second of an interval", NOON + 299, NOON + 299, [first, second, long]],
    ["a day before", NOON - 86_400, NOON - 1, [long]],
    ["nothing", NOON + 90_000, undefined, []],
  ])("%s", (_, from, to, expected) => {
    expect(found(from, to)).toEqual(names(...expected));
  });

  test("chunks that have their names belong to every time", () => {
    const { native, spools } = readCatalog(store, { from: NOON + 90_000 });
    expect(native).toEqual([join(store, "spool/s/000001.native")]);
    expect(spools).toEqual([{ name: "s", chunks: native }]);
  });
});

test("files that are gone are found", () => {
  const store = storeOf({ [segment(NOON, 300, 0)]: "", [segment(NOON + 300, 300, 0)]: "" });
  const catalog = readCatalog(store);
  expect(missingFiles(catalog)).toEqual([]);
  rmSync(catalog.parquet[1]!);
  expect(missingFiles(catalog)).toEqual([catalog.parquet[1]]);
});

test("somebody's files are told or passed over", () => {
  const store = storeOf({ "flows/2026/11/21/mine.parquet": "", "flows/readme": "", "spool/x": "" });
  const { parquet, native, problems } = readCatalog(store);
  expect([...parquet, ...native]).toEqual([]);
  expect(problems.map(({ message }) => message)).toEqual([
    `${store}/flows/2026/11/21/mine.parquet: expected a segment's name, found another; move it away, or read it by itself`,
  ]);
});

describe("what is no store", () => {
  test.each([
    ["no folder", () => join(root, "none"), "expected a store of flows, found no such folder; check the name"],
    [
      "another folder",
      () => mkdtempSync(join(root, "other-")),
      "expected a store of flows, found a folder without flowgauge.json; name one that `--store` wrote",
    ],
    ["a file", () => join(storeOf({}), "flowgauge.json"), "expected a store of flows, found a file; name a folder"],
    [
      "a newer format",
      () => storeOf({ "flowgauge.json": '{"format":2}' }),
      "expected a store of format 1, found one of format 2; read it with a newer Flowgauge",
    ],
  ])("%s", (_, make, sentence) => {
    const store = make();
    expect(() => readCatalog(store)).toThrow(`${store}: ${sentence}`);
  });

  test("something else in flowgauge.json", () => {
    const store = storeOf({ "flowgauge.json": "[1" });
    expect(() => readCatalog(store)).toThrow(
      `${store}/flowgauge.json: expected what a store says of itself, found something else`,
    );
  });
});
