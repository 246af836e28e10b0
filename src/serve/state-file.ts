// A file of what serve remembers (users, filters, reports): JSON that only its owner can read, written as a whole.
import { type BigIntStats, mkdirSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { isMissing, writeDurably } from "../core/durable-files.ts";
import { SourceError } from "../core/errors.ts";

const MOST_OCTETS = 16 * 1024 * 1024;

export class StateFile<Content> {
  private readonly path: string;
  private readonly check: (value: unknown) => Content;
  private readonly first: Content;
  private seen: { readonly content: Content; readonly stamp: string } | null = null;

  /** `check` gives what was read as it is meant, or throws a sentence; `first` is what holds while there is no file. */
  constructor(path: string, first: Content, check: (value: unknown) => Content) {
    this.path = path;
    this.first = first;
    this.check = check;
  }

  /** What the file says now: other processes (`flowgauge serve user add`) change it, too. Throws a SourceError where it is damaged. */
  read(): Content {
    const stamp = this.stamp();
    if (stamp === "") return this.first;
    if (this.seen?.stamp === stamp) return this.seen.content;
    let content: Content;
    try {
      content = this.check(JSON.parse(readFileSync(this.path, "utf8")));
    } catch (error) {
      if (isMissing(error)) return this.first;
      throw new SourceError(
        { source: this.path },
        `expected what flowgauge serve wrote there, found something else (${(error as Error).message}); put it back from a copy, or remove it`,
        { cause: error },
      );
    }
    this.seen = { content, stamp };
    return content;
  }

  /** Throws where it cannot be written; the file is then as it was. */
  write(content: Content): void {
    try {
      mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
      writeDurably(this.path, `${JSON.stringify(content, null, 1)}\n`, 0o600);
    } catch (error) {
      throw new SourceError(
        { source: this.path },
        `expected to write what is to be remembered, found ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}; is the disk full, or the folder somebody else's?`,
        { cause: error },
      );
    }
    this.seen = null;
  }

  /** "" = there is no file. */
  private stamp(): string {
    let stats: BigIntStats | undefined;
    try {
      stats = statSync(this.path, { throwIfNoEntry: false, bigint: true });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const found = code === "EACCES" ? "no permission; ask its owner, or choose another folder with --state" : message;
      throw new SourceError({ source: this.path }, `expected to read what is remembered, found ${found}`, {
        cause: error,
      });
    }
    if (stats === undefined) return "";
    if (stats.size > MOST_OCTETS) {
      throw new SourceError(
        { source: this.path },
        `expected at most ${MOST_OCTETS} octets, found ${stats.size}; remove the file`,
      );
    }
    return `${stats.ino} ${stats.mtimeNs} ${stats.size}`;
  }
}
