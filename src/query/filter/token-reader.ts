// Reads tokens one by one and remembers what could have stood at the current one: errors and completion come from it.
import { nearest } from "../../core/suggestion.ts";
import type { Completion } from "./completion.ts";
import { FilterError, printable } from "./filter-error.ts";
import { type Token, tokensOf } from "./lexer.ts";
import type { Span } from "./tree.ts";

/** Something that may stand at a place. */
export interface Expectation {
  /** For a sentence: "a port number". */
  readonly label: string;
  readonly kind: Completion["kind"];
  /** The words that it may be, if they can be listed, each with a line about it. */
  readonly words: () => Iterable<readonly [word: string, about: string]>;
}

/** Words named in a sentence at the most; beyond it there is "...". */
const MOST_NAMED = 12;

/** What is shorter may be anything; what is longer is none of our words, and would take long to compare with all of them. */
const LEAST_MISTYPED = 3;
const MOST_MISTYPED = 60;

export class TokenReader {
  readonly source: string | null;
  readonly text: string;
  private readonly tokens: readonly Token[];
  private at = 0;
  private expectations: Expectation[] = [];

  constructor(text: string, source: string | null) {
    this.text = text;
    this.source = source;
    this.tokens = tokensOf(text, source);
  }

  get token(): Token {
    return this.tokens[this.at]!;
  }

  /** The end of the token before the current one. */
  get before(): number {
    return this.at === 0 ? 0 : this.tokens[this.at - 1]!.span.to;
  }

  peek(ahead: number): Token {
    return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)]!;
  }

  advance(): Token {
    const { token } = this;
    if (token.kind !== "end") {
      this.at++;
      this.expectations = [];
    }
    return token;
  }

  /** What is expected at the current token, as far as it was asked for. */
  expected(): readonly Expectation[] {
    return this.expectations;
  }

  note(expectation: Expectation): void {
    this.expectations.push(expectation);
  }

  noteLabel(label: string): void {
    this.note({ label, kind: "value", words: () => [] });
  }

  /** Takes one of the words or operators if it stands there, and gives it. */
  accept<const W extends string>(words: readonly W[], kind: Completion["kind"] = "word"): W | null {
    for (const word of words) this.note({ label: `"${word}"`, kind, words: () => [[word, ""]] });
    const { token } = this;
    if (token.kind !== "word" && token.kind !== "operator") return null;
    const said = token.text.toLowerCase();
    const found = words.find((word) => word === said);
    if (found !== undefined) this.advance();
    return found ?? null;
  }

  /** True if one of the words stands there; nothing is taken or noted. */
  sees(...words: readonly string[]): boolean {
    const { kind, text } = this.token;
    return (kind === "word" || kind === "operator") && words.includes(text.toLowerCase());
  }

  /** Throws: something else was expected at the current token. */
  fail(): never {
    const { token, expectations } = this;
    // What a person most likely means comes first.
    const signs = ({ kind }: Expectation) => (kind === "operator" || kind === "word" ? 1 : 0);
    const inOrder = [...expectations].sort((a, b) => signs(a) - signs(b));
    const labels = [...new Set(inOrder.map(({ label }) => label))];
    const suggestion = this.suggestion();
    const found =
      token.kind === "end" ? "the end of the filter" : `"${shorten(this.text.slice(token.span.from, token.span.to))}"`;
    const hint = suggestion === null ? "" : ` (did you mean ${suggestion}?)`;
    return this.refuse(`expected ${list(labels)}, found ${found}${hint}.`, token.span, labels, suggestion);
  }

  /** The word that may be meant by the current one. */
  suggestion(): string | null {
    const { kind, text } = this.token;
    if (kind !== "word" || text.length < LEAST_MISTYPED || text.length > MOST_MISTYPED) return null;
    return (
      nearest(
        text,
        this.expectations.flatMap(({ words }) => [...words()].map(([word]) => word)),
      ) ?? null
    );
  }

  /** Throws a sentence about a place. */
  refuse(sentence: string, span: Span, expected: readonly string[] = [], suggestion: string | null = null): never {
    const { source, text } = this;
    throw new FilterError({ source, text, span, expected, suggestion, sentence });
  }
}

/** "a, b or c" */
function list(labels: readonly string[]): string {
  const named = labels.length > MOST_NAMED ? [...labels.slice(0, MOST_NAMED), "..."] : labels;
  if (named.length < 2) return named.join("") || "nothing";
  return `${named.slice(0, -1).join(", ")} or ${named.at(-1)}`;
}

const LONGEST = 60;

/** A person's words as they can be shown in a sentence. */
export function shorten(text: string): string {
  return printable(text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text);
}
