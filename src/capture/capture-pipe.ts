// CapturePipe: how the octets of a capture program come to us: through a real pipe, as what Node gives its children is a pair of
// sockets, in which each packet that is written costs some hundred octets more and three times the time.
import { spawnSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync } from "node:fs";
import { type OnReadOpts, Socket, type SocketConstructorOpts } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a pipe holds on Linux. */
const PIPE_OCTETS = 65_536;
/** Who reads less than this has caught up, and lets more come together: a reader that waits is woken for each packet. */
const FEW_OCTETS = 32_768;
const GATHER_MS = 2;

export class CapturePipe {
  /** For the program's standard output. */
  readonly writeEnd: number;
  readonly #socket: Socket;
  readonly #buffer = Buffer.allocUnsafeSlow(PIPE_OCTETS);
  /** Octets in the buffer that nobody has had yet. */
  #there = 0;
  #ended = false;
  #drained = false;
  #error: Error | null = null;
  #wake: () => void = () => {};

  /** Where it cannot be made null: then the program gets what Node gives. */
  static make(): CapturePipe | null {
    let folder: string | null = null;
    try {
      folder = mkdtempSync(join(tmpdir(), "flowgauge-capture-"));
      const path = join(folder, "pipe");
      if (spawnSync("mkfifo", ["-m", "600", path], { stdio: "ignore" }).status !== 0) return null;
      const readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
      return new CapturePipe(readEnd, openSync(path, constants.O_WRONLY));
    } catch {
      return null;
    } finally {
      // It needs no name any more.
      if (folder !== null) rmSync(folder, { recursive: true, force: true });
    }
  }

  private constructor(readEnd: number, writeEnd: number) {
    this.writeEnd = writeEnd;
    const callback = (length: number) => {
      if (this.#drained) return true;
      this.#there = length;
      this.#wake();
      // Nothing more is read into the buffer before somebody has had this.
      return false;
    };
    const options: SocketConstructorOpts & { readonly onread: OnReadOpts } = {
      ...{ fd: readEnd, readable: true, writable: false },
      onread: { buffer: this.#buffer, callback },
    };
    this.#socket = new Socket(options);
    this.#socket.pause();
    this.#socket.once("error", (error) => {
      this.#error = error;
    });
    this.#socket.once("close", () => {
      this.#ended = true;
      this.#wake();
    });
  }

  /** The program has its end: ours of the same would keep the pipe open for ever. */
  handedOver(): void {
    closeSync(this.writeEnd);
  }

  /** All octets until the program closes its end. A piece is valid until the next one is asked for. */
  async *octets(): AsyncGenerator<Uint8Array, void, void> {
    for (let few = false; ; ) {
      if (few) await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
      if (this.#there === 0 && !this.#ended) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
          this.#socket.resume();
        });
      }
      const length = this.#there;
      this.#there = 0;
      if (length > 0) yield this.#buffer.subarray(0, length);
      else if (this.#error !== null) throw this.#error;
      else return;
      few = length < FEW_OCTETS;
    }
  }

  /** Takes what still comes and forgets it, so that the program can end. */
  drain(): void {
    this.#drained = true;
    this.#socket.resume();
  }
}
