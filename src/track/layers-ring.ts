// A ring of Layers blocks in shared memory: one thread decodes into it, another tracks out of it.
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Ledger } from "../core/ledger.ts";
import { BLOCK_PACKETS } from "../core/packet-block.ts";
import { LayersBlock } from "../decode/index.ts";

/** Blocks in the ring: enough that neither side waits for the other's small delays, few enough to stay in the shared cache. */
const BLOCKS = 8;

const NAP_MS = 2;
/** The writer looks up now and then on its own: the reader's wish to stop may come just before it lies down. */
const LOOK_UP_MS = 100;
/** Blocks between two turns for signals, timers and output, where the writer is never late: some 10 ms of work. */
const TURN_BLOCKS = 64;

/** Control words, each written by one side only. */
const WRITTEN = 0;
const READ = 1;
const ENDED = 2;
/** Values of ENDED: the writer has come to its end, or the reader wants no more. */
const FINISHED = 1;
const STOPPED = 2;
const COUNTS = 8;
/** Each block comes with the writer's ledger as it stands behind it, and with the octets done and in all of its files. */
const SLOT_NUMBERS = 64;
const DONE_AT = SLOT_NUMBERS - 2;
const TOTAL_AT = SLOT_NUMBERS - 1;

export interface RingMemory {
  readonly control: SharedArrayBuffer;
  readonly numbers: SharedArrayBuffer;
  readonly blocks: readonly SharedArrayBuffer[];
}

export function createRingMemory(): RingMemory {
  return {
    control: new SharedArrayBuffer((COUNTS + 2 * BLOCKS) * 4),
    numbers: new SharedArrayBuffer(BLOCKS * SLOT_NUMBERS * 8),
    blocks: Array.from({ length: BLOCKS }, () => new SharedArrayBuffer(LayersBlock.bytes(BLOCK_PACKETS))),
  };
}

class Ring {
  protected readonly control: Int32Array;
  protected readonly numbers: Float64Array[];
  protected readonly blocks: LayersBlock[];

  constructor(memory: RingMemory) {
    this.control = new Int32Array(memory.control);
    this.numbers = memory.blocks.map(
      (_, slot) => new Float64Array(memory.numbers, slot * SLOT_NUMBERS * 8, SLOT_NUMBERS),
    );
    this.blocks = memory.blocks.map((buffer) => new LayersBlock(BLOCK_PACKETS, buffer));
  }
}

/** The decoding thread's end. It may block: it has nothing else to do. */
export class RingWriter extends Ring {
  private written = 0;

  /** A block to fill; waits until the reader has given one back. Null when the reader wants no more. */
  claim(): LayersBlock | null {
    for (;;) {
      if (Atomics.load(this.control, ENDED) === STOPPED) return null;
      const read = Atomics.load(this.control, READ);
      if (this.written - read < BLOCKS) return this.blocks[this.written % BLOCKS]!;
      Atomics.wait(this.control, READ, read, LOOK_UP_MS);
    }
  }

  /** Hands the claimed block over, with what was counted up to it and how far reading is. */
  publish(ledger: Ledger, progress: { done: number; total: number } | null): void {
    const slot = this.written % BLOCKS;
    const block = this.blocks[slot]!;
    const numbers = this.numbers[slot]!;
    writeLedger(ledger, numbers);
    numbers[DONE_AT] = progress?.done ?? 0;
    numbers[TOTAL_AT] = progress?.total ?? 0;
    this.control[COUNTS + 2 * slot] = block.count;
    this.control[COUNTS + 2 * slot + 1] = block.embeddedCount;
    Atomics.store(this.control, WRITTEN, ++this.written);
    Atomics.notify(this.control, WRITTEN);
  }

  end(): void {
    Atomics.compareExchange(this.control, ENDED, 0, FINISHED);
    Atomics.notify(this.control, WRITTEN);
  }
}

/** The tracking thread's end. */
export class RingReader extends Ring {
  private read = 0;
  private held = false;
  private readonly last = new Float64Array(SLOT_NUMBERS);

  /** The next block, or null at the end. Gives the one before back. */
  async next(): Promise<LayersBlock | null> {
    if (this.held) {
      Atomics.store(this.control, READ, ++this.read);
      Atomics.notify(this.control, READ);
      this.held = false;
      if (this.read % TURN_BLOCKS === 0) await nextTurn();
    }
    for (;;) {
      // The end is looked at first: what was published before it is then seen as well.
      const ended = Atomics.load(this.control, ENDED) !== 0;
      const written = Atomics.load(this.control, WRITTEN);
      if (written > this.read) return this.take();
      if (ended) return null;
      // A short nap, and then a turn for signals and output: the writer is seldom late by more.
      if (Atomics.wait(this.control, WRITTEN, written, NAP_MS) === "timed-out") await nextTurn();
    }
  }

  private take(): LayersBlock {
    const slot = this.read % BLOCKS;
    const block = this.blocks[slot]!;
    this.last.set(this.numbers[slot]!);
    block.count = this.control[COUNTS + 2 * slot]!;
    block.embeddedCount = this.control[COUNTS + 2 * slot + 1]!;
    this.held = true;
    return block;
  }

  /** What was counted up to the block that was taken last. */
  readLedger(ledger: Ledger): void {
    readLedger(ledger, this.last);
  }

  progress(): { done: number; total: number } {
    return { done: this.last[DONE_AT]!, total: this.last[TOTAL_AT]! };
  }

  stop(): void {
    Atomics.store(this.control, ENDED, STOPPED);
    Atomics.notify(this.control, READ);
  }
}

/** The decoder's share of a ledger as numbers, in the ledger's own order. */
function writeLedger(ledger: Ledger, numbers: Float64Array): void {
  let at = 0;
  numbers[at++] = ledger.read.packets;
  numbers[at++] = ledger.read.bytes;
  for (const count of Object.values(ledger.untracked)) {
    numbers[at++] = count.packets;
    numbers[at++] = count.bytes;
  }
  for (const remark of Object.values(ledger.remarks)) numbers[at++] = remark;
}

function readLedger(ledger: Ledger, numbers: Float64Array): void {
  let at = 0;
  ledger.read.packets = numbers[at++]!;
  ledger.read.bytes = numbers[at++]!;
  for (const count of Object.values(ledger.untracked)) {
    count.packets = numbers[at++]!;
    count.bytes = numbers[at++]!;
  }
  for (const name of Object.keys(ledger.remarks) as (keyof typeof ledger.remarks)[]) {
    ledger.remarks[name] = numbers[at++]!;
  }
}
