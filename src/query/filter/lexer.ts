// A filter's text as tokens with their places. Words are generous: addresses, times and ranges are one word each.
import { FilterError } from "./filter-error.ts";
import type { Span } from "./tree.ts";

export interface Token {
  /** `text`: what stood in quotes, or the path behind @include; `name`: `$name` without the sign. */
  readonly kind: "word" | "text" | "pattern" | "operator" | "name" | "end";
  /** What stood there, without quotes, slashes or `$`. */
  readonly text: string;
  /** Letters behind a pattern's last slash. */
  readonly flags: string;
  readonly span: Span;
}

const BLANK = /[\s#]/;
const OPERATOR = /==|!=|<=|>=|&&|\|\||[=<>!()[\],]/y;
const NAME = /\$([A-Za-z0-9_.-]*)/y;
/** A `~` before a text or pattern is a sign, anywhere else a letter. */
const WORD = /(?!~["'/])[^\s#()[\],=<>!&|"'$/](?:(?!~["'/])[^\s#()[\],=<>!&|"'$])*/y;
const PATH = /[^\s()[\],"'#]+/y;

export const INCLUDE = "@include";

/** All tokens, the last one of kind `end`. Throws a FilterError on what is no token. */
export function tokensOf(text: string, source: string | null): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    at = skipBlanks(text, at);
    const before = tokens.at(-1);
    const token = readToken(text, at, before?.kind === "word" && before.text.toLowerCase() === INCLUDE, source);
    tokens.push(token);
    if (token.kind === "end") return tokens;
    at = token.span.to;
  }
}

/** Blanks, and comments from # to the end of the line. */
function skipBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && BLANK.test(text[at]!)) {
    if (text[at] !== "#") at++;
    else {
      const end = text.indexOf("\n", at);
      at = end < 0 ? text.length : end;
    }
  }
  return at;
}

function readToken(text: string, at: number, isPath: boolean, source: string | null): Token {
  const token = (kind: Token["kind"], to: number, said: string, flags = ""): Token => ({
    kind,
    text: said,
    flags,
    span: { from: at, to },
  });
  if (at >= text.length) return token("end", at, "");
  const first = text[at]!;
  if (first === '"' || first === "'") {
    const end = closing(text, at, first, source);
    return token("text", end + 1, withoutBackslashes(text.slice(at + 1, end)));
  }
  if (isPath) {
    const path = matchAt(PATH, text, at);
    if (path !== null) return token("text", at + path[0].length, path[0]);
  }
  if (first === "/") {
    const end = closing(text, at, "/", source);
    const flags = /[A-Za-z]*/y;
    const letters = matchAt(flags, text, end + 1)![0];
    return token("pattern", end + 1 + letters.length, text.slice(at + 1, end).replaceAll("\\/", "/"), letters);
  }
  const operator = matchAt(OPERATOR, text, at);
  if (operator !== null) return token("operator", at + operator[0].length, operator[0]);
  const name = matchAt(NAME, text, at);
  if (name !== null) return token("name", at + name[0].length, name[1]!);
  const word = matchAt(WORD, text, at);
  if (word !== null) return token("word", at + word[0].length, word[0]);
  return token("word", at + 1, first);
}

/** The offset of the sign that closes what opens at `at`; a backslash keeps a sign from being it. */
function closing(text: string, at: number, sign: string, source: string | null): number {
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === sign) return i;
  }
  const what = sign === "/" ? "a regular expression that ends with /" : `a text that ends with ${sign}`;
  throw new FilterError({
    source,
    text,
    span: { from: at, to: text.length },
    expected: [what],
    suggestion: null,
    sentence: `expected ${what}, found the end of the filter; close it.`,
  });
}

/** `\"`, `\'` and `\\`; other backslashes stand for themselves. */
function withoutBackslashes(text: string): string {
  return text.replace(/\\(["'\\])/g, "$1");
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
