// --on-seal: a command for each segment that was sealed, as nfcapd -x and flow-capture -R have it. Never through a shell.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { UsageError } from "../core/errors.ts";
import type { SealedSegment } from "./seal.ts";

/** What stands for what in the words of the command. */
export const ON_SEAL_PLACEHOLDERS: Readonly<Record<string, string>> = {
  "%d": "the store's folder",
  "%f": "the segment's path below it",
  "%p": "the segment's whole path",
  "%t": "the beginning of its interval as YYYYMMDDhhmm, UTC",
  "%u": "the same as seconds since 1970",
  "%l": "the interval's length in seconds",
  "%n": "how many flows it has",
  "%i": "none (nfcapd has one name for each source there)",
  "%%": "%",
};

export interface OnSealCounts {
  /** Commands that ended well, that did not, and segments for which none was run because too many waited. */
  done: number;
  failed: number;
  dropped: number;
}

const MOST_WAITING = 256;
const MOST_MS = 60_000;

export class OnSeal {
  readonly counts: OnSealCounts = { done: 0, failed: 0, dropped: 0 };
  private readonly words: readonly string[];
  private readonly folder: string;
  private readonly onProblem: (sentence: string) => void;
  private readonly queue: SealedSegment[] = [];
  private running: Promise<void> | null = null;
  private stop: () => void = () => {};

  /** Throws a UsageError where the command has no words, or placeholders that do not exist. */
  constructor(command: string, folder: string, onProblem: (sentence: string) => void) {
    this.words = commandWords(command);
    this.folder = folder;
    this.onProblem = onProblem;
  }

  add(segments: readonly SealedSegment[]): void {
    for (const segment of segments) {
      if (this.queue.length < MOST_WAITING) this.queue.push(segment);
      else this.counts.dropped++;
    }
    this.running ??= this.work().finally(() => {
      this.running = null;
    });
  }

  async done(): Promise<void> {
    await this.running;
  }

  /** Those that wait are dropped, the one that runs is ended. */
  end(): void {
    this.counts.dropped += this.queue.splice(0).length;
    this.stop();
  }

  private async work(): Promise<void> {
    for (let segment = this.queue.shift(); segment !== undefined; segment = this.queue.shift()) {
      const words = this.words.map((word) => filled(word, this.folder, segment!));
      const fault = await this.run(words);
      if (fault === null) this.counts.done++;
      else {
        this.counts.failed++;
        this.onProblem(
          `--on-seal: expected ${words[0]} to end well, found ${fault}; the segment is ${join(this.folder, segment.path)}`,
        );
      }
    }
  }

  private run([program = "", ...words]: readonly string[]): Promise<string | null> {
    return new Promise((resolve) => {
      const child = spawn(program, words, { stdio: "ignore", shell: false });
      let late = false;
      const timer = setTimeout(() => {
        late = true;
        child.kill("SIGKILL");
      }, MOST_MS);
      this.stop = () => child.kill("SIGKILL");
      const end = (fault: string | null) => {
        clearTimeout(timer);
        this.stop = () => {};
        resolve(fault);
      };
      child.once("error", ({ message }) => end(message));
      child.once("exit", (code, signal) => {
        if (late) end(`that it ran for more than ${MOST_MS / 1000} s`);
        else end(code === 0 ? null : signal === null ? `exit code ${code}` : `that ${signal} ended it`);
      });
    });
  }
}

/**
 * Words between blanks; quotes hold blanks together, a backslash takes the next character as it is. Without a placeholder the path
 * is added as the last word.
 */
export function commandWords(command: string): readonly string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote = "";
  for (let i = 0; i < command.length; i++) {
    const character = command[i]!;
    if (character === "\\" && quote !== "'") word = (word ?? "") + (command[++i] ?? "");
    else if (quote !== "") {
      if (character === quote) quote = "";
      else word += character;
    } else if (character === "'" || character === '"') {
      quote = character;
      word ??= "";
    } else if (/\s/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? "") + character;
  }
  if (word !== null) words.push(word);
  if (quote !== "") throw new UsageError(`--on-seal: expected a closing ${quote}, found none in: ${command}`);
  if (words.length === 0 || words[0] === "") throw new UsageError("--on-seal: expected a command, found nothing.");
  const found = words.flatMap((one) => one.match(/%./gu) ?? []);
  const unknown = found.find((one) => ON_SEAL_PLACEHOLDERS[one] === undefined);
  if (unknown !== undefined) {
    throw new UsageError(
      `--on-seal: expected ${Object.keys(ON_SEAL_PLACEHOLDERS).join(" ")}, found ${unknown}; write %% for a percent sign.`,
    );
  }
  return found.some((one) => one !== "%%") ? words : [...words, "%p"];
}

function filled(word: string, folder: string, segment: SealedSegment): string {
  const { path, start, length, rows } = segment;
  const values: Record<string, string> = {
    "%d": folder,
    "%f": path,
    "%p": join(folder, path),
    "%t": new Date(start * 1000).toISOString().replace(/\D/g, "").slice(0, 12),
    "%u": String(start),
    "%l": String(length),
    "%n": String(rows),
    "%i": "none",
    "%%": "%",
  };
  return word.replace(/%./gu, (placeholder) => values[placeholder] ?? placeholder);
}
