// Several live interfaces as one source: blocks are passed on as they arrive, renumbered in place.
import type { CaptureCounts, CaptureInterface, PacketBlock, PacketSource } from "../core/packet-block.ts";
import { Several } from "./several.ts";

interface Arrival {
  readonly lane: number;
  readonly block: PacketBlock | null;
}

export class MergedLive implements PacketSource {
  readonly live = true;
  readonly #several: Several;
  readonly #interfaces: CaptureInterface[] = [];
  /** Per source: where its interfaces stand in the table of all. */
  readonly #indexes: number[][];
  readonly #given = { packets: 0, bytes: 0 };

  constructor(sources: readonly PacketSource[]) {
    this.#several = new Several(sources);
    this.#indexes = sources.map(() => []);
  }

  get name(): string {
    return this.#several.name;
  }

  get counts(): CaptureCounts {
    return this.#several.counts(this.#given);
  }

  get problems(): readonly Error[] {
    return this.#several.problems;
  }

  progress(): null {
    return null;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<PacketBlock, void, void> {
    const lanes = this.#several.sources.map((source) => source[Symbol.asyncIterator]());
    const next = async (lane: number): Promise<Arrival> => {
      const arrived = await lanes[lane]!.next();
      return { lane, block: arrived.done === true ? null : arrived.value };
    };
    const waiting = new Map(lanes.map((_, lane) => [lane, next(lane)]));
    try {
      while (waiting.size > 0) {
        const { lane, block } = await Promise.race(waiting.values());
        // To the end of the line, so that a busy interface does not hide the others.
        waiting.delete(lane);
        if (block === null) continue;
        yield this.#renumber(lane, block);
        waiting.set(lane, next(lane));
      }
    } finally {
      await this.#several.close();
      await Promise.all(lanes.map((lane) => lane.return?.()));
    }
  }

  #renumber(lane: number, block: PacketBlock): PacketBlock {
    const indexes = this.#indexes[lane]!;
    for (let i = indexes.length; i < block.interfaces.length; i++) {
      indexes.push(this.#interfaces.push(block.interfaces[i]!) - 1);
    }
    for (let row = 0; row < block.count; row++) {
      block.interfaceIndex[row] = indexes[block.interfaceIndex[row]!]!;
      this.#given.bytes += block.originalLength[row]!;
    }
    block.interfaces = this.#interfaces;
    block.firstPacket = this.#given.packets + 1;
    this.#given.packets += block.count;
    return block;
  }

  async close(): Promise<void> {
    await this.#several.close();
  }
}
