// Table -> Chart: rows become series over evenly known buckets; what is not known stays so and is never zero.

import { seenText } from "../core/cell-text.ts";
import { UsageError } from "../core/errors.ts";
import type { Table, Value } from "../core/table.ts";
import { type Breakdown, type Chart, figuresOf, type Series, type TimeChart } from "./graph-chart.ts";
import { seriesName } from "./graph-names.ts";
import { type DrawnMeasure, drawnMeasure } from "./graph-units.ts";
import type { GraphUnit } from "./graph-words.ts";
import { withLength } from "./quantity.ts";
import { spanText, ZoneClock } from "./zone-time.ts";

export interface ChartOptions {
  readonly unit?: GraphUnit | undefined;
  readonly title?: string | undefined;
}

/** More than so many cannot be told apart: the rest is drawn as others. */
const MOST_SERIES = 16;
/** So many bars are still a picture. */
const MOST_GROUPS = 100;
const MOST_BUCKETS = 1_000_000;

/** Throws a UsageError where there is nothing that can be drawn. */
export function chartOf(table: Table, options: ChartOptions = {}): Chart {
  if (table.shape === "list") {
    throw new UsageError("expected groups or a series to draw, found a list of flows; ask with --by or --bucket.");
  }
  const measure = drawnMeasure(table, options.unit);
  const title = seenText(options.title ?? table.title);
  return table.shape === "series" ? timeChart(table, measure, title) : breakdown(table, measure, title);
}

function number(value: Value | undefined): number {
  return value === null || value === undefined ? Number.NaN : Number(value);
}

function breakdown(
  table: Table,
  { place, unit, unitName, factor, amountUnit }: DrawnMeasure,
  title: string,
): Breakdown {
  const part = (name: string, value: number, others: boolean): Series => {
    const values = Float64Array.of(value * factor);
    return { name, others, values, figures: figuresOf(values, Float64Array.of(1), value) };
  };
  const ranked = table.rows
    .map((row) => part(seriesName(table, row), number(row[place]), false))
    .sort((a, b) => (b.values[0]! || 0) - (a.values[0]! || 0));
  const notes = table.notes.map(seenText);
  const far = ranked.slice(MOST_GROUPS).reduce((sum, { values }) => sum + (values[0]! || 0), 0);
  if (ranked.length > MOST_GROUPS) notes.push(`${ranked.length - MOST_GROUPS} groups are drawn as others`);
  const left = table.others?.[place] ?? null;
  const hasOthers = left !== null || ranked.length > MOST_GROUPS;
  const rest = part("others", Number(left ?? 0) + far / factor, true);
  const series = [...ranked.slice(0, MOST_GROUPS), ...(hasOthers ? [rest] : [])];
  const whole = amountUnit === null ? Number.NaN : number(table.total?.[place]) * factor;
  const clock = new ZoneClock(table.zone);
  const subtitle = spanText(clock, table.from, table.to) ?? "";
  return {
    kind: "groups",
    title,
    subtitle,
    unit,
    unitName,
    notes,
    zone: table.zone,
    series,
    amountUnit,
    whole,
  };
}

function timeChart(table: Table, measure: DrawnMeasure, title: string): TimeChart {
  const { unit, unitName, amountUnit } = measure;
  const time = table.columns.findIndex(({ type, role }) => type === "time" && role === "key");
  const step = table.bucketSeconds;
  if (time < 0 || step === null)
    throw new UsageError("expected a series over time to draw, found none; ask with --bucket.");
  const edges = edgesOf(table, time, step * 1000);
  const buckets = new BucketTable(table, time, edges);
  const amounts = new Map<string, Float64Array>();
  for (const row of table.rows) buckets.add(amounts, seriesName(table, row, time), row, measure.place);
  const others = new Map<string, Float64Array>();
  for (const row of table.othersRows) buckets.add(others, "others", row, measure.place);
  buckets.markUnknown();
  const total = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);
  const ranked = [...amounts].sort(([, a], [, b]) => total(b) - total(a));
  const rest = [...others.values(), ...ranked.slice(MOST_SERIES).map(([, values]) => values)];
  const layers = ranked.slice(0, MOST_SERIES).map(([name, values]) => buckets.series(name, values, measure, false));
  if (rest.length > 0) layers.push(buckets.series("others", buckets.sum(rest), measure, true));
  const all = [...amounts.values(), ...others.values()];
  const addsUp = amountUnit !== null || all.length === 1;
  const sum = addsUp
    ? buckets.series("total", all.length === 0 ? buckets.empty() : buckets.sum(all), measure, false)
    : null;
  const subtitle = [...subtitleOf(table, edges), `${withLength(step)} a bucket`].join(", ");
  const notes = table.notes.map(seenText);
  if (ranked.length > MOST_SERIES) notes.push(`${ranked.length - MOST_SERIES} series are drawn as others`);
  return {
    kind: "time",
    title,
    subtitle,
    unit,
    unitName,
    notes,
    zone: table.zone,
    series: layers,
    amountUnit,
    edges,
    sum,
    coverage: table.known !== null,
  };
}

function subtitleOf({ from, to, zone, rows, othersRows }: Table, edges: Float64Array): string[] {
  const at = (ms: number) => BigInt(Math.round(ms)) * 1_000_000n;
  const seen = rows.length + othersRows.length > 0;
  const span = spanText(
    new ZoneClock(zone),
    from ?? (seen ? at(edges[0]!) : null),
    to ?? (seen ? at(edges.at(-1)!) : null),
  );
  return span === null ? [] : [span];
}

/** The buckets from the first to the last one that is asked for or has rows; those without rows are put in between. */
function edgesOf(table: Table, place: number, step: number): Float64Array {
  const ms = (value: Value | undefined) => Number((value as bigint) / 1_000_000n);
  const found = new Set<number>();
  for (const row of [...table.rows, ...table.othersRows]) if (row[place] !== null) found.add(ms(row[place]));
  const from = table.from === null ? null : ms(table.from);
  const to = table.to === null ? null : ms(table.to);
  if (found.size === 0) found.add(from ?? (to === null ? 0 : to - step));
  const times = [...found].sort((a, b) => a - b);
  const edges: number[] = [];
  const before = from === null ? 0 : Math.ceil((times[0]! - from) / step - 1e-9);
  const after = to === null ? 0 : Math.ceil((to - times.at(-1)!) / step - 1e-9) - 1;
  if (before + after + (times.at(-1)! - times[0]!) / step > MOST_BUCKETS) {
    throw new UsageError(
      `expected at most ${MOST_BUCKETS} buckets to draw, found more; ask for longer ones with --bucket.`,
    );
  }
  for (let i = before; i > 0; i--) edges.push(times[0]! - i * step);
  for (const [i, time] of times.entries()) {
    edges.push(time);
    // Days of 23 and 25 hours and months differ in length: a gap is what is longer than one and a half.
    for (let next = time + step; next < (times[i + 1] ?? 0) - step / 2; next += step) edges.push(next);
  }
  for (let i = 1; i <= after; i++) edges.push(times.at(-1)! + i * step);
  return new Float64Array([...edges, edges.at(-1)! + step]);
}

class BucketTable {
  private readonly edges: Float64Array;
  private readonly places: ReadonlyMap<number, number>;
  private readonly time: number;
  /** Seconds of each bucket that were asked for. */
  private readonly seconds: Float64Array;
  private readonly seen: Uint8Array;
  private readonly unknown: Uint8Array;
  private readonly known: Table["known"];

  constructor({ from, to, known }: Table, time: number, edges: Float64Array) {
    const count = edges.length - 1;
    this.edges = edges;
    this.time = time;
    this.known = known;
    this.places = new Map([...edges.subarray(0, count)].map((edge, i) => [edge, i]));
    const least = from === null ? Number.NEGATIVE_INFINITY : Number(from / 1_000_000n);
    const most = to === null ? Number.POSITIVE_INFINITY : Number(to / 1_000_000n);
    this.seconds = Float64Array.from({ length: count }, (_, i) => {
      const asked = Math.min(edges[i + 1]!, most) - Math.max(edges[i]!, least);
      return (asked > 0 ? asked : edges[i + 1]! - edges[i]!) / 1000;
    });
    this.seen = new Uint8Array(count);
    this.unknown = new Uint8Array(count);
  }

  empty(): Float64Array {
    return new Float64Array(this.seen.length);
  }

  add(amounts: Map<string, Float64Array>, name: string, row: readonly Value[], measure: number): void {
    const time = row[this.time];
    if (typeof time !== "bigint") return;
    const amount = row[measure] ?? null;
    const bucket = this.places.get(Number(time / 1_000_000n))!;
    let values = amounts.get(name);
    if (values === undefined) {
      values = this.empty();
      amounts.set(name, values);
    }
    // A row without a value says that nothing is known of its bucket.
    if (amount === null) return;
    values[bucket]! += Number(amount);
    this.seen[bucket] = 1;
  }

  sum(parts: readonly Float64Array[]): Float64Array {
    const sum = this.empty();
    for (const part of parts) for (let i = 0; i < sum.length; i++) sum[i]! += part[i]!;
    return sum;
  }

  /** Buckets without rows: those that the store has no data of. */
  markUnknown(): void {
    const spans = this.known?.map(([from, to]) => [Number(from / 1_000_000n), Number(to / 1_000_000n)] as const);
    for (let i = 0; i < this.seen.length; i++) {
      if (this.seen[i] === 1) continue;
      const covered = spans?.some(([from, to]) => from < this.edges[i + 1]! && to > this.edges[i]!) ?? false;
      this.unknown[i] = covered ? 0 : 1;
    }
  }

  series(
    name: string,
    amounts: Float64Array,
    { factor, perSecond, amountUnit }: DrawnMeasure,
    others: boolean,
  ): Series {
    const { seconds, unknown } = this;
    const values = amounts.map((amount, i) =>
      unknown[i] === 1 ? Number.NaN : (amount * factor) / (perSecond ? seconds[i]! : 1),
    );
    const amount = amountUnit === null ? Number.NaN : amounts.reduce((sum, value) => sum + value, 0);
    return { name, others, values, figures: figuresOf(values, seconds, amount) };
  }
}
