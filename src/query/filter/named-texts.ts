// Named filters in a filter's text: which ones it uses, and the text with what they stand for in their place.
import { FilterError } from "./filter-error.ts";
import { type Token, tokensOf } from "./lexer.ts";

type Named = ReadonlyMap<string, string>;

/** Filters in filters at the most: what is deeper the parser refuses. */
const MOST_DEPTH = 32;

/** Those that the text uses, also by others; in the order of their names. */
export function usedNames(text: string, named: Named): readonly (readonly [name: string, text: string])[] {
  const used = new Set<string>();
  const look = (part: string) => {
    for (const { text: name } of namesIn(part)) {
      const inner = named.get(name);
      if (inner === undefined || used.has(name)) continue;
      used.add(name);
      look(inner);
    }
  };
  if (named.size > 0) look(text);
  return [...used].sort().map((name) => [name, named.get(name) ?? ""] as const);
}

/** The same filter without names: what each stands for, in parentheses. */
export function withoutNames(text: string, named: Named, depth = 0): string {
  let out = "";
  let at = 0;
  for (const { text: name, span } of depth < MOST_DEPTH ? namesIn(text) : []) {
    const inner = named.get(name);
    if (inner === undefined) continue;
    const plain = withoutNames(inner, named, depth + 1);
    // A comment would take the parenthesis with it.
    out += `${text.slice(at, span.from)}(${plain}${plain.includes("#") ? "\n" : ""})`;
    at = span.to;
  }
  return out + text.slice(at);
}

function namesIn(text: string): readonly Token[] {
  try {
    return tokensOf(text, null).filter(({ kind }) => kind === "name");
  } catch (error) {
    if (error instanceof FilterError) return [];
    throw error;
  }
}
