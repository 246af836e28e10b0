// A filter as a predicate over FlowBatch rows, for live records.
import { keepRows } from "../../core/batch-rows.ts";
import type { FlowBatch } from "../../core/flow-batch.ts";
import { addressesNarrow } from "./batch-addresses.ts";
import { bitsNarrow, mostOf, numberNarrow, rangesNarrow, rangesOf } from "./batch-numbers.ts";
import { presentNarrow, textNarrow } from "./batch-texts.ts";
import { clockNarrow, derivedNarrow, weekdayNarrow } from "./batch-times.ts";
import { MarksPool, type Narrow, narrowAll, narrowAny, narrowNot } from "./marks.ts";
import { quantity } from "./subjects.ts";
import type { Filter, FilterNode } from "./tree.ts";

/** One for each stream of batches: it has memory of its own. Nothing is allocated per row. */
export interface BatchFilter {
  /** Keeps the matching rows of the batch, in their order, and drops the others; gives how many are left. */
  select(batch: FlowBatch): number;
  /** 1 for each row that matches, 0 for others, of the batch's `rows`; valid until the next call. */
  mark(batch: FlowBatch): Uint8Array;
}

export function filterBatch({ root }: Filter): BatchFilter {
  const pool = new MarksPool();
  const narrow = compile(root, pool);
  const marks = pool.take();
  const mark = (batch: FlowBatch) => {
    marks.fill(1, 0, batch.rows);
    narrow(batch, marks);
    return marks;
  };
  return { mark, select: (batch) => keepRows(batch, mark(batch)) };
}

function compile(node: FilterNode, pool: MarksPool): Narrow {
  switch (node.kind) {
    case "any":
      return () => {};
    case "and":
      return narrowAll([...node.terms].sort((a, b) => cost(a) - cost(b)).map((term) => compile(term, pool)));
    case "or":
      return narrowAny(
        node.terms.map((term) => compile(term, pool)),
        pool,
      );
    case "not":
      return narrowNot(compile(node.term, pool), pool);
    case "frame":
      throw new TypeError("A filter of frames has no meaning for flow records.");
    case "number":
      return numberNarrow(node.of, node.is, node.value);
    case "numbers":
      return rangesNarrow(node.of, node.ranges);
    case "bits":
      return bitsNarrow(node.field, node.mask, node.value);
    case "addresses":
      return addressesNarrow(node.field, node.ranges);
    case "time":
      return rangesNarrow(quantity(node.field), rangesOf(node.is, node.nanoseconds, mostOf(node.field)));
    case "derived":
      return derivedNarrow(node.of, node.is, node.value);
    case "clock":
      return clockNarrow(node.from, node.to, node.zone);
    case "weekday":
      return weekdayNarrow(node.days, node.zone);
    case "present":
      return presentNarrow(node.name);
    case "text":
      return textNarrow(node.of, node.match);
  }
}

const DEAR: readonly FilterNode["kind"][] = ["derived", "clock", "weekday", "present", "text"];

/** Of several terms that must all be true the cheap ones come first: the others look at fewer rows. */
function cost(node: FilterNode): number {
  if (node.kind === "and" || node.kind === "or") return 1 + Math.max(...node.terms.map(cost));
  if (node.kind === "not") return cost(node.term);
  return 10 * (DEAR.indexOf(node.kind) + 1);
}
