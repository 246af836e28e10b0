// Marks of a batch's rows: 1 where everything so far is true, 0 where it is not. Tests only take marks away.
import { BATCH_ROWS, type FlowBatch } from "../../core/flow-batch.ts";

/** Takes away the marks of the rows that a test is not true for. It looks at all rows of the batch, or at the marked ones. */
export type Narrow = (batch: FlowBatch, marks: Uint8Array) => void;

/** Arrays of marks that are used again. */
export class MarksPool {
  private readonly free: Uint8Array[] = [];

  take(): Uint8Array {
    return this.free.pop() ?? new Uint8Array(BATCH_ROWS);
  }

  give(marks: Uint8Array): void {
    this.free.push(marks);
  }
}

export function narrowAll(terms: readonly Narrow[]): Narrow {
  return (batch, marks) => {
    for (const term of terms) term(batch, marks);
  };
}

export function narrowAny(terms: readonly Narrow[], pool: MarksPool): Narrow {
  return (batch, marks) => {
    const { rows } = batch;
    const [open, trial] = [pool.take(), pool.take()];
    copyMarks(marks, open, rows);
    for (const term of terms) {
      copyMarks(open, trial, rows);
      term(batch, trial);
      // What is true for one term is not asked again.
      for (let row = 0; row < rows; row++) open[row]! ^= trial[row]!;
    }
    for (let row = 0; row < rows; row++) marks[row]! ^= open[row]!;
    pool.give(open);
    pool.give(trial);
  };
}

export function narrowNot(term: Narrow, pool: MarksPool): Narrow {
  return (batch, marks) => {
    const { rows } = batch;
    const trial = pool.take();
    copyMarks(marks, trial, rows);
    term(batch, trial);
    for (let row = 0; row < rows; row++) marks[row]! ^= trial[row]!;
    pool.give(trial);
  };
}

function copyMarks(from: Uint8Array, to: Uint8Array, rows: number): void {
  to.set(rows === from.length ? from : from.subarray(0, rows));
}
