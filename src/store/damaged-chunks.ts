// Chunks of the spool that are damaged: what is whole of them stays, the file as it was is kept in damaged/, and nobody reads it.
import { constants, copyFileSync, mkdirSync, rmSync, truncateSync } from "node:fs";
import { join, relative } from "node:path";
import { syncPath } from "../core/durable-files.ts";
import { inspectNative } from "../files/index.ts";
import { DAMAGED_FOLDER, FOLDERS } from "./layout.ts";

export interface CheckedChunk {
  /** Flows in whole blocks; 0 = the chunk is not there any more. */
  readonly rows: number;
  readonly octets: number;
  /** A sentence; null = it was whole. */
  readonly problem: string | null;
}

/** Only for who holds the writer's lock. Throws what the system says where the file cannot be read. */
export function checkChunk(folder: string, file: string): CheckedChunk {
  let found = { rows: 0, keptOctets: 0 };
  let reason: string;
  try {
    const { rows, keptOctets, cutOctets } = inspectNative(file);
    if (cutOctets === 0 && rows > 0) return { rows, octets: keptOctets, problem: null };
    found = { rows, keptOctets };
    reason = `${file}: expected whole blocks, found ${cutOctets} octets of one that is not`;
  } catch (error) {
    // Not damage, but a disk that does not answer: it is tried again.
    if ((error as NodeJS.ErrnoException).code !== undefined) throw error;
    reason = (error as Error).message;
  }
  const kept = keepDamaged(folder, file);
  if (found.keptOctets === 0) rmSync(file);
  else truncateSync(file, found.keptOctets);
  return {
    rows: found.rows,
    octets: found.keptOctets,
    problem: `${reason}; its ${found.rows} whole flows stay, the file as it was is ${kept}`,
  };
}

function keepDamaged(folder: string, file: string): string {
  const damaged = join(folder, DAMAGED_FOLDER);
  mkdirSync(damaged, { recursive: true });
  const place = join(damaged, relative(join(folder, FOLDERS.spool), file).replaceAll("/", "-"));
  try {
    copyFileSync(file, place, constants.COPYFILE_EXCL);
  } catch (error) {
    // An earlier try was stopped behind this.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  syncPath(place);
  syncPath(damaged);
  return place;
}
