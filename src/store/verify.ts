// Verification: is every file of a store what was written, and does it hold what its name says?
import { existsSync } from "node:fs";
import { relative } from "node:path";
import { isMissing } from "../core/durable-files.ts";
import { param, sql } from "../core/sql.ts";
import { inspectNative } from "../files/index.ts";
import { readCatalog, type Segment } from "./catalog.ts";
import type { Engine } from "./engine.ts";
import { isFileFault } from "./engine-faults.ts";
import { fileCrc32 } from "./file-checksum.ts";
import { flowsTable } from "./flows-table.ts";
import { sumsOf } from "./segment-sums.ts";

/** checksum = not the octets that were written; unreadable = no whole Parquet or Native file; rows, times = not what the name says. */
export type DamageKind = "checksum" | "unreadable" | "rows" | "times" | "name";

export interface Damage {
  /** Below the store's folder. */
  readonly path: string;
  readonly kind: DamageKind;
  /** "expected ..., found ..." */
  readonly sentence: string;
}

export interface Verified {
  readonly segments: number;
  readonly chunks: number;
  /** Of what is whole; 64-bit sums of both directions as texts of digits (null where no flow was read). */
  readonly flows: number;
  readonly packets: string | null;
  readonly bytes: string | null;
  readonly damaged: readonly Damage[];
  /** Segments whose names have no checksum: other files than ours. */
  readonly withoutChecksum: number;
}

export interface VerifyOptions {
  /** Null: only checksums, which need no engine. */
  readonly engine: Engine | null;
  readonly onSegment?: ((done: number, of: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Reads every file. Those that are replaced or deleted meanwhile do not count. */
export async function verifyStore(folder: string, { engine, onSegment, signal }: VerifyOptions): Promise<Verified> {
  const catalog = readCatalog(folder);
  const damaged: Damage[] = catalog.problems.map(({ place, sentence }) => ({
    path: relative(folder, place.source),
    kind: "name",
    sentence,
  }));
  const sums = { flows: 0, packets: 0n, bytes: 0n };
  let segments = 0;
  let withoutChecksum = 0;
  for (const segment of catalog.segments) {
    if (signal?.aborted === true) break;
    const checked = await checkSegment(segment, engine);
    onSegment?.(segments + 1, catalog.segments.length);
    if (checked === null) continue;
    segments++;
    if (segment.crc32 === undefined) withoutChecksum++;
    if ("sentence" in checked) {
      damaged.push({ path: relative(folder, segment.path), ...checked });
      continue;
    }
    sums.flows += checked.flows;
    sums.packets += checked.packets;
    sums.bytes += checked.bytes;
  }
  const chunks = checkChunks(folder, catalog.native, damaged);
  const told =
    engine === null ? { packets: null, bytes: null } : { packets: `${sums.packets}`, bytes: `${sums.bytes}` };
  return { segments, chunks, flows: sums.flows, ...told, damaged, withoutChecksum };
}

type Fault = Pick<Damage, "kind" | "sentence">;

interface Whole {
  readonly flows: number;
  readonly packets: bigint;
  readonly bytes: bigint;
}

/** Null of a segment that has gone. */
export async function checkSegment(segment: Segment, engine: Engine | null): Promise<Whole | Fault | null> {
  try {
    const fault = await checkOctets(segment);
    if (fault !== null) return fault;
  } catch (error) {
    if (isMissing(error)) return null;
    return { kind: "unreadable", sentence: `expected to read the file, found ${(error as Error).message}` };
  }
  if (engine === null) return { flows: segment.rows, packets: 0n, bytes: 0n };
  try {
    // Without a checksum of the whole, those of all its pages must do.
    if (segment.crc32 === undefined) await sumsOf(engine, { native: [], parquet: [segment.path] });
    return await checkFlows(segment, engine);
  } catch (error) {
    if (!isFileFault(error)) throw error;
    // Replaced or expired since its octets were read.
    if (!existsSync(segment.path)) return null;
    return { kind: "unreadable", sentence: `expected a whole Parquet file, found: ${(error as Error).message}` };
  }
}

async function checkOctets({ path, crc32 }: Segment): Promise<Fault | null> {
  const found = await fileCrc32(path);
  if (crc32 === undefined || found === crc32) return null;
  const [is, was] = [found, crc32].map((sum) => sum.toString(16).padStart(8, "0"));
  return { kind: "checksum", sentence: `expected the octets that were written (CRC-32 ${was}), found others (${is})` };
}

async function checkFlows(segment: Segment, engine: Engine): Promise<Whole | Fault> {
  const { path, rows, start, length, reach } = segment;
  const second = (time: number) => param("Int64", time);
  const [found] = await engine.rows<Record<"flows" | "packets" | "bytes" | "outside" | "early", string>>(sql`
    SELECT count() AS flows, sum(packets + reversePackets) AS packets, sum(bytes + reverseBytes) AS bytes,
      countIf(time >= 0 AND (intDiv(time, 1000000000) < ${second(start)} OR intDiv(time, 1000000000) >= ${second(start + length)})) AS outside,
      countIf(began > 0 AND intDiv(began, 1000000000) < ${second(start - reach)}) AS early
    FROM (SELECT packets, bytes, reversePackets, reverseBytes, toUnixTimestamp64Nano(start) AS began,
        multiIf(toUnixTimestamp64Nano(end) > 0, toUnixTimestamp64Nano(end), toUnixTimestamp64Nano(received) > 0, toUnixTimestamp64Nano(received), -1) AS time
      FROM ${flowsTable({ native: [], parquet: [path] })})`);
  const { flows, packets, bytes, outside, early } = found!;
  if (Number(flows) !== rows)
    return { kind: "rows", sentence: `expected ${rows} flows, as its name says, found ${flows}` };
  if (outside !== "0")
    return { kind: "times", sentence: `expected flows of the interval in its name, found ${outside} of other times` };
  if (early !== "0")
    return {
      kind: "times",
      sentence: `expected a reach of ${reach} s, as its name says, found ${early} earlier flows`,
    };
  return { flows: rows, packets: BigInt(packets), bytes: BigInt(bytes) };
}

function checkChunks(folder: string, chunks: readonly string[], damaged: Damage[]): number {
  let count = 0;
  for (const path of chunks) {
    try {
      const { cutOctets } = inspectNative(path);
      if (cutOctets > 0) {
        const sentence = `expected whole blocks, found ${cutOctets} octets of one that is not`;
        damaged.push({ path: relative(folder, path), kind: "unreadable", sentence });
      }
    } catch (error) {
      if (isMissing(error)) continue;
      const { sentence = (error as Error).message } = error as { sentence?: string };
      damaged.push({ path: relative(folder, path), kind: "unreadable", sentence });
    }
    count++;
  }
  return count;
}
