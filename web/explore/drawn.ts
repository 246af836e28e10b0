// The picture of a view as a chart: which kind, of what.
import type { ChartOption } from "../parts/chart-kinds.ts";
import type { SeriesPicture } from "./series.ts";
import { timeChart } from "./time-chart.ts";
import type { View } from "./view.ts";

/** null = no chart is wanted. */
export function chartOf(
  picture: SeriesPicture,
  view: View,
  before: SeriesPicture | null,
  dark: boolean,
): ChartOption | null {
  const { chart, percentile } = view;
  if (chart === "none") return null;
  const kind = chart === "lines" || chart === "bars" ? chart : "stacked";
  return timeChart(picture, { kind, dark, before, percentile });
}
