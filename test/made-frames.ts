// A FrameSource of frames that a test makes: no format, no reader.
import { FieldNames } from "../src/pdml/field-names.ts";
import { emptyFrame, type Frame, growFrame } from "../src/pdml/frame.ts";
import { type FrameCounts, type FrameSource, noFrames } from "../src/pdml/frame-source.ts";

/** Name, value and, where it has one, label. */
export type MadeField = readonly [name: string, value: string, label?: string];
export type MadeFrame = readonly MadeField[];

export class MadeFrames implements FrameSource {
  readonly names = new FieldNames();
  readonly counts: FrameCounts = noFrames();
  readonly problems: readonly string[] = [];
  readonly #frames: Iterator<MadeFrame>;
  readonly #pieces: number;
  readonly #frame = emptyFrame();
  #left: number;

  /** After each `pieces` frames there is something to wait for. */
  constructor(frames: Iterable<MadeFrame>, pieces = Number.POSITIVE_INFINITY) {
    this.#frames = frames[Symbol.iterator]();
    this.#pieces = pieces;
    this.#left = pieces;
  }

  next(): Frame | null {
    if (this.#left === 0) return null;
    const { value, done } = this.#frames.next();
    if (done === true) {
      this.#left = 0;
      this.#ended = true;
      return null;
    }
    this.#left--;
    this.counts.frames++;
    this.counts.given++;
    return this.#fill(value);
  }

  #ended = false;

  #fill(fields: MadeFrame): Frame {
    const frame = this.#frame;
    const texts = fields.flatMap(([, value, label = ""]) => [Buffer.from(value), Buffer.from(label)]);
    frame.octets = Buffer.concat(texts);
    frame.number = this.counts.frames;
    frame.fields = fields.length;
    while (frame.name.length < fields.length) growFrame(frame);
    let at = 0;
    for (const [i, [name]] of fields.entries()) {
      frame.name[i] = this.names.idOf(name);
      frame.valueFrom[i] = at;
      at += texts[2 * i]!.length;
      frame.valueTo[i] = at;
      frame.labelFrom[i] = at;
      at += texts[2 * i + 1]!.length;
      frame.labelTo[i] = at;
    }
    return frame;
  }

  async more(): Promise<boolean> {
    this.#left = this.#pieces;
    return !this.#ended;
  }

  progress(): null {
    return null;
  }

  async close(): Promise<void> {}
}
