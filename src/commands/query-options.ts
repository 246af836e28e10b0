// Options of every command that asks stored flows: which flows, and what the engine may take.
import { type Command, Option } from "commander";
import { SPREAD, WITHIN } from "../query/index.ts";
import { addFilterOptions } from "./filter-argument.ts";

/** Sources, time, filter, and what is done with the flows before they are counted. */
export function addChoiceOptions(command: Command): Command {
  const chosen = command
    .argument("[source-or-filter...]", "stores, files, captures or -, then the filter")
    .optionsGroup("Which flows:")
    .option("--store <folder>", "this store, too")
    .option("--from <time>", "2h (ago), yesterday, 10:30, 2026-11-20, ISO 8601, seconds since 1970")
    .option("--to <time>", "until then (not included)")
    .addOption(
      new Option("--within <rule>", "flows that have a part in that time, began or ended in it, or both")
        .choices([...WITHIN])
        .default("any"),
    )
    .option("--biflow [duration]", "make biflows of the records of both directions that are so near (30s)")
    .option("--dedup", "flows that several exporters saw count once")
    .option("--scale", "counters times the sampling rate");
  return addFilterOptions(chosen);
}

export function spreadOption(): Option {
  return new Option("--spread <how>", "octets and packets of a flow over buckets of time").choices([...SPREAD]);
}

export function addLimitOptions(command: Command): Command {
  return command
    .optionsGroup("Limits:")
    .option("--memory <octets>", "memory of the engine at the most", "2G")
    .option("--timeout <duration>", "an answer after so long at the most", "none")
    .option("--lenient", "exit code 0 although damaged files were left out");
}
