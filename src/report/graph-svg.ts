// A Chart as one SVG file that needs nothing else: title, axes, series, a table of figures, words for those who do not see it.
import { brokenLines, fitCells } from "../core/cell-text.ts";
import type { Chart, Series, TimeChart } from "./graph-chart.ts";
import { FIGURE_COLUMNS, figureRows } from "./graph-figures.ts";
import { valueText } from "./graph-scale.ts";
import { summaryOf } from "./graph-summary.ts";
import { barPicture, barsHeight, ringPicture, slicesOf } from "./graph-svg-groups.ts";
import { filled, stylesOf } from "./graph-svg-style.ts";
import { type TimeStyle, timePicture } from "./graph-svg-time.ts";
import { scaleOf } from "./graph-terminal.ts";
import type { GraphTheme } from "./graph-words.ts";
import { element, escapeXml, textElement, textPixels } from "./svg-text.ts";

export interface SvgGraphOptions {
  readonly width: number;
  /** Pixels of the whole picture; 0 = as much as it needs. */
  readonly height: number;
  readonly theme: GraphTheme;
  readonly style: TimeStyle | "pie";
  readonly log: boolean;
  readonly percentile: boolean;
}

const EDGE = 16;
const HEAD = 84;
const AXIS = 30;
const ROW = 18;
const PLOT = 300;
const LEAST_PLOT = 60;
const FIGURE = 92;
const FONT = "system-ui, 'DejaVu Sans', 'Liberation Sans', sans-serif";

export function svgGraph(chart: Chart, options: SvgGraphOptions): string {
  const { width } = options;
  const slices = chart.kind === "groups" && options.style === "pie" ? slicesOf(chart) : null;
  const series = slices ?? chart.series;
  const notes = chart.notes.flatMap((note) =>
    brokenLines(`note: ${note}`, Math.floor((width - 2 * EDGE) / textPixels(1, 11))),
  );
  const below =
    (chart.kind === "time" ? AXIS + 14 + (figureRows(chart).length + 1) * ROW : 0) + notes.length * 15 + EDGE;
  const wanted = chart.kind === "time" || slices !== null ? PLOT : barsHeight(chart);
  const plot = options.height > 0 ? Math.max(LEAST_PLOT, options.height - HEAD - below) : wanted;
  const height = options.height > 0 ? options.height : HEAD + plot + below;
  const box = { x: EDGE, y: HEAD, width: width - 2 * EDGE, height: plot };
  const inside = [
    stylesOf(series, options.theme),
    element("rect", { width, height, class: "paper" }),
    head(chart, width),
    chart.kind === "time"
      ? timePart(chart, box, options)
      : slices === null
        ? barPicture(chart, box)
        : ringPicture(chart, slices, box),
    ...notes.map((note, i) =>
      textElement(note, { x: EDGE, y: height - EDGE - (notes.length - 1 - i) * 15, size: 11, class: "dim" }),
    ),
  ];
  return `${element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: "img",
      "aria-labelledby": "flowgauge-title flowgauge-desc",
      "font-family": FONT,
    },
    `\n<title id="flowgauge-title">${escapeXml(chart.title)}</title>\n<desc id="flowgauge-desc">${escapeXml(description(chart))}</desc>\n${inside.join("\n")}\n`,
  )}\n`;
}

/** What a reader who does not see the picture hears: the sentence, then a line a series. */
function description(chart: Chart): string {
  const lines =
    chart.kind === "time"
      ? figureRows(chart).map(
          (one) => `${one.name}: ${FIGURE_COLUMNS.map(({ title, text }) => `${title} ${text(chart, one)}`).join(", ")}`,
        )
      : chart.series.map(({ name, values }) => `${name}: ${valueText(values[0]!, chart.unit)}`);
  return [chart.subtitle, summaryOf(chart), ...lines].filter((line) => line !== "").join("; ");
}

function head({ title, subtitle, unitName }: Chart, width: number): string {
  const cells = (size: number) => Math.floor((width - 2 * EDGE) / textPixels(1, size));
  return [
    textElement(fitCells(title, cells(16)), { x: EDGE, y: 28, size: 16, bold: true }),
    textElement(fitCells(subtitle, cells(12)), { x: EDGE, y: 47, class: "dim" }),
    textElement(unitName, { x: EDGE, y: 67, class: "dim", size: 11 }),
  ].join("\n");
}

function timePart(
  chart: TimeChart,
  whole: { x: number; y: number; width: number; height: number },
  options: SvgGraphOptions,
): string {
  const lines = options.log || options.style === "lines" || chart.sum === null;
  const style = lines ? "lines" : options.style === "bars" ? "bars" : "stacked";
  const scale = scaleOf(chart, lines, options.log, Math.max(2, Math.floor(whole.height / 55)));
  const labels = Math.max(...scale.ticks.map(({ label }) => textPixels(label.length))) + 10;
  const box = { ...whole, x: whole.x + labels, width: Math.max(20, whole.width - labels - 8) };
  const figures = figureTable(chart, whole.x, whole.y + whole.height + AXIS + 22, whole.width);
  return [timePicture(chart, box, scale, style, options.percentile), figures].join("\n");
}

/** The legend, with the figures of each series as far as there is room. */
function figureTable(chart: TimeChart, x: number, y: number, width: number): string {
  const rows = figureRows(chart);
  const most = Math.max(1, Math.floor((width - 140) / FIGURE));
  const shown = FIGURE_COLUMNS.filter(
    ({ spare, title }) => spare <= most && (title !== "Total" || chart.amountUnit !== null),
  );
  const right = (column: number) => x + width - (shown.length - 1 - column) * FIGURE;
  const cells = Math.floor((width - shown.length * FIGURE - 24) / textPixels(1));
  const titles = shown.map(({ title }, i) => textElement(title, { x: right(i), y, anchor: "end", class: "dim" }));
  const lines = rows.map((one: Series, place) => {
    const line = y + (place + 1) * ROW;
    const isSum = place >= chart.series.length;
    return [
      isSum ? "" : filled("rect", { x, y: line - 10, width: 12, height: 12 }, place, one.others),
      textElement(fitCells(one.name, Math.max(4, cells)), { x: x + 20, y: line, bold: isSum }),
      ...shown.map(({ text }, i) =>
        textElement(text(chart, one), { x: right(i), y: line, anchor: "end", bold: isSum }),
      ),
    ].join("");
  });
  return [...titles, ...lines].join("\n");
}
