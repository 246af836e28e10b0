// What a click into a chart over time means: a series in a bucket, and the flows behind it.
import { heatRows } from "./heat-chart.ts";
import { type Direction, type Series, type SeriesPicture, seriesPicture } from "./series.ts";
import { termOfKey } from "./terms.ts";
import type { Answer } from "./use-answer.ts";
import type { View } from "./view.ts";

export interface Picked {
  /** The series' flows as a term of the filter language; null = all flows. */
  readonly term: string | null;
  readonly from: number;
  readonly to: number;
}

/** `x`, `y`: what the axes say at the place. null = there is nothing there, or it cannot be said as a filter. */
export function pickedAt({ picture, table }: Answer, { chart, metric }: View, x: number, y: number): Picked | null {
  if (picture === null || table === null) return null;
  const step = picture.bucketSeconds * 1000;
  // A heat map's axis counts buckets.
  const at = chart === "heat" ? Math.round(x) : picture.times.findIndex((time) => time <= x && x < time + step);
  const from = picture.times[at];
  if (from === undefined) return null;
  const found = seriesAt(chart === "sides" ? seriesPicture(table, metric, side(y)) : picture, chart, at, y);
  const term = found === null ? undefined : termOfSeries(picture, found);
  return term === undefined ? null : { term, from, to: from + step };
}

function side(y: number): Direction {
  return y >= 0 ? "forward" : "reverse";
}

function seriesAt(picture: SeriesPicture, chart: View["chart"], at: number, y: number): Series | null {
  const heightOf = (one: Series) => one.values[at] ?? 0;
  const { series } = picture;
  switch (chart) {
    case "heat":
      return heatRows(picture)[Math.round(y)] ?? null;
    case "lines":
      // Nobody hits a line: the one next to the place is meant.
      return [...series].sort((a, b) => Math.abs(heightOf(a) - y) - Math.abs(heightOf(b) - y))[0] ?? null;
    case "sides":
      return stackedAt(series, heightOf, Math.abs(y));
    default:
      return stackedAt([...series].reverse(), heightOf, y);
  }
}

/** Of series that stand on each other, the first one at the bottom. */
function stackedAt(series: readonly Series[], heightOf: (one: Series) => number, y: number): Series | null {
  let top = 0;
  for (const one of series) {
    top += heightOf(one);
    if (y >= 0 && y <= top) return one;
  }
  return null;
}

/** null = all flows; undefined = it cannot be said. */
function termOfSeries({ series, keys }: SeriesPicture, one: Series): string | null | undefined {
  if (keys.length === 0) return null;
  if (one.key !== null) return termOfKey(keys, one.key) ?? undefined;
  // The others are those that the series are not.
  const terms = series.flatMap(({ key }) => (key === null ? [] : [termOfKey(keys, key)]));
  if (terms.some((term) => term === null)) return undefined;
  return terms.length === 0
    ? null
    : `not (${terms.map((term) => (keys.length > 1 ? `(${term})` : term)).join(" or ")})`;
}
