// Options of every pdml command: where its frames come from, and what is said of them at the end.
import { type Command, Option } from "commander";
import { UsageError } from "../core/errors.ts";
import { FieldNames, type FrameSource, openFrames, type TsharkOptions, tsharkOpener } from "../pdml/index.ts";

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

export interface CaptureSettings {
  readonly protocols?: string;
  readonly displayFilter?: string;
}

export function addCaptureOptions(command: Command): Command {
  return command
    .optionsGroup("Captures, iface:NAME (tshark is run):")
    .option("--protocols <names>", "protocols beside those of -f; with commas, or all")
    .option("-Y, --display-filter <filter>", "only frames that Wireshark's display filter lets through");
}

/** What tshark is to write of captures: the fields and protocols that are needed anyway, and what was asked for. */
export function captureOptions(
  { protocols, displayFilter }: CaptureSettings,
  fields: readonly string[],
  needed: readonly string[],
  /** Frames that have none of these are left out anyway: tshark need not write them. */
  key: readonly string[] = [],
): TsharkOptions {
  const asked = protocols?.split(",").map((name) => name.trim()) ?? [];
  if (asked.includes(""))
    throw new UsageError(`--protocols: expected names with commas between, found "${protocols}".`);
  const keyed = asked.includes("all") ? [] : key;
  return { fields, protocols: [...needed, ...asked], displayFilter, keyed };
}

/** The frames that a person named: FILEs, captures, or what comes on standard input. */
export async function openNamedFrames(
  sources: readonly string[],
  options: {
    readonly labels: boolean;
    readonly signal: AbortSignal;
    readonly wanted?: readonly string[];
  } & TsharkOptions,
): Promise<FrameSource> {
  if (sources.length === 0 && process.stdin.isTTY) {
    throw new UsageError(
      "expected PDML on standard input or a FILE, found a terminal; try tshark -r FILE -T pdml | flowgauge pdml flows",
    );
  }
  const openCapture = tsharkOpener(options);
  return openFrames(sources.length === 0 ? ["-"] : sources, { names: new FieldNames(), openCapture, ...options });
}
