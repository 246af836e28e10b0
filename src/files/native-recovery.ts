// What a Native file holds that somebody else, or a run that was killed, has left: its whole blocks, and what to cut off.
import { closeSync, fstatSync, openSync } from "node:fs";
import { SourceError } from "../core/errors.ts";
import { Damage, FileCursor } from "./file-cursor.ts";
import { walkBlock } from "./native-walk.ts";

/** More than one block of ours can have. What is more is no last block that was cut off by a crash. */
const MOST_BLOCK_OCTETS = 536_870_912;

export interface Recovery {
  readonly blocks: number;
  readonly rows: number;
  /** Octets of whole blocks. */
  readonly keptOctets: number;
  /** Octets of a last block that is incomplete, behind them. */
  readonly cutOctets: number;
}

/**
 * Goes over the blocks of a file. Throws a SourceError where cutting would destroy something: where it is no Native file, or where
 * it contradicts itself before its last block. `own`: it is known to be a Native file, even where its first block is incomplete.
 */
export function recover(source: string, fd: number, size: number, own = false): Recovery {
  const cursor = new FileCursor(fd, size);
  let blocks = 0;
  let rows = 0;
  let kept = 0;
  try {
    while (kept < size) {
      rows += walkBlock(cursor).rows;
      blocks++;
      kept = cursor.offset;
    }
  } catch (error) {
    if (!(error instanceof Damage)) throw error;
    if (!isCutOff(error, cursor, kept, blocks > 0 || own)) {
      throw new SourceError(
        { source, offset: error.offset },
        `expected whole blocks of ClickHouse's FORMAT Native to add more to, but ${error.message}; name another file`,
      );
    }
  }
  return { blocks, rows, keptOctets: kept, cutOctets: size - kept };
}

/** The same of a file that is known to be one of ours. Throws what the system says where it cannot be read. */
export function inspectNative(path: string): Recovery {
  const file = openSync(path, "r");
  try {
    return recover(path, file, fstatSync(file).size, true);
  } finally {
    closeSync(file);
  }
}

/** A block that ends too early at the end of the file; or zeros, which a loss of power leaves of one that was not yet on the disk. */
function isCutOff(damage: Damage, cursor: FileCursor, kept: number, known: boolean): boolean {
  if (cursor.size - kept > MOST_BLOCK_OCTETS) return false;
  if (damage.incomplete && known) return true;
  cursor.seek(kept);
  while (cursor.offset < cursor.size) if (cursor.octet() !== 0) return false;
  return true;
}
