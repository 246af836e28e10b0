// Where text goes: hands large pieces of a ByteWriter to a stream, waits while it is full, and bears its end.
import type { Writable } from "node:stream";
import type { ByteWriter } from "./byte-writer.ts";

/** Octets after which a piece is handed over, so that a large batch makes no larger buffers. */
export const PIECE_OCTETS = 262_144;

/** So few octets are copied: cheaper than another buffer, and a slow stream holds no more than it must. */
const SMALL_OCTETS = 16_384;
/** Buffers that are kept for later. */
const SPARES = 4;

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
  private waiting: (() => void)[] = [];

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
    this.underWay++;
    let room: boolean;
    if (length <= SMALL_OCTETS) {
      room = this.destination.write(Buffer.copyBytesFrom(out.bytes, 0, length), (error) => this.taken(error));
      out.length = 0;
    } else {
      const bytes = out.replace(this.spare.pop() ?? new Uint8Array(out.bytes.length));
      room = this.destination.write(Buffer.from(bytes.buffer, 0, length), (error) => {
        if (this.spare.length < SPARES) this.spare.push(bytes);
        this.taken(error);
      });
    }
    if (!room) this.full = true;
  }

  private taken(error: Error | null | undefined): void {
    this.underWay--;
    if (this.underWay === 0) this.full = false;
    if (error) this.onError(error);
    this.wakeUp();
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
        this.waiting.push(resolve);
      });
    }
    this.throwFailure();
  }

  private throwFailure(): void {
    if (this.failure !== null) throw this.failure;
  }

  private wakeUp(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const resume of waiting) resume();
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
