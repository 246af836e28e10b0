// A table for people: aligned columns under their titles, the least needed ones left out where the terminal is too narrow.
import { cellWidth, padCells } from "../core/cell-text.ts";
import { styled } from "./colour.ts";

export interface TextColumn {
  readonly title: string;
  /** Numbers stand to the right. */
  readonly right: boolean;
  readonly cells: readonly string[];
  /** Which columns go first where there is no room: the highest number; 0 stays. */
  readonly spare: number;
}

export interface TableOptions {
  /** Columns of the terminal; 0 = as many as it takes. */
  readonly width?: number | undefined;
  readonly colour?: boolean | undefined;
}

/** Lines without their ends, the titles first. */
export function tableLines(all: readonly TextColumn[], { width = 0, colour = false }: TableOptions = {}): string[] {
  const columns = fittingColumns(all, width);
  const rows = columns[0]?.cells.length ?? 0;
  const line = (cell: (column: TextColumn) => string) =>
    columns
      .map((column) => {
        const text = cell(column);
        return padCells(text, columnWidth(column), column.right);
      })
      .join("  ")
      .trimEnd();
  return [
    styled(
      line(({ title }) => title),
      "bold",
      colour,
    ),
    ...Array.from({ length: rows }, (_, row) => line(({ cells }) => cells[row]!)),
  ];
}

/** The columns that there is room for (0 = any), in their order. */
export function fittingColumns<C extends TextColumn>(all: readonly C[], width: number): readonly C[] {
  let columns = all;
  while (width > 0 && lineWidth(columns) > width) {
    const most = Math.max(...columns.map(({ spare }) => spare));
    if (most === 0) break;
    columns = columns.filter(({ spare }) => spare < most);
  }
  return columns;
}

/** Cells of a line, with two spaces between columns. */
export function lineWidth(columns: readonly TextColumn[]): number {
  return columns.reduce((sum, column) => sum + columnWidth(column) + 2, -2);
}

export function columnWidth({ title, cells }: TextColumn): number {
  return cells.reduce((most, cell) => Math.max(most, cellWidth(cell)), cellWidth(title));
}
