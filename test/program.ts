// The real program, as a person runs it: node dist/cli.js. `npm test` builds it first.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { ROOT } from "./module-imports.ts";

export const CLI = join(ROOT, "dist", "cli.js");
export const DEMO = join(ROOT, "fixtures", "demo.pcapng.gz");

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  /** null where a signal ended it. */
  readonly code: number | null;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Outcome>;
  readonly stdout: string;
  readonly stderr: string;
  /** Resolves when its output so far passes the test; rejects when it ends before. */
  until(test: (output: { readonly stdout: string; readonly stderr: string }) => boolean): Promise<void>;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly stdin?: Buffer | "open";
  /** Words before the program: `ip netns exec NAME`, `setpriv ...`. */
  readonly through?: readonly string[];
  readonly timeoutMs?: number;
}

/** No run of a test takes longer: what hangs is ended and fails. */
const TIMEOUT_MS = 20_000;

/** Starts any program; its output is kept as text. */
export function start(command: readonly string[], options: RunOptions = {}): Running {
  const [program = "", ...words] = command;
  const child = spawn(program, words, {
    cwd: options.cwd ?? ROOT,
    env: { ...process.env, NO_COLOR: "1", TZ: "America/St_Johns" },
  });
  const said = { stdout: "", stderr: "" };
  let watch = () => {};
  let closed = false;
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      said[name] += text;
      watch();
    });
  }
  child.stdin.on("error", () => {}); // who does not read to the end is not at fault here
  if (options.stdin !== "open") child.stdin.end(options.stdin);
  const timer = setTimeout(() => child.kill("SIGKILL"), options.timeoutMs ?? TIMEOUT_MS);
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      closed = true;
      resolve({ ...said, code });
      watch();
    });
  });
  return {
    child,
    ended,
    get stdout() {
      return said.stdout;
    },
    get stderr() {
      return said.stderr;
    },
    until: (test) =>
      new Promise((resolve, reject) => {
        watch = () => {
          if (test(said)) resolve();
          // What it said last may come after its exit.
          else if (closed) reject(new Error(`it ended: ${said.stderr}`));
        };
        watch();
      }),
  };
}

/** Starts flowgauge with these arguments. */
export function startProgram(args: readonly string[], options: RunOptions = {}): Running {
  return start([...(options.through ?? []), process.execPath, CLI, ...args], options);
}

/** Runs flowgauge to its end. */
export function runProgram(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return startProgram(args, options).ended;
}

/** Runs any program to its end and gives its standard output; throws where it fails. */
export async function run(command: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await start(command, options).ended;
  if (code !== 0) throw new Error(`${command.join(" ")}: exit code ${code}: ${stderr}`);
  return stdout;
}

/** The programs of a list that are not installed. */
export function missingPrograms(...names: string[]): string[] {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin", "/usr/local/sbin"];
  return names.filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
}

/** True where something is missing; says so, so that a skipped test is no silent one. */
export function lacks(what: string, missing: readonly string[]): boolean {
  if (missing.length > 0) console.log(`${what}: skipped, as there is no ${missing.join(", ")} here`);
  return missing.length > 0;
}

/** Words before a program that make it run as nobody; null where that cannot be, or nobody may not read our files. */
export async function asNobody(): Promise<readonly string[] | null> {
  const words = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"];
  if (process.getuid?.() !== 0 || missingPrograms("setpriv").length > 0) return null;
  const { code } = await start([...words, "test", "-r", CLI]).ended;
  return code === 0 ? words : null;
}
