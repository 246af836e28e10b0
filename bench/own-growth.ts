// Benches of our program alone: what a packet costs as flows grow in number, and what memory a capture takes as it grows in length.
import { cachedCapture } from "./capture-cache.ts";
import { type Measurement, measure, spread } from "./measured-process.ts";
import { BUILD_FIRST, ourCommand } from "./programs.ts";

const FLOWS = [10_000, 100_000, 500_000, 2_000_000] as const;
const TIMES = [1, 10] as const;
/** Short beside the capture, so that both captures come to the same number of flows in the table. */
const SHORT_TIMEOUTS = ["tcp=30s", "udp=30s", "icmp=30s", "general=30s", "tcp.fin=5s", "tcp.rst=5s"].flatMap(
  (timeout) => ["--timeout", timeout],
);

/** Nanoseconds a packet over N live flows; the time to start, measured with a capture of one packet, is taken off. */
export async function benchScale(rounds: number, seed: number, say: (line: string) => void): Promise<string> {
  const command = ourCommand("track", "--quiet");
  if (command === null) return `${BUILD_FIRST}\n`;
  const empty = await cachedCapture(
    { name: "scale", count: 1, seed, size: { packets: 1, connections: 1, seconds: 1 } },
    say,
  );
  const captures = [];
  for (const count of FLOWS) captures.push(await cachedCapture({ name: "scale", count, seed }, say));
  const runs = [empty, ...captures].map(() => [] as Measurement[]);
  for (let round = 1; round <= rounds; round++) {
    for (const [i, capture] of [empty, ...captures].entries()) {
      const result = await measureSound([...command, capture.file]);
      runs[i]!.push(result);
      say(`${capture.title}, round ${round} of ${rounds}: ${result.seconds.toFixed(2)} s`);
    }
  }
  const start = spread(runs[0]!.map((run) => run.seconds)).median;
  const lines = [
    "### scale: cost of a packet over N live flows",
    "| flows | ns a packet: median (min-max) | peak MB |",
    "| --- | --- | --- |",
  ];
  for (const [i, capture] of captures.entries()) {
    const cost = spread(runs[i + 1]!.map((run) => ((run.seconds - start) / capture.totals.packets) * 1e9));
    lines.push(
      `| ${FLOWS[i]} | ${cost.median.toFixed(0)} (${cost.min.toFixed(0)}-${cost.max.toFixed(0)}) | ${peak(runs[i + 1]!)} |`,
    );
  }
  return `${lines.join("\n")}\nStart of the program, taken off: ${start.toFixed(3)} s\n`;
}

/** Peak memory of a capture and of one ten times as long, with as many flows alive in both. */
export async function benchMemory(rounds: number, seed: number, say: (line: string) => void): Promise<string> {
  const command = ourCommand("track", "--quiet", ...SHORT_TIMEOUTS);
  if (command === null) return `${BUILD_FIRST}\n`;
  const lines = [
    "### memory: the same live flows, ten times as long",
    "| capture | packets | peak MB | seconds |",
    "| --- | --- | --- | --- |",
  ];
  for (const count of TIMES) {
    const capture = await cachedCapture({ name: "long", count, seed }, say);
    const runs: Measurement[] = [];
    for (let round = 1; round <= rounds; round++) {
      runs.push(await measureSound([...command, capture.file]));
      say(`${capture.title}, round ${round} of ${rounds}: peak ${peak(runs)} MB`);
    }
    const seconds = spread(runs.map((run) => run.seconds)).median;
    lines.push(`| ${capture.title} | ${capture.totals.packets} | ${peak(runs)} | ${seconds.toFixed(2)} |`);
  }
  return `${lines.join("\n")}\n`;
}

async function measureSound(command: readonly string[]): Promise<Measurement> {
  const result = await measure(command);
  if (result.status !== 0)
    throw new Error(`${command.slice(1).join(" ")} ended with status ${result.status}: ${result.stderr.trim()}`);
  return result;
}

function peak(runs: readonly Measurement[]): string {
  const peaks = runs.map((run) => run.peakMegabytes).filter((value) => value !== null);
  return peaks.length === 0 ? "-" : Math.max(...peaks).toFixed(0);
}
