// Names in a store's folder. A store is plain files: whoever copies the folder has the store.
//
//   flowgauge.json                       what this folder is: format version, length of an interval
//   keep.json                            how long what is kept (KeepPolicy)
//   writer.lock, housekeeping.lock       who writes it now, who compacts and tidies it
//   spool/<spool>/000001.native          flow records that are not sealed yet: whole Native files, in the order of arrival
//   spool/<spool>/000002.part            the one that is being written (nobody but the writer and recovery reads it)
//   spool/<spool>/booked                 its flows are in the ledger
//   jobs/<kind>-<job>.begun, .done       what takes the place of what (see jobs.ts)
//   flows/2026/11/21/<segment>.parquet   sealed flow records of one interval of time, never changed
//   ledger/2026-11-21.ndjson             what was received, lost and stored, by exporter and hour
//   damaged/                             what repair has taken out of the way, never deleted
import { join } from "node:path";

export const STORE_FORMAT = 1;

export const FOLDERS = { spool: "spool", jobs: "jobs", flows: "flows", ledger: "ledger" } as const;
export const STORE_FILE = "flowgauge.json";
export const KEEP_FILE = "keep.json";
/** Made by repair: files that cannot be read as a whole, under their own names. */
export const DAMAGED_FOLDER = "damaged";
/** Files that say who may (core/file-lock.ts); ".lock" is added. */
export const LOCKS = { writer: "writer", housekeeping: "housekeeping" } as const;

export function chunkFile(number: number): string {
  return `${String(number).padStart(6, "0")}.native`;
}

/** In a spool whose flows are in the ledger. */
export const BOOKED_FILE = "booked";

export function partFile(number: number): string {
  return `${String(number).padStart(6, "0")}.part`;
}

/**
 * A segment's flows ended in [start, start + length). `reach` says how long before `start` the earliest of them began: who looks for
 * flows of a time finds the segments by their names alone.
 */
export interface SegmentName {
  /** Seconds since 1970 UTC. */
  readonly start: number;
  /** Seconds. */
  readonly length: number;
  /** Seconds, rounded up. */
  readonly reach: number;
  readonly rows: number;
  /** Of the job that wrote it: sorts by time of writing, unique in the store. */
  readonly job: string;
  /**
   * CRC-32 of the whole file (fileCrc32), so that a copy of the folder can be verified: Parquet's own checksums cover pages, not what says
   * where they are or which may be passed over. Undefined where somebody else made the file.
   */
  readonly crc32?: number | undefined;
}

const SEGMENT =
  /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\+(\d+)s_reach(\d+)s_(\d+)flows_([0-9a-z]+)(?:_crc([0-9a-f]{8}))?\.parquet$/;

/** "20261121T120000Z+300s_reach12s_81231flows_m4k2x_crc0a1b2c3d.parquet" */
export function segmentFile({ start, length, reach, rows, job, crc32 }: SegmentName): string {
  const time = new Date(start * 1000).toISOString().slice(0, 19).replace(/[-:]/g, "");
  const check = crc32 === undefined ? "" : `_crc${crc32.toString(16).padStart(8, "0")}`;
  return `${time}Z+${length}s_reach${reach}s_${rows}flows_${job}${check}.parquet`;
}

/** null for what is no segment's name. */
export function parseSegmentFile(file: string): SegmentName | null {
  const found = SEGMENT.exec(file);
  if (found === null) return null;
  const [year, month, day, hour, minute, second, length, reach, rows] = found.slice(1, 10).map(Number) as number[];
  const start = Date.UTC(year!, month! - 1, day!, hour!, minute!, second!) / 1000;
  const crc32 = found[11] === undefined ? undefined : Number.parseInt(found[11], 16);
  return { start, length: length!, reach: reach!, rows: rows!, job: found[10]!, crc32 };
}

/** Below the store's folder: flows/2026/11/21. */
export function segmentFolder(start: number): string {
  const day = new Date(start * 1000).toISOString().slice(0, 10);
  return join(FOLDERS.flows, ...day.split("-"));
}
