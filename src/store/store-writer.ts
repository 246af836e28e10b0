// StoreWriter: a sink of flow records that keeps them in a store. At once in the spool, sealed at the end of each interval.
import { SourceError, UsageError } from "../core/errors.ts";
import type { FlowBatch } from "../core/flow-batch.ts";
import type { Arrival } from "./arrivals.ts";
import { within } from "./deadline.ts";
import { writeKeepPolicy } from "./expiry.ts";
import { hiddenBy, readJobs, recoverJobs, sweepJobs } from "./jobs.ts";
import { hasLimits } from "./keep-policy.ts";
import { LedgerWriter } from "./ledger-writer.ts";
import { OnSeal } from "./on-seal.ts";
import type { Sealed } from "./seal.ts";
import { Sealer } from "./sealer.ts";
import { bookRecovered, markBooked, recoverSpools } from "./spool-recovery.ts";
import { SpoolWriter } from "./spool-writer.ts";
import { openStoreFolder, reasonOf } from "./store-folder.ts";
import type { NotStored } from "./store-ledger.ts";
import { StoreLock } from "./store-lock.ts";
import { StoreTalk } from "./store-talk.ts";
import { STORE_LIMITS, type StoreSummary, type StoreWriterOptions } from "./store-writer-options.ts";

export class StoreWriter {
  /** A store takes what comes until its end. */
  readonly closed = false;
  private readonly folder: string;
  private readonly options: StoreWriterOptions;
  private readonly lock: StoreLock;
  private readonly spool: SpoolWriter;
  private readonly sealer: Sealer;
  private readonly onSeal: OnSeal | null;
  private readonly ledger: LedgerWriter;
  private readonly talk: StoreTalk;
  private readonly counts = { stored: 0, segments: 0, sealed: 0, recovered: 0 };
  private readonly notStored: Record<NotStored, number> = { diskFull: 0, writeFailed: 0, tooSlow: 0 };
  private readonly timers: NodeJS.Timeout[] = [];
  private turning: Promise<void> = Promise.resolve();
  private bookedAt = Date.now();
  /** Spools whose flows are not in the ledger yet. */
  private readonly unbooked: string[] = [];
  private failure: Error | null = null;

  private constructor(folder: string, options: StoreWriterOptions, lock: StoreLock) {
    this.folder = folder;
    this.options = options;
    this.lock = lock;
    this.talk = new StoreTalk(folder, options.memoryOctets, options.onNote);
    const onProblem = (sentence: string) => this.talk.problem(sentence);
    this.onSeal = options.onSeal === null ? null : new OnSeal(options.onSeal, folder, onProblem);
    this.ledger = new LedgerWriter(folder, options.ledger ?? { collected: () => null });
    this.sealer = new Sealer({
      folder,
      intervalSeconds: options.intervalSeconds,
      housekeep: true,
      patient: options.live,
      onSealed: (sealed) => this.sealed(sealed),
      onProblem,
      onNote: (sentence) => options.onNote(`${folder}: ${sentence}`),
    });
    this.spool = new SpoolWriter(folder, {
      chunkMs: STORE_LIMITS.chunkMs,
      chunkOctets: STORE_LIMITS.chunkOctets,
      memoryOctets: options.memoryOctets,
      live: options.live,
      onSettled: (arrivals, reason, spool) => this.settled(arrivals, reason, spool),
      onTrouble: (error) => this.trouble(error),
    });
  }

  /**
   * Opens a store, or makes one, and takes up what an earlier run has left. Rejects with a SourceError where that cannot be, and where
   * another process writes it; with a UsageError where the options say nothing.
   */
  static async open(folder: string, options: StoreWriterOptions): Promise<StoreWriter> {
    openStoreFolder(folder, options.intervalSeconds);
    let lost = () => {};
    const lock = await StoreLock.take(folder, "writer", () => lost());
    try {
      const writer = new StoreWriter(folder, options, lock);
      lost = () => writer.lockLost();
      await writer.start();
      return writer;
    } catch (error) {
      await lock.release();
      if (error instanceof UsageError || error instanceof SourceError) throw error;
      throw new SourceError({ source: folder }, `expected a store to write, found ${reasonOf(error)}`, {
        cause: error,
      });
    }
  }

  /** Keeps a batch, which is its owner's again at once. What it returns resolves when another one may come. */
  write(batch: FlowBatch): void | Promise<void> {
    if (this.failure !== null) throw this.failure;
    this.spool.write(batch);
    if (this.options.live) return;
    const ready = this.spool.whenReady();
    if (ready !== null) return this.settle(ready);
  }

  /**
   * Everything that was written is on the disk, or counted as lost; sealed, too, as far as there is time for it. Throws where flows
   * that could wait were lost.
   */
  async end(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    const { live } = this.options;
    await this.turning;
    const last = await this.spool.end(live ? STORE_LIMITS.endWriteMs : Number.POSITIVE_INFINITY);
    this.talk.ended(this.lost());
    if (last !== null) this.unbooked.push(last);
    await this.book();
    this.seal(last);
    const sealed = this.sealer.done().then(() => this.onSeal?.done());
    await within(sealed, live ? STORE_LIMITS.endSealMs : Number.POSITIVE_INFINITY);
    // Before the lock is given back: nobody else may seal while this one does.
    await this.sealer.end();
    this.onSeal?.end();
    await this.lock.release();
    if (this.failure !== null) throw this.failure;
  }

  summary(): StoreSummary {
    const { folder, counts, spool, sealer } = this;
    return {
      folder,
      stored: counts.stored,
      octets: spool.octets,
      waiting: spool.waitingRows,
      notStored: { ...this.notStored },
      segments: counts.segments,
      sealed: counts.sealed,
      unsealedSpools: sealer.waiting,
      recovered: counts.recovered,
      onSeal: this.onSeal === null ? null : { ...this.onSeal.counts },
      problems: [...this.talk.problems],
    };
  }

  private async start(): Promise<void> {
    const { folder, options, timers } = this;
    if (options.keep !== undefined && hasLimits(options.keep)) writeKeepPolicy(folder, options.keep);
    recoverJobs(folder, ["seal"]);
    const found = recoverSpools(folder, hiddenBy(readJobs(folder)));
    const { spools, flows, problems } = found;
    this.counts.recovered = flows;
    for (const problem of problems) this.talk.problem(problem);
    await bookRecovered(folder, found).catch((error) => this.talk.problem(ledgerFault(error)));
    if (options.seal !== false) this.sealer.add(spools);
    this.turnLater();
    timers.push(setInterval(() => this.sweep(), STORE_LIMITS.sweepMs));
    timers.push(setInterval(() => this.sealer.retry(), STORE_LIMITS.retryMs));
  }

  /** Spools turn at multiples of their length since 1970, as intervals do. */
  private turnLater(): void {
    const length = 1000 * Math.min(this.options.intervalSeconds, STORE_LIMITS.mostSpoolSeconds);
    const timer = setTimeout(
      () => {
        this.timers.splice(this.timers.indexOf(timer), 1);
        this.turning = this.turning.then(() => this.turn());
        this.turnLater();
      },
      length - (Date.now() % length),
    );
    this.timers.push(timer);
  }

  private async turn(): Promise<void> {
    const spool = await this.spool.turn();
    if (spool !== null) this.unbooked.push(spool);
    // Before it is sealed: what a crash leaves in the spool is counted by recovery, what it leaves in segments by nobody.
    await this.book();
    this.seal(spool);
  }

  private seal(spool: string | null): void {
    if (spool !== null && this.options.seal !== false) this.sealer.add([spool]);
  }

  private sealed({ segments, flows }: Sealed): void {
    this.counts.segments += segments.length;
    this.counts.sealed += flows;
    this.onSeal?.add(segments);
  }

  private settled(arrivals: readonly Arrival[], reason: NotStored | null, spool: string): void {
    let rows = 0;
    for (const arrival of arrivals) rows += arrival.rows;
    this.ledger.settle(arrivals, reason, spool);
    if (reason === null) this.counts.stored += rows;
    else {
      this.notStored[reason] += rows;
      this.talk.dropped(reason, this.lost());
    }
  }

  private trouble(error: NodeJS.ErrnoException | null): void {
    if (error === null) {
      this.talk.recovered(this.lost());
      this.sealer.retry();
    } else {
      this.talk.refused(error, this.spool.waitingRows, this.spool.waitingOctets);
      if (!this.options.live) this.fail(error);
    }
  }

  private fail(error: Error): void {
    const { folder } = this;
    this.failure ??= new SourceError({ source: folder }, `expected to store the flows, found ${reasonOf(error)}`, {
      cause: error,
    });
  }

  private lockLost(): void {
    this.talk.problem(
      "expected to be the only one that writes this store, found that another process has taken it over",
    );
    this.fail(new Error("that another process has taken it over"));
  }

  private async settle(ready: Promise<void>): Promise<void> {
    await ready;
    if (this.failure !== null) throw this.failure;
  }

  private lost(): number {
    return Object.values(this.notStored).reduce((sum, count) => sum + count, 0);
  }

  private sweep(): void {
    try {
      sweepJobs(this.folder, this.spool.refused ? 0 : undefined);
    } catch (error) {
      this.talk.problem(`expected to delete files that are replaced, found ${reasonOf(error)}`);
    }
  }

  /** What was counted so far goes to the ledger, with all flows of the spools that have turned. */
  private async book(): Promise<void> {
    // Counts are of the hour in which they began to be counted: spools turn with the hour.
    const { bookedAt } = this;
    this.bookedAt = Date.now();
    try {
      const spools = [...this.unbooked];
      await this.ledger.write(bookedAt / 1000, spools);
      for (const spool of this.unbooked.splice(0, spools.length)) markBooked(this.folder, spool);
    } catch (error) {
      this.talk.problem(ledgerFault(error));
    }
  }
}

function ledgerFault(error: unknown): string {
  return `expected to add to the ledger, found ${reasonOf(error)}; what was counted is added later`;
}
