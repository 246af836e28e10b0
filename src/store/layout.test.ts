// Names of segments say the same when they are read as when they were written.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fileCrc32 } from "./file-checksum.ts";
import { parseSegmentFile, segmentFile, segmentFolder } from "./layout.ts";

const count = fc.integer({ min: 0, max: 2 ** 40 });
const name = fc.record({
  start: fc.integer({ min: 0, max: 8_000_000_000 }),
  length: count,
  reach: count,
  rows: count,
  job: fc.stringMatching(/^[0-9a-z]{1,12}$/),
  crc32: fc.option(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { nil: undefined }),
});

test("names of segments", () => {
  fc.assert(
    fc.property(name, (segment) => {
      expect(parseSegmentFile(segmentFile(segment))).toEqual(segment);
    }),
  );
  const named = "20261121T120000Z+300s_reach12s_81231flows_m4k2x_crc0a1b2c3d.parquet";
  expect(segmentFile(parseSegmentFile(named)!)).toBe(named);
  expect(segmentFolder(parseSegmentFile(named)!.start)).toBe("flows/2026/11/21");
});

test("checksum of a file that is longer than what is read at once", async () => {
  const folder = mkdtempSync(join(tmpdir(), "flowgauge-checksum-test-"));
  try {
    const octets = Buffer.alloc(2_500_000, "flows");
    writeFileSync(join(folder, "file"), octets);
    writeFileSync(join(folder, "empty"), "");
    expect(await fileCrc32(join(folder, "file"))).toBe(crc32(octets));
    expect(await fileCrc32(join(folder, "empty"))).toBe(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
