// Lines of spans: cut and filled to a width, made of as many parts as there is room for.
import { cellWidth, fitCells } from "../core/cell-text.ts";
import { type Line, type Look, type Span, span } from "../terminal/index.ts";

export function lineCells(line: Line): number {
  return line.reduce((sum, { text }) => sum + cellWidth(text), 0);
}

/** Not wider than the width; the part that is too long loses its middle. */
export function cutLine(line: Line, width: number, ascii: boolean): Span[] {
  const cut: Span[] = [];
  let left = width;
  for (const { text, look } of line) {
    const fitted = fitCells(text, left, ascii);
    if (fitted !== "") cut.push(span(fitted, look));
    left -= cellWidth(fitted);
    if (left <= 0) break;
  }
  return cut;
}

/** Exactly as wide as the width. */
export function filledLine(line: Line, width: number, look: Look, ascii: boolean): Span[] {
  const cut = cutLine(line, width, ascii);
  const left = width - lineCells(cut);
  return left > 0 ? [...cut, span(" ".repeat(left), look)] : cut;
}

/** The first part always (cut if it must be), then each that still fits, with a gap before it. */
export function fittingParts(parts: readonly Line[], width: number, gap: string, ascii: boolean): Span[] {
  const [first = [], ...rest] = parts;
  const line = cutLine(first, width, ascii);
  let left = width - lineCells(line);
  for (const part of rest) {
    const needed = lineCells(part) + cellWidth(gap);
    if (lineCells(part) === 0 || needed > left) continue;
    line.push(span(gap, part[0]!.look === "status" ? "status" : "plain"), ...part);
    left -= needed;
  }
  return line;
}

/** Left and right of one line; the right goes first where there is no room. */
export function spread(left: Line, right: Line, width: number, look: Look, ascii: boolean): Span[] {
  const free = width - lineCells(left) - lineCells(right);
  if (free < 1) return filledLine(left, width, look, ascii);
  return [...left, span(" ".repeat(free), look), ...right];
}
