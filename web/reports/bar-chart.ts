// The option of a chart of groups: a bar each, the greatest above, in what the table is sorted by.
import type { ApiTable } from "../../src/serve/api.ts";
import { keyText } from "../explore/series.ts";
import type { ChartOption } from "../parts/chart-kinds.ts";
import { figure } from "../parts/figures.ts";
import { seriesColour } from "../parts/palette.ts";

const MOST_BARS = 30;
const BAR = 22;
const EDGES = 36;

/** null = there is nothing that can be compared. */
export function barChart(table: ApiTable, dark: boolean): ChartOption | null {
  const keys = table.columns.filter(({ role }) => role === "key");
  const measure =
    table.columns.find(({ name, role }) => role === "measure" && name === table.sortedBy) ??
    table.columns.find(({ role, name }) => role === "measure" && name === "bytes");
  if (table.shape !== "group" || keys.length === 0 || measure === undefined) return null;
  const rows = table.rows.slice(0, MOST_BARS);
  const quiet = dark ? "#9da7b3" : "#57606a";
  const line = dark ? "#363d48" : "#d0d7de";
  const text = (value: unknown) => figure(Number(value), measure.unit);
  return {
    animation: false,
    grid: { left: 8, right: 70, top: 8, bottom: 4, containLabel: true },
    xAxis: {
      type: "value",
      axisLabel: { color: quiet, formatter: text, hideOverlap: true },
      splitLine: { lineStyle: { color: line } },
    },
    yAxis: {
      type: "category",
      inverse: true,
      data: rows.map((row) => keys.map(({ name }) => keyText(name, row[name] ?? null)).join(" ")),
      axisLabel: { color: quiet, width: 320, overflow: "truncate" },
      axisLine: { lineStyle: { color: line } },
      axisTick: { show: false },
    },
    series: [
      {
        type: "bar",
        silent: true,
        barWidth: "66%",
        itemStyle: { color: seriesColour(0, false, dark) },
        label: {
          show: true,
          position: "right",
          color: quiet,
          formatter: ({ value }: { value: unknown }) => text(value),
        },
        data: rows.map((row) => Number(row[measure.name] ?? 0)),
      },
    ],
  };
}

export function barHeight({ rows }: ApiTable): number {
  return EDGES + BAR * Math.min(rows.length, MOST_BARS);
}
