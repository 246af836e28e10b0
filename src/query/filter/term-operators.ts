// Comparators, lists and single words of a term's value.
import { INCLUDE } from "./lexer.ts";
import { FILTER_LIMITS } from "./options.ts";
import type { ParseContext } from "./parse-context.ts";
import { node } from "./parse-context.ts";
import type { TokenReader } from "./token-reader.ts";
import type { Comparison, FilterNode, Span } from "./tree.ts";

export const COMPARISONS = {
  "=": "=",
  "==": "=",
  eq: "=",
  "!=": "!=",
  ne: "!=",
  ">": ">",
  gt: ">",
  "<": "<",
  lt: "<",
  ">=": ">=",
  ge: ">=",
  "<=": "<=",
  le: "<=",
} as const;
type Sign = keyof typeof COMPARISONS;

const COMPARATORS = { label: "a comparator (=, !=, <, <=, >, >=)", kind: "operator" } as const;
const SIGNS = ["=", "!=", "<", "<=", ">", ">="] as const;

/** The comparator that stands there, or null. */
export function acceptComparison(reader: TokenReader): Comparison | null {
  reader.note({ ...COMPARATORS, words: () => SIGNS.map((sign) => [sign, ""]) });
  return accept(reader, Object.keys(COMPARISONS) as Sign[]);
}

/** `=` or `!=`, for what has no order. */
export function acceptEquality(reader: TokenReader): "=" | "!=" | null {
  reader.note({
    label: "= or !=",
    kind: "operator",
    words: () => [
      ["=", ""],
      ["!=", ""],
    ],
  });
  return accept(reader, ["=", "==", "eq", "!=", "ne"]) as "=" | "!=" | null;
}

function accept(reader: TokenReader, signs: readonly Sign[]): Comparison | null {
  const sign = signs.find((word) => reader.sees(word));
  if (sign === undefined) return null;
  reader.advance();
  return COMPARISONS[sign];
}

/** Takes `in [` or `[`. */
export function acceptList(reader: TokenReader): boolean {
  if (reader.accept(["in"], "operator") !== null) {
    if (reader.accept(["["]) === null) reader.fail();
    return true;
  }
  if (!reader.sees("[")) return false;
  reader.advance();
  return true;
}

/**
 * The entries of a list up to its `]`, with blanks or commas between them, or those of a file: `@include FILE`. `read` takes one at
 * the current token.
 */
export function readList<T>(context: ParseContext, read: (context: ParseContext) => T): T[] {
  const { reader } = context;
  const entries: T[] = [];
  readEntries(context, entries, read, () => reader.accept(["]"]) !== null);
  return entries;
}

function readEntries<T>(context: ParseContext, entries: T[], read: (context: ParseContext) => T, ends: () => boolean) {
  const { reader, budget } = context;
  for (let first = true; ; first = false) {
    if (!first && ends()) return;
    if (!first && reader.sees(",")) reader.advance();
    else if (first && reader.sees("]") && reader.source === null)
      reader.refuse("expected at least one entry in the list, found none.", reader.token.span);
    if (reader.sees(INCLUDE)) {
      reader.advance();
      const inner = context.included(FILTER_LIMITS.list);
      readEntries(inner, entries, read, () => inner.reader.token.kind === "end");
      continue;
    }
    budget.entry(reader, reader.token.span);
    entries.push(read(context));
  }
}

/** The word at the current token if it can be a value, not yet taken. */
export function valueWord(reader: TokenReader): string | null {
  const { kind, text } = reader.token;
  return kind === "word" || kind === "text" ? text : null;
}

/** From where the term began to the last token that was taken. */
export function spanSince(reader: TokenReader, from: number): Span {
  return Object.freeze({ from, to: reader.before });
}

/** One test for each of several fields, joined; `!=` is that none of them is. */
export function joined(terms: readonly FilterNode[], join: "or" | "and", negated: boolean, span: Span): FilterNode {
  const all = terms.length === 1 ? terms[0]! : node({ kind: join, terms: Object.freeze([...terms]), span });
  return negated ? node({ kind: "not", term: all, span }) : all;
}
