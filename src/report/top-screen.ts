// The live screen: a TopPicture -> lines of a terminal of any size, none wider than it, never more than it has.
import { cellWidth, fitCells, padCells, seenText } from "../core/cell-text.ts";
import type { TopRow } from "../core/top-view.ts";
import { type Line, plainText, type Span, span } from "../terminal/index.ts";
import { withSeparators } from "./quantity.ts";
import { MARGIN, type ShownColumn, topColumns } from "./top-columns.ts";
import { linkGraph, rateLine, statusLine, totalLine } from "./top-header.ts";
import { helpLines } from "./top-help.ts";
import { cutLine, filledLine, fittingParts } from "./top-lines.ts";
import { detailLines, entryLines, messageLines } from "./top-panels.ts";
import type { TopPicture, TopPlaces } from "./top-picture.ts";
import { SORT_WORDS, STATE_MARKS } from "./top-words.ts";

export const LEAST_WIDTH = 20;
export const LEAST_HEIGHT = 5;

export interface TopScreen {
  readonly lines: readonly Line[];
  readonly places: TopPlaces;
}

const NOWHERE: TopPlaces = { titles: -1, rows: [], sorts: [], room: 0 };

export function topScreen(picture: TopPicture): TopScreen {
  const { width, height, ascii } = picture;
  if (width < LEAST_WIDTH || height < LEAST_HEIGHT) return { lines: tooSmall(width, height), places: NOWHERE };
  const head = headLines(picture);
  const room = height - head.length - 1;
  if (picture.help !== null) {
    const help = helpLines(width, ascii);
    const from = Math.max(0, Math.min(picture.help, help.length - room));
    return {
      lines: [...head, ...filledTo(help.slice(from, from + room), room), keyLine(picture, 0, 0)],
      places: NOWHERE,
    };
  }
  const body = bodyLines(picture, room);
  const rows = [...head.map(() => null), ...body.rows];
  const shown = body.rows.reduce<number>((count, id) => count + (id === null ? 0 : 1), 0);
  const lines = [...head, ...filledTo(body.lines, room), keyLine(picture, body.first, shown)];
  return { lines, places: { titles: head.length + body.titles, rows, sorts: body.sorts, room: body.room } };
}

function tooSmall(width: number, height: number): Line[] {
  const sentence = `too small: ${width}x${height}, ${LEAST_WIDTH}x${LEAST_HEIGHT} needed`;
  return [[span(fitCells(sentence, width, true))]].slice(0, height);
}

function filledTo(lines: readonly Line[], count: number): Line[] {
  return Array.from({ length: count }, (_, row) => lines[row] ?? []);
}

/** Small screens keep what says most: the status, then the rates, then the sums, then the graph. */
function headLines(picture: TopPicture): Line[] {
  const { height, width, ascii, batch, help } = picture;
  const lines = [statusLine(picture)];
  if (help !== null) return lines;
  if (height >= 8) lines.push(rateLine(picture));
  if (height >= 10) lines.push(totalLine(picture));
  if (height >= 16 && batch === undefined) lines.push(...linkGraph(picture, height >= 45 ? 6 : height >= 30 ? 4 : 3));
  return lines.map((line) => cutLine(line, width, ascii));
}

interface Body {
  /** Rows of the view that are passed over at its beginning. */
  readonly first: number;
  readonly lines: readonly Line[];
  readonly rows: readonly (number | null)[];
  readonly titles: number;
  readonly sorts: TopPlaces["sorts"];
  readonly room: number;
}

/** What is over the table, the titles, the rows, details under theirs. */
function bodyLines(picture: TopPicture, room: number): Body {
  const { view, width, ascii, entry, selected, details, message } = picture;
  const over = [
    ...(entry === null ? filterLine(picture) : entryLines(entry, width, ascii)),
    ...messageLines(message, width, "accent"),
    ...messageLines(view.notes.slice(-1), width, "warn"),
  ].slice(0, Math.max(0, room - 2));
  const columns = topColumns(view, picture);
  const lines: Line[] = [...over, titleLine(columns, view.reverse, width, ascii)];
  const rows: (number | null)[] = lines.map(() => null);
  const free = room - lines.length;
  const shown = details === null ? null : view.rows.findIndex(({ id }) => id === details.id);
  const under = details === null || shown === -1 ? [] : detailLines(details, width, Math.max(0, free - 3), ascii);
  // Rows above give way where the details would not fit below theirs.
  const first = under.length === 0 ? 0 : Math.min(shown ?? 0, Math.max(0, (shown ?? 0) + 1 + under.length - free));
  for (const [place, row] of view.rows.entries()) {
    if (place < first) continue;
    if (lines.length >= room) break;
    lines.push(rowLine(row, columns, row.id === selected, width, ascii));
    rows.push(row.id);
    if (place !== shown) continue;
    for (const line of under.slice(0, room - lines.length)) {
      lines.push(cutLine(line, width, ascii));
      rows.push(null);
    }
  }
  if (view.rows.length === 0 && free > 0)
    lines.push(cutLine([span(` ${nothingWords(picture)}`, "faint")], width, ascii));
  return { first, lines, rows, titles: over.length, sorts: sortPlaces(columns), room: Math.max(1, free) };
}

function sortPlaces(columns: readonly ShownColumn[]): TopPlaces["sorts"] {
  let from = MARGIN;
  return columns.flatMap(({ width, sort }) => {
    const place = { from, to: from + width, sort };
    from += width + 1;
    return sort === null ? [] : [{ ...place, sort }];
  });
}

function nothingWords({ view }: TopPicture): string {
  if (view.all > 0)
    return view.filter === "" ? "nothing live here: t shows what has ended" : "no row matches the filter";
  if (view.header.totals.flows > 0 && view.filter === "") return "nothing now: all flows have ended some time ago";
  return view.header.ended ? "there was no traffic" : "waiting for traffic";
}

/** The filter that is set, and how much of all it leaves. */
function filterLine({ view, width, ascii }: TopPicture): Line[] {
  if (view.filter === "") return [];
  const count = ` ${withSeparators(view.matching)} of ${withSeparators(view.all)}`;
  const room = width - cellWidth(count);
  const text = fitCells(seenText(` filter: ${view.filter}`), Math.max(8, room), ascii);
  return [cutLine([span(text, "accent"), span(count, "faint")], width, ascii)];
}

function titleLine(columns: readonly ShownColumn[], reverse: boolean, width: number, ascii: boolean): Line {
  const mark = ascii ? (reverse ? "^" : "v") : reverse ? "▲" : "▼";
  const spans: Span[] = [span(" ".repeat(MARGIN), "head")];
  for (const [place, column] of columns.entries()) {
    if (place > 0) spans.push(span(" ", "head"));
    const text = column.sorted
      ? `${fitCells(column.title, column.width - 1, ascii)}${mark}`
      : fitCells(column.title, column.width, ascii);
    spans.push(span(padCells(text, column.width, column.right), column.sorted ? "sorted" : "head"));
  }
  return filledLine(spans, width, "head", ascii);
}

function rowLine(row: TopRow, columns: readonly ShownColumn[], selected: boolean, width: number, ascii: boolean): Line {
  const mark = selected ? ">" : STATE_MARKS[row.state];
  const spans: Span[] = [span(mark, row.state === "new" ? "good" : row.state === "ended" ? "faint" : "plain")];
  for (const [place, column] of columns.entries()) {
    if (place > 0) spans.push(span(" "));
    spans.push(...column.spans(row));
  }
  if (!selected) return cutLine(spans, width, ascii);
  return filledLine([span(plainText(spans), "chosen")], width, "chosen", ascii);
}

const KEYS = [
  ["q", "quit"],
  ["?", "help"],
  ["/", "filter"],
  ["1-9", "view"],
  ["<>", "sort"],
  ["Enter", "details"],
  ["Space", "freeze"],
  ["u", "unit"],
  ["n", "names"],
  ["\u2190\u2192", "back"],
  ["w", "write"],
  ["y", "command"],
] as const;

/** Where one is, and the keys that fit. */
function keyLine({ view, width, ascii, viewName, entry, help }: TopPicture, first: number, shown: number): Line {
  const order = `by ${SORT_WORDS[view.sort]}${view.reverse ? ", smallest first" : ""}`;
  const from = view.from + first;
  const place = shown === 0 ? "" : ` ${from + 1}-${from + shown} of ${withSeparators(view.matching)}`;
  const keys: readonly (readonly [string, string])[] =
    help !== null
      ? [
          ["Up Down", "scroll"],
          ["any other key", "goes back"],
        ]
      : entry !== null
        ? [
            ["Enter", "take"],
            ["Esc", "leave"],
            ["Tab", "complete"],
          ]
        : KEYS;
  const parts: Line[] = [
    [span(` ${viewName} ${order}`, "status")],
    [span(place, "status")],
    ...keys.map(([key, about]) => [span(ascii && key > "~" ? "<- ->" : key, "status"), span(` ${about}`, "status")]),
  ];
  return filledLine(fittingParts(parts, width, "  ", ascii), width, "status", ascii);
}
