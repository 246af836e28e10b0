// One term: its words by the vocabulary, then its value by what it is about.
import { informationElementNamed, informationElementNames } from "../../core/information-elements.ts";
import { addressTerm, localTerm } from "./address-terms.ts";
import { frameTerm } from "./frame-terms.ts";
import { beginsFrameTerm } from "./frame-vocabulary.ts";
import { INCLUDE } from "./lexer.ts";
import { flagsTerm, forwardingTerm, numberTerm } from "./number-terms.ts";
import { node, type ParseContext } from "./parse-context.ts";
import type { Subject } from "./subjects.ts";
import { spanSince } from "./term-operators.ts";
import { otherTerm } from "./text-terms.ts";
import { clockTerm, derivedTerm, timeTerm, weekdayTerm } from "./time-terms.ts";
import type { TokenReader } from "./token-reader.ts";
import type { FilterNode } from "./tree.ts";
import { FIRST_WORDS, VOCABULARY } from "./vocabulary.ts";

const OTHER = /^other\.(.+)$/i;

export function readTerm(context: ParseContext): FilterNode {
  const { reader, budget } = context;
  const from = reader.token.span.from;
  budget.node(reader, reader.token.span);
  if (context.options.frames !== undefined) return frameTerm(context, context.options.frames, from);
  const subject = readSubject(reader);
  const span = spanSince(reader, from);
  switch (subject.kind) {
    case "fixed":
      return node({ ...subject.test, span });
    case "refused":
      return reader.refuse(subject.sentence, span);
    case "numbers":
      return numberTerm(context, subject, from);
    case "addresses":
      return addressTerm(context, subject, from);
    case "flags":
      return flagsTerm(context, subject.field, from);
    case "forwarding":
      return forwardingTerm(context, from);
    case "time":
      return timeTerm(context, subject.field, from);
    case "derived":
      return derivedTerm(context, subject.of, from);
    case "local":
      return localTerm(context, subject, from);
    case "clock":
      return clockTerm(context, from);
    case "weekday":
      return weekdayTerm(context, from);
    case "other":
      return otherTerm(context, subject.name, from);
  }
}

/** Follows the words as far as they go on. */
function readSubject(reader: TokenReader): Subject {
  let phrase: typeof VOCABULARY = VOCABULARY;
  reader.note({
    label: "a term such as src ip, dst port, proto, bytes or any field",
    kind: "field",
    words: firstWords,
  });
  for (;;) {
    const { kind, text } = reader.token;
    const next = kind === "word" ? phrase.next.get(text.toLowerCase()) : undefined;
    if (next !== undefined) {
      reader.advance();
      phrase = next;
      for (const [word, { about }] of phrase.next)
        reader.note({ label: `"${word}"`, kind: "word", words: () => [[word, about]] });
      continue;
    }
    if (phrase.subject !== null) return phrase.subject;
    const beyond = phrase === VOCABULARY && kind === "word" ? beyondFields(text) : null;
    if (beyond === null) return reader.fail();
    reader.advance();
    return beyond;
  }
}

/** `other.name`, or an element that IANA knows and that has no column. */
function beyondFields(word: string): Subject | null {
  const name = OTHER.exec(word)?.[1] ?? (informationElementNamed(word) === undefined ? null : word);
  return name === null ? null : { kind: "other", name };
}

function* firstWords(): Iterable<readonly [string, string]> {
  for (const word of FIRST_WORDS) yield [word, VOCABULARY.next.get(word.toLowerCase())?.about ?? ""];
  for (const name of informationElementNames()) {
    if (!VOCABULARY.next.has(name.toLowerCase())) yield [name, "what a record says beyond the fields"];
  }
  yield ["other.", "what a record says beyond the fields: other.applicationName"];
}

const OPENINGS = /^\s*[!($]/;

/**
 * True where the first word of a text is one of the language: a file of that name must be written ./name. Of filters of frames it may
 * be any name.
 */
export function beginsFilter(text: string, ofFrames = false): boolean {
  const word = text.trimStart().split(/[\s()[\],=<>!&|"']/, 1)[0]!;
  const lower = word.toLowerCase();
  if (OPENINGS.test(text) || lower === "not" || lower === INCLUDE) return true;
  if (ofFrames) return beginsFrameTerm(word);
  return VOCABULARY.next.has(lower) || beyondFields(word) !== null;
}
