// Where an answer is written: in memory while it is small, then into a file. Nothing of it is given away before it is whole.
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { Writable } from "node:stream";
import { ServeError } from "./problems.ts";

export interface OutputLimits {
  readonly inMemory: number;
  readonly octets: number;
}

export class AnswerOutput extends Writable {
  private readonly path: string;
  private readonly limits: OutputLimits;
  private pieces: Uint8Array[] = [];
  private file: number | null = null;
  private octets = 0;

  /** The file is made at `path` where it is needed. */
  constructor(path: string, limits: OutputLimits) {
    super({ decodeStrings: true });
    this.path = path;
    this.limits = limits;
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    try {
      this.add(chunk);
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  /** Text of our own between what printers write. */
  text(text: string): void {
    this.add(Buffer.from(text));
  }

  /** Everything that was written is forgotten. */
  reset(): void {
    this.pieces = [];
    this.octets = 0;
    this.endFile();
    rmSync(this.path, { force: true });
  }

  /** All of it, or the file that it is in. */
  whole(): { readonly octets: Uint8Array } | { readonly file: string; readonly size: number } {
    if (this.file === null) return { octets: Buffer.concat(this.pieces) };
    this.endFile();
    return { file: this.path, size: this.octets };
  }

  private add(chunk: Uint8Array): void {
    this.octets += chunk.length;
    if (this.octets > this.limits.octets) {
      throw new ServeError(
        413,
        "usage",
        `expected an answer of at most ${this.limits.octets} octets, found a larger one; ask for less time, fewer fields or a limit`,
      );
    }
    if (this.file === null) {
      // Who wrote it uses the same memory again.
      this.pieces.push(Buffer.copyBytesFrom(chunk));
      if (this.octets <= this.limits.inMemory) return;
      this.file = openSync(this.path, "wx", 0o600);
      for (const piece of this.pieces) writeAll(this.file, piece);
      this.pieces = [];
    } else writeAll(this.file, chunk);
  }

  private endFile(): void {
    if (this.file !== null) closeSync(this.file);
    this.file = null;
  }
}

function writeAll(file: number, octets: Uint8Array): void {
  for (let at = 0; at < octets.length; ) at += writeSync(file, octets, at);
}
