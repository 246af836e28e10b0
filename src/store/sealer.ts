// Sealer: has spools sealed, one task at a time, by a process of its own that may die without harm.
import { join } from "node:path";
import type { Sealed } from "./seal.ts";
import { SealerProcess } from "./sealer-process.ts";

export interface SealerOptions {
  /** The store's. */
  readonly folder: string;
  readonly intervalSeconds: number;
  /** Whether limits of what is kept are held to, and small segments put together. */
  readonly housekeep: boolean;
  /** Others are more in a hurry than sealing is. */
  readonly patient: boolean;
  readonly onSealed: (sealed: Sealed) => void;
  readonly onProblem: (sentence: string) => void;
  /** What a person may change, but no flows are in danger. */
  readonly onNote: (sentence: string) => void;
}

/** Spools that become one set of segments. */
const MOST_TOGETHER = 32;
/** Tries of a spool by itself; what waits between them. */
const MOST_TRIES = 3;
const RETRY_MS = 2000;
/** A process without work ends: the engine takes much memory. */
const IDLE_MS = 20_000;
const HOUSEKEEPING_MS = 60_000;

interface Waiting {
  readonly name: string;
  tries: number;
}

export class Sealer {
  private readonly options: SealerOptions;
  private readonly queue: Waiting[] = [];
  private running: Promise<void> | null = null;
  private readonly process: SealerProcess;
  private idle: NodeJS.Timeout | null = null;
  private ended = false;
  /** Spools that could not be sealed for now. */
  private readonly stuck: string[] = [];
  private nextHousekeeping = 0;
  /** Why nothing can be sealed in this run. */
  private hopeless = false;
  private stopWaiting: () => void = () => {};

  constructor(options: SealerOptions) {
    this.options = options;
    this.process = new SealerProcess(options.patient);
  }

  /** Spools that are not sealed: they wait, or cannot be. */
  get waiting(): number {
    return this.queue.length + this.stuck.length;
  }

  add(spools: readonly string[]): void {
    for (const name of spools) this.queue.push({ name, tries: 0 });
    if (this.queue.length > 0 && !this.hopeless) this.go();
  }

  /** What could not be sealed is tried again: to be called now and then, and when there is room on the disk again. */
  retry(): void {
    this.add(this.stuck.splice(0));
    this.go();
  }

  private go(): void {
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
  async end(): Promise<void> {
    this.ended = true;
    if (this.idle !== null) clearTimeout(this.idle);
    this.stopWaiting();
    await this.process.stop();
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
    this.idle = setTimeout(() => void this.process.stop(), IDLE_MS);
    this.idle.unref();
  }

  private async seal(together: readonly Waiting[]): Promise<void> {
    const { folder, intervalSeconds, onSealed, onProblem, onNote } = this.options;
    if (this.idle !== null) clearTimeout(this.idle);
    const spools = together.map(({ name }) => name);
    const answer = await this.process.ask({ seal: { folder, spools, intervalSeconds } });
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
      onNote(`flows stay in the spool, and are not sealed: ${answer.error}`);
      return;
    }
    for (const one of together) one.tries++;
    const [{ name, tries }] = together as [Waiting];
    if (together.length === 1 && tries >= MOST_TRIES) {
      this.remove(together);
      this.stuck.push(name);
      onProblem(
        `${join(folder, "spool", name)}: expected to seal it, found ${answer.error}; its flows stay in the spool, and it is tried again later`,
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
    const answer = await this.process.ask({ housekeep: this.options.folder });
    if (this.ended) return;
    const more = "housekept" in answer && answer.housekept?.more === true;
    this.nextHousekeeping = performance.now() + (more ? 0 : HOUSEKEEPING_MS);
    if ("error" in answer) this.options.onProblem(`expected to tidy the store, found ${answer.error}`);
    if ("housekept" in answer) for (const problem of answer.housekept?.problems ?? []) this.options.onProblem(problem);
  }

  private remove(spools: readonly Waiting[]): void {
    for (const one of spools) this.queue.splice(this.queue.indexOf(one), 1);
  }
}
