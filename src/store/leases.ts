// Leases: who asks a store says so in jobs/, so that files that are replaced meanwhile stay until the answer is there. Nobody needs one:
// where it cannot be written (a read-only disk, somebody else's store), files go after the time of grace, and who misses one asks again.
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { placeOfThis, startOf } from "../core/process-place.ts";
import { FOLDERS } from "./layout.ts";

/** So long a question holds files at the most, and so long where nobody can see whether its process lives (another machine). */
const MOST_MS = 3_600_000;
const UNSEEN_MS = 600_000;

const LEASE = /^query-[0-9a-z-]+\.lease$/;

let counter = 0;

/** Before the files are listed. Gives what ends it. */
export function takeLease(folder: string): () => void {
  const { pid } = process;
  const path = join(folder, FOLDERS.jobs, `query-${pid}-${Date.now().toString(36)}-${counter++}.lease`);
  try {
    writeFileSync(path, JSON.stringify({ place: placeOfThis(), pid, started: startOf(pid) }), { flag: "wx" });
  } catch {
    return () => {};
  }
  return () => rmSync(path, { force: true });
}

/** Milliseconds since 1970 UTC at which the oldest lease that holds was taken; infinite = there is none. Removes those of the dead. */
export function oldestLease(folder: string): number {
  const jobs = join(folder, FOLDERS.jobs);
  let oldest = Number.POSITIVE_INFINITY;
  for (const file of readdirSync(jobs)) {
    if (!LEASE.test(file)) continue;
    const path = join(jobs, file);
    const taken = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (taken === undefined) continue;
    if (Math.abs(Date.now() - taken) < limitOf(path)) oldest = Math.min(oldest, taken);
    else rmSync(path, { force: true });
  }
  return oldest;
}

/** Milliseconds that it may last. */
function limitOf(path: string): number {
  let said: { place?: unknown; pid?: unknown; started?: unknown } = {};
  try {
    said = JSON.parse(readFileSync(path, "utf8")) ?? {};
  } catch {
    // It is being written, or has just ended.
    return UNSEEN_MS;
  }
  const here = placeOfThis();
  if (here === null || said.place !== here) return UNSEEN_MS;
  return said.started === startOf(Number(said.pid)) ? MOST_MS : 0;
}
