// Sealing: spools become segments by one job, so that their flows are in the spool or in the segments, never in both or nowhere.
import { readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { isMissing } from "../core/durable-files.ts";
import { checkChunk } from "./damaged-chunks.ts";
import type { Engine } from "./engine.ts";
import { hiddenBy, Job, readJobs } from "./jobs.ts";
import { BOOKED_FILE, FOLDERS, type SegmentName } from "./layout.ts";
import { writeSegments } from "./segment-writer.ts";

export interface SealTask {
  /** The store's. */
  readonly folder: string;
  /** Names of spools that nobody writes any more. */
  readonly spools: readonly string[];
  readonly intervalSeconds: number;
}

export interface SealedSegment extends SegmentName {
  /** Below the store's folder. */
  readonly path: string;
}

export interface Sealed {
  readonly segments: readonly SealedSegment[];
  readonly flows: number;
  /** Sentences: chunks that are damaged. */
  readonly problems: readonly string[];
}

/** `mayGoOn` throws where this process has lost the right to do it. Throws where nothing has been done. */
export async function sealSpools(engine: Engine, task: SealTask, mayGoOn: () => void): Promise<Sealed> {
  const { folder, intervalSeconds } = task;
  const { chunks, flows, problems } = findChunks(task);
  if (chunks.length === 0) return { segments: [], flows: 0, problems };
  const job = new Job(folder, "seal");
  try {
    const written = await writeSegments(engine, {
      files: { native: chunks.map((chunk) => join(folder, chunk)), parquet: [] },
      folder: job.temp,
      intervalSeconds,
      job: job.id,
      arrival: Math.floor(Date.now() / 1000),
    });
    const sealed = written.reduce((sum, { name }) => sum + name.rows, 0);
    // The engine passes over files that are gone without a word.
    if (sealed !== flows)
      throw new Error(`expected ${flows} flows of ${chunks.length} chunks in the segments, found ${sealed}`);
    // With the chunks goes what else is in their folders.
    job.commit([...chunks, ...task.spools.map((spool) => join(FOLDERS.spool, spool, BOOKED_FILE))], written, mayGoOn);
    return { segments: written.map(({ name, path }) => ({ ...name, path })), flows, problems };
  } catch (error) {
    job.abandon();
    throw error;
  }
}

/** Paths below the store's folder of all whole chunks, and how many flows they have. What is damaged of them is cut off. */
function findChunks({ folder, spools }: SealTask): { chunks: string[]; flows: number; problems: string[] } {
  const hidden = hiddenBy(readJobs(folder));
  const chunks: string[] = [];
  const problems: string[] = [];
  let flows = 0;
  for (const spool of spools) {
    const below = join(FOLDERS.spool, spool);
    for (const file of chunkFiles(join(folder, below))) {
      const path = join(below, file);
      if (hidden.has(path)) continue;
      const { rows, problem } = checkChunk(folder, join(folder, path));
      flows += rows;
      if (rows > 0) chunks.push(path);
      if (problem !== null) problems.push(problem);
    }
  }
  return { chunks, flows, problems };
}

function chunkFiles(folder: string): readonly string[] {
  try {
    const files = readdirSync(folder).sort();
    if (files.length === 0) rmdirSync(folder);
    return files.filter((file) => file.endsWith(".native"));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
