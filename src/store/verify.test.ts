// Whatever octet of a segment is changed, cut off or added: verification names the file.
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { numbers } from "../../test/flow-batches.ts";
import { addSegments, makeStore, writeChunk } from "../../test/made-store.ts";
import { readCatalog, type Segment } from "./catalog.ts";
import { Engine } from "./engine.ts";
import { parseSegmentFile, segmentFile } from "./layout.ts";
import { checkSegment, verifyStore } from "./verify.ts";

const T = Date.UTC(2026, 10, 20) / 1000;

let engine: Engine;
let folder: string;
let store: string;
let segments: readonly Segment[];
beforeAll(async () => {
  engine = Engine.open();
  folder = mkdtempSync(join(tmpdir(), "flowgauge-verify-test-"));
  store = makeStore(join(folder, "store"));
  await addSegments(
    engine,
    store,
    [0, 1].map((n) => ({ start: T + n * 300, seconds: 300, rows: 300 })),
  );
  segments = readCatalog(store).segments;
});
afterAll(() => {
  engine.close();
  rmSync(folder, { recursive: true });
});

const verify = () => verifyStore(store, { engine });

test("a whole store", async () => {
  await writeChunk(join(store, "spool", "000001.native"), { start: T, seconds: 300, rows: 10 });
  expect(await verify()).toMatchObject({ segments: 2, chunks: 0, flows: 600, damaged: [], withoutChecksum: 0 });
  unlinkSync(join(store, "spool", "000001.native"));
});

describe("a segment that is damaged", () => {
  test("any octet changed, any end", async () => {
    const [segment] = segments;
    const good = readFileSync(segment!.path);
    const next = numbers(7);
    try {
      for (let i = 0; i < 400; i++) {
        const bad = Buffer.from(good);
        const at = i < 100 ? Math.floor((i * good.length) / 100) : next() % good.length;
        bad[at]! ^= 1 << (next() % 8);
        writeFileSync(segment!.path, bad);
        expect(await checkSegment(segment!, null), `octet ${at}`).toMatchObject({ kind: "checksum" });
      }
      for (const size of [0, 1, good.length >> 1, good.length - 1]) {
        writeFileSync(segment!.path, good.subarray(0, size));
        expect(await checkSegment(segment!, null), `${size} octets`).toMatchObject({ kind: "checksum" });
      }
      writeFileSync(segment!.path, Buffer.concat([good, Buffer.of(0)]));
      expect(await verify()).toMatchObject({
        flows: 300,
        damaged: [{ path: relative(store, segment!.path), kind: "checksum" }],
      });
    } finally {
      writeFileSync(segment!.path, good);
    }
  });

  test("without a checksum in its name, what cannot be read is found by the engine", async () => {
    const [, segment] = segments;
    const good = readFileSync(segment!.path);
    const { crc32, ...bare } = parseSegmentFile(basename(segment!.path))!;
    const path = join(segment!.path, "..", segmentFile(bare));
    renameSync(segment!.path, path);
    try {
      expect(await verify()).toMatchObject({ segments: 2, damaged: [], withoutChecksum: 1 });
      truncateSync(path, good.length - 9);
      expect((await verify()).damaged).toMatchObject([{ path: relative(store, path), kind: "unreadable" }]);
      const bad = Buffer.from(good);
      bad.fill(0, good.length >> 2, (good.length >> 2) + 1000);
      writeFileSync(path, bad);
      expect((await verify()).damaged).toMatchObject([{ kind: "unreadable" }]);
    } finally {
      rmSync(path);
      writeFileSync(segment!.path, good);
    }
  });
});

test("a name that does not say what is in the file", async () => {
  const [segment] = segments;
  const { path, ...name } = segment!;
  const named = (change: object) => join(path, "..", segmentFile({ ...name, ...change }));
  const wrong = [
    [{ rows: 299 }, "rows", "expected 299 flows, as its name says, found 300"],
    [{ start: T + 300 }, "times", "expected flows of the interval in its name, found 300 of other times"],
    [{ length: 10 }, "times", "of other times"],
    [{ reach: 0 }, "times", "expected a reach of 0 s, as its name says"],
  ] as const;
  for (const [change, kind, sentence] of wrong) {
    renameSync(path, named(change));
    const { damaged } = await verify();
    renameSync(named(change), path);
    expect(damaged).toMatchObject([{ kind, sentence: expect.stringContaining(sentence) }]);
  }
  const foreign = join(path, "..", "mine.parquet");
  writeFileSync(foreign, "");
  expect((await verify()).damaged).toMatchObject([{ path: relative(store, foreign), kind: "name" }]);
  unlinkSync(foreign);
});

test("a chunk of the spool whose last block is cut off", async () => {
  const chunk = join(store, "spool", "s", "000001.native");
  mkdirSync(join(chunk, ".."));
  await writeChunk(chunk, { start: T, seconds: 300, rows: 10 });
  expect(await verify()).toMatchObject({ chunks: 1, damaged: [] });
  truncateSync(chunk, readFileSync(chunk).length - 1);
  expect((await verify()).damaged).toMatchObject([{ path: "spool/s/000001.native", kind: "unreadable" }]);
});
