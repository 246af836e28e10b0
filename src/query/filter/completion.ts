// What may come next in a filter, from the parser's own expectations.
import type { FilterOptions } from "./options.ts";

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
  /** What else may stand there and cannot be listed: "a number", "an address". */
  readonly expected: readonly string[];
}

export function completeFilter(text: string, offset = text.length, _options: FilterOptions = {}): Completions {
  return { from: offset, to: Math.min(offset, text.length), options: [], expected: [] };
}
