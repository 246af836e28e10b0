// flowgauge store: what keeps a store healthy over the years. Each subcommand in a file of its own.
import { Command } from "commander";
import { compactCommand } from "./store-compact.ts";
import { expireCommand } from "./store-expire.ts";
import { infoCommand } from "./store-info.ts";
import { repairCommand } from "./store-repair.ts";
import { verifyCommand } from "./store-verify.ts";

const EXAMPLES = `Examples:
  flowgauge store info                                 what the default store holds, and when it will be full
  flowgauge store expire /srv/flows --keep-age 90d --dry-run
  flowgauge store verify /srv/flows                    reads every file; names the damaged ones
`;

export function storeCommand(): Command {
  const command = new Command("store")
    .description("Keep a store healthy: what is in it, what expires, is it whole.")
    .addHelpText("before", EXAMPLES)
    .addHelpText(
      "after",
      "\nSTORE is a store's folder; none = $FLOWGAUGE_STORE or the default one. docs/store.md has the details.",
    );
  for (const make of [infoCommand, verifyCommand, expireCommand, compactCommand, repairCommand])
    command.addCommand(make());
  return command;
}
