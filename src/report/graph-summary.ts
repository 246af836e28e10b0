// One sentence that says what a picture shows, for those who do not see it.
import type { Breakdown, Chart, TimeChart } from "./graph-chart.ts";
import { valueText } from "./graph-scale.ts";
import { withLength } from "./quantity.ts";
import { bucketPrecision, ZoneClock } from "./zone-time.ts";

export function summaryOf(chart: Chart): string {
  return chart.kind === "time" ? ofTime(chart) : ofGroups(chart);
}

function ofTime(chart: TimeChart): string {
  const { edges, series, sum, unit, zone } = chart;
  const whole = sum ?? series[0];
  if (whole === undefined || Number.isNaN(whole.figures.most))
    return chart.coverage ? "nothing is known of this time" : "nothing matched";
  const { figures, values } = whole;
  const at = values.indexOf(figures.most);
  const clock = new ZoneClock(zone);
  const precision = bucketPrecision((edges[at + 1]! - edges[at]!) / 1000);
  const time = clock.text(BigInt(Math.round(edges[at]!)) * 1_000_000n, precision);
  const missing = missingSeconds(edges, values);
  return [
    `${sum === null ? whole.name : "all together"}: ${valueText(figures.mean, unit)} on average`,
    `at most ${valueText(figures.most, unit)} (${time})`,
    `95th percentile ${valueText(figures.percentile95, unit)}`,
    ...(missing > 0 ? [`${withLength(missing)} not known`] : []),
  ].join(", ");
}

/** How long nothing is known. */
function missingSeconds(edges: Float64Array, values: Float64Array): number {
  let ms = 0;
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i]!)) ms += edges[i + 1]! - edges[i]!;
  return ms / 1000;
}

function ofGroups(chart: Breakdown): string {
  const named = chart.series.filter(({ others }) => !others);
  if (named.length === 0) return "nothing matched";
  const first = named.slice(0, 3).map(({ name, values }) => {
    const share = shareText(chart, values[0]!);
    return `${name} ${valueText(values[0]!, chart.unit)}${share === "" ? "" : ` (${share})`}`;
  });
  const rest = named.length - first.length;
  return `${chart.unitName}: ${first.join(", ")}${rest > 0 ? `, and ${rest} more` : ""}`;
}

/** `45.2 %` of all; empty where the groups do not add up. */
export function shareText({ whole }: Breakdown, value: number): string {
  return whole > 0 && !Number.isNaN(value) ? `${((100 * value) / whole).toFixed(1)} %` : "";
}
