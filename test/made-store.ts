// Stores made by hand, without collecting: segments of given times with any flows, as sealing would have written them.

import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeTime } from "../src/core/nanoseconds.ts";
import { NativeWriter } from "../src/files/index.ts";
import type { Engine } from "../src/store/index.ts";
import { Job } from "../src/store/jobs.ts";
import { writeSegments } from "../src/store/segment-writer.ts";
import { openStoreFolder } from "../src/store/store-folder.ts";
import { anyBatch, numbers } from "./flow-batches.ts";

export interface MadeInterval {
  /** Seconds since 1970 UTC. */
  readonly start: number;
  readonly seconds: number;
  readonly rows: number;
}

export function makeStore(folder: string): string {
  openStoreFolder(folder, 300);
  return folder;
}

/** One Native file of flows that end in an interval; the same ones for the same interval and seed. */
export async function writeChunk(path: string, { start, seconds, rows }: MadeInterval, seed = 1): Promise<void> {
  const next = numbers(start + seed);
  const batch = anyBatch(rows, start + seed);
  for (let row = 0; row < rows; row++) {
    const end = start + (next() % seconds);
    writeTime(batch.columns.end, row, end, next() % 1_000_000_000);
    writeTime(batch.columns.start, row, end - (next() % 20), 0);
    writeTime(batch.columns.received, row, end + 1, 0);
    // Sums stay below 2^64.
    for (const name of ["packets", "bytes", "reversePackets", "reverseBytes"] as const) {
      batch.columns[name][2 * row + 1] = 0;
    }
  }
  const writer = new NativeWriter(path);
  await writer.write(batch);
  await writer.end();
}

/** A segment each, sealed as always. */
export async function addSegments(engine: Engine, folder: string, intervals: readonly MadeInterval[]): Promise<void> {
  for (const [i, interval] of intervals.entries()) {
    const job = new Job(folder, "seal");
    const chunk = join(folder, "spool", `made-${job.id}`, "000001.native");
    mkdirSync(join(chunk, ".."), { recursive: true });
    await writeChunk(chunk, interval, i + 1);
    const files = { native: [chunk], parquet: [] };
    const work = { files, folder: job.temp, intervalSeconds: interval.seconds, job: job.id, arrival: interval.start };
    job.commit([], await writeSegments(engine, work));
    rmSync(join(chunk, ".."), { recursive: true });
  }
  for (const file of readJobFiles(folder)) rmSync(file);
}

function readJobFiles(folder: string): readonly string[] {
  return readdirSync(join(folder, "jobs")).map((file) => join(folder, "jobs", file));
}
