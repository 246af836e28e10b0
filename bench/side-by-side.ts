// One capture through all programs in turn, round after round, and the table of it.
import type { CachedCapture } from "./capture-cache.ts";
import { type Measurement, measure, type Spread, spread } from "./measured-process.ts";
import type { Program } from "./programs.ts";

export interface Row {
  readonly program: Program;
  readonly runs: readonly Measurement[];
}

/**
 * A B C A B C ..., so that what slows the machine for a while slows all of them. A program that fails is said and left out;
 * when it is ours, or its answer is wrong, the bench ends with status 1.
 */
export async function runInTurn(
  programs: readonly Program[],
  capture: CachedCapture,
  rounds: number,
  say: (line: string) => void,
): Promise<Row[]> {
  const rows = programs.map((program) => ({ program, runs: [] as Measurement[], failed: false }));
  for (let round = 1; round <= rounds; round++) {
    for (const row of rows) {
      if (row.failed) continue;
      const result = await measure(row.program.command(capture.file));
      row.program.clean?.();
      say(`${capture.title}, round ${round} of ${rounds}: ${row.program.title} ${result.seconds.toFixed(2)} s`);
      if (result.status !== 0) {
        row.failed = true;
        if (row.program.group === "ours") process.exitCode = 1;
        say(
          `${row.program.title} ended with status ${result.status}: ${result.stderr.trim().split("\n").at(-1) ?? ""}`,
        );
        continue;
      }
      row.runs.push(result);
      const wrong = row.program.group === "ours" ? checkOurs(result.stderr, capture.totals.packets) : null;
      if (wrong === null) continue;
      process.exitCode = 1;
      say(`WRONG ANSWER of ${row.program.title}: ${wrong}`);
    }
  }
  return rows.filter((row) => !row.failed);
}

/** Looks for the number of packets read in our summary on stderr; null = it is the capture's, or no number is said. */
export function checkOurs(stderr: string, packets: number): string | null {
  const found = /packets\s+([\d,]*\d) read/.exec(stderr)?.[1];
  if (found === undefined) return null;
  const number = Number(found.replaceAll(",", ""));
  return number === packets ? null : `${number} packets, the capture has ${packets}`;
}

/** A table in Markdown, then one line a peer. "x ours" is its time by that of our first row: 2.00 = takes twice as long. */
export function printTable(capture: CachedCapture, rows: readonly Row[]): string {
  const { packets, fileBytes, connections } = capture.totals;
  const flows = connections === null ? "" : `, ${connections} connections`;
  const measured = rows.map((row) => ({
    program: row.program,
    wall: spread(row.runs.map((run) => run.seconds)),
    cpu: known(row.runs.map((run) => run.cpuSeconds)),
    peak: known(row.runs.map((run) => run.peakMegabytes)),
  }));
  const ours = measured.find((row) => row.program.group === "ours")?.wall.median;
  const lines = [
    `### ${capture.title}: ${packets} packets${flows}, ${(fileBytes / 1e6).toFixed(0)} MB, ${rows[0]?.runs.length ?? 0} rounds`,
    "| program | seconds: median (min-max) | CPU s | M packets/s | peak MB | x ours |",
    "| --- | --- | --- | --- | --- | --- |",
    ...measured.map(({ program, wall, cpu, peak }) => {
      const range = `${wall.median.toFixed(2)} (${wall.min.toFixed(2)}-${wall.max.toFixed(2)})`;
      const rate = (packets / wall.median / 1e6).toFixed(2);
      const ratio = ours === undefined ? "-" : (wall.median / ours).toFixed(2);
      return `| ${program.title} | ${range} | ${cpu?.median.toFixed(2) ?? "-"} | ${rate} | ${peak?.max.toFixed(0) ?? "-"} | ${ratio} |`;
    }),
  ];
  if (ours !== undefined) {
    for (const { program, wall } of measured.filter((row) => row.program.group !== "ours")) {
      const times = wall.median / ours;
      const word = times >= 1 ? `${times.toFixed(2)} times as fast as` : `${(1 / times).toFixed(2)} times the time of`;
      lines.push(`ours: ${word} ${program.title}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function known(values: readonly (number | null)[]): Spread | null {
  const numbers = values.filter((value) => value !== null);
  return numbers.length === 0 ? null : spread(numbers);
}
