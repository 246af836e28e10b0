// What keeps a store healthy while it is written: jobs of the dead are taken back, the limits of keeping hold, small segments become big ones.
import { SourceError } from "../core/errors.ts";
import { readCatalog } from "./catalog.ts";
import { compact } from "./compaction.ts";
import { planCompaction } from "./compaction-plan.ts";
import type { Engine } from "./engine.ts";
import { bookExpired, expire, expiryOf, readKeepPolicy } from "./expiry.ts";
import { type JobKind, recoverJobs, sweepJobs } from "./jobs.ts";
import { hasLimits } from "./keep-policy.ts";
import { mergeLedger } from "./ledger-merge.ts";
import { StoreLock } from "./store-lock.ts";

/** Jobs of who holds the lock of housekeeping. */
export const HOUSEKEEPING_JOBS: readonly JobKind[] = ["compact", "expire", "repair"];

export interface HousekeepingOptions {
  /** Null: nothing is compacted. */
  readonly engine: Engine | null;
  /** Groups of segments that are put together at the most; the others wait for the next time. */
  readonly groups: number;
  /** Throws where this process has lost the right to go on. */
  readonly mayGoOn?: (() => void) | undefined;
  /** Milliseconds since 1970 UTC. */
  readonly now?: number | undefined;
}

export interface Housekept {
  readonly expired: number;
  /** Segments that became fewer. */
  readonly compacted: number;
  /** Whether there is more to compact. */
  readonly more: boolean;
  readonly problems: readonly string[];
}

/** Null where another process does it. Rejects with a SourceError where the store cannot be read or written. */
export async function housekeep(folder: string, options: HousekeepingOptions): Promise<Housekept | null> {
  let lock: StoreLock;
  let lost = false;
  try {
    lock = await StoreLock.take(folder, "housekeeping", () => {
      lost = true;
    });
  } catch (error) {
    if (error instanceof SourceError && error.cause === undefined) return null;
    throw error;
  }
  const mayGoOn = () => {
    options.mayGoOn?.();
    if (lost) throw new Error("expected to be the only one that tidies the store, found that another process does");
  };
  try {
    recoverJobs(folder, HOUSEKEEPING_JOBS);
    await bookExpired(folder);
    const { engine, groups, now = Date.now() } = options;
    const policy = readKeepPolicy(folder);
    const plan = hasLimits(policy) ? expiryOf(folder, policy, now) : { expiring: [], kept: [], unmet: [] };
    if (plan.expiring.length > 0) await expire(folder, plan, { mayGoOn });
    const found = engine === null ? [] : planCompaction(readCatalog(folder).segments, Math.floor(now / 1000));
    const done = engine === null ? null : await compact(engine, folder, found.slice(0, groups), { mayGoOn });
    sweepJobs(folder);
    mergeLedger(folder, now);
    return {
      expired: plan.expiring.length,
      compacted: done?.inputs ?? 0,
      more: found.length > groups,
      problems: done?.problems ?? [],
    };
  } finally {
    await lock.release();
  }
}
