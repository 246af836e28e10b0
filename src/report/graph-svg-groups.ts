// The inside of an SVG picture of parts of a whole: a bar a group, or slices of a ring.
import { fitCells } from "../core/cell-text.ts";
import type { Breakdown, Series } from "./graph-chart.ts";
import { linearScale, valueText } from "./graph-scale.ts";
import { shareText } from "./graph-summary.ts";
import { filled } from "./graph-svg-style.ts";
import type { Box } from "./graph-svg-time.ts";
import { element, escapeXml, pixels, textElement, textPixels } from "./svg-text.ts";

const BAR_HEIGHT = 24;
const MOST_SLICES = 9;

/** Pixels that the bars need. */
export function barsHeight({ series }: Breakdown): number {
  return series.length * BAR_HEIGHT + 28;
}

export function barPicture(chart: Breakdown, box: Box): string {
  const { series, unit } = chart;
  const names = Math.min(0.4 * box.width, Math.max(60, ...series.map(({ name }) => textPixels(name.length) + 8)));
  const ends = Math.max(...series.map((one) => textPixels(endText(chart, one).length) + 10), 0);
  const room = Math.max(20, box.width - names - ends);
  const values = series.map((one) => one.values[0]! || 0);
  const scale = linearScale(Math.max(0, ...values), unit, Math.max(2, Math.floor(room / 110)));
  const foot = box.y + series.length * BAR_HEIGHT + 4;
  const grid = scale.ticks.map(({ at, label }) => {
    const x = box.x + names + at * room;
    const line = element("line", { x1: x, x2: x, y1: box.y, y2: foot, class: at === 0 ? "axis" : "grid" });
    return line + textElement(label, { x, y: foot + 17, anchor: "middle", class: "dim" });
  });
  const bars = series.map((one, place) => {
    const y = box.y + place * BAR_HEIGHT;
    const width = Math.max(values[place]! > 0 ? 1 : 0, scale.place(values[place]!) * room);
    const bar = { x: box.x + names, y: y + 4, width, height: BAR_HEIGHT - 8 };
    const cells = Math.floor((names - 8) / textPixels(1));
    return [
      textElement(fitCells(one.name, cells), { x: box.x + names - 8, y: y + 16, anchor: "end" }),
      element("rect", { ...bar, class: one.others ? `s${place}` : "s0" }, `<title>${escapeXml(one.name)}</title>`),
      textElement(endText(chart, one), { x: bar.x + width + 6, y: y + 16, class: "dim" }),
    ].join("");
  });
  return [...grid, ...bars].join("\n");
}

function endText(chart: Breakdown, { values }: Series): string {
  const share = shareText(chart, values[0]!);
  return `${valueText(values[0]!, chart.unit)}${share === "" ? "" : `, ${share}`}`;
}

/** The slices of a ring: the largest groups, everything else together. */
export function slicesOf(chart: Breakdown): readonly Series[] {
  const named = chart.series.filter(({ others, values }) => !others && values[0]! > 0);
  const shown = named.slice(0, MOST_SLICES);
  const sum = (series: readonly Series[]) => series.reduce((total, { values }) => total + (values[0]! || 0), 0);
  const rest = (chart.whole > 0 ? chart.whole : sum(chart.series)) - sum(shown);
  if (!(rest > 0)) return shown;
  const values = Float64Array.of(rest);
  return [
    ...shown,
    { name: "others", others: true, values, figures: { ...named[0]!.figures, most: rest, mean: rest } },
  ];
}

export function ringPicture(chart: Breakdown, slices: readonly Series[], box: Box): string {
  const radius = Math.min(box.height, box.width / 2) / 2 - 4;
  const [x, y] = [box.x + radius + 4, box.y + radius + 4];
  const whole = slices.reduce((sum, { values }) => sum + values[0]!, 0);
  let before = 0;
  const left = box.x + 2 * radius + 36;
  const cells = Math.max(8, Math.floor((box.x + box.width - left - 24) / textPixels(1)));
  const parts = slices.map((one, place) => {
    const share = one.values[0]! / whole;
    const slice = slicePath(x, y, radius, before, before + share);
    before += share;
    const row = box.y + 20 + place * 22;
    const words = `${endText(chart, one)}`;
    return [
      filled(
        "path",
        { d: slice, "stroke-width": 1, stroke: "none" },
        place,
        one.others,
        `<title>${escapeXml(`${one.name}: ${words}`)}</title>`,
      ),
      filled("rect", { x: left, y: row - 10, width: 12, height: 12 }, place, one.others),
      textElement(fitCells(`${one.name}  ${words}`, cells), { x: left + 20, y: row }),
    ].join("");
  });
  return parts.join("\n");
}

/** From `start` to `end` of the circle (0 to 1, from the top to the right), with a hole. */
function slicePath(x: number, y: number, radius: number, start: number, end: number): string {
  const inner = radius * 0.55;
  // A whole circle has no beginning for an arc: a hair less looks the same.
  const to = end - start > 0.9999 ? start + 0.9999 : end;
  const at = (share: number, r: number) => {
    const angle = 2 * Math.PI * share;
    return `${pixels(x + r * Math.sin(angle))} ${pixels(y - r * Math.cos(angle))}`;
  };
  const large = to - start > 0.5 ? 1 : 0;
  const [outer, ring] = [`${pixels(radius)} ${pixels(radius)}`, `${pixels(inner)} ${pixels(inner)}`];
  return `M${at(start, radius)}A${outer} 0 ${large} 1 ${at(to, radius)}L${at(to, inner)}A${ring} 0 ${large} 0 ${at(start, inner)}Z`;
}
