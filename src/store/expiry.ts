// Expiry: deletes what the limits of a KeepPolicy do not allow any more. A job hides the files first, so that no query meets half of it.
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { SourceError } from "../core/errors.ts";
import { isMissing, writeDurably } from "./durable-files.ts";
import { type ExpiringSegment, type ExpiryPlan, planExpiry } from "./expiry-plan.ts";
import { GRACE_MS, Job, sweepJobs } from "./jobs.ts";
import { type KeepPolicy, keepPolicyFrom } from "./keep-policy.ts";
import { KEEP_FILE } from "./layout.ts";
import { appendLedger } from "./ledger-file.ts";
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
    const job = new Job(folder, "expire");
    const inputs = expiring.map(({ path }) => relative(folder, path));
    job.commit(inputs, [], mayGoOn);
    await appendLedger(folder, [lineOf(expiring)]);
  }
  sweepJobs(folder, graceMs);
}

function lineOf(expiring: readonly ExpiringSegment[]) {
  const sum = (of: (segment: ExpiringSegment) => number) => expiring.reduce((total, segment) => total + of(segment), 0);
  const rules = [...new Set(expiring.flatMap((segment) => segment.rules))];
  return {
    change: "expired" as const,
    at: new Date().toISOString(),
    files: expiring.length,
    flows: sum(({ rows }) => rows),
    octets: sum(({ octets }) => octets),
    reason: rules.join(", "),
  };
}
