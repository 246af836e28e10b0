#!/usr/bin/env node
// argv -> command -> exit code: 0 ok, 1 failed, 2 usage, 130 interrupted.
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { COMMANDS, commandLine, guardStandardStreams } from "./commands/index.ts";
import { SourceError, UsageError } from "./core/errors.ts";

const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

function version(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** Only the subcommand that is asked for, where one is: for help and for words that are none, all of them. */
async function program(argv: readonly string[]): Promise<Command> {
  const root = new Command("flowgauge")
    .description("Network traffic flows: from the packet on the wire to the picture on the screen.")
    .version(version())
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "flowgauge: ")) })
    .showSuggestionAfterError();
  const asked = COMMANDS.get(argv[2] ?? "");
  for (const load of asked === undefined ? COMMANDS.values() : [asked]) {
    const command = await load();
    inherit(command, root);
    root.addCommand(command);
  }
  return root;
}

/** Commander hands them down only where a command is made by its parent; all the way: `serve user add` is the third. */
function inherit(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent);
  for (const below of command.commands) inherit(below, command);
}

/** One sentence for a person; a stack trace only for what is a fault of this program. */
function tell(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof UsageError || error instanceof SourceError) {
    process.stderr.write(`flowgauge: ${error.message}\n`);
    return error instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`flowgauge: this should not happen, please report it: ${text}\n`);
  return EXIT.failed;
}

guardStandardStreams();
try {
  await (await program(process.argv)).parseAsync([...(await commandLine(process.argv))]);
} catch (error) {
  process.exitCode = tell(error);
}
