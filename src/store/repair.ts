// Repair: what crashes and bad disks have left in a store. Nothing is deleted that holds flows: damaged files go to damaged/.
import { constants, copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, rmSync, truncateSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { syncPath } from "../core/durable-files.ts";
import { inspectNative } from "../files/index.ts";
import { readCatalog, type Segment } from "./catalog.ts";
import type { Engine } from "./engine.ts";
import { HOUSEKEEPING_JOBS } from "./housekeeping.ts";
import { hiddenBy, Job, type JobKind, readJobs, recoverJobs, sweepJobs } from "./jobs.ts";
import { DAMAGED_FOLDER, FOLDERS } from "./layout.ts";
import { appendLedger, type ChangeLine } from "./ledger-file.ts";
import { salvage } from "./salvage.ts";
import { writeSegments } from "./segment-writer.ts";
import { bookRecovered, recoverSpools } from "./spool-recovery.ts";
import { checkSegment } from "./verify.ts";

export interface RepairStep {
  /** Below the store's folder. */
  readonly path: string;
  /** What is done, or would be. */
  readonly sentence: string;
}

export interface RepairOptions {
  readonly engine: Engine;
  /** Only tell. */
  readonly dryRun: boolean;
  /** Whether the caller holds the writer's lock, too: then the spool is repaired as well. */
  readonly writing: boolean;
  readonly mayGoOn?: (() => void) | undefined;
  readonly onStep: (step: RepairStep) => void;
}

export interface Repaired {
  readonly steps: number;
  readonly damaged: number;
  /** Flows in damaged segments by their names, and those that were saved out of them. Not known beforehand (dryRun). */
  readonly damagedFlows: number;
  readonly salvagedFlows: number;
}

/** Who calls holds the lock of housekeeping. */
export async function repairStore(folder: string, options: RepairOptions): Promise<Repaired> {
  let steps = 0;
  const told: RepairOptions = {
    ...options,
    onStep: (step) => {
      steps++;
      options.onStep(step);
    },
  };
  repairJobs(folder, told);
  if (options.writing) await repairSpool(folder, told);
  let damaged = 0;
  let damagedFlows = 0;
  let salvagedFlows = 0;
  for (const segment of readCatalog(folder).segments) {
    const checked = await checkSegment(segment, options.engine);
    if (checked === null || "flows" in checked) continue;
    damaged++;
    damagedFlows += segment.rows;
    const path = relative(folder, segment.path);
    if (options.dryRun)
      told.onStep({
        path,
        sentence: `${checked.sentence}: would be moved to ${DAMAGED_FOLDER}/, and what reads saved`,
      });
    else salvagedFlows += await replace(folder, segment, checked.sentence, told);
  }
  return { steps, damaged, damagedFlows, salvagedFlows };
}

function repairJobs(folder: string, { dryRun, writing, onStep }: RepairOptions): void {
  const kinds: readonly JobKind[] = writing ? [...HOUSEKEEPING_JOBS, "seal"] : HOUSEKEEPING_JOBS;
  for (const { file, kind, state, inputs } of readJobs(folder)) {
    const path = join(FOLDERS.jobs, file);
    if (state === "done")
      onStep({ path, sentence: `${inputs.length} files that were replaced go when no query reads them` });
    else if (kinds.includes(kind)) onStep({ path, sentence: "was begun and not done: taken back, its inputs stay" });
  }
  for (const path of leftovers(folder, kinds)) onStep({ path, sentence: "left by a process that was killed: deleted" });
  if (dryRun) return;
  recoverJobs(folder, kinds);
  sweepJobs(folder);
  for (const path of leftovers(folder, kinds)) rmSync(join(folder, path), { recursive: true, force: true });
}

/** Temporary files of nobody who lives: jobs of these kinds that have no file, and files that were about to get their names. */
function leftovers(folder: string, kinds: readonly JobKind[]): readonly string[] {
  const jobs = existsSync(join(folder, FOLDERS.jobs)) ? readdirSync(join(folder, FOLDERS.jobs)) : [];
  const known = new Set(
    jobs.filter((file) => /\.(begun|done|undone)$/.test(file)).map((file) => file.replace(/\.\w+$/, "")),
  );
  const dead = jobs.filter(
    (file) =>
      /\.(temp|new)$/.test(file) &&
      kinds.some((kind) => file.startsWith(`${kind}-`)) &&
      !known.has(file.replace(/(\.begun)?\.\w+$/, "")),
  );
  const root = readdirSync(folder).filter((file) => /^(flowgauge|keep)\.json\.new$/.test(file));
  return [...dead.map((file) => join(FOLDERS.jobs, file)), ...root];
}

/** Only for who holds the writer's lock. */
async function repairSpool(folder: string, { dryRun, onStep }: RepairOptions): Promise<void> {
  const hidden = hiddenBy(readJobs(folder));
  const root = join(folder, FOLDERS.spool);
  for (const entry of readdirSync(root, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !/\.(part|native)$/.test(entry.name)) continue;
    const file = join(entry.parentPath, entry.name);
    const path = relative(folder, file);
    if (hidden.has(path)) continue;
    const part = entry.name.endsWith(".part");
    try {
      const { rows, keptOctets, cutOctets } = inspectNative(file);
      if (part)
        onStep({ path, sentence: `left by a writer that was killed: ${rows} flows kept, ${cutOctets} octets cut off` });
      if (part || cutOctets === 0) continue;
      onStep({ path, sentence: `its end is damaged: ${rows} flows kept, the whole file goes to ${DAMAGED_FOLDER}/` });
      if (dryRun) continue;
      keepApart(folder, file, false);
      if (keptOctets === 0) rmSync(file);
      else truncateSync(file, keptOctets);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== undefined) throw error;
      onStep({ path, sentence: `${message}: moved to ${DAMAGED_FOLDER}/` });
      if (dryRun) continue;
      keepApart(folder, file, false);
      rmSync(file);
    }
  }
  if (dryRun) return;
  await bookRecovered(folder, recoverSpools(folder, hidden));
}

/** Gives how many flows were saved. */
async function replace(folder: string, segment: Segment, sentence: string, options: RepairOptions): Promise<number> {
  const { engine, mayGoOn, onStep } = options;
  const path = relative(folder, segment.path);
  const job = new Job(folder, "repair");
  try {
    const salvaged = await salvage(engine, segment.path, job.temp);
    const outputs =
      salvaged === null
        ? []
        : await writeSegments(engine, {
            files: { native: [], parquet: [salvaged] },
            folder: job.temp,
            intervalSeconds: alignedLength(segment),
            job: job.id,
            arrival: segment.start,
          });
    const flows = outputs.reduce((sum, { name }) => sum + name.rows, 0);
    keepApart(folder, segment.path, true);
    job.commit([path], outputs, mayGoOn);
    await appendLedger(folder, linesOf(path, segment.rows, outputs.length, flows));
    onStep({ path, sentence: `${sentence}: moved to ${DAMAGED_FOLDER}/, ${flows} of ${segment.rows} flows saved` });
    return flows;
  } catch (error) {
    job.abandon();
    throw error;
  }
}

function linesOf(path: string, rows: number, files: number, salvaged: number): readonly ChangeLine[] {
  const line = { at: new Date().toISOString(), octets: 0, reason: path };
  return [
    { ...line, change: "damaged", files: 1, flows: rows },
    ...(files > 0 ? [{ ...line, change: "salvaged" as const, files, flows: salvaged }] : []),
  ];
}

/** An interval whose multiples have the segment in one. */
function alignedLength({ start, length }: Segment): number {
  return [length, 3600, 86_400].find((one) => start % one === 0 || (start % one) + length <= one) ?? length;
}

/** A second name, or a copy where the disk gives none. What is there already stays: an earlier try was stopped behind this. */
function keepApart(folder: string, file: string, sameOctets: boolean): void {
  const damaged = join(folder, DAMAGED_FOLDER);
  mkdirSync(damaged, { recursive: true });
  const place = join(
    damaged,
    sameOctets ? basename(file) : relative(join(folder, FOLDERS.spool), file).replaceAll("/", "-"),
  );
  if (existsSync(place)) return;
  try {
    if (!sameOctets) throw new Error("it is about to be cut");
    linkSync(file, place);
  } catch {
    copyFileSync(file, place, constants.COPYFILE_EXCL);
    syncPath(place);
  }
  syncPath(damaged);
}
