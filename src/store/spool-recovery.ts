// What a run that was killed has left in the spool: chunks that have not got their names are cut to their whole blocks, and get them.
import { readdirSync, renameSync, rmdirSync, truncateSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { inspectNative } from "../files/index.ts";
import { isMissing, syncPath } from "./durable-files.ts";
import { FOLDERS } from "./layout.ts";

export interface RecoveredSpools {
  /** Names of the spools that wait to be sealed, the oldest first. */
  readonly spools: readonly string[];
  /** Flows in chunks that had no name yet, and octets of blocks that were not written whole. */
  readonly flows: number;
  readonly cutOctets: number;
  /** Sentences about chunks that are damaged before their ends. */
  readonly problems: readonly string[];
}

/** Only for who holds the writer's lock. */
export function recoverSpools(folder: string): RecoveredSpools {
  const root = join(folder, FOLDERS.spool);
  const spools: string[] = [];
  const problems: string[] = [];
  let flows = 0;
  let cutOctets = 0;
  for (const name of readdirSync(root).sort()) {
    const spool = join(root, name);
    try {
      for (const file of readdirSync(spool)) {
        if (!file.endsWith(".part")) continue;
        const path = join(spool, file);
        const problem = giveName(path, (rows, cut) => {
          flows += rows;
          cutOctets += cut;
        });
        if (problem !== null) problems.push(problem);
      }
      const left = readdirSync(spool);
      if (left.length === 0) rmdirSync(spool);
      else if (left.some((file) => file.endsWith(".native"))) spools.push(name);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      // Somebody's file beside the spools, or a spool that its sealing has just removed.
      if (code !== "ENOTDIR" && !isMissing(error))
        problems.push(`${spool}: expected a spool of flows, found ${message}`);
    }
  }
  return { spools, flows, cutOctets, problems };
}

function giveName(path: string, count: (rows: number, cutOctets: number) => void): string | null {
  try {
    const { rows, keptOctets, cutOctets } = inspectNative(path);
    count(rows, cutOctets);
    if (keptOctets === 0) {
      unlinkSync(path);
      return null;
    }
    if (cutOctets > 0) truncateSync(path, keptOctets);
    syncPath(path);
    renameSync(path, path.replace(/part$/, "native"));
    syncPath(join(path, ".."));
    return null;
  } catch (error) {
    const { message } = error as Error;
    renameSync(path, `${path}.damaged`);
    return `${message}; it is kept as ${path}.damaged, and nobody reads it`;
  }
}
