// Both directions: what initiators sent above the axis, what came back below it.
import type { ChartOption } from "../parts/chart-kinds.ts";
import { figure } from "../parts/figures.ts";
import { seriesColour } from "../parts/palette.ts";
import { localTime, utcTime } from "../parts/times.ts";
import { tooltipBox } from "../parts/tooltip.ts";
import type { Direction, Series, SeriesPicture } from "./series.ts";
import { gapsOption, timeChart } from "./time-chart.ts";

/** From the axis to its name: as wide as figures are. */
const NAME_GAP = 88;

export function sidesChart(
  both: SeriesPicture,
  sides: Readonly<Record<Direction, SeriesPicture>>,
  dark: boolean,
): ChartOption {
  // Colours, order and times of a series are those of both directions together: as in the table.
  const placeOf = new Map(both.series.map(({ label }, place) => [label, place]));
  const frame = timeChart(both, { kind: "stacked", dark, before: null, percentile: false });
  const quiet = dark ? "#9da7b3" : "#57606a";
  const drawn = (["forward", "reverse"] as const).flatMap((direction) =>
    sides[direction].series.map((one) => side(one, direction, both.times, placeOf.get(one.label) ?? 0, dark)),
  );
  return {
    ...frame,
    // The axis' name has a place of its own beside the figures.
    grid: { ...(frame.grid as object), left: 28 },
    tooltip: {
      ...(frame.tooltip as object),
      formatter: (items: unknown) => sidesTooltip(items as readonly SideItem[], both.unit),
    },
    yAxis: {
      ...(frame.yAxis as object),
      name: "sent above, received below",
      nameLocation: "middle",
      nameRotate: 90,
      nameGap: NAME_GAP,
      nameTextStyle: { color: quiet },
      axisLabel: { color: quiet, formatter: (value: number) => figure(Math.abs(value), both.unit) },
    },
    series: [...drawn, ...(both.gaps.length === 0 ? [] : [gapsOption(both.gaps, dark)])],
  };
}

function side(one: Series, direction: Direction, times: readonly number[], place: number, dark: boolean) {
  const colour = seriesColour(place, one.key === null, dark);
  const sign = direction === "forward" ? 1 : -1;
  return {
    id: `${direction}${place}`,
    name: one.label,
    type: "line",
    step: "end",
    symbol: "none",
    triggerLineEvent: true,
    stack: direction,
    stackStrategy: "all",
    data: times.map((time, at) => {
      const value = one.values[at] ?? null;
      return [time, value === null ? null : value * sign];
    }),
    itemStyle: { color: colour },
    lineStyle: { width: 0.8, color: colour },
    areaStyle: { color: colour, opacity: direction === "forward" ? 0.78 : 0.5 },
  };
}

interface SideItem {
  readonly axisValue: number;
  readonly seriesName: string;
  readonly seriesId: string;
  readonly color: string;
  readonly value: readonly [number, number | null];
}

function sidesTooltip(items: readonly SideItem[], unit: string): HTMLElement {
  const at = items[0]?.axisValue ?? 0;
  const rows = items
    .filter(({ value }) => value[1] !== null && value[1] !== 0)
    .map(({ seriesName, seriesId, color, value }) => ({
      name: `${seriesName}, ${seriesId.startsWith("forward") ? "sent" : "received"}`,
      colour: color,
      text: figure(Math.abs(value[1]!), unit),
    }));
  return tooltipBox(localTime(at), utcTime(at), rows);
}
