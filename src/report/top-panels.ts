// What stands between the header and the table, and under a row: the line that is typed, messages, details.
import { brokenLines, cellWidth, fitCells, padCells, seenText } from "../core/cell-text.ts";
import type { TopDetails } from "../core/top-view.ts";
import { type Line, type Look, type Span, span } from "../terminal/index.ts";
import { cutLine } from "./top-lines.ts";
import type { TopEntry } from "./top-picture.ts";

/** The line with its cursor; under it the place of the fault and the sentence, or the hint. */
export function entryLines(entry: TopEntry, width: number, ascii: boolean): Line[] {
  const label = fitCells(` ${entry.label}: `, Math.max(1, Math.floor(width / 3)), ascii);
  const room = Math.max(1, width - cellWidth(label) - 1);
  const characters = [...entry.text];
  // The window around the cursor; characters may be two cells wide.
  let from = 0;
  while (cellWidth(characters.slice(from, entry.cursor).join("")) >= room) from++;
  let to = entry.cursor;
  while (to < characters.length && cellWidth(characters.slice(from, to + 1).join("")) <= room) to++;
  const [before, under, behind] = [
    characters.slice(from, entry.cursor).join(""),
    to > entry.cursor ? characters[entry.cursor]! : " ",
    characters.slice(entry.cursor + 1, to).join(""),
  ];
  const filled = Math.max(0, width - cellWidth(label + before + under + behind));
  const typed: Line = [
    span(label, "key"),
    span(before, "field"),
    span(under, "head"),
    span(behind + " ".repeat(filled), "field"),
  ];
  const { fault, hint } = entry;
  if (fault === null) return [cutLine(typed, width, ascii), ...said(hint, width, "faint")];
  const start = characters.join("").length === 0 ? 0 : [...entry.text.slice(0, fault.from)].length;
  const length = Math.max(1, [...entry.text.slice(fault.from, fault.to)].length);
  const indent = cellWidth(label) + cellWidth(characters.slice(from, Math.max(from, start)).join(""));
  const caret: Line = [
    span(" ".repeat(Math.min(indent, width - 1))),
    span("^".repeat(Math.max(1, Math.min(length, width - indent))), "bad"),
  ];
  return [cutLine(typed, width, ascii), caret, ...said(fault.sentence, width, "bad")];
}

function said(text: string, width: number, look: Look): Line[] {
  return text === ""
    ? []
    : brokenLines(seenText(text), Math.max(1, width - 1))
        .slice(0, 3)
        .map((line) => cutLine([span(` ${line}`, look)], width, false));
}

export function messageLines(sentences: readonly string[], width: number, look: Look): Line[] {
  return sentences.flatMap((sentence) => said(sentence, width, look));
}

const DETAIL_COLUMN = 38;
const DETAIL_COLUMNS = 4;

/**
 * Titles and texts under their row, in reading order: side by side where they fit, a long text over several columns, a longer one on several
 * lines. Where there are more than `most` lines, the last one says so.
 */
export function detailLines({ lines }: TopDetails, width: number, most: number, ascii: boolean): Line[] {
  if (most <= 0 || lines.length === 0) return [];
  const columns = Math.max(1, Math.min(DETAIL_COLUMNS, Math.floor((width - 2) / DETAIL_COLUMN)));
  const wide = Math.floor((width - 2) / columns);
  const titleWidth = Math.min(
    lines.reduce((widest, { title }) => Math.max(widest, cellWidth(title)), 0),
    Math.floor(wide / 2),
  );
  const made: Span[][] = [];
  let free = 0;
  for (const { title, text } of lines) {
    const seen = seenText(text);
    const needed = Math.min(columns, Math.ceil((titleWidth + 2 + cellWidth(seen)) / wide));
    if (needed > free) {
      made.push([span(ascii ? " |" : " │", "faint")]);
      free = columns;
    }
    free -= needed;
    const room = Math.max(1, needed * wide - titleWidth - 2);
    for (const [place, part] of brokenLines(seen, room).entries()) {
      if (place > 0) made.push([span(ascii ? " |" : " │", "faint")]);
      const said = place > 0 ? "" : fitCells(title, titleWidth, ascii);
      made.at(-1)!.push(span(` ${padCells(said, titleWidth, false)} `, "faint"), span(padCells(part, room, false)));
    }
  }
  if (made.length <= most) return made;
  const more = `${made.length - most + 1} more lines: in a higher or wider terminal`;
  return [...made.slice(0, most - 1), [span(ascii ? " | " : " │ ", "faint"), span(more, "faint")]];
}
