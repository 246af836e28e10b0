// flowgauge store compact: many small segments become few big ones.
import { relative } from "node:path";
import { Command } from "commander";
import { compactionLine, compactionObject, createCountedProgress } from "../report/index.ts";
import { type CompactionGroup, compact, planCompaction, readCatalog, sweepJobs } from "../store/index.ts";
import { Interruption } from "./interruption.ts";
import { safeJson } from "./json-lines.ts";
import { storeFolder, tidying, withEngine } from "./store-housekeeping.ts";

const EXAMPLES = `Examples:
  flowgauge store compact --dry-run        which segments would be put together
  flowgauge store compact /srv/flows       now, as far as it is worth it; the collector does so by itself
  flowgauge store compact --all            whatever can be: after many late flows
`;

const NOTES = `
Segments of an hour that is over (for 10 minutes) become one, those of a day (for an hour) become one, of 1,000,000 flows at the most. The
flows are compared field by field before the old files go. Queries go on meanwhile. Ctrl-C ends it between two segments.
Exit codes: 0 done, or nothing to do; 1 some segments stayed as they are; 2 wrong usage; 130 interrupted.`;

interface CompactSettings {
  readonly dryRun?: true;
  readonly all?: true;
  readonly json?: true;
}

export function compactCommand(): Command {
  return new Command("compact")
    .description("Put small segments together: hours and days that are over.")
    .argument("[store]", "a store's folder")
    .option("-n, --dry-run", "only list what would be put together")
    .option("--all", "also where it gains little")
    .option("--json", "one object")
    .addHelpText("before", EXAMPLES)
    .addHelpText("after", NOTES)
    .action(async (name: string | undefined, settings: CompactSettings) => {
      const folder = storeFolder(name);
      if (settings.dryRun === true) tellPlan(folder, settings);
      else await runCompact(folder, settings);
    });
}

function planned(folder: string, { all }: CompactSettings): readonly CompactionGroup[] {
  return planCompaction(readCatalog(folder).segments, Math.floor(Date.now() / 1000), { all: all === true });
}

function tellPlan(folder: string, settings: CompactSettings): void {
  const groups = planned(folder, settings);
  const say = sayer(settings);
  for (const group of groups) {
    say(compactionLine(group, null));
    for (const { path } of group.inputs) say(`  ${relative(folder, path)}\n`);
  }
  if (groups.length === 0) say(NOTHING);
  if (settings.json === true) tellObject(folder, groups, false, []);
}

const NOTHING = "nothing to put together\n";

async function runCompact(folder: string, settings: CompactSettings): Promise<void> {
  const say = sayer(settings);
  const interruption = new Interruption(() => {});
  const made: CompactionGroup[] = [];
  try {
    const problems = await tidying(folder, async (mayGoOn) => {
      const groups = planned(folder, settings);
      if (groups.length === 0) say(NOTHING);
      const progress = createCountedProgress(process.stderr);
      const onGroup = (group: CompactionGroup, file: string) => {
        made.push(group);
        progress.clear();
        say(compactionLine(group, file));
        progress.update({ done: made.length, total: groups.length, noun: "segment" });
      };
      const { signal } = interruption;
      const work = (engine: Parameters<typeof compact>[0]) =>
        compact(engine, folder, groups, { mayGoOn, onGroup, signal });
      const found = groups.length === 0 ? [] : (await withEngine(work)).problems;
      progress.end();
      sweepJobs(folder);
      return found;
    });
    for (const problem of problems) process.stderr.write(`flowgauge: ${problem}\n`);
    if (settings.json === true) tellObject(folder, made, true, problems);
    process.exitCode = interruption.happened ? 130 : problems.length > 0 ? 1 : 0;
  } finally {
    interruption.stop();
  }
}

function sayer({ json }: CompactSettings): (text: string) => void {
  return json === true ? () => {} : (text) => process.stdout.write(text);
}

function tellObject(
  folder: string,
  groups: readonly CompactionGroup[],
  done: boolean,
  problems: readonly string[],
): void {
  process.stdout.write(`${safeJson(compactionObject({ folder, groups, done, problems }))}\n`);
}
