// flowgauge explain: the ledger of a store. Where every message and record went, and whether the store holds what it should.
import { Command } from "commander";
import { localZone, parseTime } from "../query/index.ts";
import { explainedObject, printExplained } from "../report/index.ts";
import { explainStore } from "../store/index.ts";
import { safeJson } from "./json-lines.ts";
import { storeFolder } from "./store-housekeeping.ts";
import { terminalLayout } from "./terminal-words.ts";

const EXAMPLES = `Examples:
  flowgauge explain                                where everything went that the default store ever received
  flowgauge explain /srv/flows --from yesterday --hours
  flowgauge explain --json | jq '.exporters[] | {exporter, lost: .counts.lostRecords}'
`;

const NOTES = `
Times are those of receipt, by the hour. Without --from and --to the ledger is compared with what the store holds.
Exit codes: 0 it adds up, or a time was asked for; 1 the store holds less than the ledger says; 2 wrong usage.`;

interface ExplainSettings {
  readonly from?: string;
  readonly to?: string;
  readonly hours?: true;
  readonly utc?: true;
  readonly json?: true;
}

export function explainCommand(): Command {
  return new Command("explain")
    .description("Tell where every message and record went: lost, refused, filtered, stored.")
    .argument("[store]", "a store's folder")
    .option("--from <time>", "2h (ago), yesterday, 10:30, 2026-11-20, ISO 8601")
    .option("--to <time>", "until then (not included)")
    .option("--hours", "a line for each hour and exporter")
    .option("--utc", "times are read in UTC (default: this machine's zone); they are shown in UTC always")
    .option("--json", "one object, with the hours")
    .addHelpText("before", EXAMPLES)
    .addHelpText("after", NOTES)
    .action(async (name: string | undefined, settings: ExplainSettings) => {
      const folder = storeFolder(name);
      const told = await explainStore(folder, {
        from: hourOf(settings.from, "--from", settings, false),
        to: hourOf(settings.to, "--to", settings, true),
      });
      process.stdout.write(
        settings.json === true
          ? `${safeJson(explainedObject(folder, told))}\n`
          : printExplained(told, { ...terminalLayout(process.stdout), hours: settings.hours === true }),
      );
      if ((told.difference ?? 0) < 0) process.exitCode = 1;
    });
}

/** Seconds of the hour that a time is in, or, as an end, of the next one. */
function hourOf(text: string | undefined, option: string, { utc }: ExplainSettings, end: boolean): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(parseTime(text, option, utc === true ? "UTC" : localZone(), Date.now(), end) / 1_000_000_000n);
  return end ? Math.ceil(seconds / 3600) * 3600 : Math.floor(seconds / 3600) * 3600;
}
