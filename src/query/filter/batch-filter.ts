// A filter as a predicate over FlowBatch rows, for live records.
import type { FlowBatch } from "../../core/flow-batch.ts";
import type { Filter } from "./tree.ts";

/** One for each stream of batches: it has memory of its own. Nothing is allocated per row. */
export interface BatchFilter {
  /** Keeps the matching rows of the batch, in their order, and drops the others; gives how many are left. */
  select(batch: FlowBatch): number;
  /** 1 for each row that matches, 0 for others; valid until the next call. */
  mark(batch: FlowBatch): Uint8Array;
}

export function filterBatch(_filter: Filter): BatchFilter {
  return { select: ({ rows }) => rows, mark: ({ rows }) => new Uint8Array(rows).fill(1) };
}
