// What the commands of a store have in common: its folder, the lock of who tidies it, the engine, and asking before something is deleted.
import { resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { SourceError, UsageError } from "../core/errors.ts";
import { engineSentence } from "../query/index.ts";
import {
  bookExpired,
  defaultStore,
  Engine,
  HOUSEKEEPING_JOBS,
  readStoreFolder,
  recoverJobs,
  StoreLock,
} from "../store/index.ts";

const EXIT_INTERRUPTED = 130;

/** Absolute. Throws a SourceError where it is no store. */
export function storeFolder(name: string | undefined): string {
  const folder = name === undefined ? defaultStore() : name.replace(/^store:/, "");
  readStoreFolder(folder);
  return resolve(folder);
}

/** Work of who alone tidies the store, after what others have left behind is taken back. `mayGoOn` throws where the right is lost. */
export async function tidying<T>(folder: string, work: (mayGoOn: () => void) => Promise<T>): Promise<T> {
  let lost = false;
  const lock = await StoreLock.take(folder, "housekeeping", () => {
    lost = true;
  });
  const mayGoOn = () => {
    if (!lost) return;
    throw new SourceError(
      { source: folder },
      "expected to be the only one that tidies it, found that another process does; try again",
    );
  };
  try {
    recoverJobs(folder, HOUSEKEEPING_JOBS);
    await bookExpired(folder);
    return await work(mayGoOn);
  } catch (error) {
    throw failure(folder, error);
  } finally {
    await lock.release();
  }
}

/** What the system says when files cannot be written is a sentence, too. */
function failure(folder: string, error: unknown): unknown {
  const { code, path = folder } = error as NodeJS.ErrnoException;
  const reasons: Record<string, string> = {
    EACCES: "no permission; ask its owner",
    EROFS: "a disk that is read-only",
    ENOSPC: "no space left on the disk; make room",
  };
  const reason = reasons[code ?? ""];
  if (reason === undefined) return error;
  return new SourceError({ source: path }, `expected to write to the store, found ${reason}`, { cause: error });
}

/** Work with the engine; what it refuses is a sentence. */
export async function withEngine<T>(work: (engine: Engine) => Promise<T>): Promise<T> {
  let engine: Engine | null = null;
  try {
    engine = Engine.open();
    return await work(engine);
  } catch (error) {
    throw engineSentence(error);
  } finally {
    engine?.close();
  }
}

/** Whether the person wants it: asked on a terminal; elsewhere --yes must have said so. */
export async function confirmed(question: string, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) {
    throw new UsageError(
      "expected --yes, as nobody can be asked here, found none; --dry-run shows what would be done.",
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  terminal.on("SIGINT", () => process.exit(EXIT_INTERRUPTED));
  try {
    // Ctrl-D is no answer: it rejects, or with some versions of Node only closes.
    const closed = new Promise<string>((resolve) => terminal.once("close", () => resolve("")));
    const asked = terminal.question(`${question} [y/N] `).catch(() => "");
    const answer = await Promise.race([asked, closed]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
