// flowgauge store repair: what crashes and bad disks have left.
import { Command } from "commander";
import { SourceError } from "../core/errors.ts";
import { printRepaired, repairedObject } from "../report/index.ts";
import { type RepairStep, repairStore, StoreLock } from "../store/index.ts";
import { safeJson } from "./json-lines.ts";
import { storeFolder, tidying, withEngine } from "./store-housekeeping.ts";

const EXAMPLES = `Examples:
  flowgauge store repair --dry-run         what would be done
  flowgauge store repair /srv/flows
`;

const NOTES = `
Jobs that were not done are taken back, what a killed writer left in the spool is kept to its last whole block, temporary files are deleted.
Segments that are damaged are moved to damaged/ and never deleted; the row groups that can be read are saved into new segments. While a
collector writes the store, its spool is left to it.
Exit codes: 0 done, or nothing to do; 1 flows were lost, or it failed; 2 wrong usage.`;

export function repairCommand(): Command {
  return new Command("repair")
    .description("Take damaged files out of the way, save what can be read, clean up after crashes.")
    .argument("[store]", "a store's folder")
    .option("-n, --dry-run", "only tell what would be done")
    .option("--json", "one object")
    .addHelpText("before", EXAMPLES)
    .addHelpText("after", NOTES)
    .action(async (name: string | undefined, settings: { readonly dryRun?: true; readonly json?: true }) => {
      const folder = storeFolder(name);
      const { dryRun = false, json = false } = settings;
      const steps: RepairStep[] = [];
      const writer = await writerLock(folder);
      try {
        const work = (mayGoOn: () => void) =>
          withEngine((engine) => {
            const onStep = (step: RepairStep) => steps.push(step);
            return repairStore(folder, { engine, dryRun, writing: writer !== null, mayGoOn, onStep });
          });
        const done = await (dryRun ? work(() => {}) : tidying(folder, work));
        const report = { folder, steps, done, dryRun, writing: writer !== null };
        process.stdout.write(json ? `${safeJson(repairedObject(report))}\n` : printRepaired(report));
        if (done.damagedFlows > done.salvagedFlows) process.exitCode = 1;
      } finally {
        await writer?.release();
      }
    });
}

/** Null while a collector writes the store. */
async function writerLock(folder: string): Promise<StoreLock | null> {
  try {
    return await StoreLock.take(folder, "writer");
  } catch (error) {
    if (error instanceof SourceError && error.cause === undefined) return null;
    throw error;
  }
}
