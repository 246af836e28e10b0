// Series inside the axes of a terminal's picture: stacked areas of blocks, lines of braille dots, what is not known, a level.
import type { CellGrid } from "./cell-grid.ts";
import { columnsOf, type Series, type TimeChart } from "./graph-chart.ts";
import { type ColourDepth, sgrOf } from "./graph-palette.ts";
import type { ValueScale } from "./graph-scale.ts";

export interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface LayerStyle {
  readonly depth: ColourDepth;
  readonly ascii: boolean;
}

const LOWER = " ▁▂▃▄▅▆▇█";
const FILLS = ["█", "▒", "░", "▓", "#", "=", "+", ":"];
const ASCII_FILLS = ["#", "=", "+", ":", "%", "o", "*", "-"];
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
export const UNKNOWN = { mark: "╱", ascii: "/" } as const;
const DIM = "2";

/** What stands for a series in the picture and in its legend: a colour, else a character of its own. */
export function markOf(place: number, others: boolean, lines: boolean, { depth, ascii }: LayerStyle): string {
  if (depth !== "none" && !ascii) return lines ? "━" : "█";
  if (lines) return others ? "." : LETTERS[place % LETTERS.length]!;
  const fills = ascii ? ASCII_FILLS : FILLS;
  return others ? "." : (fills[place] ?? LETTERS[place % LETTERS.length]!);
}

/** Columns in which nothing is known. */
export function drawUnknown(grid: CellGrid, area: Area, chart: TimeChart, { depth, ascii }: LayerStyle): boolean {
  const any = columnsOf(chart, (chart.sum ?? chart.series[0])?.values ?? new Float64Array(0), area.width);
  let found = false;
  for (let x = 0; x < area.width; x++) {
    if (!Number.isNaN(any[x]!)) continue;
    found = true;
    for (let y = 0; y < area.height; y++) {
      grid.set(area.left + x, area.top + y, ascii ? UNKNOWN.ascii : UNKNOWN.mark, depth === "none" ? "" : DIM);
    }
  }
  return found;
}

/** Areas one on the other, the first series below. */
export function drawStack(grid: CellGrid, area: Area, chart: TimeChart, scale: ValueScale, style: LayerStyle): void {
  const columns = chart.series.map(({ values }) => columnsOf(chart, values, area.width));
  for (let x = 0; x < area.width; x++) {
    if (columns.every((column) => Number.isNaN(column[x]!))) continue;
    const tops: number[] = [];
    let sum = 0;
    for (const column of columns) {
      sum += column[x]! || 0;
      tops.push(scale.place(sum) * area.height);
    }
    // Whatever there is at all is seen.
    if (sum > 0) tops[tops.length - 1] = Math.max(tops.at(-1)!, 1 / 8);
    for (let y = 0; y < area.height; y++) drawStackCell(grid, area, x, y, tops, chart.series, style);
  }
}

function drawStackCell(
  grid: CellGrid,
  area: Area,
  x: number,
  y: number,
  tops: readonly number[],
  series: readonly Series[],
  style: LayerStyle,
): void {
  const foot = area.height - 1 - y;
  const solid = style.depth !== "none" && !style.ascii;
  const at = (level: number) => tops.findIndex((top) => top > level);
  const [column, row] = [area.left + x, area.top + y];
  if (!solid) {
    const place = at(foot + 0.5);
    if (place >= 0)
      grid.set(column, row, markOf(place, series[place]!.others, false, style), sgr(place, series, style));
    return;
  }
  const below = at(foot + 1 / 16);
  if (below < 0) return;
  const eighths = Math.min(8, Math.round((tops[below]! - foot) * 8));
  const above = at(foot + eighths / 8 + 1 / 16);
  const back = eighths < 8 && above >= 0 ? `;${sgr(above, series, style, true)}` : "";
  grid.set(column, row, LOWER[Math.max(1, eighths)]!, sgr(below, series, style) + back);
}

function sgr(place: number, series: readonly Series[], { depth }: LayerStyle, background = false): string {
  return sgrOf(place, series[place]!.others, depth, background);
}

/** Dots of braille: bits by column (2) and row (4). */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;

/** One line a series, the first one on top of the others. */
export function drawLines(grid: CellGrid, area: Area, chart: TimeChart, scale: ValueScale, style: LayerStyle): void {
  const braille = !style.ascii && (style.depth !== "none" || chart.series.length === 1);
  for (const [place, series] of [...chart.series.entries()].reverse()) {
    const [across, down] = braille ? [2, 4] : [1, 1];
    const values = columnsOf(chart, series.values, area.width * across);
    const rows = area.height * down;
    const points = Array.from(values, (value) => {
      const share = scale.place(value);
      return Number.isNaN(share) ? null : Math.min(rows - 1, Math.max(0, Math.round((1 - share) * (rows - 1))));
    });
    const mark = markOf(place, series.others, true, style);
    const colour = sgrOf(place, series.others, style.depth);
    const cells = new Map<number, number>();
    for (const [x, y] of points.entries()) {
      if (y === null) continue;
      const before = points[x - 1] ?? y;
      // From the middle between the two points on, so that a line has no holes.
      const [from, to] = before < y ? [before + 1, y] : before > y ? [y, before - 1] : [y, y];
      for (let dot = from; dot <= to; dot++) {
        const cell = Math.floor(dot / down) * area.width + Math.floor(x / across);
        cells.set(cell, (cells.get(cell) ?? 0) | (braille ? DOTS[x & 1]![dot & 3]! : 1));
      }
    }
    for (const [cell, dots] of cells) {
      const character = braille ? String.fromCharCode(0x2800 + dots) : mark;
      grid.set(area.left + (cell % area.width), area.top + Math.floor(cell / area.width), character, colour);
    }
  }
}

/** A dashed line at a value, behind what is drawn already. */
export function drawLevel(grid: CellGrid, area: Area, share: number, { depth, ascii }: LayerStyle): void {
  const row = area.top + Math.min(area.height - 1, Math.max(0, Math.floor((1 - share) * area.height)));
  for (let x = 0; x < area.width; x++) {
    const column = area.left + x;
    if (grid.at(column, row) === " ") grid.set(column, row, ascii ? "-" : "┄", depth === "none" ? "" : "1");
  }
}
