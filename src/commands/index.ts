// The door of commands/: one file per subcommand. Each is loaded when it is asked for: most of a short run is loading.
import type { Command } from "commander";
import type { TrackPlan } from "./track-plan.ts";

export { guardStandardStreams } from "./standard-streams.ts";

/** The subcommands in the order of help. */
export const COMMANDS: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ["track", async () => (await import("./track.ts")).trackCommand()],
  ["top", async () => (await import("./top.ts")).topCommand()],
  ["export", async () => (await import("./export.ts")).exportCommand()],
  ["collect", async () => (await import("./collect.ts")).collectCommand()],
  ["query", async () => (await import("./query.ts")).queryCommand()],
  ["graph", async () => (await import("./graph.ts")).graphCommand()],
  ["serve", async () => (await import("./serve.ts")).serveCommand()],
  ["pdml", async () => (await import("./pdml.ts")).pdmlCommand()],
  ["sql", async () => (await import("./sql.ts")).sqlCommand()],
  ["store", async () => (await import("./store.ts")).storeCommand()],
  ["explain", async () => (await import("./explain.ts")).explainCommand()],
  ["doctor", async () => (await import("./doctor.ts")).doctorCommand()],
]);

/** What an argv of `track` (without the words before it) means. */
export async function trackPlan(argv: readonly string[]): Promise<TrackPlan> {
  return (await import("./track.ts")).trackPlan(argv);
}

/** The words of a command line as commander may have them. */
export async function commandLine(argv: readonly string[]): Promise<readonly string[]> {
  return argv[2] === "pdml" ? (await import("./pdml-arguments.ts")).packPlugins(argv) : argv;
}
