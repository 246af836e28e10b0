// Large files are decoded in a second thread: the same flows as in one, the same words, the same order at the end.
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { captureInMemory } from "../bench/generate-capture.ts";
import type { summaryObject } from "../src/report/index.ts";
import { CLI, lacks, runProgram, start, startProgram } from "./program.ts";

type SummaryObject = ReturnType<typeof summaryObject>;

/** From 24 MiB on there is a second thread. */
const REPEATS = 8;
const FILE_HEADER = 24;
const { bytes, totals } = captureInMemory({ name: "mix", size: { packets: 100_000, connections: 5000, seconds: 60 } });
const PACKETS = totals.packets * REPEATS;
const alone = lacks("a second thread", availableParallelism() < 2 ? ["second core"] : []);

let folder = "";
const path = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "flowgauge-worker-"));
  const file = openSync(path("large.pcap"), "w");
  writeSync(file, bytes);
  for (let i = 1; i < REPEATS; i++) writeSync(file, bytes, FILE_HEADER);
  closeSync(file);
  expect(bytes.length * REPEATS).toBeGreaterThan(40e6);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const lines = (text: string) => text.split("\n").filter(Boolean);
const summaries = (stderr: string) =>
  lines(stderr)
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as SummaryObject);

describe.skipIf(alone)("a second thread", () => {
  test("gives the flows that one thread gives", async () => {
    const options = ["track", "--json", "--summary", "json", "--timeout", "udp=5s"];
    const two = await runProgram([...options, path("large.pcap")]);
    const one = await start([
      "sh",
      "-c",
      `exec '${process.execPath}' '${CLI}' ${options.join(" ")} - < '${path("large.pcap")}'`,
    ]).ended;
    expect(lines(two.stdout).length).toBeGreaterThan(5000);
    expect(lines(two.stdout).sort().join("\n") === lines(one.stdout).sort().join("\n")).toBe(true);
    const [ofTwo] = summaries(two.stderr);
    const [ofOne] = summaries(one.stderr);
    expect(ofTwo!.ledger).toEqual(ofOne!.ledger);
    expect(ofTwo!.flows).toEqual(ofOne!.flows);
    expect(ofTwo!.packets).toBe(PACKETS);
    expect([one.code, two.code]).toEqual([0, 0]);
  });

  test("a cut file: the sentence, the good packets, exit code 1", async () => {
    const cut = Buffer.concat([bytes, ...Array.from({ length: REPEATS - 1 }, () => bytes.subarray(FILE_HEADER))]);
    writeFileSync(path("cut.pcap"), cut.subarray(0, -5));
    const { stderr, stdout, code } = await runProgram(["track", "--json", "--summary", "json", path("cut.pcap")]);
    expect(stderr).toContain(`flowgauge: ${path("cut.pcap")}, packet ${PACKETS}, offset `);
    expect(summaries(stderr)[0]).toMatchObject({
      packets: PACKETS - 1,
      ledger: { unexplained: { packets: 0, bytes: 0 } },
    });
    expect(lines(stdout).length).toBeGreaterThan(1000);
    expect(code).toBe(1);
  });

  /** In the middle of the run: nobody takes the output for a while, so that it has to wait. */
  async function inTheMiddle(signal: "SIGINT" | "SIGUSR1") {
    const program = startProgram([
      "track",
      "--events",
      "--json",
      "--summary",
      "json",
      "--update",
      "1s",
      path("large.pcap"),
    ]);
    await program.until(({ stdout }) => stdout.length > 3e6);
    program.child.stdout!.pause();
    program.child.kill(signal);
    await new Promise((resolve) => setTimeout(resolve, 100));
    program.child.stdout!.resume();
    const { stdout, stderr, code } = await program.ended;
    for (const line of lines(stdout).slice(-2)) JSON.parse(line);
    return { summaries: summaries(stderr), ends: stdout.match(/"event":"end"/g)?.length, stderr, code };
  }

  test("Ctrl-C in the middle: all that was read is printed and adds up, exit code 130", async () => {
    const {
      summaries: [summary],
      ends,
      code,
    } = await inTheMiddle("SIGINT");
    expect(code).toBe(130);
    expect(summary!.packets).toBeGreaterThan(0);
    expect(summary!.packets).toBeLessThan(PACKETS);
    expect(summary!.ledger.unexplained).toEqual({ packets: 0, bytes: 0 });
    expect(summary!.flows.live).toBe(0);
    expect(Object.values(summary!.flows.ended).reduce((a, b) => a + b)).toBe(ends);
  });

  test("SIGUSR1 in the middle: a summary that adds up, and the run goes on", async () => {
    const {
      summaries: [middle, last],
      code,
    } = await inTheMiddle("SIGUSR1");
    expect(code).toBe(0);
    expect(middle!.packets).toBeGreaterThan(0);
    expect(middle!.packets).toBeLessThan(PACKETS);
    expect(middle!.ledger.unexplained).toEqual({ packets: 0, bytes: 0 });
    expect(last!.packets).toBe(PACKETS);
  });

  test("a reader that goes away ends it at once", async () => {
    const line = `'${process.execPath}' '${CLI}' track --events --json '${path("large.pcap")}' | head -1`;
    const { stderr, code } = await start(["bash", "-c", `set -o pipefail; ${line}`]).ended;
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  });
});
