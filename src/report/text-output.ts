// Where text goes: hands large pieces of a ByteWriter to a stream, waits while it is full, and bears its end.
import type { Writable } from "node:stream";
import type { ByteWriter } from "./byte-writer.ts";

/** Octets after which a piece is handed over, so that a large batch makes no larger buffers. */
export const PIECE_OCTETS = 262_144;

/** What is needed of a stream: standard output, a file, a socket, or a test's own. */
export type TextDestination = Pick<Writable, "write" | "on" | "removeListener">;

export class TextOutput {
  /** True when the reader has gone (EPIPE): nothing is written any more, and nobody needs to go on. */
  closed = false;
  private readonly destination: TextDestination;
  private failure: Error | null = null;
  /** Buffers that the stream has done with. */
  private readonly spare: Uint8Array<ArrayBuffer>[] = [];
  private underWay = 0;
  private full = false;
  private wake: (() => void) | null = null;

  constructor(destination: TextDestination) {
    this.destination = destination;
    destination.on("error", this.onError);
    destination.on("drain", this.onDrain);
  }

  /** Hands over what has been written; `out` goes on in another buffer. */
  send(out: ByteWriter): void {
    if (out.length === 0) return;
    if (this.closed || this.failure !== null) {
      out.length = 0;
      return;
    }
    const { length } = out;
    const bytes = out.replace(this.spare.pop() ?? new Uint8Array(out.bytes.length));
    this.underWay++;
    const room = this.destination.write(Buffer.from(bytes.buffer, 0, length), (error) => {
      this.underWay--;
      if (error) this.onError(error);
      else if (this.spare.length < 4) this.spare.push(bytes);
      if (this.underWay === 0) this.full = false;
      this.wakeUp();
    });
    if (!room) this.full = true;
  }

  /** Undefined where the stream has room; else resolves when it has, or is closed. Throws what went wrong with it. */
  room(): Promise<void> | undefined {
    this.throwFailure();
    return this.full && !this.closed ? this.wait(() => !this.full) : undefined;
  }

  /** Resolves when the stream has taken everything, and leaves the stream alone from then on; it stays open. */
  async finish(): Promise<void> {
    try {
      if (!this.closed && this.failure === null) await this.wait(() => this.underWay === 0);
      this.throwFailure();
    } finally {
      this.destination.removeListener("drain", this.onDrain);
      // A closed reader may still be told of after the end, and must not become an uncaught error then.
      if (!this.closed) this.destination.removeListener("error", this.onError);
    }
  }

  private async wait(done: () => boolean): Promise<void> {
    while (!done() && !this.closed && this.failure === null) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    this.throwFailure();
  }

  private throwFailure(): void {
    if (this.failure !== null) throw this.failure;
  }

  private wakeUp(): void {
    const { wake } = this;
    this.wake = null;
    wake?.();
  }

  private readonly onDrain = (): void => {
    this.full = false;
    this.wakeUp();
  };

  private readonly onError = (error: NodeJS.ErrnoException): void => {
    if (error.code === "EPIPE" || error.code === "ERR_STREAM_DESTROYED") this.closed = true;
    else this.failure ??= error;
    this.wakeUp();
  };
}
