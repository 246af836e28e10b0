// The programs that are measured side by side: ours, the peers that are installed, and the limits.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { findProgram } from "./measured-process.ts";

export interface Program {
  readonly title: string;
  readonly group: "ours" | "peer" | "limit";
  command(capture: string): readonly string[];
  /** Takes away what a run has left. */
  clean?(): void;
}

/** From .bench-build/bench/ to the package. */
const PACKAGE = new URL("../../", import.meta.url);
const OUR_CLI = fileURLToPath(new URL("dist/cli.js", PACKAGE));

/** Our command line, or null where it has not been built. */
export function ourCommand(...words: readonly string[]): readonly string[] | null {
  return existsSync(OUR_CLI) ? [process.execPath, OUR_CLI, ...words] : null;
}

export const BUILD_FIRST = "dist/cli.js is not there: run `npm run build` first";

function sibling(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** Flows made and counted, as the peers make their records in binary; then also as text. */
export function ourPrograms(): Program[] {
  const rows = [
    ["flowgauge track --quiet", "--quiet"],
    ["flowgauge track --csv", "--csv"],
    ["flowgauge track --json", "--json"],
  ] as const;
  return rows.flatMap(([title, option]) => {
    const command = ourCommand("track", option);
    return command === null
      ? []
      : [{ title, group: "ours" as const, command: (capture: string) => [...command, capture] }];
  });
}

export function limits(): Program[] {
  const cat = findProgram("cat");
  const walk: Program = {
    title: "walk the packet headers (TypeScript)",
    group: "limit",
    command: (capture) => [process.execPath, sibling("walk-headers.js"), capture],
  };
  if (cat === null) return [walk];
  return [{ title: "cat > /dev/null", group: "limit", command: (capture) => [cat, capture] }, walk];
}

/** The peers found here, each with the options under which it does the same work; `say` hears of the ones that are missing. */
export function peers(sinkPort: number, say: (line: string) => void): Program[] {
  const found: Program[] = [];
  const look = (name: string, add: (path: string) => Program): void => {
    const path = findProgram(name);
    if (path === null) say(`${name} is not installed: left out`);
    else found.push(add(path));
  };
  look("softflowd", (path) => ({
    title: "softflowd -v 9 -m 4000000",
    group: "peer",
    command: (capture) => [
      path,
      "-r",
      capture,
      "-d",
      "-n",
      `127.0.0.1:${sinkPort}`,
      "-v",
      "9",
      "-m",
      "4000000",
      "-c",
      "none",
    ],
  }));
  look("nfpcapd", (path) => {
    let folder = "";
    return {
      title: "nfpcapd -w DIR",
      group: "peer",
      command(capture) {
        folder = mkdtempSync(join(tmpdir(), "flowgauge-nfpcapd-"));
        return [path, "-r", capture, "-w", folder];
      },
      clean: () => rmSync(folder, { recursive: true, force: true }),
    };
  });
  look("argus", (path) => ({
    title: "argus -w /dev/null",
    group: "peer",
    command: (capture) => [path, "-X", "-r", capture, "-w", "/dev/null"],
  }));
  return found;
}

/** Starts the sink for exported datagrams in a process of its own; it ends with us, or with `end()`, which tells what it took. */
export async function startSink(): Promise<{ readonly port: number; end(): Promise<number> }> {
  const child = spawn(process.execPath, [sibling("udp-sink.js")], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const port = Number((await lines.next()).value);
  if (!(port > 0)) throw new Error("the sink for exported datagrams did not start");
  return {
    port,
    async end() {
      child.stdin.end();
      return Number((await lines.next()).value);
    },
  };
}
