// FileLock: one process at a time keeps a file. Who has it is said in `PATH.lock`, which means nothing any more after a crash.
//   { "pid": 123, "command": "cli.js collect", "started": "ticks since the system's start", "place": "boot and PID namespace",
//     "token": "of this lock alone" }
import { randomUUID } from "node:crypto";
import { open, readFile, stat, unlink, utimes } from "node:fs/promises";
import { basename } from "node:path";
import { placeOfThis, startOf } from "./process-place.ts";

/** Where nobody can look for the process (another machine or container), it has ended when it was silent for so long. */
const SILENT_MS = 150_000;
/** Who was quicker, and ended at once, may be met again and again. */
const TRIES = 3;

/** The process that has the file; 0 and "" = it does not say. */
export interface LockHolder {
  readonly pid: number;
  /** Its program's name and arguments. */
  readonly command: string;
}

/** Of a command that is long, its beginning says enough. */
const MOST_COMMAND = 200;

export class FileLock {
  private readonly path: string;
  private readonly token = randomUUID();

  constructor(path: string) {
    this.path = `${path}.lock`;
  }

  /**
   * Takes the lock, or says again that it is ours; gives null then, else who has it. To be called again at least once a minute.
   * Rejects where the folder cannot be written to.
   */
  async take(): Promise<LockHolder | null> {
    let holder: LockHolder = { pid: 0, command: "" };
    for (let tries = 0; tries < TRIES; tries++) {
      if (await this.create()) return null;
      const text = await readFile(this.path, "utf8").catch(ifGone);
      if (text === null) continue;
      const said = parse(text);
      if (said.token === this.token) {
        const now = new Date();
        await utimes(this.path, now, now);
        return null;
      }
      holder = holderIn(said);
      if (await this.lives(said)) return holder;
      // Another process may find the same and remove what we create: it is looked at again each time.
      await unlink(this.path).catch(ifGone);
    }
    return holder;
  }

  /** Who has it, without taking it; null = nobody. Rejects where that cannot be read. */
  async holder(): Promise<LockHolder | null> {
    const text = await readFile(this.path, "utf8").catch(ifGone);
    if (text === null) return null;
    const said = parse(text);
    return (await this.lives(said)) ? holderIn(said) : null;
  }

  /** Whether it is still ours: somebody who could not see this process may have taken it. */
  async isOurs(): Promise<boolean> {
    return parse(await readFile(this.path, "utf8").catch(() => "")).token === this.token;
  }

  async release(): Promise<void> {
    const text = await readFile(this.path, "utf8").catch(() => "");
    if (parse(text).token === this.token) await unlink(this.path).catch(() => {});
  }

  /** False where there is one. */
  private async create(): Promise<boolean> {
    const { pid } = process;
    const place = placeOfThis();
    const started = startOf(pid);
    try {
      const file = await open(this.path, "wx", 0o600);
      try {
        const command = commandOfThis();
        await file.writeFile(`${JSON.stringify({ pid, command, started, place, token: this.token })}\n`);
      } catch (error) {
        // Half of a lock (the disk is full) would keep everybody out for a while.
        await unlink(this.path).catch(() => {});
        throw error;
      } finally {
        await file.close();
      }
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
      throw error;
    }
  }

  private async lives({ pid, place, started }: Record<string, unknown>): Promise<boolean> {
    const here = placeOfThis();
    if (here !== null && place === here && typeof pid === "number") {
      return typeof started === "string" && startOf(pid) === started;
    }
    const found = await stat(this.path).catch(ifGone);
    return found !== null && Date.now() - found.mtimeMs < SILENT_MS;
  }
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    // It is being written, or was cut off: how old it is decides.
    return {};
  }
}

function holderIn({ pid, command }: Record<string, unknown>): LockHolder {
  return { pid: Number.isInteger(pid) ? (pid as number) : 0, command: typeof command === "string" ? command : "" };
}

function ifGone(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT") return null;
  throw error;
}

function commandOfThis(): string {
  const [, script = "", ...words] = process.argv;
  return [basename(script), ...words].join(" ").replace(/\p{C}/gu, " ").slice(0, MOST_COMMAND);
}
