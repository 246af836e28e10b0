// A Chart in the cells of a terminal: axes, layers, a sentence that says what is seen, a table of its figures.

import { brokenLines, cellWidth } from "../core/cell-text.ts";
import { CellGrid } from "./cell-grid.ts";
import { styled } from "./colour.ts";
import { drawBreakdown } from "./graph-bars.ts";
import type { Chart, TimeChart } from "./graph-chart.ts";
import { figureLines } from "./graph-figures.ts";
import { type Area, drawLevel, drawLines, drawStack, drawUnknown, type LayerStyle, UNKNOWN } from "./graph-layers.ts";
import type { ColourDepth } from "./graph-palette.ts";
import { linearScale, logScale, type Tick, timeTicks, type ValueScale } from "./graph-scale.ts";
import { summaryOf } from "./graph-summary.ts";
import { ZoneClock } from "./zone-time.ts";

export interface TerminalGraphOptions {
  readonly width: number;
  /** Rows inside the axes; 0 = as the width suggests. */
  readonly height: number;
  readonly depth: ColourDepth;
  readonly ascii: boolean;
  readonly lines: boolean;
  readonly log: boolean;
  /** Draws the level that 95 % of the buckets do not exceed. */
  readonly percentile: boolean;
  /** False leaves out the drawing: the sentence and the figures say it all. */
  readonly picture: boolean;
}

const LEAST_WIDTH = 20;
const LEAST_PLOT = 8;

/** Pieces of lines with their ends, none wider than the terminal. */
export function* terminalGraph(chart: Chart, options: TerminalGraphOptions): Generator<string, void, void> {
  const width = Math.max(LEAST_WIDTH, options.width);
  const colour = options.depth !== "none";
  for (const line of brokenLines(chart.title, width)) yield `${styled(line, "bold", colour)}\n`;
  for (const line of chart.subtitle === "" ? [] : brokenLines(chart.subtitle, width))
    yield `${styled(line, "dim", colour)}\n`;
  for (const line of brokenLines(summaryOf(chart), width)) yield `${line}\n`;
  yield "\n";
  if (chart.kind === "groups") {
    yield* drawBreakdown(chart, { ...options, width });
  } else if (isAnythingKnown(chart)) {
    if (options.picture) yield* picture(chart, { ...options, width });
    const lines = isLines(chart, options);
    for (const line of figureLines(chart, { ...options, width, lines })) yield `${line}\n`;
  }
  for (const note of chart.notes)
    for (const line of brokenLines(`note: ${note}`, width)) yield `${styled(line, "dim", colour)}\n`;
}

/** What does not add up, or goes by powers of ten, cannot stand on each other. */
function isLines({ sum }: TimeChart, { lines, log }: TerminalGraphOptions): boolean {
  return lines || log || sum === null;
}

function isAnythingKnown({ sum, series }: TimeChart): boolean {
  return [...series, ...(sum === null ? [] : [sum])].some(({ figures }) => !Number.isNaN(figures.most));
}

/** The scale of a chart's values: stacked ones are seen by their sum. */
export function scaleOf(chart: TimeChart, lines: boolean, log: boolean, ticks: number): ValueScale {
  const stacked = lines || chart.sum === null ? chart.series : [chart.sum];
  const most = Math.max(0, ...stacked.map(({ figures }) => figures.most || 0));
  if (!log) return linearScale(most, chart.unit, ticks);
  let least = most;
  for (const { values } of chart.series) for (const value of values) if (value > 0 && value < least) least = value;
  return logScale(least, most, chart.unit, ticks);
}

function* picture(chart: TimeChart, options: TerminalGraphOptions): Generator<string, void, void> {
  const { width, ascii, log, depth } = options;
  const lines = isLines(chart, options);
  const height = options.height > 0 ? options.height : Math.min(24, Math.max(8, Math.round(width / 6)));
  const scale = scaleOf(chart, lines, log, Math.max(2, Math.floor(height / 3)));
  const gutter = Math.min(width - LEAST_PLOT - 1, Math.max(...scale.ticks.map(({ label }) => cellWidth(label))));
  const area: Area = { left: gutter + 1, top: 0, width: width - gutter - 1, height };
  const grid = new CellGrid(width, height + 2);
  const style: LayerStyle = { depth, ascii };
  const gaps = drawUnknown(grid, area, chart, style);
  if (lines) drawLines(grid, area, chart, scale, style);
  else drawStack(grid, area, chart, scale, style);
  const level = options.percentile ? scale.place(chart.sum?.figures.percentile95 ?? Number.NaN) : Number.NaN;
  const levelSeen = level <= 1;
  if (levelSeen) drawLevel(grid, area, level, style);
  drawValueAxis(grid, area, scale.ticks, ascii);
  const clock = new ZoneClock(chart.zone);
  const [from, to] = [chart.edges[0]!, chart.edges.at(-1)!];
  drawTimeAxis(grid, area, timeTicks(clock, from, to, Math.max(1, Math.floor(area.width / 9))), ascii);
  for (let row = 0; row < grid.height; row++) yield `${grid.line(row)}\n`;
  const marks = [
    ...(gaps ? [`${ascii ? UNKNOWN.ascii : UNKNOWN.mark} not known`] : []),
    ...(levelSeen ? [`${ascii ? "-" : "┄"} 95th percentile of all`] : []),
  ];
  const one = marks.join("   ");
  for (const line of cellWidth(one) <= width ? [one] : marks.flatMap((mark) => brokenLines(mark, width)))
    if (line !== "") yield `${styled(line, "dim", depth !== "none")}\n`;
  yield "\n";
}

function drawValueAxis(grid: CellGrid, area: Area, ticks: readonly Tick[], ascii: boolean): void {
  const axis = area.left - 1;
  for (let row = 0; row < area.height; row++) grid.set(axis, area.top + row, ascii ? "|" : "│");
  grid.set(axis, area.top + area.height, ascii ? "+" : "└");
  for (const { at, label } of ticks) {
    // What is at the foot stands beside the axis of time.
    const row = at === 0 ? area.height : Math.floor((1 - at) * area.height);
    if (at > 0) grid.set(axis, area.top + row, ascii ? "+" : "┤");
    const text = label.slice(0, axis);
    grid.write(axis - text.length, area.top + row, text);
  }
}

function drawTimeAxis(grid: CellGrid, area: Area, ticks: readonly Tick[], ascii: boolean): void {
  const row = area.top + area.height;
  for (let x = 0; x < area.width; x++) grid.set(area.left + x, row, ascii ? "-" : "─");
  let free = 0;
  for (const { at, label } of ticks) {
    const column = area.left + Math.min(area.width - 1, Math.round(at * area.width));
    const start = Math.max(0, Math.min(grid.width - label.length, column - Math.floor(label.length / 2)));
    if (start < free) continue;
    grid.set(column, row, ascii ? "+" : "┬");
    grid.write(start, row + 1, label);
    free = start + label.length + 1;
  }
}
