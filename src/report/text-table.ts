// A table for people: aligned columns under their titles, the least needed ones left out where the terminal is too narrow.
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
  const columns = fitting(all, width);
  const rows = columns[0]?.cells.length ?? 0;
  const line = (cell: (column: TextColumn) => string) =>
    columns
      .map((column) => {
        const text = cell(column);
        return column.right ? text.padStart(widthOf(column)) : text.padEnd(widthOf(column));
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

function fitting(all: readonly TextColumn[], width: number): readonly TextColumn[] {
  let columns = all;
  while (width > 0 && total(columns) > width) {
    const most = Math.max(...columns.map(({ spare }) => spare));
    if (most === 0) break;
    columns = columns.filter(({ spare }) => spare < most);
  }
  return columns;
}

function total(columns: readonly TextColumn[]): number {
  return columns.reduce((sum, column) => sum + widthOf(column) + 2, -2);
}

function widthOf({ title, cells }: TextColumn): number {
  return cells.reduce((most, cell) => Math.max(most, cell.length), title.length);
}
