// A filter of frames as a predicate: what parseFilter made with the option `frames`, over the fields of a frame.
import type { Filter, FilterNode } from "../query/index.ts";
import type { FieldNames } from "./field-names.ts";
import type { Frame } from "./frame.ts";
import { NO_FIELD, PickedFields } from "./picked-fields.ts";
import { type ValuePredicate, valuePredicate } from "./value-tests.ts";

export interface FrameFilter {
  /** True for the frames that the filter lets through. */
  readonly matches: (frame: Frame) => boolean;
  /** Fields that it speaks of and no frame had so far. */
  readonly neverSeen: () => readonly string[];
}

/** One for each run: it has memory of its own. `names` are those of the frames' source. Nothing is allocated per frame. */
export function frameFilter({ root }: Filter, names: FieldNames): FrameFilter {
  const picked = new PickedFields(names, filterFields(root));
  const test = compile(root, picked);
  return {
    matches: (frame) => {
      picked.pick(frame);
      return test(frame);
    },
    neverSeen: () => picked.neverSeen(),
  };
}

/** The names of all fields that a filter speaks of: who reads them of a capture needs no others. */
export function filterFields(node: FilterNode): readonly string[] {
  switch (node.kind) {
    case "and":
    case "or":
      return [...new Set(node.terms.flatMap(filterFields))];
    case "not":
      return filterFields(node.term);
    case "frame":
      return node.fields;
    default:
      return [];
  }
}

type FrameTest = (frame: Frame) => boolean;

function compile(node: FilterNode, picked: PickedFields): FrameTest {
  switch (node.kind) {
    case "any":
      return () => true;
    case "and":
      return all(node.terms.map((term) => compile(term, picked)));
    case "or":
      return some(node.terms.map((term) => compile(term, picked)));
    case "not": {
      const test = compile(node.term, picked);
      return (frame) => !test(frame);
    }
    case "frame": {
      const slots = node.fields.map((name) => picked.slot(name));
      return some(
        node.tests === null
          ? slots.map((slot) => present(picked, slot))
          : slots.map((slot) => holds(picked, slot, valuePredicate(node.tests!))),
      );
    }
    default:
      throw new TypeError(`A filter of flow records (${node.kind}) has no meaning for frames.`);
  }
}

function all(tests: readonly FrameTest[]): FrameTest {
  const [first, ...rest] = tests;
  if (rest.length === 0) return first!;
  return (frame) => {
    for (const test of tests) if (!test(frame)) return false;
    return true;
  };
}

function some(tests: readonly FrameTest[]): FrameTest {
  const [first, ...rest] = tests;
  if (rest.length === 0) return first!;
  return (frame) => {
    for (const test of tests) if (test(frame)) return true;
    return false;
  };
}

function present(picked: PickedFields, slot: number): FrameTest {
  return () => picked.first[slot] !== NO_FIELD;
}

/** As in Wireshark: one of a field's values passes. */
function holds(picked: PickedFields, slot: number, test: ValuePredicate): FrameTest {
  return ({ octets, valueFrom, valueTo }) => {
    const { first, next } = picked;
    for (let field = first[slot]!; field !== NO_FIELD; field = next[field]!) {
      if (test(octets, valueFrom[field]!, valueTo[field]!)) return true;
    }
    return false;
  };
}
