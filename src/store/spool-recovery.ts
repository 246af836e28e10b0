// What a run that was killed has left in the spool: chunks that have not got their names are cut to their whole blocks, and get them.
import { readdirSync, renameSync, rmSync, truncateSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isMissing, syncPath } from "../core/durable-files.ts";
import { inspectNative } from "../files/index.ts";
import { checkChunk } from "./damaged-chunks.ts";
import { BOOKED_FILE, FOLDERS } from "./layout.ts";
import { appendLedger, spoolsInLedger } from "./ledger-file.ts";

export interface RecoveredSpools {
  /** Names of the spools that wait to be sealed, the oldest first. */
  readonly spools: readonly string[];
  /** Flows that no line of the ledger counts, in so many chunks of so many octets. */
  readonly flows: number;
  readonly chunks: number;
  readonly octets: number;
  /** Octets of blocks that were not written whole. */
  readonly cutOctets: number;
  /** Sentences about chunks that are damaged before their ends. */
  readonly problems: readonly string[];
}

/** Only for who holds the writer's lock. `hidden`: paths below the store's folder that are replaced already. */
export function recoverSpools(folder: string, hidden: ReadonlySet<string>): RecoveredSpools {
  const found = { spools: [] as string[], flows: 0, chunks: 0, octets: 0, cutOctets: 0, problems: [] as string[] };
  const names = readdirSync(join(folder, FOLDERS.spool)).sort();
  const booked = names.length === 0 ? new Set<string>() : spoolsInLedger(folder);
  for (const name of names) {
    const spool = join(folder, FOLDERS.spool, name);
    try {
      recoverSpool(folder, spool, found);
      const left = readdirSync(spool);
      const chunks = left.filter((file) => file.endsWith(".native") && !hidden.has(join(FOLDERS.spool, name, file)));
      if (chunks.length > 0) found.spools.push(name);
      if (left.every((file) => file === BOOKED_FILE)) rmSync(spool, { recursive: true });
      else if (!left.includes(BOOKED_FILE) && !booked.has(name)) bookChunks(spool, chunks, found);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      // Somebody's file beside the spools, or a spool that its sealing has just removed.
      if (code === "ENOTDIR" || isMissing(error)) continue;
      found.problems.push(`${spool}: expected a spool of flows, found ${message}`);
    }
  }
  return found;
}

type Found = { -readonly [N in keyof RecoveredSpools]: RecoveredSpools[N] } & { problems: string[] };

function recoverSpool(folder: string, spool: string, found: Found): void {
  for (const file of readdirSync(spool)) {
    if (!file.endsWith(".part")) continue;
    const path = join(spool, file);
    try {
      found.cutOctets += giveName(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== undefined) throw error;
      const { problem } = checkChunk(folder, path);
      if (problem !== null) found.problems.push(problem);
    }
  }
}

/** Damaged ones are found when they are sealed. */
function bookChunks(spool: string, chunks: readonly string[], found: Found): void {
  for (const file of chunks) {
    try {
      const { rows, keptOctets } = inspectNative(join(spool, file));
      found.flows += rows;
      found.octets += keptOctets;
      found.chunks++;
    } catch {
      // Sealing says what is wrong with it.
    }
  }
}

/** Gives the octets that were cut off. */
function giveName(path: string): number {
  const { keptOctets, cutOctets } = inspectNative(path);
  if (keptOctets === 0) {
    unlinkSync(path);
    return cutOctets;
  }
  if (cutOctets > 0) truncateSync(path, keptOctets);
  syncPath(path);
  renameSync(path, path.replace(/part$/, "native"));
  syncPath(join(path, ".."));
  return cutOctets;
}

/** Adds to the ledger what a crash has left. Rejects where it cannot be written. */
export async function bookRecovered(folder: string, found: RecoveredSpools): Promise<void> {
  const { flows, chunks: files, octets, spools } = found;
  if (flows === 0) return;
  const line = {
    change: "recovered",
    at: new Date().toISOString(),
    files,
    flows,
    octets,
    reason: "an earlier run was killed",
    spools,
  } as const;
  await appendLedger(folder, [line]);
  for (const spool of spools) markBooked(folder, spool);
}

/** Says that the ledger counts all flows of a spool; may fail, then they are counted as recovered after a crash. */
export function markBooked(folder: string, spool: string): void {
  try {
    writeFileSync(join(folder, FOLDERS.spool, spool, BOOKED_FILE), "");
  } catch (error) {
    // It is sealed, and its chunks are deleted.
    if (!isMissing(error)) throw error;
  }
}
