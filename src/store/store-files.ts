// The files of a store with their octets, and the disk they are on: what expiry, the forecast and `store info` judge by.
import { statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Catalog, readCatalog } from "./catalog.ts";
import type { StoredSegment, StoreFacts } from "./expiry-plan.ts";
import { type FoundJob, readJobs } from "./jobs.ts";

export interface StoreFiles {
  readonly catalog: Catalog;
  readonly segments: readonly StoredSegment[];
  readonly jobs: readonly FoundJob[];
  readonly facts: StoreFacts;
}

/** Names and sizes only, no file is read. `now`: milliseconds since 1970 UTC. Throws a SourceError where the folder is no store. */
export function readStoreFiles(folder: string, now = Date.now()): StoreFiles {
  const catalog = readCatalog(folder);
  const segments = catalog.segments.map((segment) => ({ ...segment, octets: octetsOf(segment.path) }));
  const jobs = readJobs(folder);
  const leaving = jobs.filter(({ state }) => state === "done").flatMap(({ inputs }) => inputs);
  const facts = {
    now: Math.floor(now / 1000),
    otherOctets: sum(catalog.native),
    leavingOctets: sum(leaving.map((path) => join(folder, path))),
    disk: diskOf(folder),
  };
  return { catalog, segments, jobs, facts };
}

function sum(paths: readonly string[]): number {
  return paths.reduce((octets, path) => octets + octetsOf(path), 0);
}

/** 0 of a file that has gone meanwhile. */
function octetsOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function diskOf(folder: string): StoreFacts["disk"] {
  try {
    const { bavail, bsize, blocks } = statfsSync(folder);
    return blocks === 0 ? null : { free: bavail * bsize, total: blocks * bsize };
  } catch {
    return null;
  }
}
