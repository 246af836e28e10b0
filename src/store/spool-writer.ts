// The spool: flow records on the disk within a second, as chunks that anybody may read as soon as they have their name.
import { mkdir, rename, unlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { syncFolder } from "../core/durable-files.ts";
import type { FlowBatch } from "../core/flow-batch.ts";
import { FileTarget, NativeBlock, nativeFields } from "../files/index.ts";
import { type Arrival, arrivalsOf } from "./arrivals.ts";
import { within } from "./deadline.ts";
import { newJobId } from "./jobs.ts";
import { chunkFile, FOLDERS, partFile } from "./layout.ts";
import { PAST_SUFFIX } from "./spool-time.ts";
import type { NotStored } from "./store-ledger.ts";

export interface SpoolOptions {
  /** A chunk gets its name after so long, or when it has so many octets. */
  readonly chunkMs: number;
  readonly chunkOctets: number;
  /** Whether flows come as they end. */
  readonly live: boolean;
  /** Octets of blocks that may wait in memory while the disk does not take them. */
  readonly memoryOctets: number;
  /** Blocks are on the disk, in a spool (reason null), or are lost for a reason (no spool). */
  readonly onSettled: (arrivals: readonly Arrival[], reason: NotStored | null, spool: string) => void;
  /** The disk has refused something; null = it takes it again. */
  readonly onTrouble: (error: NodeJS.ErrnoException | null) => void;
}

interface Block {
  readonly bytes: Uint8Array;
  readonly rows: number;
  readonly arrivals: readonly Arrival[];
}

interface Chunk {
  readonly target: FileTarget;
  readonly folder: string;
  readonly number: number;
  octets: number;
  /** What is being written to it. */
  writing: Promise<unknown>;
}

/** Who can wait is asked to when more than this waits. */
const SOFT_OCTETS = 16_777_216;
const MOST_AT_ONCE = 64;
const RETRY_MS = 250;

export class SpoolWriter {
  /** Octets and rows that wait to be written. */
  waitingOctets = 0;
  waitingRows = 0;
  /** Octets written, of whole blocks. */
  octets = 0;
  private readonly root: string;
  private readonly options: SpoolOptions;
  private encoder: NativeBlock | null = null;
  private elements: FlowBatch["elements"] | null = null;
  private readonly queue: Block[] = [];
  private readonly spare: ArrayBuffer[] = [];
  private running: Promise<void> | null = null;
  private chunk: Chunk | null = null;
  /** Name of the spool that is open; null = nothing has come since the turn. */
  private spool: string | null = null;
  private chunks = 0;
  private whole = true;
  private timer: NodeJS.Timeout | null = null;
  /** Chunks of the open spool that have not got their names yet. */
  private finishing = new Set<Promise<void>>();
  private trouble: NodeJS.ErrnoException | null = null;
  /** No more tries: what waits is lost. */
  private givenUp = false;
  private readonly room: (() => void)[] = [];

  /** `folder` is the store's. */
  constructor(folder: string, options: SpoolOptions) {
    this.root = join(folder, FOLDERS.spool);
    this.options = options;
  }

  /** True while the disk does not take what comes. */
  get refused(): boolean {
    return this.trouble !== null;
  }

  /** Copies the batch, which is its owner's again at once. What does not fit into memory is dropped, and counted. */
  write(batch: FlowBatch): void {
    if (batch.rows === 0) return;
    const { bytes, length } = this.encode(batch);
    const arrivals = arrivalsOf(batch);
    if (this.waitingOctets + length > this.options.memoryOctets) {
      this.options.onSettled(arrivals, this.reason(), "");
      return;
    }
    const copy = this.memoryFor(length);
    copy.set(bytes.subarray(0, length));
    this.queue.push({ bytes: copy, rows: batch.rows, arrivals });
    this.waitingOctets += length;
    this.waitingRows += batch.rows;
    this.go();
  }

  /** Resolves when less waits than makes sense to keep waiting; null = now. */
  whenReady(): Promise<void> | null {
    if (this.waitingOctets < SOFT_OCTETS) return null;
    return new Promise((resolve) => this.room.push(resolve));
  }

  /** Writing goes on in a new spool. Gives the name of the old one when all its chunks have theirs; null where it has none. */
  async turn(): Promise<string | null> {
    const { spool } = this;
    this.finishChunk();
    this.spool = null;
    const finishing = this.finishing;
    this.finishing = new Set();
    await Promise.all(finishing);
    return spool;
  }

  /** Writes what waits, for so long at the most, and gives up what is left. */
  async end(milliseconds: number): Promise<string | null> {
    const until = performance.now() + milliseconds;
    const left = () => Math.max(0, until - performance.now());
    if (this.running !== null)
      await within(this.running, this.trouble === null ? left() : Math.min(left(), 2 * RETRY_MS));
    this.givenUp = true;
    for (const { arrivals, rows } of this.queue.splice(0)) {
      this.options.onSettled(arrivals, this.reason(), "");
      this.waitingRows -= rows;
    }
    this.waitingOctets = 0;
    return within(this.turn(), left());
  }

  /** Memory that was used before, if there is some: pages that are new cost as much as the copying. */
  private memoryFor(octets: number): Uint8Array {
    const used = this.spare.pop();
    if (used !== undefined && used.byteLength >= octets && used.byteLength <= 2 * octets)
      return new Uint8Array(used, 0, octets);
    return new Uint8Array(Buffer.allocUnsafeSlow(octets + (octets >> 3)).buffer, 0, octets);
  }

  private reason(): NotStored {
    const code = this.trouble?.code;
    if (this.trouble === null) return "tooSlow";
    return code === "ENOSPC" || code === "EDQUOT" ? "diskFull" : "writeFailed";
  }

  private encode(batch: FlowBatch): NativeBlock {
    if (this.encoder === null || this.elements !== batch.elements) {
      this.encoder = new NativeBlock(nativeFields(batch.elements));
      this.elements = batch.elements;
      this.whole = true;
    }
    // The first block of a file says which columns there are.
    this.encoder.encode(batch, this.whole);
    this.whole = false;
    return this.encoder;
  }

  private go(): void {
    this.running ??= this.writeQueue().finally(() => {
      this.running = null;
    });
  }

  private async writeQueue(): Promise<void> {
    while (this.queue.length > 0 && !this.givenUp) {
      const error = await this.writeSome();
      this.tell(error);
      // Who waits while the disk refuses is told, by onTrouble.
      if (error !== null || this.waitingOctets < SOFT_OCTETS) for (const go of this.room.splice(0)) go();
      if (error !== null) await sleep(RETRY_MS);
    }
  }

  private async writeSome(): Promise<NodeJS.ErrnoException | null> {
    let chunk: Chunk;
    try {
      chunk = this.chunk ?? (await this.begin());
    } catch (error) {
      return causeOf(error);
    }
    const blocks = this.queue.slice(0, MOST_AT_ONCE);
    const writing = chunk.target.write(blocks.map(({ bytes }) => bytes));
    chunk.writing = writing;
    const { whole, error } = await writing;
    if (this.givenUp) return error;
    this.queue.splice(0, whole);
    for (const { bytes, rows, arrivals } of blocks.slice(0, whole)) {
      this.waitingOctets -= bytes.length;
      if (this.spare.length < MOST_AT_ONCE) this.spare.push(bytes.buffer as ArrayBuffer);
      this.waitingRows -= rows;
      this.octets += bytes.length;
      chunk.octets += bytes.length;
      this.options.onSettled(arrivals, null, basename(chunk.folder));
    }
    if (chunk === this.chunk && chunk.octets >= this.options.chunkOctets) this.finishChunk();
    return error;
  }

  /** Opens the next chunk, in a new spool where there is none. */
  private async begin(): Promise<Chunk> {
    if (this.spool === null) {
      const name = `${new Date().toISOString().slice(0, 19).replace(/[-:]/g, "")}Z_${newJobId()}${this.options.live ? "" : PAST_SUFFIX}`;
      await mkdir(join(this.root, name));
      await syncFolder(this.root);
      this.spool = name;
      this.chunks = 0;
    }
    const folder = join(this.root, this.spool);
    const number = ++this.chunks;
    const target = new FileTarget(join(folder, partFile(number)), "refuse");
    this.chunk = { target, folder, number, octets: 0, writing: Promise.resolve() };
    this.timer = setTimeout(() => this.finishChunk(), this.options.chunkMs);
    return this.chunk;
  }

  /** The next block begins another chunk; this one gets its name as soon as it is on the disk. */
  private finishChunk(): void {
    const { chunk, finishing } = this;
    if (chunk === null) return;
    this.chunk = null;
    this.whole = true;
    if (this.timer !== null) clearTimeout(this.timer);
    const finished = this.finish(chunk).finally(() => finishing.delete(finished));
    finishing.add(finished);
  }

  private async finish(chunk: Chunk): Promise<void> {
    const { target, folder, number } = chunk;
    await chunk.writing;
    const part = join(folder, partFile(number));
    try {
      await target.sync();
    } catch (error) {
      // What was written is in the file, or damaged, which sealing finds: there is no second try with a disk.
      this.tell(error as NodeJS.ErrnoException);
    }
    target.close();
    for (;;) {
      try {
        if (chunk.octets === 0) return await unlink(part);
        await rename(part, join(folder, chunkFile(number)));
        return await syncFolder(folder);
      } catch (error) {
        this.tell(error as NodeJS.ErrnoException);
        // Recovery gives it its name.
        if (this.givenUp) return;
        await sleep(RETRY_MS);
      }
    }
  }

  private tell(error: NodeJS.ErrnoException | null): void {
    if (error === null && this.trouble === null) return;
    this.trouble = error;
    this.options.onTrouble(error);
  }
}

/** Errors for people carry what the system said. */
function causeOf(error: unknown): NodeJS.ErrnoException {
  const { cause } = error as Error;
  return (cause instanceof Error ? cause : error) as NodeJS.ErrnoException;
}
