// CaptureProcess: one running capture program. It lives in a process group of its own, so that Ctrl-C reaches us alone
// and we decide about the order of the end: interrupt the program, read what it still has, then finish.
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { CapturePipe } from "./capture-pipe.ts";

/** How long a program may take to end by itself once it is told to. */
const END_MS = 2000;
/** What is kept of its words. */
const MAX_WORDS = 16_384;
/** Its bit in a mask of signals. */
const SIGUSR1_BIT = 1n << 9n;

export interface ProcessEnd {
  /** null where a signal ended it or it could not be started. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly error: Error | null;
}

export class CaptureProcess {
  readonly ended: Promise<ProcessEnd>;
  readonly #child: ChildProcess;
  readonly #pipe: CapturePipe | null;
  #said = "";
  #stopping = false;

  constructor(path: string, args: readonly string[]) {
    const pipe = CapturePipe.make();
    const child = spawn(path, args, {
      stdio: ["ignore", pipe?.writeEnd ?? "pipe", "pipe"],
      detached: true,
      env: { ...process.env, LC_ALL: "C" },
    });
    pipe?.handedOver();
    this.#child = child;
    this.#pipe = pipe;
    child.stderr?.setEncoding("latin1").on("data", (text: string) => {
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

  /** All that the program captures. A piece is valid until the next one is asked for. */
  octets(): AsyncIterable<Uint8Array> {
    return this.#pipe?.octets() ?? this.#child.stdout!;
  }

  /** What the program has said on its standard error output. */
  get said(): string {
    return this.#said;
  }

  /** True when we asked it to end. */
  get stopping(): boolean {
    return this.#stopping;
  }

  /**
   * Asks the program to say how it is getting on, which tcpdump does when it gets SIGUSR1. False where it does not listen for that (or nobody
   * knows): it would end.
   */
  ask(): boolean {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null || this.#stopping) return false;
    try {
      const caught = /^SigCgt:\s*([0-9a-f]+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1];
      if (caught === undefined || (BigInt(`0x${caught}`) & SIGUSR1_BIT) === 0n) return false;
    } catch {
      return false;
    }
    return this.#child.kill("SIGUSR1");
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
    if (this.#pipe !== null) this.#pipe.drain();
    else this.#child.stdout?.resume();
    await this.ended;
  }
}
