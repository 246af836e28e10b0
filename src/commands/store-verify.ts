// flowgauge store verify: is every file what was written?
import { Command } from "commander";
import { createCountedProgress, printVerified, verifiedObject } from "../report/index.ts";
import { verifyStore } from "../store/index.ts";
import { Interruption } from "./interruption.ts";
import { safeJson } from "./json-lines.ts";
import { storeFolder, withEngine } from "./store-housekeeping.ts";
import { terminalLayout } from "./terminal-words.ts";

const EXAMPLES = `Examples:
  flowgauge store verify                   reads every file of the default store
  flowgauge store verify /srv/flows --quick && rsync -a /srv/flows backup:
`;

const NOTES = `
Of each segment: the checksum in its name, the number of flows and their times as the name says; of the spool whole blocks. --quick reads
checksums only, as fast as the disk is, and needs no engine. Nothing is changed: flowgauge store repair does that.
Exit codes: 0 all whole, 1 something is damaged, 2 wrong usage, 130 interrupted.`;

export function verifyCommand(): Command {
  return new Command("verify")
    .description("Read every file of a store, and name the damaged ones.")
    .argument("[store]", "a store's folder")
    .option("--quick", "checksums only")
    .option("--json", "one object")
    .addHelpText("before", EXAMPLES)
    .addHelpText("after", NOTES)
    .action(async (name: string | undefined, settings: { readonly quick?: true; readonly json?: true }) => {
      const folder = storeFolder(name);
      const interruption = new Interruption(() => {});
      const { signal } = interruption;
      const progress = createCountedProgress(process.stderr);
      const onSegment = (done: number, total: number) => progress.update({ done, total, noun: "segment" });
      const found = await (settings.quick === true
        ? verifyStore(folder, { engine: null, signal, onSegment })
        : withEngine((engine) => verifyStore(folder, { engine, signal, onSegment }))
      ).finally(() => {
        progress.end();
        interruption.stop();
      });
      process.stdout.write(
        settings.json === true
          ? `${safeJson(verifiedObject(folder, found))}\n`
          : printVerified(found, terminalLayout(process.stdout)),
      );
      process.exitCode = interruption.happened ? 130 : found.damaged.length > 0 ? 1 : 0;
    });
}
