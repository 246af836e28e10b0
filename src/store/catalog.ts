// The catalog: which files of a store hold flows of a time. Readers need no lock: what is being replaced they see before or after.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { isMissing } from "../core/durable-files.ts";
import { SourceError } from "../core/errors.ts";
import type { FlowFiles } from "./flows-table.ts";
import { hiddenBy, jobFiles, readJobs } from "./jobs.ts";
import { FOLDERS, parseSegmentFile, type SegmentName } from "./layout.ts";
import { readStoreFolder, reasonOf } from "./store-folder.ts";

/** Seconds since 1970 UTC, both ends included; without one it is open there. */
export interface CatalogTime {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

export interface Segment extends SegmentName {
  /** Absolute. */
  readonly path: string;
}

/** Flows that are not sealed yet: their time is not known, they belong to every question. */
export interface Spool {
  readonly name: string;
  /** Absolute paths of its chunks, in the order of arrival. */
  readonly chunks: readonly string[];
}

/** `native` and `parquet` are the absolute paths of all chunks and segments. */
export interface Catalog extends FlowFiles {
  readonly folder: string;
  /** By start, then by time of writing. */
  readonly segments: readonly Segment[];
  readonly spools: readonly Spool[];
  /** Folders that cannot be read, files in the place of segments that are none: what they hold is not in the catalog. */
  readonly problems: readonly SourceError[];
}

/** Rounds of listing until nothing changed meanwhile. Jobs take milliseconds, and are seconds apart. */
const MOST_ROUNDS = 100;

/**
 * The files with flows that may overlap [from, to]. Every flow of the store is in exactly one file of the answer. Throws a SourceError
 * where the folder is no store, or one of a newer format.
 */
export function readCatalog(folder: string, time: CatalogTime = {}): Catalog {
  readStoreFolder(folder);
  for (let round = 1; ; round++) {
    const before = jobFiles(folder);
    const catalog = list(folder, time);
    if (same(before, jobFiles(folder))) return catalog;
    if (round === MOST_ROUNDS) {
      throw new SourceError(
        { source: folder },
        "expected a store that rests for a moment, found its files changing all the time; try again",
      );
    }
  }
}

/** Files of an answer that are not there any more. The engine passes over them without a word: who finds some asks again. */
export function missingFiles({ native, parquet }: FlowFiles): readonly string[] {
  return [...native, ...parquet].filter((path) => statSync(path, { throwIfNoEntry: false }) === undefined);
}

function list(folder: string, time: CatalogTime): Catalog {
  const hidden = hiddenBy(readJobs(folder));
  const problems: SourceError[] = [];
  const read = (below: string): readonly string[] => {
    try {
      return readdirSync(join(folder, below)).sort();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Folders come and go with what is in them; a file beside them is nobody's.
      if (isMissing(error) || code === "ENOTDIR") return [];
      const source = join(folder, below);
      problems.push(
        new SourceError({ source }, `expected a folder of flows, found ${reasonOf(error)}`, { cause: error }),
      );
      return [];
    }
  };
  const spools = read(FOLDERS.spool).flatMap((name) => {
    const below = join(FOLDERS.spool, name);
    const chunks = read(below).filter((file) => file.endsWith(".native") && !hidden.has(join(below, file)));
    return chunks.length === 0 ? [] : [{ name, chunks: chunks.map((file) => join(folder, below, file)) }];
  });
  const segments: Segment[] = [];
  for (const below of dayFolders(read)) {
    for (const file of read(below)) {
      const path = join(folder, below, file);
      if (hidden.has(join(below, file))) continue;
      const name = parseSegmentFile(file);
      if (name !== null) {
        if (overlaps(name, time)) segments.push({ ...name, path });
      } else if (file.endsWith(".parquet")) {
        problems.push(
          new SourceError(
            { source: path },
            "expected a segment's name, found another; move it away, or read it by itself",
          ),
        );
      }
    }
  }
  segments.sort((a, b) => a.start - b.start || (a.job < b.job ? -1 : 1));
  return {
    folder,
    segments,
    spools,
    problems,
    native: spools.flatMap(({ chunks }) => chunks),
    parquet: segments.map(({ path }) => path),
  };
}

/** flows/2026/11/21 */
function* dayFolders(read: (below: string) => readonly string[]): Generator<string> {
  const numbers = (below: string) =>
    read(below)
      .filter((name) => /^\d+$/.test(name))
      .map((name) => join(below, name));
  for (const year of numbers(FOLDERS.flows)) for (const month of numbers(year)) yield* numbers(month);
}

/** Flows of a segment ended in [start, start + length), and began up to `reach` before. */
function overlaps({ start, length, reach }: SegmentName, { from, to }: CatalogTime): boolean {
  return (from === undefined || start + length > from) && (to === undefined || start - reach <= to);
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}
