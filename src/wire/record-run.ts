// RecordRun: records of one layout that lie one behind the other, and the rows of the batch that they become.
import type { RecordPlan } from "./record-plan.ts";

/** One object that is filled again and again: what would be seven parameters of every function that copies. */
export class RecordRun {
  plan!: RecordPlan;
  /** Where each field of the template lies in a record, and how many octets it has. */
  offsets: Int32Array = NO_FIELDS;
  lengths: Int32Array = NO_FIELDS;
  /** Where the first record begins, and how far they are apart. */
  base = 0;
  step = 0;
  /** Rows `row` to `end`. */
  row = 0;
  end = 0;

  setLayout(plan: RecordPlan, offsets: Int32Array, lengths: Int32Array, step: number): void {
    this.plan = plan;
    this.offsets = offsets;
    this.lengths = lengths;
    this.step = step;
  }

  setRows(base: number, row: number, end: number): void {
    this.base = base;
    this.row = row;
    this.end = end;
  }
}

const NO_FIELDS = new Int32Array(0);
