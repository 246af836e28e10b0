// FilteredFrames: a source whose frames are those of another one that a filter lets through; the others are counted.
import type { Filter } from "../query/index.ts";
import type { Frame } from "./frame.ts";
import { type FrameFilter, frameFilter } from "./frame-filter.ts";
import type { FrameCounts, FrameSource } from "./frame-source.ts";

export class FilteredFrames implements FrameSource {
  readonly #source: FrameSource;
  readonly #filter: FrameFilter;
  #filtered = 0;

  constructor(source: FrameSource, filter: Filter) {
    this.#source = source;
    this.#filter = frameFilter(filter, source.names);
  }

  get names(): FrameSource["names"] {
    return this.#source.names;
  }

  get counts(): FrameCounts {
    const { counts } = this.#source;
    return { ...counts, given: counts.given - this.#filtered, filtered: this.#filtered };
  }

  get problems(): readonly string[] {
    return this.#source.problems;
  }

  /** Fields that the filter speaks of and no frame had so far. */
  neverSeen(): readonly string[] {
    return this.#filter.neverSeen();
  }

  next(): Frame | null {
    for (;;) {
      const frame = this.#source.next();
      if (frame === null || this.#filter.matches(frame)) return frame;
      this.#filtered++;
    }
  }

  more(): Promise<boolean> {
    return this.#source.more();
  }

  progress(): ReturnType<FrameSource["progress"]> {
    return this.#source.progress();
  }

  close(): Promise<void> {
    return this.#source.close();
  }
}
