// The table below a picture: each series with its mark, and its greatest, mean, least and 95th percentile values, as billing has them.
import { fitCells } from "../core/cell-text.ts";
import { styled } from "./colour.ts";
import type { Series, TimeChart } from "./graph-chart.ts";
import { markOf } from "./graph-layers.ts";
import { type ColourDepth, sgrOf } from "./graph-palette.ts";
import { valueText } from "./graph-scale.ts";
import { type TextColumn, tableLines } from "./text-table.ts";

export interface FigureOptions {
  readonly width: number;
  readonly depth: ColourDepth;
  readonly ascii: boolean;
  readonly lines: boolean;
}

/** What is told of each series, the most needed first. */
export const FIGURE_COLUMNS = [
  { title: "Avg", spare: 1, text: (chart, { figures }) => valueText(figures.mean, chart.unit) },
  { title: "Max", spare: 2, text: (chart, { figures }) => valueText(figures.most, chart.unit) },
  { title: "95th", spare: 3, text: (chart, { figures }) => valueText(figures.percentile95, chart.unit) },
  { title: "Min", spare: 4, text: (chart, { figures }) => valueText(figures.least, chart.unit) },
  { title: "Total", spare: 5, text: (chart, { figures }) => valueText(figures.amount, chart.amountUnit) },
] as const satisfies readonly {
  readonly title: string;
  readonly spare: number;
  readonly text: (chart: TimeChart, series: Series) => string;
}[];

/** The series as they are named below a picture: all together last, where there are several. */
export function figureRows({ series, sum }: TimeChart): readonly Series[] {
  return sum !== null && series.length > 1 ? [...series, sum] : series;
}

export function figureLines(chart: TimeChart, { width, depth, ascii, lines }: FigureOptions): string[] {
  const rows = figureRows(chart);
  const numbers = FIGURE_COLUMNS.map(({ title, spare, text }): TextColumn => {
    return { title, right: true, cells: rows.map((series) => text(chart, series)), spare };
  }).filter(({ title, cells }) => title !== "Total" || cells.some((cell) => cell !== "-"));
  const room = Math.max(8, width - 2 - 2 * 11);
  const names = rows.map(({ name }) => fitCells(name, room, ascii));
  const marks = rows.map((series, place) => {
    if (place >= chart.series.length) return " ";
    const mark = markOf(place, series.others, lines, { depth, ascii });
    const sgr = sgrOf(place, series.others, depth);
    return sgr === "" ? mark : `\u001b[${sgr}m${mark}\u001b[0m`;
  });
  const first: TextColumn = {
    title: `  ${chart.unitName}`,
    right: false,
    cells: names.map((name, place) => `${marks[place]} ${name}`),
    spare: 0,
  };
  const all = tableLines([first, ...numbers], { width, colour: depth !== "none" });
  if (rows.length > chart.series.length) all.push(styled(all.pop()!, "bold", depth !== "none"));
  return all;
}
