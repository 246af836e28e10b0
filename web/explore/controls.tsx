// What is asked: the time, the filter, the grouping, the metric, the kind of chart.
import { useEffect } from "preact/hooks";
import { FieldList } from "../parts/field-list.tsx";
import { FilterField } from "../parts/filter-field.tsx";
import { TimeRange } from "../parts/time-range.tsx";
import { loadWords } from "../parts/words.ts";
import { SaveFilter } from "../reports/save-filter.tsx";
import type { Answer } from "./use-answer.ts";
import { CHARTS, type Chart, METRICS, type Metric, SPREADS, type Spread, type View } from "./view.ts";

export interface ControlsProps {
  readonly view: View;
  readonly answer: Answer;
  readonly onChange: (part: Partial<View>) => void;
}

const METRIC_TITLES: Readonly<Record<Metric, string>> = {
  bps: "bits/s",
  pps: "packets/s",
  fps: "flows/s",
  bytes: "bytes",
  packets: "packets",
  flows: "flows",
  l2bps: "bits/s (L2)",
  l2bytes: "bytes (L2)",
};
const CHART_TITLES: Readonly<Record<Chart, string>> = {
  stacked: "stacked",
  lines: "lines",
  bars: "bars",
  sides: "both directions",
  sankey: "Sankey",
  heat: "heat map",
  none: "table only",
};
const SPREAD_TITLES: Readonly<Record<Spread, string>> = {
  even: "over their duration",
  start: "at their start",
  end: "at their end",
};
const TOPS = [3, 5, 8, 10, 15, 20, 50, 100] as const;
const REFRESHES = [0, 5, 10, 30, 60, 300] as const;

export function Controls({ view, answer, onChange }: ControlsProps) {
  useEffect(() => void loadWords(), []);
  const { window } = answer;
  const span = window === null ? null : ([Date.parse(window.from), Date.parse(window.to)] as const);
  const filterFault = answer.fault?.code === "filter" ? answer.fault.message : null;
  return (
    <form class="controls panel" onSubmit={(event) => event.preventDefault()}>
      <TimeRange from={view.from} to={view.to} span={span} onChange={(from, to) => onChange({ from, to })} />
      <Choice
        title="refresh"
        value={String(view.refresh)}
        options={REFRESHES.map((seconds) => [String(seconds), seconds === 0 ? "off" : `${seconds} s`] as const)}
        onChange={(text) => onChange({ refresh: Number(text) })}
      />
      <FilterField filter={view.filter} fault={filterFault} onChange={(filter) => onChange({ filter })} />
      <SaveFilter filter={view.filter} />
      <FieldList fields={view.by} onChange={(by) => onChange({ by })} />
      <Choice
        title="top"
        value={String(view.top)}
        options={[...new Set([...TOPS, view.top])]
          .sort((a, b) => a - b)
          .map((top) => [String(top), String(top)] as const)}
        onChange={(text) => onChange({ top: Number(text) })}
      />
      <Choice
        title="in"
        value={view.metric}
        options={METRICS.map((metric) => [metric, METRIC_TITLES[metric]] as const)}
        onChange={(text) => onChange({ metric: text as Metric })}
      />
      <Choice
        title="chart"
        value={view.chart}
        options={CHARTS.map((chart) => [chart, CHART_TITLES[chart]] as const)}
        onChange={(text) => onChange({ chart: text as Chart })}
      />
      <details class="more">
        <summary>more</summary>
        <div>
          <Check title="the period before" on={view.before} onChange={(before) => onChange({ before })} />
          <Check
            title="line of the 95th percentile"
            on={view.percentile}
            onChange={(percentile) => onChange({ percentile })}
          />
          <Check title="both directions as one flow" on={view.biflow} onChange={(biflow) => onChange({ biflow })} />
          <Check title="each flow of one exporter only" on={view.dedup} onChange={(dedup) => onChange({ dedup })} />
          <Check title="times the sampling rate" on={view.scale} onChange={(scale) => onChange({ scale })} />
          <Choice
            title="flows count"
            value={view.spread}
            options={SPREADS.map((spread) => [spread, SPREAD_TITLES[spread]] as const)}
            onChange={(text) => onChange({ spread: text as Spread })}
          />
        </div>
      </details>
    </form>
  );
}

interface ChoiceProps {
  readonly title: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, title: string])[];
  readonly onChange: (value: string) => void;
}

function Choice({ title, value, options, onChange }: ChoiceProps) {
  return (
    <label class="choice">
      <span>{title}</span>
      <select value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        {options.map(([one, name]) => (
          <option key={one} value={one}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function Check({
  title,
  on,
  onChange,
}: {
  readonly title: string;
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
}) {
  return (
    <label class="check">
      <input type="checkbox" checked={on} onChange={({ currentTarget }) => onChange(currentTarget.checked)} />
      {title}
    </label>
  );
}
