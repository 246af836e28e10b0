// Expiry: deletes what the limits of a KeepPolicy do not allow any more. A job hides the files first, so that no query meets half of it.
import { readFileSync, statSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { isMissing, writeDurably } from "../core/durable-files.ts";
import { SourceError } from "../core/errors.ts";
import { type ExpiryPlan, planExpiry } from "./expiry-plan.ts";
import { type FoundJob, GRACE_MS, Job, readJobs, sweepJobs } from "./jobs.ts";
import { type KeepPolicy, keepPolicyFrom } from "./keep-policy.ts";
import { KEEP_FILE, parseSegmentFile } from "./layout.ts";
import { appendLedger, type ChangeLine, readLedger } from "./ledger-file.ts";
import { readStoreFiles } from "./store-files.ts";
import { reasonOf } from "./store-folder.ts";

/** The limits that were saved with a store; none where nothing was. Throws a SourceError where the file says something else. */
export function readKeepPolicy(folder: string): KeepPolicy {
  const path = join(folder, KEEP_FILE);
  try {
    const policy = keepPolicyFrom(JSON.parse(readFileSync(path, "utf8")));
    if (policy !== null) return policy;
  } catch (error) {
    if (isMissing(error)) return {};
    if (!(error instanceof SyntaxError)) {
      throw new SourceError({ source: path }, `expected to read what the store keeps, found ${reasonOf(error)}`);
    }
  }
  throw new SourceError(
    { source: path },
    "expected what the store keeps, found something else; write it anew: flowgauge store expire --set --keep-...",
  );
}

/** Later runs use them, too. */
export function writeKeepPolicy(folder: string, policy: KeepPolicy): void {
  writeDurably(join(folder, KEEP_FILE), `${JSON.stringify(policy)}\n`);
}

/** What the limits ask for now. `now`: milliseconds since 1970 UTC. */
export function expiryOf(folder: string, policy: KeepPolicy, now = Date.now()): ExpiryPlan {
  const { segments, facts } = readStoreFiles(folder, now);
  return planExpiry(segments, policy, facts);
}

/**
 * Deletes the segments of a plan. Who calls holds the store's lock of housekeeping. Queries do not see them from now on; the files go
 * after `graceMs`, by whoever sweeps then.
 */
export async function expire(
  folder: string,
  { expiring }: ExpiryPlan,
  { graceMs = GRACE_MS, mayGoOn }: { graceMs?: number; mayGoOn?: () => void } = {},
): Promise<void> {
  if (expiring.length > 0) {
    const inputs = expiring.map(({ path }) => relative(folder, path));
    new Job(folder, "expire").commit(inputs, [], mayGoOn);
  }
  await bookExpired(folder);
  sweepJobs(folder, graceMs);
}

/** Has a line in the ledger for each job that is done, be it of a process that was killed behind that. */
export async function bookExpired(folder: string): Promise<void> {
  const done = readJobs(folder).filter(({ kind, state }) => kind === "expire" && state === "done");
  if (done.length === 0) return;
  const booked = new Set((await readLedger(folder)).changes.map(({ job }) => job));
  const lines = done.filter(({ id }) => !booked.has(id)).map((job) => lineOf(folder, job));
  await appendLedger(folder, lines);
}

function lineOf(folder: string, { id, inputs }: FoundJob): ChangeLine {
  const octets = inputs.reduce(
    (sum, path) => sum + (statSync(join(folder, path), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
  const flows = inputs.reduce((sum, path) => sum + (parseSegmentFile(basename(path))?.rows ?? 0), 0);
  const at = new Date().toISOString();
  return { change: "expired", at, files: inputs.length, flows, octets, reason: "limits of keeping", job: id };
}
