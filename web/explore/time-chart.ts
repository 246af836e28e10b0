// The option of a chart over time: stacked areas, lines, or both directions above and below the axis.
import type { ChartOption } from "../parts/chart-kinds.ts";
import { figure } from "../parts/figures.ts";
import { seriesColour, seriesDash } from "../parts/palette.ts";
import { localTime, utcTime } from "../parts/times.ts";
import { type TooltipRow, tooltipBox } from "../parts/tooltip.ts";
import type { Series, SeriesPicture } from "./series.ts";

export interface TimeChartWords {
  readonly kind: "stacked" | "lines" | "bars";
  readonly dark: boolean;
  /** The same of the period before, moved onto this one. */
  readonly before: SeriesPicture | null;
  readonly percentile: boolean;
}

export function timeChart(picture: SeriesPicture, { kind, dark, before, percentile }: TimeChartWords): ChartOption {
  const { times, series, unit, sum } = picture;
  const quiet = dark ? "#9da7b3" : "#57606a";
  const line = dark ? "#363d48" : "#d0d7de";
  // What stands on each other does so in the order of the table.
  const drawn = kind === "lines" ? series : [...series].reverse();
  const placeOf = new Map(series.map((one, place) => [one, place]));
  const p95 = sum.figures.percentile95;
  return {
    animation: false,
    aria: { enabled: true, decal: { show: false } },
    grid: { left: 8, right: 12, top: 14, bottom: 4, containLabel: true },
    brush: { xAxisIndex: 0, toolbox: [], throttleType: "debounce", brushStyle: { color: "rgba(110,150,220,0.25)" } },
    tooltip: {
      trigger: "axis",
      confine: true,
      order: kind === "lines" ? "valueDesc" : "seriesDesc",
      backgroundColor: dark ? "#252a33" : "#ffffff",
      borderColor: line,
      textStyle: { color: dark ? "#e6e9ed" : "#1b2026", fontSize: 12 },
      formatter: (items: unknown) => timeTooltip(items as readonly TooltipItem[], unit, kind !== "lines"),
    },
    xAxis: {
      type: "time",
      min: times[0],
      max: times.length === 0 ? undefined : times[times.length - 1]! + picture.bucketSeconds * 1000,
      axisLabel: { color: quiet, hideOverlap: true },
      axisLine: { lineStyle: { color: line } },
    },
    yAxis: {
      type: "value",
      axisLabel: { color: quiet, formatter: (value: number) => figure(value, unit) },
      splitLine: { lineStyle: { color: line } },
    },
    series: [
      ...drawn.map((one) => seriesOption(one, placeOf.get(one)!, times, kind, dark)),
      ...(before === null ? [] : [beforeOption(before, times, quiet)]),
      ...(picture.gaps.length === 0 ? [] : [gapsOption(picture.gaps, dark)]),
      ...(percentile && p95 !== null ? [percentileOption(p95, unit, dark)] : []),
    ],
  };
}

function seriesOption(
  one: Series,
  place: number,
  times: readonly number[],
  kind: TimeChartWords["kind"],
  dark: boolean,
) {
  const others = one.key === null;
  const colour = seriesColour(place, others, dark);
  const shared = { id: `s${place}`, name: one.label, data: points(times, one.values), itemStyle: { color: colour } };
  if (kind === "bars") return { ...shared, type: "bar", stack: "all", barCategoryGap: "8%" };
  return {
    ...shared,
    type: "line",
    step: "end",
    symbol: "none",
    connectNulls: false,
    triggerLineEvent: true,
    lineStyle: { width: kind === "lines" ? 1.7 : 0.8, color: colour, type: seriesDash(place, others) },
    ...(kind === "stacked" ? { stack: "all", areaStyle: { color: colour, opacity: 0.78 } } : {}),
    emphasis: { focus: "series" },
  };
}

function beforeOption(before: SeriesPicture, times: readonly number[], colour: string) {
  return {
    id: "before",
    name: "the period before",
    type: "line",
    step: "end",
    symbol: "none",
    silent: true,
    data: points(times, before.sum.values),
    lineStyle: { width: 1.5, color: colour, type: "dashed" },
    itemStyle: { color: colour },
    z: 5,
  };
}

function percentileOption(value: number, unit: string, dark: boolean) {
  const colour = dark ? "#ff8a80" : "#b3261e";
  return {
    id: "p95",
    type: "line",
    data: [],
    silent: true,
    tooltip: { show: false },
    markLine: {
      silent: true,
      symbol: "none",
      label: { formatter: `95th: ${figure(value, unit)}`, color: colour, position: "insideEndTop" },
      lineStyle: { color: colour, type: "dashed" },
      data: [{ yAxis: value }],
    },
  };
}

/** Of a time that the store knows nothing of nothing is drawn: it is not zero. */
export function gapsOption(gaps: SeriesPicture["gaps"], dark: boolean) {
  return {
    id: "gaps",
    type: "line",
    data: [],
    silent: true,
    tooltip: { show: false },
    markArea: {
      silent: true,
      itemStyle: { color: dark ? "rgba(157,167,179,0.16)" : "rgba(87,96,106,0.13)" },
      label: { color: dark ? "#9da7b3" : "#57606a", position: "insideTop", overflow: "truncate" },
      data: gaps.map(([from, to]) => [{ xAxis: from, name: "no data" }, { xAxis: to }]),
    },
  };
}

/** A bucket's value holds until its end: gaps end lines, and are not drawn as zero. */
function points(times: readonly number[], values: readonly (number | null)[]) {
  return times.map((time, place) => [time, values[place] ?? null]);
}

interface TooltipItem {
  readonly axisValue: number;
  readonly seriesId: string;
  readonly seriesName: string;
  readonly color: string;
  readonly value: readonly [number, number | null];
}

/** `stacked`: what stands on each other has its sum as the last line. */
function timeTooltip(items: readonly TooltipItem[], unit: string, stacked: boolean): HTMLElement {
  const [first] = items;
  const known = items.filter(({ value }) => value[1] !== null);
  const rows: TooltipRow[] = known.map(({ seriesName, color, value }) => ({
    name: seriesName,
    colour: color,
    text: figure(value[1], unit),
  }));
  const summed = known.filter(({ seriesId }) => seriesId !== "before");
  if (stacked && summed.length > 1) {
    const sum = summed.reduce((all, { value }) => all + (value[1] ?? 0), 0);
    rows.push({ name: "sum", colour: null, text: figure(sum, unit) });
  }
  const at = first?.axisValue ?? 0;
  return tooltipBox(localTime(at), utcTime(at), rows);
}
