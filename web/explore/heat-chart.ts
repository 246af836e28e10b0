// A heat map: time to the right, a line for each series, the value as a shade.
import type { ChartOption } from "../parts/chart-kinds.ts";
import { figure } from "../parts/figures.ts";
import { localClock, localTime, utcTime } from "../parts/times.ts";
import { tooltipBox } from "../parts/tooltip.ts";
import type { Series, SeriesPicture } from "./series.ts";

const SHADES = {
  light: ["#f2f6fa", "#bcd5ea", "#73abd4", "#2b7bba", "#08457e"],
  dark: ["#1f2731", "#1f4b75", "#2f7ab8", "#6cb0ff", "#e2f0ff"],
} as const;
const DAY = 86_400_000;

/** A line for each series, the first one at the bottom of the axis. */
export function heatRows({ series }: SeriesPicture): readonly Series[] {
  return [...series].reverse();
}

export function heatChart(picture: SeriesPicture, dark: boolean): ChartOption {
  const { times, series, unit } = picture;
  const quiet = dark ? "#9da7b3" : "#57606a";
  const most = Math.max(1, ...series.map(({ figures }) => figures.most ?? 0));
  const long = times.length > 1 && times[times.length - 1]! - times[0]! > DAY;
  const rows = heatRows(picture);
  return {
    animation: false,
    grid: { left: 8, right: 12, top: 10, bottom: 46, containLabel: true },
    tooltip: {
      confine: true,
      backgroundColor: dark ? "#252a33" : "#ffffff",
      textStyle: { color: dark ? "#e6e9ed" : "#1b2026", fontSize: 12 },
      formatter: ({ value: [place, row, , value] }: { readonly value: readonly [number, number, number, number] }) =>
        tooltipBox(localTime(times[place]!), utcTime(times[place]!), [
          { name: rows[row]!.label, colour: null, text: figure(value, unit) },
        ]),
    },
    xAxis: {
      type: "category",
      data: times.map((time) => (long ? localTime(time).slice(0, -3) : localClock(time))),
      axisLabel: { color: quiet, hideOverlap: true },
    },
    yAxis: {
      type: "category",
      data: rows.map(({ label }) => label),
      axisLabel: { color: quiet, width: 160, overflow: "truncate" },
    },
    visualMap: {
      min: 0,
      // Roots: what is small is still told from nothing.
      max: Math.sqrt(most),
      dimension: 2,
      calculable: false,
      orient: "horizontal",
      left: "center",
      bottom: 0,
      itemHeight: 180,
      itemWidth: 12,
      text: [figure(most, unit), "0"],
      textStyle: { color: quiet },
      inRange: { color: [...(dark ? SHADES.dark : SHADES.light)] },
    },
    series: [
      {
        type: "heatmap",
        // What is not known has no tile.
        data: rows.flatMap(({ values }, row) =>
          values.flatMap((value, place) => (value === null ? [] : [[place, row, Math.sqrt(value), value]])),
        ),
      },
    ],
  };
}
