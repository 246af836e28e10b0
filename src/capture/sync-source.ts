// SyncPacketSource: a source that can be pulled without waiting, so that a worker thread needs no event loop.
import type { PacketBlock, PacketSource } from "../core/packet-block.ts";

export interface SyncPacketSource extends PacketSource {
  /** The next block, valid until the next call; null at the end. Do not mix with iterating. */
  nextBlock(): PacketBlock | null;
}

export function isSync(source: PacketSource): source is SyncPacketSource {
  return typeof (source as Partial<SyncPacketSource>).nextBlock === "function";
}

/** Blocks between two breaths for timers and signals: a few milliseconds of work. */
const BREATH_BLOCKS = 32;

/** Iterates a synchronous source and lets the event loop run now and then; always closes it. */
export async function* iterateSync(source: SyncPacketSource): AsyncGenerator<PacketBlock, void, void> {
  try {
    for (let blocks = 1; ; blocks++) {
      const block = source.nextBlock();
      if (block === null) return;
      yield block;
      if (blocks % BREATH_BLOCKS === 0) await new Promise(setImmediate);
    }
  } finally {
    await source.close();
  }
}
