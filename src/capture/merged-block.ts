// MergedBlock: a PacketBlock with octets of its own, into which packets of other blocks are copied.
import { BLOCK_PACKETS, type CaptureInterface, PacketBlock } from "../core/packet-block.ts";

const PACKETS = BLOCK_PACKETS;
/** Octets of copied packets that end a block; one longer packet alone may make the buffer grow. */
const BLOCK_OCTETS = 262_144;

export class MergedBlock {
  readonly block = new PacketBlock();
  /** Interfaces of all sources so far. */
  readonly interfaces: CaptureInterface[] = [];
  #used = 0;

  constructor() {
    this.block.setBytes(new Uint8Array(BLOCK_OCTETS));
    this.block.interfaces = this.interfaces;
  }

  clear(): void {
    this.block.count = 0;
    this.#used = 0;
  }

  /** Copies one packet; false (and nothing is copied) when the block is full. */
  add(from: PacketBlock, row: number, interfaceIndex: number): boolean {
    const to = this.block;
    const length = from.capturedLength[row]!;
    if (to.count === PACKETS) return false;
    if (this.#used + length > to.bytes.length) {
      if (to.count > 0) return false;
      to.setBytes(new Uint8Array(length));
    }
    const start = from.offset[row]!;
    to.bytes.set(from.bytes.subarray(start, start + length), this.#used);
    const at = to.count++;
    to.offset[at] = this.#used;
    to.capturedLength[at] = length;
    to.originalLength[at] = from.originalLength[row]!;
    to.seconds[at] = from.seconds[row]!;
    to.nanoseconds[at] = from.nanoseconds[row]!;
    to.interfaceIndex[at] = interfaceIndex;
    this.#used += length;
    return true;
  }
}
