// Where blocks go: a file, of which a block that could not be written whole is cut off again, or a stream.
import { closeSync, fdatasync, fstatSync, ftruncateSync, openSync, writev } from "node:fs";
import type { Writable } from "node:stream";
import { promisify } from "node:util";
import { SourceError } from "../core/errors.ts";
import { type Recovery, recover } from "./native-recovery.ts";

const syncData = promisify(fdatasync);

/** How many blocks were written, and why the others were not. */
export interface Written {
  readonly whole: number;
  readonly error: Error | null;
}

export interface BlockTarget {
  /** Whether what was written can be made to survive a loss of power. */
  readonly lasting: boolean;
  /** What was found where a file existed already. */
  readonly recovery: Recovery | null;
  /** Writes the blocks one behind the other. Of one that could not be written whole nothing stays. Does not reject. */
  write(blocks: readonly Uint8Array[]): Promise<Written>;
  sync(): Promise<void>;
  close(): void;
}

/** What is needed of a stream. */
export type BlockStream = Pick<Writable, "write" | "on" | "removeListener">;

/** What is to become of a file that exists: blocks are added to it, it is written anew, or it is refused. */
export type Existing = "append" | "replace" | "refuse";

const FLAGS: Record<Existing, string> = { append: "a+", replace: "w", refuse: "wx" };

export class FileTarget implements BlockTarget {
  readonly lasting: boolean;
  readonly recovery: Recovery | null = null;
  private readonly fd: number;
  /** Octets of whole blocks. */
  private length: number;
  private readonly own: boolean;

  /** A path, or a file descriptor that stays open. Throws a SourceError. */
  constructor(file: string | number, existing: Existing) {
    this.own = typeof file === "string";
    const source = typeof file === "string" ? file : `file descriptor ${file}`;
    try {
      // "a+" creates what is not there; at its end blocks are written by place, so it must not append by itself.
      if (typeof file === "string" && existing === "append") closeSync(openSync(file, FLAGS.append));
      this.fd = typeof file === "number" ? file : openSync(file, existing === "append" ? "r+" : FLAGS[existing]);
      const stats = fstatSync(this.fd);
      this.lasting = stats.isFile();
      this.length = stats.size;
    } catch (error) {
      throw new SourceError({ source }, `expected a file to write blocks to, found ${reasonOf(error)}`, {
        cause: error,
      });
    }
    if (!this.lasting || this.length === 0 || !this.own) return;
    try {
      this.recovery = recover(source, this.fd, this.length);
      if (this.recovery.cutOctets > 0) ftruncateSync(this.fd, this.recovery.keptOctets);
      this.length = this.recovery.keptOctets;
    } catch (error) {
      closeSync(this.fd);
      throw error;
    }
  }

  async write(blocks: readonly Uint8Array[]): Promise<Written> {
    const rest = [...blocks];
    let whole = 0;
    /** Octets written of the first of the rest. */
    let part = 0;
    try {
      while (rest.length > 0) {
        let written = await this.writeSome(rest, this.length + part);
        while (rest.length > 0 && written >= rest[0]!.length) {
          const { length } = rest.shift()!;
          written -= length;
          this.length += part + length;
          part = 0;
          whole++;
        }
        if (written === 0) continue;
        rest[0] = rest[0]!.subarray(written);
        part += written;
      }
      return { whole, error: null };
    } catch (error) {
      if (this.lasting && part > 0) ftruncateSync(this.fd, this.length);
      return { whole, error: error as Error };
    }
  }

  /** One call of the system for all of them. */
  private async writeSome(blocks: readonly Uint8Array[], at: number): Promise<number> {
    for (;;) {
      try {
        return await new Promise<number>((resolve, reject) => {
          writev(this.fd, blocks, this.lasting ? at : null, (error, written) =>
            error ? reject(error) : resolve(written),
          );
        });
      } catch (error) {
        // A pipe that does not block is full for the moment.
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  }

  async sync(): Promise<void> {
    if (this.lasting) await syncData(this.fd);
  }

  close(): void {
    if (this.own) closeSync(this.fd);
  }
}

export class StreamTarget implements BlockTarget {
  readonly lasting = false;
  readonly recovery = null;
  private readonly stream: BlockStream;
  // The callback of `write` tells what went wrong; without a listener it would be an uncaught error besides.
  private readonly ignore = (): void => {};

  constructor(stream: BlockStream) {
    this.stream = stream;
    stream.on("error", this.ignore);
  }

  async write(blocks: readonly Uint8Array[]): Promise<Written> {
    let whole = 0;
    for (const block of blocks) {
      const error = await new Promise<Error | null | undefined>((resolve) => this.stream.write(block, resolve));
      if (error) return { whole, error };
      whole++;
    }
    return { whole, error: null };
  }

  async sync(): Promise<void> {}

  /** The stream stays open. Its listener stays where its reader has gone, as that may be told of once more. */
  close(): void {
    setImmediate(() => this.stream.removeListener("error", this.ignore));
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "no such folder; make it first";
  if (code === "EEXIST") return "a file that exists already; name another one";
  if (code === "EISDIR") return "a directory; name a file in it";
  if (code === "EACCES" || code === "EPERM" || code === "EROFS")
    return "no permission to write it; ask its owner, or name another file";
  return message;
}
