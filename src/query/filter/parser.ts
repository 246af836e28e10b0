// Filter text -> tree: and, or, not, parentheses, named filters and included files; one term is read by terms.ts.
import { INCLUDE } from "./lexer.ts";
import { FILTER_LIMITS, type FilterOptions } from "./options.ts";
import { Budget, node, ParseContext } from "./parse-context.ts";
import { spanSince } from "./term-operators.ts";
import { readTerm } from "./terms.ts";
import { shorten, TokenReader } from "./token-reader.ts";
import type { Filter, FilterNode } from "./tree.ts";

/** Throws a FilterError. A text without any term is `any`. Takes time linear in the text, and in those it takes in. */
export function parseFilter(text: string, options: FilterOptions = {}): Filter {
  const context = startParsing(text, options);
  return Object.freeze({ text, root: readAll(context) });
}

/** For completion, which wants to know where it went. */
export function startParsing(text: string, options: FilterOptions): ParseContext {
  const reader = new TokenReader(text.slice(0, FILTER_LIMITS.text), null);
  if (text.length > FILTER_LIMITS.text) {
    const span = { from: FILTER_LIMITS.text, to: FILTER_LIMITS.text };
    reader.refuse(
      `expected ${FILTER_LIMITS.text} characters at the most, found ${text.length}; put lists into a file: in [@include FILE].`,
      span,
    );
  }
  return new ParseContext(reader, options, new Budget(), [], 0);
}

/** A text from its beginning to its end. */
export function readAll(context: ParseContext): FilterNode {
  const { reader } = context;
  if (reader.token.kind === "end" && reader.source === null && reader.text.trim() === "") {
    reader.note({ label: "a term", kind: "word", words: () => [] });
    return node({ kind: "any", span: { from: 0, to: reader.text.length } });
  }
  const root = readOr(context);
  if (reader.token.kind !== "end") reader.fail();
  return root;
}

function readOr(context: ParseContext): FilterNode {
  return readJoined(context, "or", ["or", "||"], readAnd);
}

function readAnd(context: ParseContext): FilterNode {
  return readJoined(context, "and", ["and", "&&"], readNot);
}

function readJoined(
  context: ParseContext,
  kind: "and" | "or",
  words: readonly ["and" | "or", "&&" | "||"],
  readOne: (context: ParseContext) => FilterNode,
): FilterNode {
  const { reader, budget } = context;
  const from = reader.token.span.from;
  const terms = [readOne(context)];
  for (;;) {
    const at = reader.token.span;
    const [word, sign] = words;
    if (reader.accept([word], "operator") === null) {
      if (!reader.sees(sign)) break;
      reader.advance();
    }
    budget.node(reader, at);
    terms.push(readOne(context));
  }
  return terms.length === 1 ? terms[0]! : node({ kind, terms: Object.freeze(terms), span: spanSince(reader, from) });
}

function readNot(context: ParseContext): FilterNode {
  const { reader, budget } = context;
  const { span } = reader.token;
  if (reader.accept(["not"], "operator") === null) {
    if (!reader.sees("!")) return readPrimary(context);
    reader.advance();
  }
  budget.node(reader, span);
  const term = readNot(deeper(context));
  return node({ kind: "not", term, span: spanSince(reader, span.from) });
}

function readPrimary(context: ParseContext): FilterNode {
  const { reader } = context;
  if (reader.accept(["("]) !== null) {
    const inside = readOr(deeper(context));
    if (reader.accept([")"]) === null) reader.fail();
    return inside;
  }
  noteNames(context);
  const { kind, text, span } = reader.token;
  if (kind === "name") return namedFilter(context, text);
  if (reader.sees(INCLUDE)) {
    reader.advance();
    return within(context.included(FILTER_LIMITS.text));
  }
  if (reader.token.kind === "text")
    return reader.refuse(`expected a term, found the text "${shorten(text)}"; say of which field it is.`, span);
  return readTerm(context);
}

function namedFilter(context: ParseContext, name: string): FilterNode {
  const { reader, options } = context;
  const { span } = reader.token;
  const text = options.named?.get(name);
  if (text === undefined) return reader.fail();
  reader.advance();
  return within(context.inner(`$${name}`, text, span, FILTER_LIMITS.text));
}

/** A text of its own: its tree is one term of the outer one. */
function within(context: ParseContext): FilterNode {
  return readAll(deeper(context));
}

function noteNames({ reader, options }: ParseContext): void {
  const names = [...(options.named?.keys() ?? [])];
  const label =
    names.length === 0 ? null : names.length > 6 ? "a named filter" : names.map((name) => `$${name}`).join(", ");
  if (label !== null)
    reader.note({
      label,
      kind: "filter",
      words: () => names.map((name) => [`$${name}`, shorten(options.named?.get(name) ?? "")]),
    });
}

function deeper(context: ParseContext): ParseContext {
  const { reader, options, budget, within: outer, depth } = context;
  if (depth >= FILTER_LIMITS.depth) {
    reader.refuse(
      `expected ${FILTER_LIMITS.depth} parentheses and nots in one another at the most.`,
      reader.token.span,
    );
  }
  return new ParseContext(reader, options, budget, outer, depth + 1);
}
