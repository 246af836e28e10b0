// An answer on its way to its readers: in memory, or in a file without a name that goes with the last of them.
import { closeSync, openSync, read, rmSync, statSync } from "node:fs";
import { Readable } from "node:stream";
import type { DownloadSaid } from "./api.ts";
import type { Answer } from "./parts.ts";
import type { Answered } from "./query-work.ts";

const PIECE = 262_144;

/** What several readers may be given: each takes an Answer of his own. */
export class GivenAnswer {
  readonly stamp: string | null;
  readonly octets: number;
  private readonly said: DownloadSaid | null;
  private readonly memory: Uint8Array | null;
  private file: number | null = null;
  private readers = 0;

  constructor(answered: Answered) {
    this.stamp = answered.stamp;
    this.said = answered.said;
    if ("octets" in answered) {
      this.memory = answered.octets;
      this.octets = answered.octets.length;
      return;
    }
    this.memory = null;
    this.file = openSync(answered.file, "r");
    this.octets = statSync(answered.file).size;
    rmSync(answered.file);
  }

  /** In memory: it can be kept. */
  get small(): boolean {
    return this.memory !== null;
  }

  /** One reader's; he releases it. */
  forReader(): Answer {
    this.readers++;
    let held = true;
    const release = () => {
      if (held) this.leave();
      held = false;
    };
    return { octets: this.octets, said: this.said, release, read: () => this.memory ?? this.stream(release) };
  }

  private leave(): void {
    this.readers--;
    if (this.readers > 0 || this.file === null) return;
    closeSync(this.file);
    this.file = null;
  }

  /** Read as it is taken; several readers read at their own places. */
  private stream(release: () => void): Readable {
    let at = 0;
    const self = this;
    return new Readable({
      read() {
        const { file } = self;
        if (file === null) return void this.push(null);
        const piece = Buffer.allocUnsafe(PIECE);
        read(file, piece, 0, PIECE, at, (error, length) => {
          if (error !== null) return void this.destroy(error);
          at += length;
          this.push(length === 0 ? null : piece.subarray(0, length));
        });
      },
      destroy(error, done) {
        release();
        done(error);
      },
    });
  }
}
