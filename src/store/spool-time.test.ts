// A spool's time: from its interval to its newest chunk, and none where flows are of another time than they come.
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { spoolTime } from "./spool-time.ts";

const folder = mkdtempSync(join(tmpdir(), "flowgauge-spool-time-"));
afterAll(() => rmSync(folder, { recursive: true }));

const BEGAN = Date.UTC(2026, 10, 21, 14, 42, 10) / 1000;
const chunk = join(folder, "000001.native");

test("from the beginning of its interval to its newest chunk", () => {
  writeFileSync(chunk, "x");
  utimesSync(chunk, 0, BEGAN + 20.5);
  const name = "20261121T144210Z_0mwqim31ifbc00";
  expect(spoolTime({ name, chunks: [chunk] }, 300)).toEqual([BEGAN - 130, BEGAN + 21]);
  expect(spoolTime({ name, chunks: [chunk] }, 0)).toEqual([BEGAN, BEGAN + 21]);
  expect(spoolTime({ name: `${name}_past`, chunks: [chunk] }, 300)).toBeNull();
  expect(spoolTime({ name: "mine", chunks: [chunk] }, 300)).toBeNull();
  expect(spoolTime({ name, chunks: [`${chunk}x`] }, 300)).toBeNull();
});
