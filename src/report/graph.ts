// Table -> picture: in a terminal, as SVG, as PNG. Loaded when a picture is asked for.
import type { Table } from "../core/table.ts";
import type { ColourDepth } from "./graph-palette.ts";
import { pngOf } from "./graph-png.ts";
import { chartOf } from "./graph-series.ts";
import { svgGraph } from "./graph-svg.ts";
import { terminalGraph } from "./graph-terminal.ts";
import type { GraphStyle, GraphTheme, GraphUnit } from "./graph-words.ts";

export interface GraphOptions {
  /** What is drawn; without it what the Table is sorted by, series as a rate. */
  readonly unit?: GraphUnit | undefined;
  readonly style?: GraphStyle | undefined;
  /** Instead of the Table's own title. */
  readonly title?: string | undefined;
  /** The values' axis goes by powers of ten; series are lines then. */
  readonly log?: boolean | undefined;
  /** False leaves out the level that 95 % of the buckets do not exceed. */
  readonly percentile?: boolean | undefined;
}

export interface TextGraphOptions extends GraphOptions {
  /** Cells of the terminal (default 80). */
  readonly width?: number | undefined;
  /** Rows inside the axes; 0 (default) = as the width suggests. */
  readonly height?: number | undefined;
  readonly depth?: ColourDepth | undefined;
  readonly ascii?: boolean | undefined;
  /** False: only words and figures. */
  readonly picture?: boolean | undefined;
}

/** Pieces of lines with their ends. Throws a UsageError where the Table cannot be drawn, as the other two do. */
export function graphText(table: Table, options: TextGraphOptions = {}): Iterable<string> {
  const {
    width = 80,
    height = 0,
    depth = "none",
    ascii = false,
    picture = true,
    log = false,
    percentile = true,
  } = options;
  const lines = options.style === "lines";
  return terminalGraph(chartOf(table, options), { width, height, depth, ascii, picture, log, percentile, lines });
}

export interface FileGraphOptions extends GraphOptions {
  /** Pixels (default 960). */
  readonly width?: number | undefined;
  /** Pixels of the whole picture; 0 (default) = as much as it needs. */
  readonly height?: number | undefined;
  readonly theme?: GraphTheme | undefined;
}

/** One SVG file that needs nothing else. */
export function graphSvg(table: Table, options: FileGraphOptions = {}): string {
  const { width = 960, height = 0, theme = "auto", style = "stacked", log = false, percentile = true } = options;
  return svgGraph(chartOf(table, options), { width, height, theme, style, log, percentile });
}

/** The same as PNG; `auto` is light. Throws an Error where the package that draws it is missing. */
export async function graphPng(table: Table, options: FileGraphOptions = {}): Promise<Uint8Array> {
  const theme = options.theme === "dark" ? "dark" : "light";
  return pngOf(graphSvg(table, { ...options, theme }), 1);
}
