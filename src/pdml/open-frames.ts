// openFrames: frames of what a person names - files, standard input, captures - one after the other, whatever their format.
import type { FieldNames } from "./field-names.ts";
import type { FrameSource } from "./frame-source.ts";
import type { OctetInput } from "./octet-window.ts";
import { SeveralFrames } from "./several-frames.ts";

/**
 * Gives tshark's output over a capture: a file by its name, or what comes from standard input (`piped`: its octets from the first
 * one on). Rejects with a SourceError.
 */
export type CaptureOpener = (file: string, piped: OctetInput | null) => Promise<OctetInput>;

export interface OpenFramesOptions {
  readonly names: FieldNames;
  /** Whether frames get labels (`showname`). */
  readonly labels?: boolean | undefined;
  /** Names that somebody asks for: frames may lack all other fields. */
  readonly wanted?: readonly string[] | undefined;
  /** Called off: the source ends soon, as if the input did; that is no problem of the input. */
  readonly signal?: AbortSignal | undefined;
  /** Captures are refused without it. */
  readonly openCapture?: CaptureOpener | undefined;
}

/**
 * Each source is a path or `-` (standard input); frames are numbered from 1 in each. Rejects with a SourceError where the only
 * source cannot be opened; of several, those that cannot are among the `problems`.
 */
export async function openFrames(sources: readonly string[], options: OpenFramesOptions): Promise<FrameSource> {
  const [first = "-", ...others] = sources;
  const frames = new SeveralFrames(sources.length === 0 ? [first] : sources, options);
  const failed = await frames.openNext();
  if (failed !== null && others.length === 0) throw failed;
  return frames;
}
