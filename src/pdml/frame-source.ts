// FrameSource: where frames come from, whatever tshark's format; and what became of the input.
import type { FieldNames } from "./field-names.ts";
import type { Frame } from "./frame.ts";

export interface FrameSource {
  /** The ids of the frames' names; several sources of one run share it. */
  readonly names: FieldNames;
  /** Counted so far. */
  readonly counts: FrameCounts;
  /** What was wrong with the input, the first few; each a sentence with the octet and the frame. */
  readonly problems: readonly string[];
  /** The next frame of what has been read; null where `more` must be called. The same object each time. */
  next(): Frame | null;
  /** Reads on; false at the end of the input, or where it cannot be read any further (then `problems` says why). */
  more(): Promise<boolean>;
  /** Octets done and in all; null where that is not known (pipes). */
  progress(): { readonly done: number; readonly total: number } | null;
  close(): Promise<void>;
}

/** frames = given + filtered + tooLarge + malformed. The rest counts fields of frames that were given. */
export interface FrameCounts {
  /** Octets of the (decompressed) input that were read. */
  octets: number;
  frames: number;
  given: number;
  /** Frames that a filter left out. */
  filtered: number;
  /** Frames longer than the limit. */
  tooLarge: number;
  /** Frames that are cut, or are not as the format says. */
  malformed: number;
  /** Fields left out: values longer than the limit, nested too deep, or no room for another name. */
  longValues: number;
  deepFields: number;
  manyNames: number;
  /** Octets of values that are not UTF-8, or no characters of XML: each was replaced by `?`. */
  badText: number;
}

export function noFrames(): FrameCounts {
  return {
    octets: 0,
    frames: 0,
    given: 0,
    filtered: 0,
    tooLarge: 0,
    malformed: 0,
    longValues: 0,
    deepFields: 0,
    manyNames: 0,
    badText: 0,
  };
}

/** Limits of one frame: more is an attack, or no output of tshark. */
export const FRAME_LIMITS = {
  /** Octets of a frame's text. */
  octets: 32 * 1024 * 1024,
  /** Fields of a frame. */
  fields: 500_000,
  /** Octets of one value. */
  value: 1024 * 1024,
  /** Elements in one another. */
  depth: 256,
} as const;
