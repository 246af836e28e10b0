// TsharkProcess: tshark at work for us, its output as an input. Never through a shell; it ends when we do.
import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { findExecutable, permissionSentence } from "../capture/index.ts";
import { SourceError } from "../core/errors.ts";
import type { NamedPipe } from "./named-pipe.ts";
import type { OctetInput } from "./octet-window.ts";

/** How long it may take to end by itself once it is told to. */
const END_MS = 2000;
/** What is kept of its words. */
const MOST_WORDS = 16_384;
/** What it says where nothing is wrong. */
const NOISE = /^Running as user|^\s*$|^Capturing on|^\d+ packets? (captured|dropped)|^ \*\*|^ ?\(tshark:\d+\)/;

/** Not of its settings, which it may not read either where somebody else's are named. */
const DENIED = /permission to capture|not permitted|run \S*dumpcap/i;
/** Of a sentence of its own behind ours. */
const MOST_QUOTED = 120;

const CUT = /cut short|damaged|corrupt/;

export class TsharkProcess implements OctetInput {
  readonly octets: AsyncGenerator<Uint8Array, void, void>;
  readonly #source: string;
  readonly #live: boolean;
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | string>;
  #said = "";
  #stopping = false;

  /** `live`: it captures; `pipe`: what it reads the capture from, if that is no file. */
  constructor(
    path: string,
    words: readonly string[],
    source: string,
    { live, pipe }: { readonly live: boolean; readonly pipe: NamedPipe | null },
  ) {
    this.#source = source;
    this.#live = live;
    const child = spawn(path, words, {
      stdio: ["ignore", "pipe", "pipe"],
      // Ctrl-C reaches us alone: we read what it still has.
      detached: true,
      env: { ...process.env, LC_ALL: "C.UTF-8" },
    });
    this.#child = child;
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#said = (this.#said + text).slice(-MOST_WORDS);
    });
    const killNow = () => {
      child.kill("SIGKILL");
      pipe?.remove();
    };
    process.once("exit", killNow);
    this.#ended = new Promise((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("close", (code, signal) => resolve(code ?? signal ?? "an unknown reason"));
    });
    void this.#ended.then(() => process.removeListener("exit", killNow));
    if (pipe !== null) {
      void pipe.feed(this.#ended);
      void this.#ended.then(() => pipe.remove());
    }
    this.octets = this.#read(child.stdout as Readable);
  }

  progress(): null {
    return null;
  }

  async close(): Promise<void> {
    this.#stop();
    // Nobody takes what it still writes: left alone, it would wait for that, and we for it.
    this.#child.stdout?.destroy();
    await this.#ended;
  }

  async *#read(stdout: Readable): AsyncGenerator<Uint8Array, void, void> {
    let whole = false;
    try {
      for await (const piece of stdout) yield piece as Uint8Array;
      whole = true;
    } catch (error) {
      if (!this.#stopping) throw error;
    } finally {
      if (!whole) await this.close();
    }
    const end = await this.#ended;
    if (this.#stopping) return;
    const words = this.#said.split(/\r?\n/).filter((line) => !NOISE.test(line));
    // It ends well over a capture that does not.
    if (end === 0 && !words.some((line) => CUT.test(line))) return;
    const quoted =
      words
        .join(" ")
        .replace(/^tshark: /, "")
        .trim() || `exit code ${end}`;
    const denied = words.find((line) => DENIED.test(line));
    if (this.#live && denied !== undefined) throw new SourceError({ source: this.#source }, mayNotCapture(denied));
    throw new SourceError(
      { source: this.#source },
      `expected tshark to read to the end, found that it says: ${quoted}`,
    );
  }

  #stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#child.kill("SIGINT");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), END_MS);
    void this.#ended.then(() => clearTimeout(timer));
  }
}

/** dumpcap captures for tshark. Debian lets only a group run it, which has the permission then. */
function mayNotCapture(said: string): string {
  const path = findExecutable("dumpcap");
  const sentence =
    path !== null
      ? permissionSentence("dumpcap", path)
      : "expected permission to capture, found none to run dumpcap; get it with: sudo usermod -a -G wireshark $USER, and log in anew - or run this as root";
  return `${sentence} (tshark says: ${said.replace(/^tshark: /, "").slice(0, MOST_QUOTED)})`;
}
