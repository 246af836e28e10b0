// Which filters rows can be judged by: of records the live table keeps some fields only, and what is not kept would match nothing.
import { type Filter, FilterError } from "../query/index.ts";
import { LIVE_FIELDS } from "./live-options.ts";

const KEPT: ReadonlySet<string> = new Set(LIVE_FIELDS);

/** Throws a FilterError for a filter with a field that rows do not have. */
export function refuseUnkept({ text, root }: Filter): void {
  const name = unkept(root);
  if (name === null) return;
  const sentence = `expected fields that live rows keep, found ${name}; flowgauge track, collect and query filter by every field.`;
  // Where it stands in a filter that is taken in, nobody can mark.
  throw new FilterError({ source: null, text, span: root.span, expected: [], suggestion: null, sentence });
}

type Node = Filter["root"];

function unkept(node: Node): string | null {
  switch (node.kind) {
    case "and":
      return firstOf(node.terms);
    // Terms of either side are of several fields, of which one may be kept (`vlan 5`).
    case "or":
      return node.terms.some((term) => unkept(term) === null) ? null : firstOf(node.terms);
    case "not":
      return unkept(node.term);
    case "number":
    case "numbers":
      return missing(node.of.field);
    case "bits":
    case "addresses":
    case "time":
      return missing(node.field);
    case "present":
      return `other.${node.name}`;
    case "text":
      return node.of.kind === "other" ? `other.${node.of.name}` : missing(node.of.field);
    default:
      return null;
  }
}

function firstOf(terms: readonly Node[]): string | null {
  for (const term of terms) {
    const found = unkept(term);
    if (found !== null) return found;
  }
  return null;
}

function missing(field: string): string | null {
  return KEPT.has(field) ? null : field;
}
