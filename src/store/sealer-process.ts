// The process that seals, seen from who started it: a task in, an answer out, whatever becomes of it.
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { within } from "./deadline.ts";
import type { SealerAnswer, SealerTask } from "./sealer-worker.ts";

const MOST_WORDS = 2000;
/** What takes longer than this will not end. */
const MOST_MS = 3_600_000;
/** It has the time to remove what it leaves. */
const GOODBYE_MS = 500;

export class SealerProcess {
  private child: ChildProcess | null = null;
  /** Private, as the engine takes a configuration from where it is; what the process leaves is in it. */
  private folder: string | null = null;
  private timer: NodeJS.Timeout | undefined;

  private readonly patient: boolean;

  /** `patient`: it gets the processor when nobody else wants it. */
  constructor(patient: boolean) {
    this.patient = patient;
  }

  /** One task at a time. A process that dies is an answer, too; the next task starts another one. */
  async ask(task: SealerTask): Promise<SealerAnswer> {
    let child: ChildProcess;
    try {
      child = this.child ?? this.start();
    } catch (error) {
      return { error: (error as Error).message, engine: false };
    }
    let words = "";
    const hear = (text: string) => {
      words = (words + text).slice(-MOST_WORDS);
    };
    child.stderr?.on("data", hear);
    const answer = await new Promise<SealerAnswer>((resolve) => {
      const died = (how: string) => {
        this.kill();
        const said = words === "" ? "" : `: ${words.trim()}`;
        resolve({ error: `that the process which seals ended (${how})${said}`, engine: false });
      };
      child.once("exit", (code, signal) => died(signal ?? `exit code ${code}`));
      child.once("error", ({ message }) => died(message));
      child.once("message", (message) => resolve(message as SealerAnswer));
      this.timer = setTimeout(() => died(`as it took more than ${MOST_MS / 1000} s`), MOST_MS);
      child.send(task, (error) => error !== null && died(error.message));
    });
    clearTimeout(this.timer);
    for (const event of ["exit", "error", "message"]) child.removeAllListeners(event);
    child.on("error", () => {});
    child.stderr?.off("data", hear);
    return answer;
  }

  /** Resolves when it is gone. What it has begun is left to recovery. */
  async stop(): Promise<void> {
    const { child } = this;
    if (child === null) return;
    clearTimeout(this.timer);
    child.removeAllListeners();
    child.on("error", () => {});
    const gone = new Promise<true>((resolve) => child.once("exit", () => resolve(true)));
    if (child.connected) child.disconnect();
    if (child.exitCode === null && child.signalCode === null) await within(gone, GOODBYE_MS);
    this.kill();
  }

  private kill(): void {
    const { child, folder } = this;
    this.child = null;
    this.folder = null;
    child?.kill("SIGKILL");
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
  }

  /** In a session of its own, away from Ctrl-C. */
  private start(): ChildProcess {
    const folder = mkdtempSync(join(tmpdir(), "flowgauge-seal-"));
    this.folder = folder;
    const child = fork(new URL("./sealer-worker.js", import.meta.url), this.patient ? ["patient"] : [], {
      cwd: folder,
      env: { ...process.env, TMPDIR: folder },
      detached: true,
      execArgv: [],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    child.stderr?.setEncoding("utf8").resume();
    this.child = child;
    return child;
  }
}
