// What a store is like, from the names and sizes of its files and from its ledger: no flow is read.
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { FileLock, type LockHolder } from "../core/file-lock.ts";
import type { Segment } from "./catalog.ts";
import { readKeepPolicy } from "./expiry.ts";
import type { StoreFacts } from "./expiry-plan.ts";
import { withFormat } from "./explain.ts";
import { type Forecast, forecast } from "./forecast.ts";
import type { JobKind, JobState } from "./jobs.ts";
import type { KeepPolicy } from "./keep-policy.ts";
import { DAMAGED_FOLDER, FOLDERS, LOCKS } from "./layout.ts";
import { readLedger } from "./ledger-file.ts";
import { readStoreFiles } from "./store-files.ts";
import { readStoreFolder } from "./store-folder.ts";

/** Times are seconds since 1970 UTC, durations seconds. */
export interface StoreInfo {
  readonly folder: string;
  readonly format: number;
  readonly intervalSeconds: number;
  /** Sealed flows: intervals of their segments. Null = there are none. */
  readonly from: number | null;
  readonly to: number | null;
  readonly segments: number;
  readonly flows: number;
  readonly octets: number;
  readonly byLength: readonly SegmentClass[];
  /** Times between `from` and `to` of which no flow is sealed. */
  readonly gaps: readonly { readonly from: number; readonly to: number }[];
  readonly spool: { readonly spools: number; readonly chunks: number; readonly octets: number };
  readonly jobs: readonly { readonly kind: JobKind; readonly id: string; readonly state: JobState }[];
  readonly leavingOctets: number;
  /** What is kept apart because it cannot be read. */
  readonly damaged: { readonly files: number; readonly octets: number };
  /** Null = nobody. */
  readonly writer: LockHolder | null;
  readonly housekeeper: LockHolder | null;
  readonly exporters: readonly InfoExporter[];
  readonly disk: StoreFacts["disk"];
  readonly keep: KeepPolicy;
  readonly forecast: Forecast | null;
  readonly problems: readonly string[];
}

export interface SegmentClass {
  readonly lengthSeconds: number;
  readonly segments: number;
  readonly flows: number;
  readonly octets: number;
}

/** From the ledger: what has ever been received, whether or not it is still there. */
export interface InfoExporter {
  readonly exporter: string;
  readonly domain: number;
  /** All that came of it: "NetFlow v9, IPFIX". */
  readonly format: string;
  readonly stored: number;
  /** Hour of receipt, RFC 3339 UTC. */
  readonly firstHour: string;
  readonly lastHour: string;
}

/** `now`: milliseconds since 1970 UTC. Throws a SourceError where the folder is no store that can be read. */
export async function storeInfo(folder: string, now = Date.now()): Promise<StoreInfo> {
  const { format, intervalSeconds } = readStoreFolder(folder);
  const { catalog, segments, jobs, facts } = readStoreFiles(folder, now);
  const keep = readKeepPolicy(folder);
  const ends = segments.map(({ start, length }) => start + length);
  return {
    folder,
    format,
    intervalSeconds,
    from: segments.length === 0 ? null : Math.min(...segments.map(({ start }) => start)),
    to: segments.length === 0 ? null : Math.max(...ends),
    segments: segments.length,
    flows: segments.reduce((sum, { rows }) => sum + rows, 0),
    octets: segments.reduce((sum, { octets }) => sum + octets, 0),
    byLength: classesOf(segments),
    gaps: gapsOf(segments),
    spool: { spools: catalog.spools.length, chunks: catalog.native.length, octets: facts.otherOctets },
    jobs: jobs.map(({ kind, id, state }) => ({ kind, id, state })),
    leavingOctets: facts.leavingOctets,
    damaged: damagedOf(folder),
    writer: await holderOf(folder, "writer"),
    housekeeper: await holderOf(folder, "housekeeping"),
    exporters: await exportersOf(folder),
    disk: facts.disk,
    keep,
    forecast: forecast(segments, keep, facts),
    problems: catalog.problems.map(({ message }) => message),
  };
}

function classesOf(segments: readonly (Segment & { readonly octets: number })[]): readonly SegmentClass[] {
  const classes = new Map<number, SegmentClass>();
  for (const { length, rows, octets } of segments) {
    const before = classes.get(length) ?? { lengthSeconds: length, segments: 0, flows: 0, octets: 0 };
    classes.set(length, {
      lengthSeconds: length,
      segments: before.segments + 1,
      flows: before.flows + rows,
      octets: before.octets + octets,
    });
  }
  return [...classes.values()].sort((a, b) => a.lengthSeconds - b.lengthSeconds);
}

function gapsOf(segments: readonly Segment[]): StoreInfo["gaps"] {
  const gaps: { from: number; to: number }[] = [];
  let covered = Number.POSITIVE_INFINITY;
  for (const { start, length } of [...segments].sort((a, b) => a.start - b.start)) {
    if (start > covered) gaps.push({ from: covered, to: start });
    covered = Math.max(start + length, covered === Number.POSITIVE_INFINITY ? 0 : covered);
  }
  return gaps;
}

function damagedOf(folder: string): StoreInfo["damaged"] {
  const paths = [
    ...filesBelow(join(folder, DAMAGED_FOLDER)),
    ...filesBelow(join(folder, FOLDERS.spool)).filter((path) => path.endsWith(".damaged")),
  ];
  const octets = paths.reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0);
  return { files: paths.length, octets };
}

function filesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}

async function holderOf(folder: string, which: keyof typeof LOCKS): Promise<LockHolder | null> {
  try {
    return await new FileLock(join(folder, LOCKS[which])).holder();
  } catch {
    // Another user's: somebody has it.
    return { pid: 0, command: "" };
  }
}

async function exportersOf(folder: string): Promise<readonly InfoExporter[]> {
  const found = new Map<string, InfoExporter>();
  for (const { hour, exporter, domain, format, counts } of (await readLedger(folder)).received) {
    if (exporter === "" && counts.stored === undefined) continue;
    const key = JSON.stringify([exporter, domain]);
    const before = found.get(key);
    found.set(key, {
      exporter,
      domain,
      format: withFormat(before?.format ?? "", format),
      stored: (before?.stored ?? 0) + (counts.stored ?? 0),
      firstHour: before !== undefined && before.firstHour < hour ? before.firstHour : hour,
      lastHour: before !== undefined && before.lastHour > hour ? before.lastHour : hour,
    });
  }
  return [...found.values()].sort((a, b) => b.stored - a.stored);
}
