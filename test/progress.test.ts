// The line that a long run shows on a terminal: there while it runs, gone at its end. The terminal is one of script(1).
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { captureInMemory } from "../bench/generate-capture.ts";
import { CLI, lacks, missingPrograms, start } from "./program.ts";

const FILE_HEADER = 24;
const REPEATS = 4;
const CLEAR = "\r\u001b[K";
const { bytes, totals } = captureInMemory({ name: "mix", size: { packets: 100_000, connections: 5000, seconds: 60 } });

let folder = "";
let capture = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "flowgauge-progress-"));
  capture = join(folder, "large.pcap");
  const file = openSync(capture, "w");
  writeSync(file, bytes);
  for (let i = 1; i < REPEATS; i++) writeSync(file, bytes, FILE_HEADER);
  closeSync(file);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a shell line whose standard error is a terminal; gives what is on it. */
async function onTerminal(line: string): Promise<string> {
  const { stdout, code } = await start(["script", "-qec", line, "/dev/null"]).ended;
  expect(code).toBe(0);
  return stdout;
}

test.skipIf(lacks("progress", missingPrograms("script", "sh")))(
  "a long run tells on a terminal how far it is",
  async () => {
    const track = `'${process.execPath}' '${CLI}' track`;
    // Who reads the flows begins late: the run takes longer than the second after which progress is shown.
    const long = await onTerminal(`${track} --events --json '${capture}' | (sleep 1.6; cat > /dev/null)`);
    const drawn = long.split(CLEAR);
    expect(drawn[1]).toMatch(/^ *\d+% {2}[\d,]+ packets {2}[\d,]+\/s {2}.*B\/s {2}[\d,]+ flows? live {2}.* left$/);
    // The last thing drawn is nothing, and the summary stands in its place.
    expect(drawn.at(-1)).toMatch(new RegExp(`^packets   ${(totals.packets * REPEATS).toLocaleString("en")} read`));

    const short = await onTerminal(`${track} --quiet '${capture}'`);
    expect(short).toMatch(/^packets /);
    const flowsRunOverIt = await onTerminal(`(cat '${capture}'; sleep 1.5) | ${track} --fields packets --events -`);
    expect(flowsRunOverIt).not.toContain(CLEAR);
  },
);
