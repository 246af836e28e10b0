// The parts of ECharts that are used, and how the page opens one: sizes that follow, spans that are dragged over, clicks.
import { BarChart, GraphChart, HeatmapChart, LineChart, SankeyChart } from "echarts/charts";
import {
  AriaComponent,
  BrushComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
} from "echarts/components";
import { type EChartsCoreOption, init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([
  AriaComponent,
  BarChart,
  BrushComponent,
  GraphChart,
  GridComponent,
  HeatmapChart,
  LegendComponent,
  LineChart,
  MarkAreaComponent,
  MarkLineComponent,
  SankeyChart,
  SVGRenderer,
  TooltipComponent,
  VisualMapComponent,
]);

export type ChartOption = EChartsCoreOption;

/** What a chart tells: of spans of its time axis, of places between its axes, of items where it has none. */
export interface ChartEars {
  readonly span: (from: number, to: number) => void;
  readonly place: (x: number, y: number) => void;
  readonly item: (item: unknown) => void;
}

interface BrushEnd {
  readonly areas: readonly { readonly coordRange?: readonly [number, number] }[];
}

export interface OpenChart {
  draw(option: ChartOption): void;
  close(): void;
}

export function openChart(box: HTMLElement, ears: ChartEars): OpenChart {
  const chart = init(box, null, { renderer: "svg" });
  // A box that is being left has no size, and nothing to be drawn in.
  const watch = new ResizeObserver(() => {
    if (box.clientWidth > 0 && box.clientHeight > 0) chart.resize();
  });
  watch.observe(box);
  chart.on("brushEnd", (event) => {
    const range = (event as BrushEnd).areas[0]?.coordRange;
    chart.dispatchAction({ type: "brush", areas: [] });
    if (range !== undefined && range[1] > range[0]) ears.span(range[0], range[1]);
  });
  let axes = false;
  // Events of areas and lines do not say where on them it was: the axes do.
  chart.getZr().on("click", ({ offsetX, offsetY }) => {
    const at = [offsetX, offsetY];
    if (!axes || !chart.containPixel("grid", at)) return;
    const [x, y] = chart.convertFromPixel("grid", at) as [number, number];
    ears.place(x, y);
  });
  chart.on("click", ({ data }) => {
    if (!axes) ears.item(data);
  });
  return {
    draw(option) {
      axes = option.xAxis !== undefined;
      chart.setOption(option, { notMerge: true });
      // Dragging is what the time axis is for, without a button to be pressed first.
      if (option.brush !== undefined) chart.dispatchAction(DRAG);
    },
    close() {
      watch.disconnect();
      chart.dispose();
    },
  };
}

const DRAG = {
  type: "takeGlobalCursor",
  key: "brush",
  brushOption: { brushType: "lineX", brushMode: "single" },
};
