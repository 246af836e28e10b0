// NamedPipe: octets for a program that reads files and pipes, but no sockets, which are what Node gives a child for standard input.
import { execFileSync } from "node:child_process";
import { constants, mkdtempSync, openSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OctetInput } from "./octet-window.ts";

/** How often it is looked whether the program has opened the pipe. */
const LOOK_MS = 10;

export class NamedPipe {
  readonly path: string;
  readonly #folder: string;
  readonly #input: OctetInput;

  /** In a folder that nobody else may enter. Throws where there is no mkfifo. */
  constructor(input: OctetInput) {
    this.#input = input;
    this.#folder = mkdtempSync(join(tmpdir(), "flowgauge-pipe-"));
    this.path = join(this.#folder, "capture");
    try {
      execFileSync("mkfifo", ["-m", "600", this.path], { stdio: "ignore" });
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Hands the octets over as fast as they are read, until they end or the program does. */
  async feed(ended: Promise<unknown>): Promise<void> {
    let over = false;
    let wake = () => {};
    const leave = () => {
      over = true;
      wake();
    };
    // Whoever waits for more of the input is let go.
    const done = ended.then(() => {
      leave();
      return this.#input.close();
    });
    const fd = await this.#open(() => over);
    if (fd !== null) {
      const pipe = new Socket({ fd, readable: false, writable: true });
      pipe
        .on("error", leave)
        .on("close", leave)
        .on("drain", () => wake());
      try {
        while (!over) {
          const next = await this.#input.octets.next();
          if (next.done === true) break;
          // The piece is used again before the pipe has taken it.
          if (over || pipe.write(Buffer.from(next.value))) continue;
          await new Promise<void>((resolve) => {
            wake = resolve;
            if (over) resolve();
          });
        }
      } catch {
        // A damaged input ends here: the program says what is missing.
      }
      if (over) pipe.destroy();
      else pipe.end();
    }
    await done;
  }

  /** Waits for the reader: what is written before it is there would be lost. */
  async #open(isOver: () => boolean): Promise<number | null> {
    while (!isOver()) {
      try {
        return openSync(this.path, constants.O_WRONLY | constants.O_NONBLOCK);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENXIO") return null;
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
    }
    return null;
  }
}
