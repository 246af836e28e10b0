// Spool chunks become segments: one Parquet file for each interval in which their flows ended.
import { join } from "node:path";
import { param, sql } from "../core/sql.ts";
import type { Engine } from "./engine.ts";
import { fileCrc32 } from "./file-checksum.ts";
import { flowsTable } from "./flows-table.ts";
import type { SegmentName } from "./layout.ts";

export interface SegmentTask {
  /** Absolute paths of Native files. */
  readonly chunks: readonly string[];
  /** Where the segments are written; absolute. */
  readonly folder: string;
  readonly intervalSeconds: number;
  /** Id of the job. */
  readonly job: string;
  /** Seconds since 1970 UTC for flows that say no time at all. */
  readonly arrival: number;
}

export interface SegmentOutput {
  /** A file's name in the folder. */
  readonly temporary: string;
  readonly name: SegmentName;
}

const MOST_INTERVALS = 300;
const COARSER = [3600, 86_400, 604_800, 31_536_000, 3_153_600_000];

export async function writeSegments(engine: Engine, task: SegmentTask): Promise<SegmentOutput[]> {
  const { chunks, folder, job, arrival } = task;
  const flows = flowsTable({ native: chunks, parquet: [] });
  const nano = sql`multiIf(toUnixTimestamp64Nano(end) > 0, toUnixTimestamp64Nano(end), toUnixTimestamp64Nano(received) > 0,
    toUnixTimestamp64Nano(received), ${param("Int64", arrival * 1_000_000_000)})`;
  const second = sql`intDiv(${nano}, 1000000000)`;
  const first = sql`if(toUnixTimestamp64Nano(start) > 0, intDiv(toUnixTimestamp64Nano(start), 1000000000), ${second})`;
  let found: { interval: string; rows: string; first: string }[] = [];
  let length = 0;
  for (length of [task.intervalSeconds, ...COARSER.filter((one) => one > task.intervalSeconds)]) {
    const asked = sql`SELECT intDiv(${second}, ${param("Int64", length)}) AS interval, count() AS rows, min(${first}) AS first
      FROM ${flows} GROUP BY interval ORDER BY interval LIMIT ${param("UInt32", MOST_INTERVALS + 1)}`;
    found = [...(await engine.rows<(typeof found)[number]>(asked))];
    if (found.length <= MOST_INTERVALS) break;
  }
  const outputs: SegmentOutput[] = [];
  for (const { interval, rows, first: earliest } of found) {
    const start = Number(interval) * length;
    const temporary = `${outputs.length}.parquet`;
    const path = join(folder, temporary);
    await engine.query(
      sql`INSERT INTO FUNCTION file(${param("String", path)}, 'Parquet') SELECT * FROM ${flows}
        WHERE intDiv(${second}, ${param("Int64", length)}) = ${param("Int64", Number(interval))} ORDER BY srcAddr, dstAddr, start`,
      "Null",
    );
    const reach = Math.max(0, start - Number(earliest));
    outputs.push({
      temporary,
      name: { start, length, reach, rows: Number(rows), job, crc32: await fileCrc32(path) },
    });
  }
  return outputs;
}
