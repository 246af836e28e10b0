// Options of every pdml command: where its frames come from, and what is said of them at the end.
import { type Command, Option } from "commander";
import { UsageError } from "../core/errors.ts";
import { FieldNames, type FrameSource, openFrames } from "../pdml/index.ts";

export interface FrameSettings {
  readonly quiet?: true;
  readonly summary: "text" | "json" | "none";
}

export function addFrameOptions(command: Command): Command {
  return command
    .optionsGroup("Summary:")
    .addOption(
      new Option("--summary <form>", "the summary on stderr").choices(["text", "json", "none"]).default("text"),
    )
    .option("--quiet", "no summary");
}

/** The frames that a person named: FILEs, captures, or what comes on standard input. */
export async function openNamedFrames(
  sources: readonly string[],
  options: { readonly labels: boolean; readonly signal: AbortSignal },
): Promise<FrameSource> {
  if (sources.length === 0 && process.stdin.isTTY) {
    throw new UsageError(
      "expected PDML on standard input or a FILE, found a terminal; try tshark -r FILE -T pdml | flowgauge pdml flows",
    );
  }
  return openFrames(sources.length === 0 ? ["-"] : sources, { names: new FieldNames(), ...options });
}
