// What Explore shows, as its address has it. Words that are not understood are what they are by default.
import { place } from "../frame/place.ts";

export const METRICS = ["bps", "pps", "fps", "bytes", "packets", "flows", "l2bps", "l2bytes"] as const;
export type Metric = (typeof METRICS)[number];

export const CHARTS = ["stacked", "lines", "sides", "sankey", "heat", "bars", "none"] as const;
export type Chart = (typeof CHARTS)[number];

export const SPREADS = ["even", "start", "end"] as const;
export type Spread = (typeof SPREADS)[number];

export interface View {
  /** Words of a time, as in every command: "24h", "2026-11-20T10:00". "" = open. */
  readonly from: string;
  readonly to: string;
  readonly filter: string;
  /** Fields to group by; none = one series of all. */
  readonly by: readonly string[];
  readonly top: number;
  readonly metric: Metric;
  readonly chart: Chart;
  /** The period before, drawn behind this one. */
  readonly before: boolean;
  /** The line of the 95th percentile. */
  readonly percentile: boolean;
  readonly spread: Spread;
  readonly biflow: boolean;
  readonly dedup: boolean;
  readonly scale: boolean;
  /** Seconds between two refreshes; 0 = none. */
  readonly refresh: number;
}

export const FIRST_VIEW: View = {
  from: "24h",
  to: "",
  filter: "",
  by: ["proto"],
  top: 8,
  metric: "bps",
  chart: "stacked",
  before: false,
  percentile: false,
  spread: "even",
  biflow: false,
  dedup: false,
  scale: false,
  refresh: 0,
};

export function viewOf(query: URLSearchParams): View {
  const text = (name: string) => query.get(name);
  const flag = (name: string) => query.get(name) === "yes";
  const top = Number(text("top") ?? FIRST_VIEW.top);
  const by = text("by");
  return {
    from: text("from") ?? (text("to") === null ? FIRST_VIEW.from : ""),
    to: text("to") ?? "",
    filter: text("filter") ?? "",
    by: by === null ? FIRST_VIEW.by : by === "none" ? [] : by.split(",").filter((field) => field !== ""),
    top: Number.isInteger(top) && top >= 1 && top <= 100 ? top : FIRST_VIEW.top,
    metric: oneOf(METRICS, text("metric"), FIRST_VIEW.metric),
    chart: oneOf(CHARTS, text("chart"), FIRST_VIEW.chart),
    before: flag("before"),
    percentile: flag("p95"),
    spread: oneOf(SPREADS, text("spread"), FIRST_VIEW.spread),
    biflow: flag("biflow"),
    dedup: flag("dedup"),
    scale: flag("scale"),
    refresh: [0, 5, 10, 30, 60, 300].find((seconds) => String(seconds) === text("refresh")) ?? 0,
  };
}

/** What is as by default is left out: short addresses. */
export function wordsOf(view: View): Readonly<Record<string, string | undefined>> {
  const flag = (on: boolean) => (on ? "yes" : undefined);
  const unless = (value: string | number, usual: string | number) => (value === usual ? undefined : String(value));
  const by = view.by.length === 0 ? "none" : view.by.join(",");
  return {
    from: view.from === "" ? undefined : view.from,
    to: view.to === "" ? undefined : view.to,
    filter: view.filter === "" ? undefined : view.filter,
    by: unless(by, FIRST_VIEW.by.join(",")),
    top: unless(view.top, FIRST_VIEW.top),
    metric: unless(view.metric, FIRST_VIEW.metric),
    chart: unless(view.chart, FIRST_VIEW.chart),
    before: flag(view.before),
    p95: flag(view.percentile),
    spread: unless(view.spread, FIRST_VIEW.spread),
    biflow: flag(view.biflow),
    dedup: flag(view.dedup),
    scale: flag(view.scale),
    refresh: unless(view.refresh, 0),
  };
}

function oneOf<Word extends string>(words: readonly Word[], found: string | null, usual: Word): Word {
  return words.find((word) => word === found) ?? usual;
}

/** The view that is in the address now; a component that reads it is drawn anew when it changes. */
export function currentView(): View {
  return viewOf(place.value.query);
}

/** A filter made narrower by a term; `without`: the term's flows are left out. */
export function narrowed(filter: string, term: string, without = false): string {
  const added = without ? `not (${term})` : term;
  const before = filter.trim();
  if (before === "" || before === "any") return added;
  return /\bor\b|\|\|/i.test(before) ? `(${before}) and ${added}` : `${before} and ${added}`;
}
