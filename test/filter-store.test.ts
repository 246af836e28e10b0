// What a filter leaves out of a store is in the store's ledger by name, and all of it adds up.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exportsOfThree } from "./export-captures.ts";
import { DEMO, runProgram } from "./program.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "flowgauge-filter-store-"));
  writeFileSync(join(folder, "exports.pcap"), exportsOfThree());
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ["flows of packets", "track", DEMO, "tcp and not dst port https"],
  ["nothing is left of them", "track", DEMO, "not any"],
  ["everything is", "track", DEMO, "any"],
  ["collected records", "collect", "exports.pcap", "exporter 192.0.2.1"],
])("%s", async (name, command, source, filter) => {
  const kept = join(folder, name.replaceAll(" ", "-"));
  const options = { cwd: folder };
  const made = await runProgram([command, source, "--store", kept, "--quiet", "--summary", "none", filter], options);
  expect(made.code, made.stderr).toBe(0);
  const quiet = ["--json", "--summary", "none"];
  const all = (await runProgram([command, ...quiet, source], options)).stdout.trim().split("\n").length;
  const passed = (await runProgram([command, ...quiet, source, filter], options)).stdout.split("\n").length - 1;
  const { stdout, code } = await runProgram(["explain", kept, "--json"], options);
  expect(code).toBe(0);
  const { total, unsettled } = JSON.parse(stdout);
  expect(total).toMatchObject({ records: all, filtered: all - passed, stored: passed });
  expect(unsettled).toBe(0);
});
