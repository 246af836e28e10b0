// npm run bench -- pdml: tshark's PDML of real traffic read and made into flows, and flows by the thousand, beside tshark and pdml2flow.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findProgram, type Measurement, measure } from "../measured-process.ts";
import { BUILD_FIRST, ourCommand } from "../programs.ts";
import { makeFlowPdml, makePdml, makeRealCapture, type PdmlFile } from "./pdml-files.ts";

const FRAMES = 20_000;
/** pdml2flow takes two milliseconds a frame: it gets fewer, and its rate is compared. */
const PEER_FRAMES = 2000;
const FLOW_FRAMES = 200_000;
const LIVE_FLOWS = [1000, 10_000, 100_000];
/** So many frames more, once the flows are there, show what a frame costs then. */
const PEER_MORE = 300;
/** A flow that never ends in the input. */
const SECONDS = "100000";

interface Run {
  readonly title: string;
  readonly command: readonly string[];
  readonly input: PdmlFile;
}

export async function benchPdml(rounds: number, say: (line: string) => void): Promise<string> {
  const ours = ourCommand("pdml");
  const tshark = findProgram("tshark");
  if (ours === null) return BUILD_FIRST;
  if (tshark === null) return "tshark is not installed: there is no PDML to measure with";
  const peer = findProgram("pdml2flow");
  if (peer === null)
    say("pdml2flow is not in PATH: left out (pip install pdml2flow dict2xml 'setuptools<80', Python 3.11 or older)");
  const folder = mkdtempSync(join(tmpdir(), "flowgauge-pdml-"));
  try {
    return `${await benchReal(folder, tshark, ours, peer, rounds, say)}\n${await benchFlows(folder, ours, peer, rounds, say)}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function benchReal(
  folder: string,
  tshark: string,
  ours: readonly string[],
  peer: string | null,
  rounds: number,
  say: (line: string) => void,
): Promise<string> {
  const capture = await makeRealCapture(folder, FRAMES, tshark);
  const real = makePdml(capture, FRAMES, tshark);
  say(`made ${real.frames} frames of PDML, ${megabytes(real.octets)} MB`);
  const runs: Run[] = [
    { title: "flowgauge pdml flows", command: [...ours, "flows", real.file], input: real },
    { title: "flowgauge pdml flows -s", command: [...ours, "flows", "-s", real.file], input: real },
    { title: "flowgauge pdml frames", command: [...ours, "frames", real.file], input: real },
    { title: "our scanner alone", command: script("scan-frames.js", real.file), input: real },
    { title: "limit: a loop that counts the `<`", command: script("scan-octets.js", real.file), input: real },
    { title: "tshark -T pdml", command: [tshark, "-n", "-r", capture, "-T", "pdml"], input: real },
  ];
  if (peer !== null) {
    const some = makePdml(capture, PEER_FRAMES, tshark);
    runs.push({ title: `pdml2flow +json (${PEER_FRAMES} frames)`, command: piped(peer, some.file), input: some });
  }
  const found = await inTurn(runs, rounds, say);
  const first = found[0];
  const lines = [
    `### PDML of real traffic: ${real.frames} frames, ${megabytes(real.octets)} MB, ${rounds} rounds`,
    "| program | s, best (worst) | CPU s | MB/s of CPU | frames/s of CPU | peak MB | CPU a frame x ours |",
    "| --- | --- | --- | --- | --- | --- | --- |",
  ];
  for (const row of found) {
    const perFrame = row.cpu / row.run.input.frames;
    const times = first === undefined ? "-" : (perFrame / (first.cpu / first.run.input.frames)).toFixed(2);
    lines.push(
      `| ${row.run.title} | ${row.best.toFixed(2)} (${row.worst.toFixed(2)}) | ${row.cpu.toFixed(2)} | ${Math.round(row.run.input.octets / 1e6 / row.cpu)} | ${Math.round(1 / perFrame)} | ${row.peak} | ${times} |`,
    );
  }
  return `${lines.join("\n")}\n`;
}

async function benchFlows(
  folder: string,
  ours: readonly string[],
  peer: string | null,
  rounds: number,
  say: (line: string) => void,
): Promise<string> {
  const lines = [
    `### Frames of so many live flows, -t ${SECONDS}`,
    "| live flows | flowgauge pdml flows: frames/s of CPU, peak MB | pdml2flow: frames/s of CPU once they are there | times |",
    "| --- | --- | --- | --- |",
  ];
  for (const flows of LIVE_FLOWS) {
    const input = makeFlowPdml(folder, flows, FLOW_FRAMES);
    const command = [...ours, "flows", "-t", SECONDS, input.file];
    const [own] = await inTurn([{ title: `flowgauge pdml flows, ${flows} live`, command, input }], rounds, say);
    const rate = own === undefined ? Number.NaN : FLOW_FRAMES / own.cpu;
    const peerRate = peer === null || flows > 10_000 ? null : await peerMarginal(folder, peer, flows, say);
    rmSync(input.file);
    lines.push(
      `| ${flows} | ${Math.round(rate)}, ${own?.peak} | ${peerRate === null ? "-" : Math.round(peerRate)} | ${peerRate === null ? "-" : Math.round(rate / peerRate)} |`,
    );
  }
  return `${lines.join("\n")}\n`;
}

/** What frames cost pdml2flow when the flows are there: a run with some more less a run without. */
async function peerMarginal(folder: string, peer: string, flows: number, say: (line: string) => void): Promise<number> {
  const [few, more] = [makeFlowPdml(folder, flows, flows), makeFlowPdml(folder, flows, flows + PEER_MORE)];
  const runs = [few, more].map((input) => ({
    title: `pdml2flow, ${flows} live, ${input.frames} frames`,
    command: piped(peer, input.file, "-t", SECONDS),
    input,
  }));
  const [a, b] = await inTurn(runs, 1, say);
  return PEER_MORE / Math.max(1e-3, (b?.cpu ?? Number.NaN) - (a?.cpu ?? Number.NaN));
}

interface Found {
  readonly run: Run;
  readonly best: number;
  readonly worst: number;
  /** The best of the rounds: other work on the machine only adds. */
  readonly cpu: number;
  readonly peak: string;
}

async function inTurn(runs: readonly Run[], rounds: number, say: (line: string) => void): Promise<Found[]> {
  const results = runs.map((run) => ({ run, found: [] as Measurement[] }));
  for (let round = 1; round <= rounds; round++) {
    for (const { run, found } of results) {
      const result = await measure(run.command);
      if (result.status !== 0) {
        process.exitCode = 1;
        say(`${run.title} ended with status ${result.status}: ${result.stderr.trim().split("\n").at(-1) ?? ""}`);
        continue;
      }
      say(
        `round ${round} of ${rounds}: ${run.title} ${result.seconds.toFixed(2)} s, CPU ${result.cpuSeconds?.toFixed(2)} s`,
      );
      found.push(result);
    }
  }
  return results
    .filter(({ found }) => found.length > 0)
    .map(({ run, found }) => ({
      run,
      best: Math.min(...found.map(({ seconds }) => seconds)),
      worst: Math.max(...found.map(({ seconds }) => seconds)),
      cpu: Math.min(...found.map(({ cpuSeconds, seconds }) => cpuSeconds ?? seconds)),
      peak: Math.max(...found.map(({ peakMegabytes }) => peakMegabytes ?? 0)).toFixed(0),
    }));
}

function script(name: string, file: string): string[] {
  return [process.execPath, fileURLToPath(new URL(name, import.meta.url)), file];
}

/** pdml2flow reads standard input only. */
function piped(program: string, file: string, ...options: readonly string[]): string[] {
  return ["sh", "-c", 'file=$1; shift; exec "$@" +json < "$file"', "sh", file, program, ...options];
}

function megabytes(octets: number): string {
  return (octets / 1e6).toFixed(0);
}
