// Waiting, but not for ever.
import { setTimeout as sleep } from "node:timers/promises";

/** What the work gives, or null when it takes longer. Nothing is left waiting then. */
export async function within<T>(work: Promise<T>, milliseconds: number): Promise<T | null> {
  if (milliseconds === Number.POSITIVE_INFINITY) return work;
  const timer = new AbortController();
  const late = sleep(milliseconds, null, { signal: timer.signal }).catch(() => null);
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort();
  }
}
