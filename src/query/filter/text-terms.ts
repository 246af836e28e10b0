// Terms about texts: contains, starts with, ends with, matches; of what a record says beyond the fields, and of addresses as printed.
import { MOST_VALUE_OCTETS } from "../../core/other-fields.ts";
import { node, type ParseContext } from "./parse-context.ts";
import { PatternFault, parsePattern } from "./pattern.ts";
import { acceptEquality, acceptList, joined, readList, spanSince, valueWord } from "./term-operators.ts";
import type { TokenReader } from "./token-reader.ts";
import type { FilterNode, Span, TextMatch, TextSubject } from "./tree.ts";

const TEXT = 'a text such as "web"';

/** Takes a way to match with its text; null where none stands there. */
export function acceptTextMatch(reader: TokenReader): TextMatch | null {
  const word = reader.accept(["contains", "starts", "ends", "matches"], "operator");
  if (word === "matches" || (word === null && acceptTilde(reader))) return readPattern(reader);
  if (word === null) return null;
  if (word !== "contains" && reader.accept(["with"]) === null) reader.fail();
  return Object.freeze({ kind: word, text: readText(reader) });
}

/** `~` is `matches`. */
function acceptTilde(reader: TokenReader): boolean {
  if (!reader.sees("~")) return false;
  reader.advance();
  return true;
}

export function textNode(of: TextSubject, match: TextMatch, span: Span): FilterNode {
  return node({ kind: "text", of: Object.freeze(of), match, span });
}

/** `other.name` alone: the record has it. Else its text is compared. */
export function otherTerm(context: ParseContext, name: string, from: number): FilterNode {
  const { reader } = context;
  const of = { kind: "other", name } as const;
  const match = acceptTextMatch(reader);
  if (match !== null) return textNode(of, match, spanSince(reader, from));
  const equality = acceptEquality(reader);
  const isList = equality === null && acceptList(reader);
  const texts = isList ? readList(context, ({ reader: inner }) => readText(inner)) : [];
  if (!isList && (equality !== null || isValue(reader))) texts.push(readText(reader));
  const span = spanSince(reader, from);
  if (texts.length === 0) return node({ kind: "present", name, span });
  const tests = texts.map((text) => textNode(of, Object.freeze({ kind: "equals", text }), span));
  if (tests.length > 1) for (const _ of tests) context.budget.node(reader, span);
  return joined(tests, "or", equality === "!=", span);
}

/** A text, or a word that does not go on with the filter. */
export function isValue(reader: TokenReader): boolean {
  const { kind } = reader.token;
  return kind === "text" || (kind === "word" && !reader.sees("and", "or", "not"));
}

export function readText(reader: TokenReader): string {
  reader.noteLabel(TEXT);
  const text = valueWord(reader);
  if (text === null) return reader.fail();
  if (text.length > MOST_VALUE_OCTETS)
    reader.refuse(`expected ${MOST_VALUE_OCTETS} characters at the most.`, reader.token.span);
  reader.advance();
  return text;
}

function readPattern(reader: TokenReader): TextMatch {
  reader.noteLabel("a regular expression such as /web[0-9]+/");
  const { kind, text, flags, span } = reader.token;
  if (kind !== "pattern" && kind !== "text") return reader.fail();
  if (!/^i?$/.test(flags)) reader.refuse(`expected /.../ or /.../i, found the letters ${flags}.`, span);
  try {
    const pattern = parsePattern(text, flags === "i");
    reader.advance();
    return Object.freeze({ kind: "matches", pattern });
  } catch (error) {
    if (!(error instanceof PatternFault)) throw error;
    // Behind the slash or quote.
    const at = Math.min(span.from + 1 + error.at, span.to);
    return reader.refuse(error.sentence, { from: at, to: at + 1 });
  }
}
