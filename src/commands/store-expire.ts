// flowgauge store expire: deletes what is too old, too much, or too many.
import { Command } from "commander";
import { UsageError } from "../core/errors.ts";
import { type ExpiryReport, expiryObject, printExpiry } from "../report/index.ts";
import {
  type ExpiryPlan,
  expire,
  forecast,
  hasLimits,
  type KeepPolicy,
  planExpiry,
  readJobs,
  readKeepPolicy,
  readStoreFiles,
  writeKeepPolicy,
} from "../store/index.ts";
import { safeJson } from "./json-lines.ts";
import { confirmed, storeFolder, tidying } from "./store-housekeeping.ts";
import { type KeepSettings, keepPolicy, withKeeping } from "./store-options.ts";

const EXAMPLES = `Examples:
  flowgauge store expire --keep-age 90d --keep-size 200G --dry-run    each file that would go, and why; when the store will be full
  flowgauge store expire /srv/flows --keep-free 10% --yes             from cron: nobody is asked
  flowgauge store expire /srv/flows --set --keep-age 1w               the collector and later runs do it, too
`;

const NOTES = `
The strictest limit decides; the oldest segments go first, the newest stays always. A segment is too old when all of it is. Without
limits those are used that were saved with the store (--set, or the collector's --keep-...). Queries do not see what has
expired; the disk is free again after a minute, by the collector or the next command that tidies this store, or at once with --now.
Exit codes: 0 done, or nothing to do; 1 failed; 2 wrong usage.`;

interface ExpireSettings extends KeepSettings {
  readonly dryRun?: true;
  readonly set?: true;
  readonly yes?: true;
  readonly now?: true;
  readonly json?: true;
}

export function expireCommand(): Command {
  const command = new Command("expire")
    .description("Delete the oldest segments, by age, size, free disk and number.")
    .argument("[store]", "a store's folder")
    .optionsGroup("What is kept:");
  return withKeeping(command)
    .option("--set", "save these limits with the store; none = it keeps everything")
    .optionsGroup("How:")
    .option("-n, --dry-run", "only list what would be deleted, and why")
    .option("--yes", "do not ask")
    .option("--now", "free the disk at once: queries that read the files just now ask again")
    .option("--json", "one object")
    .addHelpText("before", EXAMPLES)
    .addHelpText("after", NOTES)
    .action(runExpire);
}

async function runExpire(name: string | undefined, settings: ExpireSettings): Promise<void> {
  const { dryRun = false, set = false, yes = false } = settings;
  const given = keepPolicy(settings);
  if (dryRun && set) throw new UsageError("--set: expected it without --dry-run, found both.");
  const folder = storeFolder(name);
  const policy = hasLimits(given) || set ? given : readKeepPolicy(folder);
  if (!set && !hasLimits(policy)) {
    throw new UsageError(
      "expected a limit such as --keep-age 90d, --keep-size 200G, --keep-free 10% or --keep-count 1000, found none here and none saved with the store.",
    );
  }
  const planned = report(folder, policy);
  if (dryRun) return tell(planned, settings);
  const { expiring } = planned.plan;
  // What earlier runs have left to do is done all the same.
  if (expiring.length === 0 && !set && readJobs(folder).length === 0) return tell({ ...planned, done: true }, settings);
  const sure = expiring.length === 0 || (await confirmed(`${printExpiry(planned)}Delete them?`, yes));
  if (!sure) return;
  const plan = await tidying(folder, async (mayGoOn) => {
    if (set) writeKeepPolicy(folder, policy);
    const now = report(folder, policy).plan;
    // Not more than was asked about; what has become another file meanwhile waits.
    const agreed = new Set(expiring.map(({ path }) => path));
    const plan: ExpiryPlan = { ...now, expiring: now.expiring.filter(({ path }) => agreed.has(path)) };
    await expire(folder, plan, settings.now === true ? { graceMs: 0, mayGoOn } : { mayGoOn });
    return plan;
  });
  tell({ ...planned, plan, done: true }, settings);
}

function report(folder: string, policy: KeepPolicy): ExpiryReport {
  const { segments, facts } = readStoreFiles(folder);
  const plan = planExpiry(segments, policy, facts);
  return { folder, policy, plan, forecast: forecast(segments, policy, facts, plan.kept), done: false };
}

function tell(found: ExpiryReport, { json }: ExpireSettings): void {
  process.stdout.write(json === true ? `${safeJson(expiryObject(found))}\n` : printExpiry(found));
}
