// Parts of a whole in a terminal: a bar a group, its value and its share.
import { cellWidth, fitCells, padCells } from "../core/cell-text.ts";
import { styled } from "./colour.ts";
import type { Breakdown } from "./graph-chart.ts";
import type { ColourDepth } from "./graph-palette.ts";
import { sgrOf } from "./graph-palette.ts";
import { valueText } from "./graph-scale.ts";
import { shareText } from "./graph-summary.ts";
import { barText } from "./table-text.ts";

export interface BarOptions {
  readonly width: number;
  readonly depth: ColourDepth;
  readonly ascii: boolean;
  readonly picture: boolean;
}

const LEAST_BAR = 4;

/** Lines with their ends. Narrow terminals lose the share, then the bar. */
export function* drawBreakdown(chart: Breakdown, options: BarOptions): Generator<string, void, void> {
  const { width, depth, ascii, picture } = options;
  const { series } = chart;
  const values = series.map((one) => valueText(one.values[0]!, chart.unit));
  const shares = series.map((one) => shareText(chart, one.values[0]!));
  const widest = (texts: readonly string[]) => Math.max(0, ...texts.map(cellWidth));
  const [valueWidth, shareWidth] = [widest(values), widest(shares)];
  const nameWidth = Math.min(widest(series.map(({ name }) => name)), Math.max(8, Math.floor(width / 2) - 2));
  const withShare = shareWidth > 0 && nameWidth + valueWidth + shareWidth + 4 <= width;
  const taken = Math.min(nameWidth, width - valueWidth - 2) + 2 + valueWidth + (withShare ? shareWidth + 2 : 0);
  const room = picture ? width - taken - 2 : 0;
  const most = Math.max(...series.map((one) => one.values[0]! || 0));
  for (const [place, one] of series.entries()) {
    const name = padCells(fitCells(one.name, Math.min(nameWidth, width - valueWidth - 2), ascii), nameWidth, false);
    const share = withShare ? `  ${padCells(shares[place]!, shareWidth, true)}` : "";
    const bar = room >= LEAST_BAR && most > 0 ? barText(one.values[0]! / most, room, ascii) : "";
    const sgr = sgrOf(0, one.others, depth);
    const drawn = bar === "" ? "" : `  ${sgr === "" ? bar : `\u001b[${sgr}m${bar}\u001b[0m`}`;
    yield `${`${name}  ${padCells(values[place]!, valueWidth, true)}${share}${drawn}`.trimEnd()}\n`;
  }
  if (chart.whole > 0) {
    const total = `${padCells(fitCells("total", nameWidth), nameWidth, false)}  ${padCells(valueText(chart.whole, chart.unit), valueWidth, true)}`;
    yield `${styled(fitCells(total, width), "bold", depth !== "none")}\n`;
  }
}
