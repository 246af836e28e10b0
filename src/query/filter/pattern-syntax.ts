// Regular expressions of a filter: a part of RE2's syntax (https://github.com/google/re2/wiki/Syntax) whose meaning is the same everywhere.

/** Code points `first` to `last`, both included. */
export type PointRange = readonly [first: number, last: number];

export type PatternNode =
  | { readonly kind: "set"; readonly ranges: readonly PointRange[] }
  | { readonly kind: "start" | "end" }
  | { readonly kind: "sequence" | "choice"; readonly parts: readonly PatternNode[] }
  | { readonly kind: "repeat"; readonly part: PatternNode; readonly least: number; readonly most: number };

/** What is wrong, and where in the expression. */
export class PatternFault extends Error {
  override readonly name = "PatternFault";
  readonly sentence: string;
  readonly at: number;

  constructor(sentence: string, at: number) {
    super(sentence);
    this.sentence = sentence;
    this.at = at;
  }
}

export const LAST_POINT = 0x10ffff;
const DEPTH = 32;
const MOST_REPEATS = 100;
/** Repeats within repeats multiply; RE2 allows no more. */
const MOST_REPEATED = 1000;

const DIGITS: readonly PointRange[] = [[48, 57]];
const WORD: readonly PointRange[] = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
];
const SPACE: readonly PointRange[] = [
  [9, 10],
  [12, 13],
  [32, 32],
];
const CLASSES: Readonly<Record<string, readonly PointRange[]>> = {
  d: DIGITS,
  D: outside(DIGITS),
  w: WORD,
  W: outside(WORD),
  s: SPACE,
  S: outside(SPACE),
};
const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 };

export function parsePatternSyntax(text: string, ignoreCase: boolean): PatternNode {
  const parser = new PatternParser(text, ignoreCase);
  const node = parser.choice(0);
  parser.finish();
  return node;
}

class PatternParser {
  private readonly text: string;
  private readonly ignoreCase: boolean;
  private at = 0;

  constructor(text: string, ignoreCase: boolean) {
    this.text = text;
    this.ignoreCase = ignoreCase;
  }

  finish(): void {
    if (this.at < this.text.length) this.fail("expected a ( before the )");
  }

  choice(depth: number): PatternNode {
    if (depth > DEPTH) this.fail(`expected ${DEPTH} parentheses in one another at the most`);
    const parts = [this.sequence(depth)];
    while (this.take("|")) parts.push(this.sequence(depth));
    return parts.length === 1 ? parts[0]! : { kind: "choice", parts };
  }

  private sequence(depth: number): PatternNode {
    const parts: PatternNode[] = [];
    while (this.at < this.text.length && !"|)".includes(this.text[this.at]!)) parts.push(this.repeated(depth));
    return parts.length === 1 ? parts[0]! : { kind: "sequence", parts };
  }

  private repeated(depth: number): PatternNode {
    const from = this.at;
    let part = this.atom(depth);
    for (;;) {
      const times = this.times();
      if (times === null) return part;
      if (part.kind === "start" || part.kind === "end") this.fail("expected something to repeat", from);
      part = { kind: "repeat", part, least: times[0], most: times[1] };
      // That it takes as few as it can makes no difference to whether it is found.
      this.take("?");
      if (repeats(part) > MOST_REPEATED) this.fail(`expected ${MOST_REPEATED} repetitions at the most`, from);
    }
  }

  private times(): readonly [number, number] | null {
    if (this.take("*")) return [0, Number.POSITIVE_INFINITY];
    if (this.take("+")) return [1, Number.POSITIVE_INFINITY];
    if (this.take("?")) return [0, 1];
    const found = /^\{(\d{1,4})(,(\d{0,4}))?\}/.exec(this.text.slice(this.at, this.at + 16));
    if (found === null) return null;
    const [whole, first, comma, last] = found;
    const least = Number(first);
    const most = comma === undefined ? least : last === "" ? Number.POSITIVE_INFINITY : Number(last);
    if (least > MOST_REPEATS || (Number.isFinite(most) && most > MOST_REPEATS) || most < least)
      this.fail(`expected repetitions {LEAST,MOST} of ${MOST_REPEATS} at the most, found ${whole}`);
    this.at += whole.length;
    return [least, most];
  }

  private atom(depth: number): PatternNode {
    const sign = this.text[this.at]!;
    if ("*+?".includes(sign)) this.fail("expected something to repeat");
    if (sign === "(") return this.group(depth);
    if (sign === "[") return this.set();
    if (sign === "\\") return { kind: "set", ranges: this.folded(this.escape()) };
    const point = this.text.codePointAt(this.at)!;
    this.at += point > 0xffff ? 2 : 1;
    if (sign === "^") return { kind: "start" };
    if (sign === "$") return { kind: "end" };
    if (sign === ".") return { kind: "set", ranges: [[0, LAST_POINT]] };
    return { kind: "set", ranges: this.folded([[point, point]]) };
  }

  private group(depth: number): PatternNode {
    const from = this.at++;
    if (this.text[this.at] === "?") {
      if (this.text[this.at + 1] !== ":")
        this.fail("expected ( or (?: for a group; other kinds of groups are not known here");
      this.at += 2;
    }
    const node = this.choice(depth + 1);
    if (!this.take(")")) this.fail("expected a ) that closes the group", from);
    return node;
  }

  private set(): PatternNode {
    const from = this.at++;
    const negated = this.take("^");
    const ranges: PointRange[] = [];
    for (let first = true; first || this.text[this.at] !== "]"; first = false) {
      if (this.at >= this.text.length) this.fail("expected a ] that closes the set", from);
      if (this.text.startsWith("[:", this.at))
        this.fail("expected letters and ranges in the set; classes such as [:alpha:] are not known here");
      ranges.push(...this.setRange());
    }
    this.at++;
    const all = this.folded(ranges);
    return { kind: "set", ranges: negated ? outside(all) : all };
  }

  private setRange(): readonly PointRange[] {
    const from = this.at;
    const first = this.setPoint();
    if (this.text[this.at] !== "-" || this.at + 1 >= this.text.length || this.text[this.at + 1] === "]") return first;
    this.at++;
    const last = this.setPoint();
    const [low, high] = [single(first), single(last)];
    if (low === null || high === null || low > high)
      return this.fail("expected a range of single characters such as a-z", from);
    return [[low, high]];
  }

  private setPoint(): readonly PointRange[] {
    if (this.text[this.at] === "\\") return this.escape();
    const point = this.text.codePointAt(this.at)!;
    this.at += point > 0xffff ? 2 : 1;
    return [[point, point]];
  }

  /** `\d`, `\.`, `\x2e` */
  private escape(): readonly PointRange[] {
    const letter = this.text[this.at + 1] ?? "";
    const known = CLASSES[letter];
    const hex = /^x([0-9a-f]{2})/i.exec(this.text.slice(this.at + 1, this.at + 4));
    const point = hex !== null ? Number.parseInt(hex[1]!, 16) : (CONTROLS[letter] ?? letter.charCodeAt(0));
    if (hex === null && known === undefined && CONTROLS[letter] === undefined && !/^[!-/:-@[-`{-~]$/.test(letter))
      return this.fail(`expected \\d \\w \\s \\t \\n \\x41 or a sign behind the backslash`);
    this.at += hex === null ? 2 : 4;
    return known ?? [[point, point]];
  }

  /** With the other case of the 26 letters. */
  private folded(ranges: readonly PointRange[]): readonly PointRange[] {
    if (!this.ignoreCase) return ranges;
    const more: PointRange[] = [...ranges];
    for (const [first, last] of ranges) {
      for (const [low, high, step] of [
        [65, 90, 32],
        [97, 122, -32],
      ] as const) {
        const [from, to] = [Math.max(first, low), Math.min(last, high)];
        if (from <= to) more.push([from + step, to + step]);
      }
    }
    return more;
  }

  private take(sign: string): boolean {
    if (this.text[this.at] !== sign) return false;
    this.at++;
    return true;
  }

  private fail(what: string, at: number = this.at): never {
    throw new PatternFault(`${what}.`, at);
  }
}

function single(ranges: readonly PointRange[]): number | null {
  return ranges.length === 1 && ranges[0]![0] === ranges[0]![1] ? ranges[0]![0] : null;
}

/** Every other character. */
function outside(ranges: readonly PointRange[]): readonly PointRange[] {
  const rest: PointRange[] = [];
  let from = 0;
  for (const [first, last] of [...ranges].sort((a, b) => a[0] - b[0])) {
    if (first > from) rest.push([from, first - 1]);
    from = Math.max(from, last + 1);
  }
  if (from <= LAST_POINT) rest.push([from, LAST_POINT]);
  return rest;
}

/** How often the innermost part may be written out. */
function repeats(node: PatternNode): number {
  if (node.kind === "repeat")
    return repeats(node.part) * Math.max(1, Number.isFinite(node.most) ? node.most : node.least);
  if (node.kind === "sequence" || node.kind === "choice") return Math.max(1, ...node.parts.map(repeats));
  return 1;
}
