// StreamSource: a capture whose octets come bit by bit - a pipe, a decompressor, a capture program.
import { SourceError, UsageError } from "../core/errors.ts";
import type { CaptureCounts, PacketBlock, PacketSource } from "../core/packet-block.ts";
import type { CaptureReader } from "./capture-reader.ts";
import { CompressionFault } from "./compression-fault.ts";
import { systemReason } from "./system-reason.ts";

export interface StreamInput {
  /** Ends, or throws, at the end of the capture. Its pieces are copied before the next one is asked for. */
  readonly octets: AsyncIterator<Uint8Array, unknown, void>;
  readonly live: boolean;
  progress(): { done: number; total: number } | null;
  /** Makes `octets` end soon. */
  close(): Promise<void>;
}

export class StreamSource implements PacketSource {
  readonly #reader: CaptureReader;
  readonly #input: StreamInput;
  #closed = false;
  #iterating = false;
  #piece: Uint8Array = new Uint8Array(0);

  constructor(reader: CaptureReader, input: StreamInput) {
    this.#reader = reader;
    this.#input = input;
  }

  get name(): string {
    return this.#reader.name;
  }

  get live(): boolean {
    return this.#input.live;
  }

  get counts(): CaptureCounts {
    return this.#reader.counts;
  }

  get problems(): readonly Error[] {
    return this.#reader.problems;
  }

  progress(): { done: number; total: number } | null {
    return this.#input.progress();
  }

  /** True when the first octets are those of a capture format. */
  get recognised(): boolean {
    return this.#reader.recognised;
  }

  /** Waits until it is known what the capture is, or that it is none. */
  async recognise(): Promise<void> {
    for (;;) {
      this.#reader.recognise();
      if (this.#reader.recognised || this.#reader.finished) return;
      await this.#receive();
    }
  }

  /** Gives the packets of each piece as soon as it is there. */
  async *[Symbol.asyncIterator](): AsyncGenerator<PacketBlock, void, void> {
    this.#iterating = true;
    try {
      while (!this.#reader.finished) {
        const block = this.#reader.take();
        if (block !== null) yield block;
        else if (!this.#reader.finished) await this.#receive();
      }
    } finally {
      this.#iterating = false;
      await this.close();
      await this.#release();
    }
  }

  async #receive(): Promise<void> {
    const reader = this.#reader;
    if (this.#piece.length === 0) {
      try {
        const next = await this.#input.octets.next();
        if (next.done === true) return this.#closed ? this.#endClosed() : reader.end();
        this.#piece = next.value;
      } catch (error) {
        if (this.#closed) return this.#endClosed();
        return reader.fail(this.#explain(error));
      }
    }
    this.#piece = this.#piece.subarray(reader.window.append(this.#piece));
  }

  /** The end was asked for: a record cut by that is not worth a word. */
  #endClosed(): void {
    this.#reader.stop();
  }

  #explain(error: unknown): Error {
    if (error instanceof SourceError || error instanceof UsageError) return error;
    const { counts, window } = this.#reader;
    const place = { source: this.#reader.spokenName, offset: window.base + window.end };
    if (error instanceof CompressionFault) {
      return new SourceError({ ...place, packet: counts.packets + 1 }, error.message);
    }
    return new SourceError(place, `expected to read on, found ${systemReason(error)}`, { cause: error });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#input.close();
    if (!this.#iterating) await this.#release();
  }

  /** Lets go of what gives the octets, where nobody reads on. */
  async #release(): Promise<void> {
    await this.#input.octets.return?.().catch(() => undefined);
  }
}
