// Frames of octets as plain values, for tests and fuzzing: what a source gave, what it counted, what it found wrong.
import { FieldNames } from "../../src/pdml/field-names.ts";
import type { Frame } from "../../src/pdml/frame.ts";
import type { FrameCounts, FrameSource } from "../../src/pdml/frame-source.ts";
import type { FrameReaderOptions } from "../../src/pdml/octet-window.ts";
import { PdmlFrames } from "../../src/pdml/pdml-frames.ts";

/** Name, show, showname. */
export type PlainField = readonly [name: string, value: string, label: string];
export type PlainFrame = readonly PlainField[];

export interface ReadFrames {
  readonly frames: readonly PlainFrame[];
  readonly counts: FrameCounts;
  readonly problems: readonly string[];
}

export interface ReadOptions extends Partial<FrameReaderOptions> {
  /** Octets that come at once; all of them unless said otherwise. */
  readonly piece?: number;
}

/** A window of 32 MB for each small document would keep the memory's manager busy. */
const LIMITS = { octets: 1024 * 1024, value: 1024 * 1024 };

export async function readPdml(octets: Uint8Array, options: ReadOptions = {}): Promise<ReadFrames> {
  const { piece = octets.length, ...rest } = options;
  const input = { octets: pieces(octets, piece), progress: () => null, close: async () => undefined };
  return readAll(new PdmlFrames(input, new FieldNames(), { source: "test", labels: true, limits: LIMITS, ...rest }));
}

export async function readAll(source: FrameSource): Promise<ReadFrames> {
  const frames: PlainFrame[] = [];
  for (;;) {
    const frame = source.next();
    if (frame !== null) frames.push(plainFrame(frame, source.names));
    else if (!(await source.more())) break;
  }
  await source.close();
  return { frames, counts: source.counts, problems: source.problems };
}

export function plainFrame(frame: Frame, names: FieldNames): PlainFrame {
  const text = (from: number | undefined, to: number | undefined) =>
    Buffer.from(frame.octets.subarray(from, to)).toString("utf8");
  return Array.from({ length: frame.fields }, (_, field) => [
    names.text(frame.name[field]!),
    text(frame.valueFrom[field], frame.valueTo[field]),
    text(frame.labelFrom[field], frame.labelTo[field]),
  ]);
}

/** Octets in pieces of one length; each is overwritten when the next one is asked for, as a file's buffer is. */
export async function* pieces(octets: Uint8Array, length: number): AsyncGenerator<Uint8Array, void, void> {
  for (let at = 0; at < octets.length; at += Math.max(1, length)) {
    // A copy, of a Buffer as well.
    const piece = Buffer.from(octets.subarray(at, at + Math.max(1, length)));
    yield piece;
    piece.fill(0x21);
  }
}
