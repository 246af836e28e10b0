// Who writes a store, and who tidies it: one process at a time each. Readers ask nobody.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SourceError } from "../core/errors.ts";
import { FileLock } from "../core/file-lock.ts";
import { LOCKS } from "./layout.ts";
import { reasonOf } from "./store-folder.ts";

const REFRESH_MS = 30_000;
/** Two that find a dead one's lock at the same time: one of them sees by then that it is not his. */
const SETTLE_MS = 30;

const WHAT: Record<keyof typeof LOCKS, string> = { writer: "writes", housekeeping: "tidies" };

export class StoreLock {
  private readonly lock: FileLock;
  private timer: NodeJS.Timeout | null = null;

  private constructor(lock: FileLock) {
    this.lock = lock;
  }

  /** Throws a SourceError that names who has it. `onLost`: somebody who could not see this process has taken it. */
  static async take(folder: string, which: keyof typeof LOCKS, onLost: () => void = () => {}): Promise<StoreLock> {
    const lock = new FileLock(join(folder, LOCKS[which]));
    try {
      let holder = await lock.take();
      if (holder === null) await sleep(SETTLE_MS);
      holder ??= await lock.take();
      if (holder !== null) {
        const { pid, command } = holder;
        const who = pid === 0 ? "another process" : `process ${pid}${command === "" ? "" : ` (${command})`}`;
        throw new SourceError(
          { source: folder },
          `expected to be the only one that ${WHAT[which]} this store, found that ${who} does; end it, or name another store`,
        );
      }
    } catch (error) {
      if (error instanceof SourceError) throw error;
      throw new SourceError({ source: folder }, `expected to lock the store, found ${reasonOf(error)}`, {
        cause: error,
      });
    }
    const taken = new StoreLock(lock);
    taken.timer = setInterval(() => void taken.refresh(onLost), REFRESH_MS);
    taken.timer.unref();
    return taken;
  }

  async release(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    await this.lock.release();
  }

  /** A disk that is full or slow is no reason to give up a lock. */
  private async refresh(onLost: () => void): Promise<void> {
    const holder = await this.lock.take().catch(() => null);
    if (holder !== null) onLost();
  }
}
