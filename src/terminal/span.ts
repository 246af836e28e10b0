// Text with a look: what layouts give and the screen paints. A look is a meaning; theme.ts says which colours it has.

export const LOOKS = [
  "plain",
  "strong",
  "faint",
  "head",
  "sorted",
  "chosen",
  "good",
  "warn",
  "bad",
  "accent",
  "bar",
  "other",
  "key",
  "status",
  "field",
] as const;
export type Look = (typeof LOOKS)[number];

export interface Span {
  readonly text: string;
  readonly look: Look;
}

/** One line of the screen, without its end. */
export type Line = readonly Span[];

export function span(text: string, look: Look = "plain"): Span {
  return { text, look };
}

export function plainText(line: Line): string {
  return line.map(({ text }) => text).join("");
}
