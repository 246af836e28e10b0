// TimeMerge: packets of several captures in the order of their times. It does no input: its owner fills the lanes.
import type { PacketBlock } from "../core/packet-block.ts";
import { MergedBlock } from "./merged-block.ts";

/** One capture on its way into the merge. */
class Lane {
  block: PacketBlock | null = null;
  row = 0;
  /** Time of the packet in turn; a packet without a time keeps that of the one before it, and so its place. */
  seconds = 0;
  nanoseconds = 0;
  /** Where this capture's interfaces stand in the merged table. */
  readonly interfaces: number[] = [];

  readTime(): void {
    const { block, row } = this;
    if (block === null || block.nanoseconds[row]! < 0) return;
    this.seconds = block.seconds[row]! >>> 0;
    this.nanoseconds = block.nanoseconds[row]!;
  }
}

export class TimeMerge {
  readonly #lanes: readonly Lane[];
  /** Binary heap of lanes that have a packet in turn; the earliest one is on top, the first named one of equals. */
  readonly #heap: number[] = [];
  readonly #merged = new MergedBlock();
  #packets = 0;

  constructor(lanes: number) {
    this.#lanes = Array.from({ length: lanes }, () => new Lane());
  }

  /** Gives a lane its next block, which must stay as it is until the lane runs dry; null = the lane has ended. */
  fill(index: number, block: PacketBlock | null): void {
    const lane = this.#lanes[index]!;
    lane.block = block;
    lane.row = 0;
    if (block === null) return;
    for (let i = lane.interfaces.length; i < block.interfaces.length; i++) {
      lane.interfaces.push(this.#merged.interfaces.push(block.interfaces[i]!) - 1);
    }
    lane.readTime();
    this.#rise(this.#heap.push(index) - 1);
  }

  /** A full block, or the number of the lane that must be filled first; at the end what is left, then null. */
  take(): PacketBlock | number | null {
    const { block } = this.#merged;
    for (;;) {
      const top = this.#heap[0];
      if (top === undefined) return block.count > 0 ? block : null;
      const lane = this.#lanes[top]!;
      if (!this.#merged.add(lane.block!, lane.row, lane.interfaces[lane.block!.interfaceIndex[lane.row]!]!))
        return block;
      lane.row++;
      if (lane.row === lane.block!.count) {
        this.#dropTop();
        return top;
      }
      lane.readTime();
      this.#sink(0);
    }
  }

  /** Numbers the block that `take` gave, before it is handed on. */
  number(block: PacketBlock): PacketBlock {
    block.firstPacket = this.#packets + 1;
    this.#packets += block.count;
    return block;
  }

  /** Must follow each block that `take` gave, once it is used up. */
  clear(): void {
    this.#merged.clear();
  }

  #before(left: number, right: number): boolean {
    const a = this.#lanes[left]!;
    const b = this.#lanes[right]!;
    if (a.seconds !== b.seconds) return a.seconds < b.seconds;
    if (a.nanoseconds !== b.nanoseconds) return a.nanoseconds < b.nanoseconds;
    return left < right;
  }

  #dropTop(): void {
    const last = this.#heap.pop()!;
    if (this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #rise(from: number): void {
    const heap = this.#heap;
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!this.#before(heap[at]!, heap[parent]!)) return;
      [heap[at], heap[parent]] = [heap[parent]!, heap[at]!];
      at = parent;
    }
  }

  #sink(from: number): void {
    const heap = this.#heap;
    for (let at = from; ; ) {
      const left = 2 * at + 1;
      if (left >= heap.length) return;
      const child = left + 1 < heap.length && this.#before(heap[left + 1]!, heap[left]!) ? left + 1 : left;
      if (!this.#before(heap[child]!, heap[at]!)) return;
      const lane = heap[at]!;
      heap[at] = heap[child]!;
      heap[child] = lane;
      at = child;
    }
  }
}
