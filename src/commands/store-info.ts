// flowgauge store info: what a store is like, from the names of its files.
import { Command } from "commander";
import { printStoreInfo, storeInfoObject } from "../report/index.ts";
import { storeInfo } from "../store/index.ts";
import { safeJson } from "./json-lines.ts";
import { storeFolder } from "./store-housekeeping.ts";
import { terminalLayout } from "./terminal-words.ts";

const EXAMPLES = `Examples:
  flowgauge store info                     the default store
  flowgauge store info /srv/flows --json | jq '.forecast.reached[0].days'
`;

export function infoCommand(): Command {
  return new Command("info")
    .description("Tell what a store holds: time, flows, octets, gaps, exporters, and when it will be full.")
    .argument("[store]", "a store's folder")
    .option("--json", "one object")
    .addHelpText("before", EXAMPLES)
    .addHelpText("after", "\nNames and sizes of files and the ledger say it: no flow is read.")
    .action(async (name: string | undefined, { json }: { readonly json?: true }) => {
      const info = await storeInfo(storeFolder(name));
      process.stdout.write(
        json === true ? `${safeJson(storeInfoObject(info))}\n` : printStoreInfo(info, terminalLayout(process.stdout)),
      );
      if (info.problems.length > 0) process.exitCode = 1;
    });
}
