// FileSource: a regular, uncompressed capture file, read synchronously in large pieces into one buffer.
import { closeSync, readSync } from "node:fs";
import { SourceError } from "../core/errors.ts";
import type { CaptureCounts, PacketBlock } from "../core/packet-block.ts";
import type { CaptureReader } from "./capture-reader.ts";
import { iterateSync, type SyncPacketSource } from "./sync-source.ts";
import { systemReason } from "./system-reason.ts";

export class FileSource implements SyncPacketSource {
  readonly live = false;
  readonly #reader: CaptureReader;
  readonly #total: number;
  #fd: number;
  #done = 0;

  /** Owns the descriptor (but does not close standard input), which stands behind what is in the reader's window already. */
  constructor(reader: CaptureReader, fd: number, total: number) {
    this.#reader = reader;
    this.#fd = fd;
    this.#total = total;
    this.#done = reader.window.end;
  }

  /** True when the first octets are those of a capture format. */
  get recognised(): boolean {
    return this.#reader.recognised;
  }

  get name(): string {
    return this.#reader.name;
  }

  get counts(): CaptureCounts {
    return this.#reader.counts;
  }

  get problems(): readonly Error[] {
    return this.#reader.problems;
  }

  progress(): { done: number; total: number } {
    return { done: this.#done, total: this.#total };
  }

  nextBlock(): PacketBlock | null {
    const reader = this.#reader;
    for (;;) {
      const block = reader.take();
      if (block !== null) return block;
      if (reader.finished) {
        this.#release();
        return null;
      }
      this.#read();
    }
  }

  #read(): void {
    const { window } = this.#reader;
    window.makeRoom();
    try {
      const octets = readSync(this.#fd, window.bytes, window.end, window.bytes.length - window.end, null);
      window.end += octets;
      this.#done += octets;
      if (octets === 0) this.#reader.end();
    } catch (error) {
      const place = { source: this.#reader.spokenName, offset: this.#done };
      this.#reader.fail(new SourceError(place, `expected to read on, found ${systemReason(error)}`, { cause: error }));
    }
  }

  /** Reads what is needed to know what the file is. */
  recognise(): void {
    for (this.#reader.recognise(); !this.recognised && !this.#reader.finished; this.#reader.recognise()) this.#read();
  }

  [Symbol.asyncIterator](): AsyncGenerator<PacketBlock, void, void> {
    return iterateSync(this);
  }

  close(): Promise<void> {
    if (!this.#reader.finished) this.#reader.stop();
    this.#release();
    return Promise.resolve();
  }

  #release(): void {
    if (this.#fd > 0) closeSync(this.#fd);
    this.#fd = -1;
  }
}
