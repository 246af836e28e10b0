// A process that is killed while it writes a Native file: every block it was told of is there, and the file can be gone on with.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { NativeWriter, readNative } from "../src/files/index.ts";
import { anyBatch } from "./flow-batches.ts";
import { ROOT } from "./module-imports.ts";
import { start } from "./program.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "flowgauge-kill-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes records that are numbered by `flowId`, and says after each block how many are written. */
const WRITER = `
const [, library, path] = process.argv;
const { FlowBatch, MESSAGE_ELEMENTS, NativeWriter } = await import(library);
const writer = new NativeWriter(path);
const batch = new FlowBatch(2048, MESSAGE_ELEMENTS);
batch.rows = 2048;
for (let next = 0; ; ) {
  for (let row = 0; row < batch.rows; row++) batch.columns.flowId[2 * row] = next++;
  await writer.write(batch);
  if (next % (32 * 2048) === 0) await new Promise(setImmediate);
  process.stdout.write(writer.rows + "\\n");
}`;

test("killed at any moment, no record is lost that it has told of", async () => {
  const library = pathToFileURL(join(ROOT, "dist", "index.js")).href;
  for (let kill = 0; kill < 6; kill++) {
    const path = join(folder, `${kill}.native`);
    const writer = start([process.execPath, "--input-type=module", "-e", WRITER, library, path]);
    await writer.until(({ stdout }) => stdout.split("\n").length > 20 + 7 * kill);
    writer.child.kill("SIGKILL");
    const { stdout, code } = await writer.ended;
    expect(code).toBeNull();
    const told = Number(stdout.slice(0, stdout.lastIndexOf("\n")).split("\n").at(-1));
    expect(told).toBeGreaterThan(0);

    const again = new NativeWriter(path);
    expect(again.recovery!.rows).toBeGreaterThanOrEqual(told);
    expect(again.recovery!.rows % 2048).toBe(0);
    await again.write(anyBatch(3, 1));
    await again.end();
    const reader = readNative(path);
    let next = 0;
    for await (const { rows, columns } of reader) {
      for (let row = 0; row < rows && next < again.recovery!.rows; row++, next++) {
        if (columns.flowId[2 * row] !== next) expect(columns.flowId[2 * row]).toBe(next);
      }
    }
    expect(reader.problems).toEqual([]);
    expect(reader.rows).toBe(again.recovery!.rows + 3);
  }
});
