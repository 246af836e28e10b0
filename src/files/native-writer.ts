// NativeWriter: a sink of flow records that writes blocks of ClickHouse's Native format.
import type { Element } from "../core/elements.ts";
import { PACKET_ELEMENTS } from "../core/elements.ts";
import { SourceError } from "../core/errors.ts";
import { type Field, OTHER } from "../core/fields.ts";
import type { FlowBatch } from "../core/flow-batch.ts";
import { type BlockStream, type BlockTarget, type Existing, FileTarget, StreamTarget } from "./block-target.ts";
import { NativeBlock } from "./native-block.ts";
import type { Recovery } from "./native-recovery.ts";

/** Blocks that may be on their way; more are waited for. */
const MOST_UNDER_WAY = 4;
/** Blocks that are written at once: those that came while others were written. */
const MOST_AT_ONCE = 64;
const SYNC_MILLISECONDS = 1000;

export interface NativeWriterOptions {
  /** What becomes of a file that exists already (default: append). Its incomplete last block is cut off, see `recovery`. */
  readonly existing?: Existing | undefined;
  /** After so many ms at the latest everything is on the disk (default 1000; 0: after each block; Infinity: at the end). */
  readonly syncMilliseconds?: number | undefined;
  /** The columns; without it those of the first batch's source. */
  readonly fields?: readonly Field[] | undefined;
}

export class NativeWriter {
  /** True when nobody reads the stream any more (EPIPE): `write` does nothing then. */
  closed = false;
  blocks = 0;
  rows = 0;
  /** Octets of whole blocks that are written. */
  octets = 0;
  private readonly name: string;
  private readonly target: BlockTarget;
  private readonly syncMilliseconds: number;
  private fields: readonly Field[] | null;
  private first = true;
  private readonly free: NativeBlock[] = [];
  /** Blocks that wait to be written, the oldest first; how many are not written yet, and who waits for fewer. */
  private readonly queue: NativeBlock[] = [];
  private underWay = 0;
  private readonly waiting: (() => void)[] = [];
  private running = false;
  private last: Promise<void> = Promise.resolve();
  private syncing: Promise<void> = Promise.resolve();
  private failure: Error | null = null;
  private timer: NodeJS.Timeout | null = null;

  /** A path, a file descriptor or a stream; the last two stay open. Throws a SourceError where a file cannot be written to. */
  constructor(destination: string | number | BlockStream, options: NativeWriterOptions = {}) {
    const { existing = "append", syncMilliseconds = SYNC_MILLISECONDS, fields = null } = options;
    const isFile = typeof destination === "string" || typeof destination === "number";
    this.name = typeof destination === "string" ? destination : "output";
    this.target = isFile ? new FileTarget(destination, existing) : new StreamTarget(destination);
    this.syncMilliseconds = syncMilliseconds;
    this.fields = fields;
  }

  /** What was found in a file that existed already, and what was cut off; null where there was none. */
  get recovery(): Recovery | null {
    return this.target.recovery;
  }

  /**
   * Makes a block of the batch, which is its owner's again at once, and begins to write it, in one write. What it returns resolves when
   * another batch may come. Throws, or rejects, when an earlier block could not be written.
   */
  write(batch: FlowBatch): void | Promise<void> {
    if (this.failure !== null) throw this.failure;
    if (this.closed || batch.rows === 0) return;
    this.fields ??= nativeFields(batch.elements);
    const block = this.free.pop() ?? new NativeBlock(this.fields);
    // The first block says which columns there are: ClickHouse takes them from it.
    block.encode(batch, this.first);
    this.first = false;
    this.queue.push(block);
    this.underWay++;
    if (!this.running) this.last = this.writeQueue();
    this.syncSoon();
    if (this.underWay >= MOST_UNDER_WAY) return this.room();
  }

  /** Resolves when everything is written and on the disk; closes the file where this has opened it. */
  async end(): Promise<void> {
    this.stopTimer();
    await this.last;
    await this.syncing;
    await this.sync();
    this.target.close();
    if (this.failure !== null) throw this.failure;
  }

  private async room(): Promise<void> {
    while (this.underWay >= MOST_UNDER_WAY) await new Promise<void>((resolve) => this.waiting.push(resolve));
    if (this.failure !== null) throw this.failure;
  }

  private async writeQueue(): Promise<void> {
    this.running = true;
    while (this.queue.length > 0) {
      const blocks = this.queue.splice(0, MOST_AT_ONCE);
      await this.store(blocks);
      this.underWay -= blocks.length;
      this.free.push(...blocks);
      for (const go of this.waiting.splice(0)) go();
    }
    this.running = false;
  }

  /** After a failure the blocks that wait are dropped: the error says so, and nothing is written behind a gap. */
  private async store(blocks: readonly NativeBlock[]): Promise<void> {
    if (this.failure !== null || this.closed) return;
    const { whole, error } = await this.target.write(blocks.map(({ bytes, length }) => bytes.subarray(0, length)));
    for (const { rows, length } of blocks.slice(0, whole)) {
      this.blocks++;
      this.rows += rows;
      this.octets += length;
    }
    if (error !== null) this.fail(error);
    else if (this.syncMilliseconds === 0) await this.sync();
  }

  private syncSoon(): void {
    const { syncMilliseconds } = this;
    if (this.timer !== null || !this.target.lasting || syncMilliseconds === 0 || !Number.isFinite(syncMilliseconds))
      return;
    this.timer = setTimeout(() => {
      this.timer = null;
      // Beside the blocks that follow: a disk may take longer for it than they can wait.
      this.syncing = this.syncing.then(() => this.sync());
    }, syncMilliseconds);
    this.timer.unref();
  }

  private async sync(): Promise<void> {
    if (this.failure !== null || this.closed) return;
    try {
      await this.target.sync();
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    const { code, message } = error as NodeJS.ErrnoException;
    this.stopTimer();
    if (code === "EPIPE" || code === "ERR_STREAM_DESTROYED") this.closed = true;
    else this.failure = new SourceError({ source: this.name }, describe(code, message, this.blocks), { cause: error });
  }

  private stopTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}

function describe(code: string | undefined, message: string, blocks: number): string {
  const found =
    code === "ENOSPC"
      ? "no space left on the disk; make room"
      : code === "EDQUOT"
        ? "the disk quota used up; make room"
        : message;
  return `expected to write a block of flow records, found ${found} (${blocks} blocks are written and whole)`;
}

/** The columns for records of a source: what messages say is kept whole; packets say nothing beyond their fields. */
export function nativeFields(elements: readonly Element[]): readonly Field[] {
  return elements === PACKET_ELEMENTS ? elements : [...elements, OTHER];
}
