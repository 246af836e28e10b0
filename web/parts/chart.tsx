// A chart: ECharts, loaded when the first one is drawn. What it shows stands in a table, too; nobody needs to see it.
import { useEffect, useRef } from "preact/hooks";
import type { ChartOption, OpenChart } from "./chart-kinds.ts";

export interface ChartProps {
  readonly option: ChartOption;
  /** For who cannot see it: one sentence. */
  readonly label: string;
  readonly height: number;
  /** A span of the time axis was dragged over (ms since 1970). */
  readonly onSpan?: (from: number, to: number) => void;
  /** A place between two axes was clicked: what the axes say there; of an axis of names, a place in them. */
  readonly onPlace?: (x: number, y: number) => void;
  /** An item of a chart without axes was clicked: as it stands in the option. */
  readonly onItem?: (item: unknown) => void;
}

export function Chart({ option, label, height, onSpan, onPlace, onItem }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<OpenChart | null>(null);
  const calls = useRef({ onSpan, onPlace, onItem });
  calls.current = { onSpan, onPlace, onItem };
  const wanted = useRef(option);
  wanted.current = option;

  useEffect(() => {
    let here = true;
    void import("./chart-kinds.ts").then(({ openChart }) => {
      if (!here || box.current === null) return;
      chart.current = openChart(box.current, {
        span: (from, to) => calls.current.onSpan?.(from, to),
        place: (x, y) => calls.current.onPlace?.(x, y),
        item: (item) => calls.current.onItem?.(item),
      });
      chart.current.draw(wanted.current);
    });
    return () => {
      here = false;
      chart.current?.close();
      chart.current = null;
    };
  }, []);

  useEffect(() => chart.current?.draw(option), [option]);

  return <div ref={box} class="chart" role="img" aria-label={label} style={{ height: `${height}px` }} />;
}
