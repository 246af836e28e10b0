// flowgauge pdml flows as a person runs it: files and pipes, compressed and several; called off; read by nobody.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "./module-imports.ts";
import { runProgram, startProgram } from "./program.ts";

const PDML = readFileSync(join(ROOT, "test", "cli", "pdml-flows", "stdin"));
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "flowgauge-pdml-"));
  writeFileSync(join(folder, "a.pdml"), PDML);
  writeFileSync(join(folder, "b.pdml.gz"), gzipSync(PDML));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const lines = (text: string) => text.split("\n").filter(Boolean);

test("files, compressed or not, are one input; what one lacks does not stop the others", async () => {
  const one = await runProgram(["pdml", "frames", "a.pdml", "--quiet"], { cwd: folder });
  const two = await runProgram(["pdml", "frames", "a.pdml", "b.pdml.gz", "--quiet"], { cwd: folder });
  expect({ code: two.code, stdout: two.stdout }).toEqual({ code: 0, stdout: one.stdout + one.stdout });
  const missing = await runProgram(["pdml", "frames", "a.pdml", "none.pdml", "b.pdml.gz", "--quiet"], { cwd: folder });
  expect({ code: missing.code, stdout: missing.stdout }).toEqual({ code: 1, stdout: two.stdout });
  expect(missing.stderr).toMatch(/^flowgauge: none\.pdml: expected .+, found no such file; .+\n$/);
});

test("standard input by its sign, and compressed", async () => {
  const options = { cwd: folder, stdin: gzipSync(PDML) };
  const { stdout, code } = await runProgram(["pdml", "flows", "-", "--quiet"], options);
  expect(code).toBe(0);
  expect(lines(stdout).length).toBe(3);
});

test.each(["SIGINT", "SIGTERM"] as const)("%s writes the flows that are live", async (signal) => {
  const program = startProgram(["pdml", "flows", "-f", "ip.src", "-t", "10"], { stdin: "open" });
  program.child.stdin!.write(PDML.subarray(0, PDML.lastIndexOf("</packet>") + 10));
  // The last frame ended the flow before it.
  await program.until(({ stdout }) => lines(stdout).length === 1);
  program.child.kill(signal);
  const { stdout, stderr, code } = await program.ended;
  expect(code).toBe(130);
  expect(lines(stdout).map((line) => JSON.parse(line).ip.src.raw[0])).toEqual(["10.0.0.1", "10.0.0.3"]);
  expect(stderr).toMatch(/1 ended by silence, 1 when it was called off\n$/);
});

test("who reads no further (head) ends it without a word", async () => {
  const text = PDML.toString();
  const frame = text.slice(text.indexOf("<packet>"), text.indexOf("</packet>") + 9);
  const program = startProgram(["pdml", "frames"], { stdin: Buffer.from(`<pdml>${frame.repeat(20_000)}</pdml>`) });
  await program.until(({ stdout }) => stdout.length > 0);
  program.child.stdout!.destroy();
  const { stdout, stderr, code } = await program.ended;
  expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  expect(lines(stdout).length).toBeLessThan(20_000);
});
