// The collectors that are blasted at: ours and nfcapd, each writing its records to files.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram } from "../measured-process.ts";
import { ourCommand } from "../programs.ts";
import { BUFFER_OCTETS } from "./arena.ts";

export interface CollectorProgram {
  readonly title: string;
  /** Where it writes; removed after the run. */
  readonly folder: string;
  readonly command: readonly string[];
  /** Records that it took, when it has ended and said so much on stderr. */
  records(stderr: string): number;
}

type Make = (port: number) => CollectorProgram | null;

const folder = (): string => mkdtempSync(join(tmpdir(), "flowgauge-collect-"));

function ours(title: string, ...output: readonly string[]): Make {
  return (port) => {
    const where = folder();
    const words = output.map((word) => word.replace("FOLDER", where));
    const command = ourCommand(
      ...["collect", `udp://127.0.0.1:${port}`, "--buffer", String(BUFFER_OCTETS), "--templates", "none"],
      ...["--clock", "keep", "--quiet", "--summary", "json", ...words],
    );
    if (command === null) return null;
    return {
      title,
      folder: where,
      command,
      records: (stderr) => (JSON.parse(stderr.trim().split("\n").at(-1)!) as { records: number }).records,
    };
  };
}

function nfcapd(port: number): CollectorProgram | null {
  const program = findProgram("nfcapd");
  const reader = findProgram("nfdump");
  if (program === null || reader === null) return null;
  const where = folder();
  return {
    title: "nfcapd -w DIR",
    folder: where,
    command: [program, "-w", where, "-p", String(port), "-b", "127.0.0.1", "-B", String(BUFFER_OCTETS), "-t", "3600"],
    records() {
      const text = execFileSync(reader, ["-R", where, "-I"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
      return Number(/^Flows: (\d+)/m.exec(text)?.[1] ?? 0);
    },
  };
}

export const COLLECTORS: readonly (readonly [name: string, make: Make])[] = [
  ["flowgauge collect --native FILE", ours("flowgauge collect --native FILE", "--native", "FOLDER/flows.native")],
  ["flowgauge collect --quiet", ours("flowgauge collect --quiet")],
  ["nfcapd", nfcapd],
];

export function clean({ folder: where }: CollectorProgram): void {
  rmSync(where, { recursive: true, force: true });
}
