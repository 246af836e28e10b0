// Several capture files as one source, their packets in the order of time.
import type { CaptureCounts, PacketBlock, PacketSource } from "../core/packet-block.ts";
import { Several } from "./several.ts";
import { isSync, iterateSync, type SyncPacketSource } from "./sync-source.ts";
import { TimeMerge } from "./time-merge.ts";

/** Synchronous when all of the files are. `failed`: problems of files that are not among the sources. */
export function mergeFiles(sources: readonly PacketSource[], failed: readonly Error[] = []): PacketSource {
  return sources.every(isSync) ? new SyncMerge(sources, failed) : new AsyncMerge(sources, failed);
}

abstract class FileMerge {
  readonly live: boolean;
  protected readonly several: Several;
  protected readonly merge: TimeMerge;
  readonly #given = { packets: 0, bytes: 0 };
  readonly #failed: readonly Error[];

  constructor(sources: readonly PacketSource[], failed: readonly Error[]) {
    this.#failed = failed;
    this.several = new Several(sources);
    this.merge = new TimeMerge(sources.length);
    this.live = sources.some((source) => source.live);
  }

  get name(): string {
    return this.several.name;
  }

  get counts(): CaptureCounts {
    return this.several.counts(this.#given);
  }

  get problems(): readonly Error[] {
    return [...this.#failed, ...this.several.problems];
  }

  progress(): { done: number; total: number } | null {
    return this.several.progress();
  }

  /** Numbers and counts a block on its way out. */
  protected hand(block: PacketBlock): PacketBlock {
    const { originalLength, count } = this.merge.number(block);
    for (let row = 0; row < count; row++) this.#given.bytes += originalLength[row]!;
    this.#given.packets += count;
    return block;
  }
}

class SyncMerge extends FileMerge implements SyncPacketSource {
  readonly #sources: readonly SyncPacketSource[];
  #started = false;
  #closed = false;

  constructor(sources: readonly SyncPacketSource[], failed: readonly Error[]) {
    super(sources, failed);
    this.#sources = sources;
  }

  nextBlock(): PacketBlock | null {
    if (this.#closed) return null;
    if (!this.#started)
      for (const [index, source] of this.#sources.entries()) this.merge.fill(index, source.nextBlock());
    this.#started = true;
    this.merge.clear();
    for (;;) {
      const taken = this.merge.take();
      if (typeof taken !== "number") return taken === null ? null : this.hand(taken);
      this.merge.fill(taken, this.#sources[taken]!.nextBlock());
    }
  }

  [Symbol.asyncIterator](): AsyncGenerator<PacketBlock, void, void> {
    return iterateSync(this);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.several.close();
  }
}

class AsyncMerge extends FileMerge implements PacketSource {
  async *[Symbol.asyncIterator](): AsyncGenerator<PacketBlock, void, void> {
    const lanes = this.several.sources.map((source) => source[Symbol.asyncIterator]());
    const fill = async (index: number) => {
      const next = await lanes[index]!.next();
      this.merge.fill(index, next.done === true ? null : next.value);
    };
    try {
      for (const index of lanes.keys()) await fill(index);
      for (;;) {
        const taken = this.merge.take();
        if (taken === null) return;
        if (typeof taken === "number") await fill(taken);
        else {
          yield this.hand(taken);
          this.merge.clear();
        }
      }
    } finally {
      await this.several.close();
      await Promise.all(lanes.map((lane) => lane.return?.()));
    }
  }

  async close(): Promise<void> {
    await this.several.close();
  }
}
