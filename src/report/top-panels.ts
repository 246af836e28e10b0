// What stands between the header and the table, and under a row: the line that is typed, messages, details.
import { brokenLines, cellWidth, fitCells, padCells, seenText } from "../core/cell-text.ts";
import type { TopDetails } from "../core/top-view.ts";
import { type Line, type Look, span } from "../terminal/index.ts";
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

const DETAIL_COLUMN = 44;

/** Titles and texts in columns under their row. */
export function detailLines({ lines }: TopDetails, width: number, most: number, ascii: boolean): Line[] {
  if (most <= 0 || lines.length === 0) return [];
  const columns = Math.max(1, Math.min(3, Math.floor((width - 2) / DETAIL_COLUMN)));
  const rows = Math.min(most, Math.ceil(lines.length / columns));
  const wide = Math.floor((width - 2) / columns);
  const titleWidth = Math.min(
    lines.reduce((widest, { title }) => Math.max(widest, cellWidth(title)), 0),
    Math.floor(wide / 2),
  );
  return Array.from({ length: rows }, (_, row) => [
    span(ascii ? " |" : " │", "faint"),
    ...Array.from({ length: columns }, (_, column) => lines[column * rows + row]).flatMap((line) => {
      if (line === undefined) return [];
      const room = Math.max(0, wide - titleWidth - 2);
      return [
        span(` ${padCells(fitCells(line.title, titleWidth, ascii), titleWidth, false)} `, "faint"),
        span(padCells(fitCells(seenText(line.text), room, ascii), room, false)),
      ];
    }),
  ]);
}
