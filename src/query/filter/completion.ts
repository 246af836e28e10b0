// What may come next in a filter, from the parser's own expectations.
import { FilterError } from "./filter-error.ts";
import type { FilterOptions } from "./options.ts";
import { readAll, startParsing } from "./parser.ts";
import type { Expectation } from "./token-reader.ts";

export interface Completion {
  readonly text: string;
  readonly kind: "word" | "operator" | "field" | "protocol" | "service" | "value" | "filter";
  /** One line about it; "" = it speaks for itself. */
  readonly about: string;
}

export interface Completions {
  /** Characters of the text that a chosen completion replaces. */
  readonly from: number;
  readonly to: number;
  readonly options: readonly Completion[];
  /** What may stand there, for a person: "a number", "an address", "and". */
  readonly expected: readonly string[];
}

/** The part of a word that stands before the offset. */
const PART = /[^\s()[\],=<>!&|"'#]*$/;

/** Empty where the filter is wrong before the offset, or the offset is in a text or comment. */
export function completeFilter(text: string, offset: number = text.length, options: FilterOptions = {}): Completions {
  const to = Math.min(Math.max(offset, 0), text.length);
  const part = PART.exec(text.slice(0, to))![0];
  const from = to - part.length;
  const expectations = expectedBehind(text.slice(0, from), options);
  const found = new Map<string, Completion>();
  for (const { kind, words } of expectations) {
    for (const [word, about] of words()) {
      if (word.toLowerCase().startsWith(part.toLowerCase()) && !found.has(word))
        found.set(word, { text: word, kind, about });
    }
  }
  const expected = [...new Set(expectations.map(({ label }) => label))];
  return { from, to, options: [...found.values()], expected };
}

/** What the parser looked for at the end of a text. */
function expectedBehind(text: string, options: FilterOptions): readonly Expectation[] {
  try {
    // A term must follow: `readAll` takes an empty text as it is.
    const context = startParsing(text, options);
    if (text.trim() === "") return startingExpectations(options);
    readUntilEnd(context);
    return context.reader.token.kind === "end" ? context.reader.expected() : [];
  } catch (error) {
    if (error instanceof FilterError) return [];
    throw error;
  }
}

/** Like the beginning of a parenthesis. */
function startingExpectations(options: FilterOptions): readonly Expectation[] {
  const context = startParsing("(", options);
  readUntilEnd(context);
  return context.reader.expected();
}

/** A filter that is not finished ends in an error at its end. */
function readUntilEnd(context: ReturnType<typeof startParsing>): void {
  try {
    readAll(context);
  } catch (error) {
    if (!(error instanceof FilterError) || error.source !== null) throw error;
  }
}
