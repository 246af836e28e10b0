// What is held for one destination while it is away or slow: batches, one after the other, so many flows at the most.
import type { DestinationLedger } from "../core/export-ledger.ts";
import type { FlowBatch } from "../core/flow-batch.ts";
import { MOST_HELD } from "./options.ts";

/** Small batches take memory of their own. */
const MOST_BATCHES = 1024;

/** A copy of a batch that several destinations read; the last one gives it back. */
export interface SharedBatch {
  readonly batch: FlowBatch;
  readers: number;
}

export interface QueueOwner {
  /** Sends a batch; resolves when it is not needed any more. */
  send(batch: FlowBatch): Promise<void>;
  /** Nobody reads the copy any more. */
  free(copy: SharedBatch): void;
  /** The queue is full from now on; or it has room again, after so many flows were dropped. */
  full(): void;
  roomAgain(dropped: number): void;
}

export class HeldQueue {
  private readonly page: DestinationLedger;
  private readonly owner: QueueOwner;
  private readonly waiting: SharedBatch[] = [];
  private running: Promise<void> | null = null;
  /** Flows dropped since the queue became full; null = it is not. */
  private droppedSince: number | null = null;

  constructor(page: DestinationLedger, owner: QueueOwner) {
    this.page = page;
    this.owner = owner;
  }

  /** True when so many flows can be held; else they are counted as dropped. */
  admits(flows: number): boolean {
    const { page, waiting } = this;
    if (this.droppedSince !== null && page.held <= MOST_HELD / 2 && waiting.length <= MOST_BATCHES / 2) {
      const dropped = this.droppedSince;
      this.droppedSince = null;
      this.owner.roomAgain(dropped);
    }
    if (page.held + flows <= MOST_HELD && waiting.length < MOST_BATCHES) return true;
    page.given += flows;
    page.dropped.queueFull += flows;
    if (this.droppedSince === null) {
      this.droppedSince = 0;
      this.owner.full();
    }
    this.droppedSince += flows;
    return false;
  }

  add(copy: SharedBatch): void {
    copy.readers++;
    this.page.held += copy.batch.rows;
    this.waiting.push(copy);
    this.running ??= this.run();
  }

  /** Resolves when everything has been sent, or is lost. */
  async empty(): Promise<void> {
    while (this.running !== null) await this.running;
  }

  private async run(): Promise<void> {
    // Not before the others have their copy, too.
    await null;
    for (let copy = this.waiting.shift(); copy !== undefined; copy = this.waiting.shift()) {
      this.page.held -= copy.batch.rows;
      await this.owner.send(copy.batch);
      copy.readers--;
      if (copy.readers === 0) this.owner.free(copy);
    }
    this.running = null;
  }
}
