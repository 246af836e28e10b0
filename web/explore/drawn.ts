// The picture of a view as a chart: which kind, of what.
import type { ChartOption } from "../parts/chart-kinds.ts";
import { heatChart } from "./heat-chart.ts";
import { sankeyChart } from "./sankey-chart.ts";
import { seriesPicture } from "./series.ts";
import { sidesChart } from "./sides-chart.ts";
import { timeChart } from "./time-chart.ts";
import type { Answer } from "./use-answer.ts";
import type { View } from "./view.ts";

/** null = no chart is wanted, or there is none of this. */
export function chartOf(answer: Answer, view: View, dark: boolean): ChartOption | null {
  const { picture, before, table, groups } = answer;
  if (picture === null || picture.times.length === 0) return null;
  const { chart, percentile, metric } = view;
  switch (chart) {
    case "none":
      return null;
    case "heat":
      return heatChart(picture, dark);
    case "sankey":
      return groups === null ? null : sankeyChart(groups, metric, dark);
    case "sides": {
      if (table === null) return null;
      const sides = {
        forward: seriesPicture(table, metric, "forward"),
        reverse: seriesPicture(table, metric, "reverse"),
      };
      return sidesChart(picture, sides, dark);
    }
    default:
      return timeChart(picture, { kind: chart, dark, before, percentile });
  }
}

/** Why a chart cannot be drawn of this; null = it can. */
export function whyNoChart({ chart, by, metric }: View): string | null {
  if (chart === "sankey" && by.length < 2) return "A Sankey chart needs two fields or more to group by; add one.";
  if (chart === "sides" && (metric === "fps" || metric === "flows"))
    return "A flow has both directions: choose bits/s, packets/s, bytes or packets for a chart of each.";
  return null;
}
