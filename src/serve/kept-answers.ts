// Answers that were given a moment ago, for the next one who asks the same of the same files: bounded, and never old.

import { catalogTime, type TimeWindow } from "../query/index.ts";
import { readCatalog } from "../store/index.ts";
import { filesStamp } from "./files-stamp.ts";
import type { GivenAnswer } from "./given-answer.ts";
import { KEPT } from "./limits.ts";

interface Kept {
  readonly answer: GivenAnswer;
  readonly until: number;
}

export class KeptAnswers {
  private readonly store: string;
  private readonly kept = new Map<string, Kept>();

  constructor(store: string) {
    this.store = store;
  }

  /** `key`: all that the answer depends on but for the files; `time`: whose files these are. */
  find(key: string, time: TimeWindow): GivenAnswer | null {
    const found = this.kept.get(key);
    if (found === undefined) return null;
    if (found.until > performance.now() && found.answer.stamp === this.stamp(time)) return found.answer;
    this.kept.delete(key);
    return null;
  }

  keep(key: string, answer: GivenAnswer): void {
    if (!answer.small || answer.octets > KEPT.octets || answer.stamp === null) return;
    this.kept.delete(key);
    this.kept.set(key, { answer, until: performance.now() + KEPT.ms });
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= KEPT.answers) break;
      this.kept.delete(oldest);
    }
  }

  private stamp(time: TimeWindow): string | null {
    try {
      return filesStamp(readCatalog(this.store, catalogTime(time)));
    } catch {
      return null;
    }
  }
}
