// Rows of a batch that are kept, the others dropped: in place, and nothing is allocated.
import type { FieldName } from "./elements.ts";
import { type FlowBatch, WIDTH } from "./flow-batch.ts";

/** Keeps the rows whose mark is not 0, in their order; gives how many there are. */
export function keepRows(batch: FlowBatch, marks: Uint8Array): number {
  const { rows, columns, elements } = batch;
  let kept = 0;
  for (let row = 0; row < rows; row++) if (marks[row] !== 0) kept++;
  if (kept === rows) return kept;
  for (const { name, kind } of elements) keepValues(columns[name as FieldName], WIDTH[kind], marks, rows);
  batch.other.keep(marks, rows);
  batch.rows = kept;
  return kept;
}

type Column = Uint8Array | Uint16Array | Uint32Array;

function keepValues(column: Column, width: number, marks: Uint8Array, rows: number): void {
  let to = 0;
  if (width === 1) {
    for (let row = 0; row < rows; row++) if (marks[row] !== 0) column[to++] = column[row]!;
  } else {
    for (let row = 0; row < rows; row++) {
      if (marks[row] === 0) continue;
      for (let from = row * width; from < (row + 1) * width; from++) column[to++] = column[from]!;
    }
  }
}
