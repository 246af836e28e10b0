// What several sources are together: their counts, problems and progress.
import type { CaptureCounts, PacketSource } from "../core/packet-block.ts";

export class Several {
  readonly sources: readonly PacketSource[];

  constructor(sources: readonly PacketSource[]) {
    this.sources = sources;
  }

  get name(): string {
    return this.sources.map((source) => source.name).join(" ");
  }

  get problems(): readonly Error[] {
    return this.sources.flatMap((source) => source.problems);
  }

  /** Drops are known as soon as one source says what it dropped. `given` is what was handed on, which may be less than was read. */
  counts(given: { packets: number; bytes: number }): CaptureCounts {
    const later = this.sources.some((source) => source.counts.dropsToldAtEnd === true);
    return {
      ...{ ...given, kernelDrops: this.#drops("kernelDrops"), interfaceDrops: this.#drops("interfaceDrops") },
      ...(later ? { dropsToldAtEnd: true } : {}),
    };
  }

  #drops(name: "kernelDrops" | "interfaceDrops"): number | null {
    const known = this.sources.map((source) => source.counts[name]).filter((drops) => drops !== null);
    return known.length === 0 ? null : known.reduce((sum, drops) => sum + drops, 0);
  }

  progress(): { done: number; total: number } | null {
    let done = 0;
    let total = 0;
    for (const source of this.sources) {
      const progress = source.progress();
      if (progress === null) return null;
      done += progress.done;
      total += progress.total;
    }
    return { done, total };
  }

  async close(): Promise<void> {
    await Promise.all(this.sources.map((source) => source.close()));
  }
}
