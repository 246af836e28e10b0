// Jobs: how files of a store take the place of others, so that at every moment each flow is there exactly once, whoever is killed.
//
//   jobs/KIND-ID.temp/    outputs while they are written: nobody looks there
//   jobs/KIND-ID.begun    { inputs, outputs }: outputs are being moved to their places; readers pass over them
//   jobs/KIND-ID.done     the same file: now readers pass over the inputs, which are deleted after a while, as queries may still read them
//   jobs/query-ID.lease   somebody asks since then: what becomes an input from there on stays for him (leases.ts)
//   jobs/KIND-ID.undone   the same file: recovery takes a begun job back; readers pass over the outputs
import { mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync, unlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { isMissing, makeFolderDurably, syncPath, writeDurably } from "../core/durable-files.ts";
import { FOLDERS } from "./layout.ts";
import { oldestLease } from "./leases.ts";

/** Whose job it is: `seal` of who holds the writer's lock, the others of who holds the one of housekeeping. Nobody else recovers it. */
export type JobKind = "seal" | "compact" | "expire" | "repair";

/** What a job replaces by what: paths below the store's folder. */
export interface JobFiles {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

export type JobState = "begun" | "done" | "undone";

export interface FoundJob extends JobFiles {
  /** "seal-m4k2x.done" */
  readonly file: string;
  readonly kind: JobKind;
  readonly id: string;
  readonly state: JobState;
}

export interface JobOutput {
  /** Below the job's `temp` folder. */
  readonly temporary: string;
  /** Below the store's folder. */
  readonly path: string;
}

/** So long a query may read files that were replaced, with a lease (leases.ts) longer. */
export const GRACE_MS = 60_000;

let counter = 0;

/** Sorts by time, to the millisecond; two processes do not meet. */
export function newJobId(): string {
  const unique =
    (process.pid % 46_656).toString(36).padStart(3, "0") + (counter++ % 1296).toString(36).padStart(2, "0");
  return `${Date.now().toString(36).padStart(9, "0")}${unique}`;
}

export class Job {
  readonly id: string = newJobId();
  /** For the outputs while they are written; absolute. */
  readonly temp: string;
  private readonly folder: string;
  private readonly name: string;

  /** `folder` is the store's. */
  constructor(folder: string, kind: JobKind) {
    this.folder = folder;
    this.name = join(folder, FOLDERS.jobs, `${kind}-${this.id}`);
    this.temp = `${this.name}.temp`;
    mkdirSync(this.temp, { recursive: true });
  }

  /**
   * Puts the outputs in their places and takes the inputs out of all readers' sight. Whatever stops it, even a loss of power: either
   * nothing has happened, or everything. `mayGoOn` throws where this process has lost the right to do it.
   */
  commit(inputs: readonly string[], outputs: readonly JobOutput[], mayGoOn: () => void = () => {}): void {
    const { folder, name, temp } = this;
    for (const { temporary } of outputs) syncPath(join(temp, temporary));
    mayGoOn();
    fault("written");
    const files: JobFiles = { inputs, outputs: outputs.map(({ path }) => path) };
    writeDurably(`${name}.begun`, `${JSON.stringify(files)}\n`);
    fault("begun");
    const folders = new Set<string>();
    for (const { temporary, path } of outputs) {
      const place = join(folder, path);
      if (!folders.has(dirname(place))) makeFolderDurably(dirname(place));
      folders.add(dirname(place));
      renameSync(join(temp, temporary), place);
      fault("moved");
    }
    for (const one of folders) syncPath(one);
    mayGoOn();
    fault("commit");
    renameSync(`${name}.begun`, `${name}.done`);
    syncPath(dirname(name));
    fault("done");
    rmSync(temp, { recursive: true, force: true });
  }

  /** Nothing has happened. */
  abandon(): void {
    rmSync(this.temp, { recursive: true, force: true });
  }
}

/** The jobs there are, by name. Throws what the system says where the folder cannot be read. */
export function readJobs(folder: string): readonly FoundJob[] {
  const found: FoundJob[] = [];
  for (const file of jobFiles(folder)) {
    const [, kind, id, state] = /^(\w+)-([0-9a-z]+)\.(begun|done|undone)$/.exec(file)!;
    try {
      const files = JSON.parse(readFileSync(join(folder, FOLDERS.jobs, file), "utf8")) as JobFiles;
      found.push({ file, kind: kind as JobKind, id: id!, state: state as JobState, ...files });
    } catch (error) {
      // It has just become done, or has ended: who compares before and after sees it.
      if (!isMissing(error)) throw error;
    }
  }
  return found;
}

/** Names of all jobs' files: the same before and after a listing, nothing has taken another's place meanwhile. */
export function jobFiles(folder: string): readonly string[] {
  try {
    return readdirSync(join(folder, FOLDERS.jobs))
      .filter((file) => /^\w+-[0-9a-z]+\.(begun|done|undone)$/.test(file))
      .sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Paths below the store's folder that no reader may count: outputs that are not there yet, inputs that are not there any more. */
export function hiddenBy(jobs: readonly FoundJob[]): ReadonlySet<string> {
  return new Set(jobs.flatMap(({ state, inputs, outputs }) => (state === "done" ? inputs : outputs)));
}

/**
 * Deletes the inputs of jobs that are done since so long, and that nobody holds who asked before; without a time of grace at once.
 * Anybody may call it at any time; gives how many jobs have ended.
 */
export function sweepJobs(folder: string, graceMs = GRACE_MS): number {
  const done = jobFiles(folder).filter((file) => file.endsWith(".done"));
  if (done.length === 0) return 0;
  const held = graceMs === 0 ? Number.POSITIVE_INFINITY : oldestLease(folder);
  let ended = 0;
  for (const file of done) {
    const path = join(folder, FOLDERS.jobs, file);
    try {
      // The change of its name.
      const { ctimeMs } = statSync(path);
      if (Date.now() - ctimeMs < graceMs || ctimeMs >= held) continue;
      const { inputs } = JSON.parse(readFileSync(path, "utf8")) as JobFiles;
      removeFiles(folder, inputs);
      rmSync(path.replace(/done$/, "temp"), { recursive: true, force: true });
      fault("swept");
      unlinkSync(path);
      ended++;
    } catch (error) {
      // Another process sweeps, too.
      if (!isMissing(error)) throw error;
    }
  }
  return ended;
}

/**
 * Takes back what processes that are no more have begun and not done. Only for who holds the lock of these kinds, and runs none of
 * their jobs now. Gives how many there were.
 */
export function recoverJobs(folder: string, kinds: readonly JobKind[]): number {
  const jobs = join(folder, FOLDERS.jobs);
  const own = (file: string) => kinds.some((kind) => file.startsWith(`${kind}-`));
  let undone = 0;
  for (const { file, state, outputs } of readJobs(folder)) {
    if (!own(file) || state === "done") continue;
    const claimed = join(jobs, file.replace(/\.\w+$/, ".undone"));
    try {
      // From here on a process that is not quite dead yet cannot commit it.
      if (state === "begun") renameSync(join(jobs, file), claimed);
    } catch (error) {
      if (isMissing(error)) continue;
      throw error;
    }
    // Before the outputs: what is not moved yet cannot be moved any more.
    rmSync(claimed.replace(/undone$/, "temp"), { recursive: true, force: true });
    removeFiles(folder, outputs);
    unlinkSync(claimed);
    undone++;
  }
  const kept = new Set(jobFiles(folder).map((file) => file.replace(/\.\w+$/, "")));
  for (const file of temporaries(jobs)) {
    if (own(file) && !kept.has(file.replace(/\.\w+$/, ""))) rmSync(join(jobs, file), { recursive: true, force: true });
  }
  return undone;
}

function temporaries(jobs: string): readonly string[] {
  try {
    return readdirSync(jobs).filter((file) => /\.(temp|new)$/.test(file));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Files, and folders that are empty then, up to those of the layout. */
function removeFiles(folder: string, paths: readonly string[]): void {
  const folders = new Set<string>();
  for (const path of paths) {
    rmSync(join(folder, path), { force: true });
    folders.add(dirname(path));
  }
  for (const one of folders) {
    for (let path = one; path.includes("/"); path = dirname(path)) if (!removeEmpty(join(folder, path))) break;
  }
}

function removeEmpty(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch {
    // It has something in it, or is gone.
    return false;
  }
}

/** For tests: FLOWGAUGE_FAULT=STEP kills this process at that step, FLOWGAUGE_FAULT=STEP:stop makes it hang there. */
function fault(step: string): void {
  const wanted = process.env.FLOWGAUGE_FAULT;
  if (wanted === step) process.kill(process.pid, "SIGKILL");
  if (wanted === `${step}:stop`) process.kill(process.pid, "SIGSTOP");
}
