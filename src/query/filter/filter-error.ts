// What is wrong with a filter: one sentence, then the line of the filter with the place marked.
import { UsageError } from "../../core/errors.ts";
import type { Span } from "./tree.ts";

export interface FilterFault {
  /** Where the text is from: null = what the person typed, else `$web` or a path. */
  readonly source: string | null;
  readonly text: string;
  readonly span: Span;
  /** What could stand there, for people. */
  readonly expected: readonly string[];
  /** The word that may be meant. */
  readonly suggestion: string | null;
  /** One sentence, without the place. */
  readonly sentence: string;
}

export class FilterError extends UsageError {
  readonly source: string | null;
  readonly text: string;
  readonly span: Span;
  readonly expected: readonly string[];
  readonly suggestion: string | null;
  readonly sentence: string;

  constructor(fault: FilterFault) {
    const sentence = printable(fault.sentence);
    super(`${fault.source === null ? "filter" : `filter ${fault.source}`}: ${sentence}\n${excerpt(fault)}`);
    this.source = fault.source;
    this.text = fault.text;
    this.span = fault.span;
    this.expected = fault.expected;
    this.suggestion = fault.suggestion;
    this.sentence = sentence;
  }
}

/** Characters shown before and behind the place. */
const AROUND = 40;

/** The line with the place, and carets below it; long lines are cut, and what is no letter is shown as a dot. */
function excerpt({ text, span }: FilterFault): string {
  const lineStart = text.lastIndexOf("\n", span.from - 1) + 1;
  const lineBreak = text.indexOf("\n", span.from);
  const lineEnd = lineBreak < 0 ? text.length : lineBreak;
  const from = Math.max(lineStart, span.from - AROUND);
  const to = Math.min(lineEnd, Math.max(span.to, span.from) + AROUND);
  const [cutBefore, cutBehind] = [from > lineStart ? "..." : "", to < lineEnd ? "..." : ""];
  const shown = (part: string) => printable(part);
  const before = cutBefore + shown(text.slice(from, span.from));
  const marked = shown(text.slice(span.from, Math.min(span.to, to)));
  const rest = shown(text.slice(Math.min(span.to, to), to));
  const carets = "^".repeat(Math.max(1, [...marked].length));
  return `  ${before}${marked}${rest}${cutBehind}\n  ${" ".repeat([...before].length)}${carets}`;
}

/** Nothing that moves a terminal's cursor or turns the text round. */
export function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => (character === "\t" ? " " : "."));
}
