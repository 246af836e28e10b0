// Which columns of a Table people see: its own, shares of the total beside them, and which of them go first where there is no room.

import { seenText } from "../core/cell-text.ts";
import { addsUp, type Table, type TableColumn, type Value } from "../core/table.ts";
import { type CellOptions, cellsOf, isRight, percentText } from "./table-cells.ts";
import type { TextColumn } from "./text-table.ts";

/** A line of a table for people; `others` and `total` have their word where the first key stands. */
export interface TableLine {
  readonly kind: "row" | "others" | "total";
  readonly values: readonly Value[];
}

/** What is most needed of a single flow, from left to right; then all others as they stand. */
const FIELDS_OF_A_FLOW = ["srcAddr", "dstAddr", "start", "bytes", "proto", "dstPort", "srcPort", "packets", "duration"];
const ALWAYS_OF_A_FLOW = 2;
const FAR = 1000;

export function linesOf(table: Table): TableLine[] {
  const { shape, rows, total, others, othersRows } = table;
  const lines: TableLine[] = [];
  const left = [...othersRows];
  for (const [i, values] of rows.entries()) {
    lines.push({ kind: "row", values });
    const next = rows[i + 1]?.[0];
    // Behind its bucket, where the rows are in order of time.
    while (shape === "series" && left.length > 0 && next !== values[0] && left[0]![0]! <= values[0]!)
      lines.push({ kind: "others", values: left.shift()! });
  }
  for (const values of left) lines.push({ kind: "others", values });
  if (others !== null && othersRows.length === 0) lines.push({ kind: "others", values: others });
  if (total !== null) lines.push({ kind: "total", values: total });
  return lines;
}

export interface ShownColumn extends TextColumn {
  /** The Table's column that it shows, or shows the shares of. */
  readonly place: number;
}

export function columnsFor(table: Table, lines: readonly TableLine[], options: CellOptions): ShownColumn[] {
  return table.columns.flatMap((column, place) => {
    const spare = spareOf(table, column, place);
    const shown = shownColumn(table, lines, place, spare, options);
    return hasShare(table, column) ? [shown, shareColumn(table, lines, place, spare, options.raw)] : [shown];
  });
}

function shownColumn(table: Table, lines: readonly TableLine[], place: number, spare: number, options: CellOptions) {
  const column = table.columns[place]!;
  const text = cellsOf(table, place, options);
  // `others` and `total` stand in the first key that has no value there: the bucket's time stays.
  const cells = lines.map(({ kind, values }) => {
    const value = values[place]!;
    if (kind === "row" || column.role === "measure" || value !== null) return text(value);
    const first = table.columns.findIndex(({ role }, i) => role === "key" && values[i] === null);
    return first === place ? kind : "";
  });
  return { title: seenText(column.title), right: isRight(column), cells, spare, place };
}

/** Counts that add up to their total. */
function hasShare({ shape, total, columns }: Table, column: TableColumn): boolean {
  if (shape !== "group" || total === null || columns.some(({ unit }) => unit === "percent")) return false;
  return addsUp(column);
}

function shareColumn(table: Table, lines: readonly TableLine[], place: number, spare: number, raw: boolean) {
  const whole = Number(table.total![place] ?? 0);
  const cells = lines.map(({ values }) => {
    const value = values[place];
    if (value === null || value === undefined || whole === 0) return "-";
    const share = (100 * Number(value)) / whole;
    return raw ? share.toFixed(3) : percentText(share);
  });
  return { title: "%", right: true, cells, spare: spare === 0 ? 1 : spare + FAR, place };
}

function spareOf({ shape, columns, sortedBy }: Table, { name, role, field }: TableColumn, place: number): number {
  if (name === sortedBy) return 0;
  if (name === `${sortedBy}Percent`) return 1;
  if (shape !== "list") {
    if (role === "key") return 0;
    const sole = sortedBy === null && columns.findIndex((column) => column.role === "measure") === place;
    return sole ? 0 : place + 2;
  }
  const rank = FIELDS_OF_A_FLOW.indexOf(field ?? name);
  if (rank >= 0) return rank < ALWAYS_OF_A_FLOW ? 0 : rank;
  return place + FIELDS_OF_A_FLOW.length;
}
