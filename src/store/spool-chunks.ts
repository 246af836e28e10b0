// All whole chunks of a store's spool that can be read now, also those that are sealed already and stay for a while for who asks.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { isMissing } from "../core/durable-files.ts";
import { GRACE_MS } from "./jobs.ts";
import { FOLDERS } from "./layout.ts";

/** Who lists the chunks at least so often sees each of them, whatever is sealed meanwhile. */
export const CHUNKS_STAY_MS = GRACE_MS;

/**
 * Absolute paths, in the order of arrival within each spool. No chunk ever has the path of another. Who has counted the flows of a chunk
 * counts all there are of the store by counting chunks only: segments have them once more.
 */
export function spoolChunks(folder: string): readonly string[] {
  const spools = join(folder, FOLDERS.spool);
  return list(spools).flatMap((name) => {
    const chunks = list(join(spools, name)).filter((file) => file.endsWith(".native"));
    return chunks.map((file) => join(spools, name, file));
  });
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    // Folders come and go with what is in them.
    if (isMissing(error) || (error as NodeJS.ErrnoException).code === "ENOTDIR") return [];
    throw error;
  }
}
