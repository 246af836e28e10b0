// A Sankey chart: a column of values for each field, ribbons as wide as what went from one to the next.
import type { ApiTable } from "../../src/serve/api.ts";
import type { ChartOption } from "../parts/chart-kinds.ts";
import { figure } from "../parts/figures.ts";
import { seriesColour } from "../parts/palette.ts";
import { tooltipBox } from "../parts/tooltip.ts";
import { keyText, sumOf, unitOf } from "./series.ts";
import { termOf } from "./terms.ts";
import type { Metric } from "./view.ts";

/** A line of text, and what all gaps of a column may take of the height. */
const LINE = 14;
const ROOM = 300;
export const SANKEY_HEIGHT = 480;

interface Ribbon {
  readonly source: string;
  readonly target: string;
  value: number;
  /** Flows that are in it, as a term of the filter language; null = it cannot be said. */
  readonly term: string | null;
}

/** Of an item that was clicked; null = nothing can be said of it. */
export function termOfItem(item: unknown): string | null {
  return (item as Partial<Ribbon> | null)?.term ?? null;
}

export function sankeyChart(table: ApiTable, metric: Metric, dark: boolean): ChartOption {
  const keys = table.columns.filter(({ role }) => role === "key").map(({ name }) => name);
  const unit = unitOf(metric);
  const nodes = new Map<string, { readonly title: string; readonly depth: number; readonly term: string | null }>();
  const ribbons = new Map<string, Ribbon>();
  for (const row of table.rows) {
    const value = sumOf(row, metric) ?? 0;
    if (!(value > 0)) continue;
    // The same address as source and as destination is two: ribbons go one way.
    const names = keys.map((key, depth) => {
      const title = keyText(key, row[key] ?? null);
      const name = `${depth} ${title}`;
      nodes.set(name, { title, depth, term: termOf(key, row[key] ?? null) });
      return name;
    });
    for (let depth = 1; depth < names.length; depth++) {
      const [source, target] = [names[depth - 1]!, names[depth]!];
      const name = `${source} ${target}`;
      const term = both(nodes.get(source)?.term ?? null, nodes.get(target)?.term ?? null);
      const ribbon = ribbons.get(name) ?? { source, target, value: 0, term };
      ribbon.value += value;
      ribbons.set(name, ribbon);
    }
  }
  const text = dark ? "#e6e9ed" : "#1b2026";
  const columns = keys.map((_, depth) => [...nodes.values()].filter((node) => node.depth === depth).length);
  // Labels of values that are next to nothing stand below each other all the same.
  const gap = Math.max(4, Math.min(LINE, Math.floor(ROOM / Math.max(1, ...columns))));
  const titleOf = (name: string) => nodes.get(name)?.title ?? name;
  return {
    animation: false,
    tooltip: {
      confine: true,
      backgroundColor: dark ? "#252a33" : "#ffffff",
      textStyle: { color: text, fontSize: 12 },
      formatter: ({ name, data, value }: { name: string; data: Partial<Ribbon>; value: number }) => {
        const title = data.source === undefined ? titleOf(name) : `${titleOf(data.source)} to ${titleOf(data.target!)}`;
        return tooltipBox(title, "", [{ name: table.title, colour: null, text: figure(value, unit) }]);
      },
    },
    series: [
      {
        type: "sankey",
        left: 8,
        right: 150,
        top: 10,
        bottom: 10,
        nodeGap: gap,
        emphasis: { focus: "adjacency" },
        label: {
          color: text,
          fontSize: gap < LINE ? 10 : 12,
          formatter: ({ name }: { readonly name: string }) => titleOf(name),
        },
        lineStyle: { color: "gradient", opacity: 0.4 },
        data: [...nodes].map(([name, { depth, term }], place) => ({
          name,
          term,
          depth,
          itemStyle: { color: seriesColour(place, false, dark), borderWidth: 0 },
        })),
        links: [...ribbons.values()],
      },
    ],
  };
}

function both(one: string | null, other: string | null): string | null {
  return one === null || other === null ? null : `${one} and ${other}`;
}
