// A Table for people: its question, an aligned table that fits the terminal, and what a reader must know.

import { brokenLines, fitCells, padCells, seenText } from "../core/cell-text.ts";
import type { Table } from "../core/table.ts";
import { type Style, styled } from "./colour.ts";
import { columnsFor, linesOf, type ShownColumn, type TableLine } from "./table-columns.ts";
import { columnWidth, fittingColumns, lineWidth } from "./text-table.ts";
import { spanText, ZoneClock } from "./zone-time.ts";

export interface TableTextOptions {
  /** Cells of the terminal; 0 = as many as it takes. */
  readonly width: number;
  readonly colour: boolean;
  /** Plain numbers. */
  readonly raw: boolean;
  /** The question and the titles of the columns. */
  readonly header: boolean;
  /** No characters beyond ASCII of our own. */
  readonly ascii: boolean;
}

const STYLES: Readonly<Record<TableLine["kind"], Style | null>> = { row: null, others: "dim", total: "bold" };
const NARROWEST = 5;
const WIDEST_BAR = 24;
const LEAST_BAR = 6;
const EIGHTHS = " ▏▎▍▌▋▊▉";

/** Pieces of lines with their ends. No line is wider than the terminal. */
export function* tableText(table: Table, options: TableTextOptions): Generator<string, void, void> {
  const { width, colour, header } = options;
  const clock = new ZoneClock(table.zone);
  const lines = linesOf(table);
  const all = columnsFor(table, lines, { clock, raw: options.raw });
  const columns = shortened(fittingColumns(all, width), width, options.ascii);
  if (header) yield headOf(table, clock, options);
  if (table.rows.length === 0) yield `${fitCells("nothing matched", width || 80)}\n`;
  else yield* body(table, lines, columns, options);
  const missing = all.filter(({ place, title }) => !columns.some((one) => one.place === place && one.title === title));
  const hidden = [
    ...new Set(
      missing.map(({ place, title }) =>
        title === "%" ? `% of ${all.find((one) => one.place === place)!.title}` : title,
      ),
    ),
  ];
  const notes = [
    ...(hidden.length > 0 ? [`not shown for want of width: ${hidden.join(", ")}`] : []),
    ...table.notes.map(seenText),
  ];
  for (const note of notes)
    for (const line of brokenLines(`note: ${note}`, width)) yield `${styled(line, "dim", colour)}\n`;
}

export function headOf(table: Table, clock: ZoneClock, { width, colour }: TableTextOptions): string {
  const hasTimes = table.columns.some(({ type }) => type === "time");
  const span = spanText(clock, table.from, table.to) ?? (hasTimes ? `times are ${clock.zone}` : null);
  const title = brokenLines(seenText(table.title), width).map((line) => styled(line, "bold", colour));
  const period = span === null ? [] : brokenLines(span, width).map((line) => styled(line, "dim", colour));
  return `${[...title, ...period, ""].join("\n")}\n`;
}

function* body(
  table: Table,
  lines: readonly TableLine[],
  columns: readonly ShownColumn[],
  options: TableTextOptions,
): Generator<string, void, void> {
  const { colour, header } = options;
  const widths = columns.map(columnWidth);
  const bars = barsFor(table, lines, options, options.width - lineWidth(columns) - 2);
  const join = (cell: (column: ShownColumn) => string) =>
    columns.map((column, i) => padCells(cell(column), widths[i]!, column.right)).join("  ");
  if (header) yield `${styled(join(({ title }) => title).trimEnd(), "bold", colour)}\n`;
  for (const [i, { kind }] of lines.entries()) {
    const text = join(({ cells }) => cells[i]!);
    const bar = bars?.[i] ?? "";
    const style = STYLES[kind];
    yield bar === ""
      ? `${styled(text.trimEnd(), style, colour)}\n`
      : `${styled(text, style, colour)}  ${styled(bar, "blue", colour)}\n`;
  }
}

/** Bars of what the rows are sorted by, the longest for the largest; undefined where there is no room or nothing to compare. */
function barsFor(table: Table, lines: readonly TableLine[], { ascii }: TableTextOptions, room: number) {
  if (table.shape === "list" || table.rows.length < 2 || room < LEAST_BAR) return undefined;
  const sorted = table.columns.findIndex(({ name, role }) => name === table.sortedBy && role === "measure");
  const place = sorted >= 0 ? sorted : table.columns.findIndex(({ role }) => role === "measure");
  if (place < 0) return undefined;
  const values = lines.map(({ kind, values }) => (kind === "total" ? 0 : Number(values[place] ?? 0)));
  const most = values.reduce((found, value) => Math.max(found, value), 0);
  return most > 0 ? values.map((value) => barText(value / most, Math.min(room, WIDEST_BAR), ascii)) : undefined;
}

/** A bar of 0..1 of the width, exact to an eighth of a cell. */
export function barText(share: number, width: number, ascii: boolean): string {
  if (!(share > 0)) return "";
  if (ascii) return "#".repeat(Math.max(1, Math.round(share * width)));
  const eighths = Math.max(1, Math.round(share * width * 8));
  return "█".repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]!.trim();
}

/** Where even what must stay is too wide, the widest columns are cut until they fit. */
export function shortened(columns: readonly ShownColumn[], width: number, ascii: boolean): readonly ShownColumn[] {
  let over = width > 0 ? lineWidth(columns) - width : 0;
  const widths = columns.map(columnWidth);
  if (over <= 0) return columns;
  while (over > 0) {
    const widest = widths.indexOf(Math.max(...widths));
    if (widths[widest]! <= NARROWEST) break;
    widths[widest]!--;
    over--;
  }
  // No room for five cells of each: the last ones go.
  let shown = columns.length;
  const needed = () => widths.slice(0, shown).reduce((sum, one) => sum + one + 2, -2);
  while (shown > 1 && needed() > width) shown--;
  if (shown === 1) widths[0] = Math.min(widths[0]!, width);
  return columns.slice(0, shown).map((column, i) => ({
    ...column,
    title: fitCells(column.title, widths[i]!, ascii),
    cells: column.cells.map((cell) => fitCells(cell, widths[i]!, ascii)),
  }));
}
