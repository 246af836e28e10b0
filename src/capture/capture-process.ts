// CaptureProcess: one running capture program. It lives in a process group of its own, so that Ctrl-C reaches us alone
// and we decide about the order of the end: interrupt the program, read what it still has, then finish.
import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable } from "node:stream";

/** How long a program may take to end by itself once it is told to. */
const END_MS = 2000;
/** What is kept of its words. */
const MAX_WORDS = 16_384;

export interface ProcessEnd {
  /** null where a signal ended it or it could not be started. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly error: Error | null;
}

export class CaptureProcess {
  readonly stdout: Readable;
  readonly ended: Promise<ProcessEnd>;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  #said = "";
  #stopping = false;

  constructor(path: string, args: readonly string[]) {
    const child = spawn(path, args, {
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
      env: { ...process.env, LC_ALL: "C" },
    });
    this.#child = child;
    this.stdout = child.stdout;
    child.stderr.setEncoding("latin1").on("data", (text: string) => {
      this.#said = (this.#said + text).slice(-MAX_WORDS);
    });
    const killNow = () => child.kill("SIGKILL");
    process.once("exit", killNow);
    this.ended = new Promise((resolve) => {
      child.once("error", (error) => resolve({ code: null, signal: null, error }));
      child.once("close", (code, signal) => resolve({ code, signal, error: null }));
    });
    void this.ended.then(() => process.removeListener("exit", killNow));
  }

  /** What the program has said on its standard error output. */
  get said(): string {
    return this.#said;
  }

  /** True when we asked it to end. */
  get stopping(): boolean {
    return this.#stopping;
  }

  /** Asks the program to end; what it has captured can still be read. It is killed if it takes too long. */
  stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#child.kill("SIGINT");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), END_MS);
    void this.ended.then(() => clearTimeout(timer));
  }

  /** Ends without reading on. */
  async abandon(): Promise<void> {
    this.stop();
    this.stdout.resume();
    await this.ended;
  }
}
