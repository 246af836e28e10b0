// A regular expression of a filter: the same for the engine (RE2) and for live records.
import { Automaton, TooLarge } from "./pattern-automaton.ts";
import { PatternFault, type PatternNode, type PointRange, parsePatternSyntax } from "./pattern-syntax.ts";

export { PatternFault } from "./pattern-syntax.ts";

export interface Pattern {
  /** In RE2's syntax, with nothing whose meaning depends on options. */
  readonly re2: string;
  /** What live records are tested with: each compiled filter has one of its own. */
  readonly automaton: () => Automaton;
}

/** Throws a PatternFault. */
export function parsePattern(text: string, ignoreCase: boolean): Pattern {
  const tree = parsePatternSyntax(text, ignoreCase);
  const automaton = () => new Automaton(tree);
  try {
    automaton();
  } catch (error) {
    if (error instanceof TooLarge)
      throw new PatternFault("expected fewer repetitions: the expression is too large.", 0);
    throw error;
  }
  return Object.freeze({ re2: re2Text(tree), automaton });
}

function re2Text(node: PatternNode): string {
  switch (node.kind) {
    case "start":
      return "\\A";
    case "end":
      return "\\z";
    case "set":
      return setText(node.ranges);
    case "sequence":
      return node.parts.map((part) => (part.kind === "choice" ? `(?:${re2Text(part)})` : re2Text(part))).join("");
    case "choice":
      return `(?:${node.parts.map(re2Text).join("|")})`;
    case "repeat":
      return `(?:${re2Text(node.part)})${times(node.least, node.most)}`;
  }
}

function times(least: number, most: number): string {
  return `{${least},${Number.isFinite(most) ? most : ""}}`;
}

function setText(ranges: readonly PointRange[]): string {
  const [first, more] = ranges;
  // A set that nothing is in.
  if (first === undefined) return "[^\\x{0}-\\x{10ffff}]";
  if (more === undefined && first[0] === first[1]) return pointText(first[0]);
  return `[${ranges.map(([low, high]) => `${pointText(low)}-${pointText(high)}`).join("")}]`;
}

/** Letters and digits are themselves, so that the engine finds the fixed parts of an expression; everything else is a number. */
function pointText(point: number): string {
  const text = String.fromCodePoint(point);
  return /^[A-Za-z0-9]$/.test(text) ? text : `\\x{${point.toString(16)}}`;
}
