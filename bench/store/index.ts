// npm run bench -- store: octets on disk, ingest and questions of a store beside nfdump's, over the same flows; one address in a month.
import { findProgram, type Measurement, measure, type Spread, spread } from "../measured-process.ts";
import { ourCommand } from "../programs.ts";
import { benchMonth } from "./month.ts";
import { QUESTIONS } from "./questions.ts";
import { type Stored, type StoredFlows, storedFlows } from "./stored-flows.ts";

const FLOWS = 10_000_000;

type Say = (line: string) => void;

/** FLOWGAUGE_BENCH_FLOWS makes it smaller, to try it. */
export async function benchStore(rounds: number, seed: number, say: Say): Promise<string> {
  const flows = Number(process.env.FLOWGAUGE_BENCH_FLOWS ?? FLOWS);
  const stored = await storedFlows(seed, flows, say);
  const questions = await questionTable(stored, rounds, say);
  const month = await benchMonth(rounds, seed, Math.round(flows * 0.2), say);
  return [diskTable(stored), questions, month].join("\n\n");
}

function diskTable({ flows, ours, nfdump }: StoredFlows): string {
  const row = (title: string, stored: Stored) => {
    const { octets, cpuSeconds, peakMegabytes } = stored;
    const cpu = cpuSeconds === null ? "-" : (cpuSeconds / (flows / 1e6)).toFixed(2);
    return `| ${title} | ${(octets / flows).toFixed(1)} | ${cpu} | ${peakMegabytes?.toFixed(0) ?? "-"} |`;
  };
  return [
    `### store: ${flows} flows of an hour`,
    "| program | octets a flow on disk | CPU s per M flows written | peak MB |",
    "| --- | --- | --- | --- |",
    row("flowgauge collect --store (sealed)", ours),
    ...Object.entries(nfdump).map(([name, stored]) => row(`nfcapd, ${name}`, stored)),
  ].join("\n");
}

interface Asked {
  readonly title: string;
  readonly command: readonly string[];
  readonly runs: Measurement[];
}

async function questionTable({ flows, ours, nfdump }: StoredFlows, rounds: number, say: Say): Promise<string> {
  const lines = [
    `| question over ${flows} flows | flowgauge: s (min-max), CPU s, MB | ${Object.keys(nfdump)
      .map((name) => `nfdump, ${name}: s (min-max), CPU s, MB | times ours (CPU)`)
      .join(" | ")} |`,
    `| --- | --- |${" --- | --- |".repeat(Object.keys(nfdump).length)}`,
  ];
  const reader = findProgram("nfdump");
  for (const question of QUESTIONS) {
    const asked: Asked[] = [
      { title: "flowgauge", command: ourCommand("query", ours.folder, ...question.ours)!, runs: [] },
    ];
    for (const [name, stored] of Object.entries(nfdump)) {
      if (reader === null) continue;
      asked.push({
        title: `nfdump ${name}`,
        command: [reader, "-R", stored.folder, "-q", ...question.nfdump],
        runs: [],
      });
    }
    // In turn, after one round that is not counted: all files are in the page cache.
    for (let round = 0; round <= rounds; round++) {
      for (const { title, command, runs } of asked) {
        const run = await measure(command);
        if (run.status !== 0)
          throw new Error(`${title} ended with status ${run.status}: ${command.join(" ")}: ${run.stderr}`);
        if (round > 0) runs.push(run);
      }
    }
    say(
      `${question.title}: ${asked.map(({ title, runs }) => `${title} ${seconds(runs).median.toFixed(2)} s`).join(", ")}`,
    );
    const [first, ...others] = asked;
    const best = seconds(first!.runs).median;
    const cells = others.map(
      ({ runs }) =>
        `${cell(runs)} | ${(seconds(runs).median / best).toFixed(1)} (${(cpu(runs) / cpu(first!.runs)).toFixed(1)})`,
    );
    lines.push(`| ${[question.title, cell(first!.runs), ...cells].join(" | ")} |`);
  }
  return lines.join("\n");
}

function seconds(runs: readonly Measurement[]): Spread {
  return spread(runs.map((run) => run.seconds));
}

/** Median; busy neighbours lengthen it less than the time on the wall. */
function cpu(runs: readonly Measurement[]): number {
  return spread(runs.map((run) => run.cpuSeconds ?? 0)).median;
}

function cell(runs: readonly Measurement[]): string {
  const { median, min, max } = seconds(runs);
  const peak = Math.max(...runs.map((run) => run.peakMegabytes ?? 0));
  return `${median.toFixed(2)} (${min.toFixed(2)}-${max.toFixed(2)}), ${cpu(runs).toFixed(2)}, ${peak.toFixed(0)}`;
}
