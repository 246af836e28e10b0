// The inside of an SVG picture of series over time: areas, bars or lines between axes.
import type { TimeChart } from "./graph-chart.ts";
import { columnsOf } from "./graph-chart.ts";
import { type Tick, timeTicks, type ValueScale, valueText } from "./graph-scale.ts";
import { dashOf, filled } from "./graph-svg-style.ts";
import { element, escapeXml, pixels, textElement } from "./svg-text.ts";
import { ZoneClock } from "./zone-time.ts";

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type TimeStyle = "stacked" | "bars" | "lines";

/** Buckets as they are drawn: their edges in pixels, and the values of each series. Not more than there are pixels. */
interface Drawn {
  readonly edges: readonly number[];
  readonly values: readonly Float64Array[];
  /** Of all together; empty where they do not add up. */
  readonly sum: Float64Array;
}

function drawnOf(chart: TimeChart, box: Box): Drawn {
  const { edges, series } = chart;
  const all = [...series.map(({ values }) => values), chart.sum?.values ?? new Float64Array(0)];
  const most = Math.max(1, Math.floor(box.width));
  if (edges.length - 1 > most) {
    const places = Array.from({ length: most + 1 }, (_, i) => box.x + (i * box.width) / most);
    const columns = all.map((values) => (values.length === 0 ? values : columnsOf(chart, values, most)));
    return { edges: places, values: columns.slice(0, -1), sum: columns.at(-1)! };
  }
  const span = edges.at(-1)! - edges[0]!;
  const places = Array.from(edges, (edge) => box.x + ((edge - edges[0]!) / span) * box.width);
  return { edges: places, values: all.slice(0, -1), sum: all.at(-1)! };
}

export function timePicture(
  chart: TimeChart,
  box: Box,
  scale: ValueScale,
  style: TimeStyle,
  percentile: boolean,
): string {
  const drawn = drawnOf(chart, box);
  const height = (value: number) => box.y + box.height - scale.place(value) * box.height;
  const layers =
    style === "lines"
      ? linePaths(chart, drawn, height)
      : style === "bars"
        ? barShapes(chart, drawn, height)
        : areaPaths(chart, drawn, height);
  return [
    valueAxis(box, scale.ticks),
    gaps(drawn, box),
    layers,
    timeAxis(chart, box),
    percentile && chart.sum !== null ? level(chart, box, scale, chart.sum.figures.percentile95) : "",
  ].join("\n");
}

function valueAxis(box: Box, ticks: readonly Tick[]): string {
  return ticks
    .map(({ at, label }) => {
      const y = box.y + box.height * (1 - at);
      const line = element("line", {
        x1: box.x,
        x2: box.x + box.width,
        y1: y,
        y2: y,
        class: at === 0 ? "axis" : "grid",
      });
      return line + textElement(label, { x: box.x - 8, y: y + 4, anchor: "end", class: "dim" });
    })
    .join("");
}

function timeAxis(chart: TimeChart, box: Box): string {
  const [from, to] = [chart.edges[0]!, chart.edges.at(-1)!];
  const foot = box.y + box.height;
  return timeTicks(new ZoneClock(chart.zone), from, to, Math.max(1, Math.floor(box.width / 72)))
    .map(({ at, label }) => {
      const x = box.x + at * box.width;
      const line = element("line", { x1: x, x2: x, y1: foot, y2: foot + 5, class: "axis" });
      return line + textElement(label, { x, y: foot + 19, anchor: "middle", class: "dim" });
    })
    .join("");
}

/** Runs of buckets [from, to) for which `test` holds. */
function runs(count: number, test: (bucket: number) => boolean): [number, number][] {
  const found: [number, number][] = [];
  for (let i = 0; i < count; i++) {
    if (!test(i)) continue;
    const last = found.at(-1);
    if (last !== undefined && last[1] === i) last[1] = i + 1;
    else found.push([i, i + 1]);
  }
  return found;
}

function isKnown({ values, sum }: Drawn, bucket: number): boolean {
  return values.some((one) => !Number.isNaN(one[bucket]!)) || !Number.isNaN(sum[bucket] ?? Number.NaN);
}

function gaps(drawn: Drawn, box: Box): string {
  const { edges } = drawn;
  return runs(edges.length - 1, (i) => !isKnown(drawn, i))
    .map(([from, to]) => {
      const [x, width] = [edges[from]!, edges[to]! - edges[from]!];
      return element(
        "rect",
        { x, y: box.y, width, height: box.height, fill: "url(#flowgauge-gap)", opacity: 0.6 },
        "<title>not known</title>",
      );
    })
    .join("");
}

/** For each series where it begins and ends in each bucket, one standing on the other. */
function stacked({ values }: Drawn): readonly (readonly [Float64Array, Float64Array])[] {
  let foot = new Float64Array(values[0]?.length ?? 0);
  return values.map((one) => {
    const top = foot.map((below, i) => below + (one[i]! || 0));
    const layer = [foot, top] as const;
    foot = top;
    return layer;
  });
}

function named(name: string): string {
  return `<title>${escapeXml(name)}</title>`;
}

/** Steps: each bucket is as wide as it lasts, so that areas are amounts. */
function areaPaths(chart: TimeChart, drawn: Drawn, height: (value: number) => number): string {
  const { edges } = drawn;
  const known = runs(edges.length - 1, (i) => isKnown(drawn, i));
  const layers = stacked(drawn);
  return chart.series
    .map(({ name, others }, place) => {
      const [feet, tops] = layers[place]!;
      const d = known.map(([from, to]) => {
        let path = `M${pixels(edges[from]!)} ${pixels(height(feet[from]!))}`;
        for (let i = from; i < to; i++) path += `V${pixels(height(tops[i]!))}H${pixels(edges[i + 1]!)}`;
        for (let i = to - 1; i >= from; i--) path += `V${pixels(height(feet[i]!))}H${pixels(edges[i]!)}`;
        return `${path}Z`;
      });
      return filled("path", { d: d.join("") }, place, others, named(name));
    })
    .join("");
}

function barShapes(chart: TimeChart, drawn: Drawn, height: (value: number) => number): string {
  const { edges } = drawn;
  const layers = stacked(drawn);
  return chart.series
    .map(({ name, others }, place) => {
      const [feet, tops] = layers[place]!;
      let d = "";
      for (let i = 0; i < tops.length; i++) {
        if (!(tops[i]! > feet[i]!)) continue;
        const space = (edges[i + 1]! - edges[i]!) * 0.12;
        const [left, right] = [pixels(edges[i]! + space), pixels(edges[i + 1]! - space)];
        d += `M${left} ${pixels(height(feet[i]!))}V${pixels(height(tops[i]!))}H${right}V${pixels(height(feet[i]!))}Z`;
      }
      return filled("path", { d }, place, others, named(name));
    })
    .join("");
}

/** Through the middles of the buckets; what stands alone is a dash. */
function linePaths(chart: TimeChart, { edges, values }: Drawn, height: (value: number) => number): string {
  const paths = chart.series.map(({ name, others }, place) => {
    const one = values[place]!;
    const d = runs(one.length, (i) => !Number.isNaN(height(one[i]!))).map(([from, to]) => {
      if (to - from === 1) return `M${pixels(edges[from]!)} ${pixels(height(one[from]!))}H${pixels(edges[to]!)}`;
      let path = "";
      for (let i = from; i < to; i++) {
        const x = (edges[i]! + edges[i + 1]!) / 2;
        path += `${i === from ? "M" : "L"}${pixels(x)} ${pixels(height(one[i]!))}`;
      }
      return path;
    });
    const attributes = {
      d: d.join(""),
      class: `l${place}`,
      fill: "none",
      "stroke-width": 2,
      "stroke-linejoin": "round",
    };
    return element("path", { ...attributes, "stroke-dasharray": dashOf(place, others) }, named(name));
  });
  return paths.reverse().join("");
}

function level(chart: TimeChart, box: Box, scale: ValueScale, value: number): string {
  const share = scale.place(value);
  if (!(share <= 1)) return "";
  const y = box.y + box.height * (1 - share);
  const line = element("line", {
    x1: box.x,
    x2: box.x + box.width,
    y1: y,
    y2: y,
    class: "level",
    "stroke-dasharray": "4 4",
  });
  const text = `95th percentile ${valueText(value, chart.unit)}`;
  return line + textElement(text, { x: box.x + box.width - 4, y: y - 5, anchor: "end", size: 11 });
}
