// Sealer: has spools sealed, one task at a time, by a process of its own that may die without harm.
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sealed } from "./seal.ts";
import type { SealerAnswer, SealerTask } from "./sealer-worker.ts";

export interface SealerOptions {
  /** The store's. */
  readonly folder: string;
  readonly intervalSeconds: number;
  /** Whether limits of what is kept are held to, and small segments put together. */
  readonly housekeep: boolean;
  readonly onSealed: (sealed: Sealed) => void;
  readonly onProblem: (sentence: string) => void;
}

/** Spools that become one set of segments. */
const MOST_TOGETHER = 32;
/** Tries of a spool by itself; what waits between them. */
const MOST_TRIES = 3;
const RETRY_MS = 2000;
/** A process without work ends: the engine takes much memory. */
const IDLE_MS = 20_000;
const MOST_WORDS = 2000;
const HOUSEKEEPING_MS = 60_000;

interface Waiting {
  readonly name: string;
  tries: number;
}

export class Sealer {
  private readonly options: SealerOptions;
  private readonly queue: Waiting[] = [];
  private running: Promise<void> | null = null;
  private child: ChildProcess | null = null;
  private cwd: string | null = null;
  private idle: NodeJS.Timeout | null = null;
  private ended = false;
  private stuck = 0;
  private nextHousekeeping = 0;
  /** Why nothing can be sealed in this run. */
  private hopeless = false;
  private stopWaiting: () => void = () => {};

  constructor(options: SealerOptions) {
    this.options = options;
  }

  /** Spools that are not sealed: they wait, or cannot be. */
  get waiting(): number {
    return this.queue.length + this.stuck;
  }

  add(spools: readonly string[]): void {
    for (const name of spools) this.queue.push({ name, tries: 0 });
    if (this.queue.length > 0 && !this.hopeless) this.tidy();
  }

  /** To be called now and then while nothing is sealed. */
  tidy(): void {
    if (this.ended) return;
    this.running ??= this.work().finally(() => {
      this.running = null;
    });
  }

  /** Resolves when there is nothing to seal any more, or nothing that can be. */
  async done(): Promise<void> {
    await this.running;
  }

  /** Stops; what is not sealed yet stays in the spool. */
  end(): void {
    this.ended = true;
    this.stopWaiting();
    this.stopChild();
  }

  private async work(): Promise<void> {
    while (this.queue.length > 0 && !this.ended && !this.hopeless) {
      const tried = this.queue.filter(({ tries }) => tries > 0);
      // Those that could not be sealed together are tried one by one, when the others are done.
      const fresh = this.queue.filter(({ tries }) => tries === 0).slice(0, MOST_TOGETHER);
      const together = fresh.length > 0 ? fresh : tried.slice(0, 1);
      await this.seal(together);
      await this.housekeep();
    }
    await this.housekeep();
    this.idle = setTimeout(() => this.stopChild(), IDLE_MS);
    this.idle.unref();
  }

  private async seal(together: readonly Waiting[]): Promise<void> {
    const { folder, intervalSeconds, onSealed, onProblem } = this.options;
    const spools = together.map(({ name }) => name);
    const answer = await this.ask({ seal: { folder, spools, intervalSeconds } });
    if (this.ended) return;
    if ("sealed" in answer) {
      this.remove(together);
      for (const problem of answer.sealed.problems) onProblem(problem);
      onSealed(answer.sealed);
      return;
    }
    if ("housekept" in answer) return;
    if (answer.engine) {
      this.hopeless = true;
      onProblem(`flows stay in the spool, and are not sealed: ${answer.error}`);
      return;
    }
    for (const one of together) one.tries++;
    const [{ name, tries }] = together as [Waiting];
    if (together.length === 1 && tries >= MOST_TRIES) {
      this.remove(together);
      this.stuck++;
      onProblem(
        `${join(folder, "spool", name)}: expected to seal it, found ${answer.error}; its flows stay in the spool until the next start`,
      );
      return;
    }
    await new Promise<void>((resolve) => {
      this.stopWaiting = resolve;
      setTimeout(resolve, RETRY_MS);
    });
  }

  /** The limits of what is kept, and small segments put together: beside sealing, as it has the engine then. */
  private async housekeep(): Promise<void> {
    if (this.ended || !this.options.housekeep || performance.now() < this.nextHousekeeping) return;
    const answer = await this.ask({ housekeep: this.options.folder });
    if (this.ended) return;
    const more = "housekept" in answer && answer.housekept?.more === true;
    this.nextHousekeeping = performance.now() + (more ? 0 : HOUSEKEEPING_MS);
    if ("error" in answer) this.options.onProblem(`expected to tidy the store, found ${answer.error}`);
    if ("housekept" in answer) for (const problem of answer.housekept?.problems ?? []) this.options.onProblem(problem);
  }

  private remove(spools: readonly Waiting[]): void {
    for (const one of spools) this.queue.splice(this.queue.indexOf(one), 1);
  }

  private async ask(task: SealerTask): Promise<SealerAnswer> {
    if (this.idle !== null) clearTimeout(this.idle);
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
        if (this.child === child) this.stopChild();
        resolve({
          error: `that the process which seals ended (${how})${words === "" ? "" : `: ${words.trim()}`}`,
          engine: false,
        });
      };
      child.once("exit", (code, signal) => died(signal ?? `exit code ${code}`));
      child.once("error", ({ message }) => died(message));
      child.once("message", (message) => resolve(message as SealerAnswer));
      child.send(task, (error) => error !== null && died(error.message));
    });
    for (const event of ["exit", "error", "message"]) child.removeAllListeners(event);
    child.on("error", () => {});
    child.stderr?.off("data", hear);
    return answer;
  }

  /** In a private folder, as the engine takes a configuration from where it is; in a session of its own, away from Ctrl-C. */
  private start(): ChildProcess {
    this.cwd = mkdtempSync(join(tmpdir(), "flowgauge-seal-"));
    const child = fork(new URL("./sealer-worker.js", import.meta.url), [], {
      cwd: this.cwd,
      detached: true,
      execArgv: [],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    child.stderr?.setEncoding("utf8").resume();
    // It never keeps this process alive by itself: who waits for an answer does.
    this.child = child;
    return child;
  }

  private stopChild(): void {
    this.child?.removeAllListeners();
    this.child?.on("error", () => {});
    this.child?.kill("SIGKILL");
    this.child = null;
    if (this.cwd !== null) rmSync(this.cwd, { recursive: true, force: true });
    this.cwd = null;
  }
}
