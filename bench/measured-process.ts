// Runs one program to its end and says what it took: wall clock by us, CPU and peak memory by GNU time (wait4's rusage).
import { spawn } from "node:child_process";
import { accessSync, constants, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

export interface Measurement {
  readonly seconds: number;
  /** User and system time of all threads; null without GNU time. */
  readonly cpuSeconds: number | null;
  /** The biggest resident set, 10^6 octets; null without GNU time. */
  readonly peakMegabytes: number | null;
  readonly status: number;
  /** The last octets that it said on stderr. */
  readonly stderr: string;
}

const STDERR_KEPT = 65_536;

/** Where a program lies; daemons may be in directories that a person's PATH leaves out. */
export function findProgram(name: string): string | null {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];
  for (const folder of folders) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not here
    }
  }
  return null;
}

const GNU_TIME = findProgram("time");

/** What of a measurement is missing here, as a sentence; null when nothing is. */
export function missingMeasures(): string | null {
  return GNU_TIME === null ? "GNU time (/usr/bin/time) is not installed: no CPU seconds and no peak memory" : null;
}

/** Its stdout goes to /dev/null. Rejects only when it cannot be started; see `status`. */
export async function measure(command: readonly string[]): Promise<Measurement> {
  if (GNU_TIME === null) return { ...(await run(command)), cpuSeconds: null, peakMegabytes: null };
  const folder = mkdtempSync(join(tmpdir(), "flowgauge-measure-"));
  try {
    const report = join(folder, "time");
    const result = await run([GNU_TIME, "-q", "-o", report, "-f", "%U %S %M", "--", ...command]);
    const [user = 0, system = 0, kibibytes = 0] = readFileSync(report, "utf8").trim().split(" ").map(Number);
    return { ...result, cpuSeconds: user + system, peakMegabytes: (kibibytes * 1024) / 1e6 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run([program = "", ...words]: readonly string[]): Promise<Pick<Measurement, "seconds" | "status" | "stderr">> {
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    let seconds = 0;
    let stderr = "";
    const child = spawn(program, words, { stdio: ["ignore", "ignore", "pipe"] });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-STDERR_KEPT);
    });
    child.on("error", reject);
    child.on("exit", () => {
      seconds = (performance.now() - begin) / 1000;
    });
    child.on("close", (code) => resolve({ seconds, status: code ?? -1, stderr }));
  });
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Of one number or more. */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? Number.NaN;
  const median = sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? upper)) / 2;
  return { median, min: sorted[0] ?? Number.NaN, max: sorted.at(-1) ?? Number.NaN };
}
