// Copies of batches, for those who need records longer than their owner leaves them alone.
import { type FlowBatch, WIDTH } from "./flow-batch.ts";

/** The rows of a batch into another one of the same elements, which has room for them. */
export function copyBatch(from: FlowBatch, to: FlowBatch): void {
  for (const { name, kind } of from.elements) {
    const column = from.columns[name as keyof FlowBatch["columns"]];
    to.columns[name as keyof FlowBatch["columns"]].set(column.subarray(0, from.rows * WIDTH[kind]));
  }
  to.other.copyFrom(from.other);
  to.rows = from.rows;
}
