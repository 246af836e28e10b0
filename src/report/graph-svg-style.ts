// Colours and patterns of an SVG picture: light, dark, or whichever its reader prefers.
import type { Series } from "./graph-chart.ts";
import { colourOf } from "./graph-palette.ts";
import type { GraphTheme } from "./graph-words.ts";
import { element } from "./svg-text.ts";

type Shade = "light" | "dark";

const SHADES = {
  light: { paper: "#ffffff", text: "#1b1f24", dim: "#57606a", grid: "#d8dee4" },
  dark: { paper: "#0d1117", text: "#e6edf3", dim: "#9198a1", grid: "#30363d" },
} as const;

function rules(shade: Shade, series: readonly Series[]): string {
  const { paper, text, dim, grid } = SHADES[shade];
  const own = series.map(({ others }, place) => {
    const colour = colourOf(place, others).colour[shade];
    return `.s${place}{fill:${colour}}.l${place}{stroke:${colour}}`;
  });
  return [
    `.paper{fill:${paper}}.text{fill:${text}}.dim{fill:${dim}}`,
    `.grid{stroke:${grid}}.axis{stroke:${dim}}.gap{stroke:${dim}}.veil{stroke:${paper}}.level{stroke:${text}}`,
    ...own,
  ].join("");
}

/** `<style>` and the patterns: gap = not known; h1, h2 ... = the colours of the first series again, hatched. */
export function stylesOf(series: readonly Series[], theme: GraphTheme): string {
  const css =
    theme === "auto"
      ? `${rules("light", series)}@media(prefers-color-scheme:dark){${rules("dark", series)}}`
      : rules(theme, series);
  const rounds = new Set(series.map(({ others }, place) => colourOf(place, others).round));
  const hatches = [...rounds]
    .filter((round) => round > 0)
    .map((round) => hatch(`h${round}`, "veil", 3 + 3 * round, 1.5, 45 * round));
  return `<style>${css}</style><defs>${[hatch("gap", "gap", 7, 1, 45), ...hatches].join("")}</defs>`;
}

function hatch(id: string, name: string, size: number, stroke: number, angle: number): string {
  const line = element("line", { x1: 0, y1: 0, x2: 0, y2: size, class: name, "stroke-width": stroke });
  const units = { width: size, height: size, patternUnits: "userSpaceOnUse", patternTransform: `rotate(${angle})` };
  return element("pattern", { id: `flowgauge-${id}`, ...units }, line);
}

/** A filled shape of a series: once in its colour, and hatched where the colour is used again. */
export function filled(
  name: "path" | "rect",
  attributes: Readonly<Record<string, string | number>>,
  place: number,
  others: boolean,
  inside = "",
): string {
  const { round } = colourOf(place, others);
  const shape = element(name, { ...attributes, class: `s${place}` }, inside);
  return round === 0 ? shape : shape + element(name, { ...attributes, fill: `url(#flowgauge-h${round})` });
}

/** How a series' line is dashed. */
export function dashOf(place: number, others: boolean): string | undefined {
  return [undefined, "7 3", "2 3"][colourOf(place, others).round % 3];
}
