// Percentiles of a series' rates, group by group, as billing has them: so many percent of the buckets had this rate or a lower one.
import { UsageError } from "../core/errors.ts";
import type { Sql } from "../core/sql.ts";
import type { Table, TableColumn, Value } from "../core/table.ts";
import type { Engine } from "../store/index.ts";
import { columnsOf } from "./answer-groups.ts";
import { askSeries, hasGaps, type Series, type SeriesGroup, type SeriesQuestion } from "./answer-series.ts";
import { MeasureValues, type Sums } from "./measure-values.ts";
import { type Measure, parseMeasure } from "./measures.ts";
import type { FlowChoice } from "./question.ts";
import { type KnownSpans, secondsOf } from "./series-time.ts";

/** Nearest rank: the smallest value that so many percent of all values do not exceed. */
export function percentile(values: readonly number[], percent: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]!;
}

/** Rates of buckets that nothing was seen in count as zero. */
export async function answerPercentile(
  engine: Engine,
  flows: Sql,
  choice: FlowChoice,
  question: SeriesQuestion,
  known: KnownSpans,
): Promise<Table> {
  const rate = rateOf(question);
  const percent = question.percentile!;
  const series = await askSeries(
    engine,
    flows,
    choice,
    { ...question, measures: withRate(question.measures, rate) },
    known,
  );
  if (hasGaps(series.buckets)) {
    throw new UsageError(
      "--percentile: expected at most 20000 buckets of time, found more; ask for a shorter time (--from, --to) or longer buckets.",
    );
  }
  const rates = (group: ReadonlyMap<number, Sums>) => ratesOf(series, group, rate, choice);
  const rows = series.groups.map((group) => [...group.keys, ...valuesOf(rates(group.sums), percent)]);
  const all = valuesOf(rates(sumOfAll(series)), percent);
  const none = question.keys.map(() => null);
  const place = question.keys.length;
  rows.sort((a, b) => Number(b[place] ?? 0) - Number(a[place] ?? 0));
  const word = `p${percent}`;
  return {
    shape: "group",
    title: `${word} of ${rate.name} over ${question.bucket.name}`,
    columns: [...columnsOf(question.keys, []), ...rateColumns(word, rate)],
    rows,
    sortedBy: question.keys.length === 0 ? null : nameOf(word, rate),
    total: question.keys.length === 0 ? null : [...none, ...all],
    others: null,
    othersRows: [],
    bucketSeconds: null,
    from: choice.time.from,
    to: choice.time.to,
    known: null,
    zone: choice.zone,
    notes: [
      `${percent} % of the ${series.buckets.length} buckets had this rate or a lower one; buckets without flows count as 0`,
      ...(place > 0 ? ["the total is that of all groups together, not the sum of the rows"] : []),
    ],
  };
}

/** The rate that is sorted by, else bits per second. */
function rateOf({ measures, sort }: SeriesQuestion): Measure {
  const rates = measures.filter(({ form }) => form.kind === "ratio" && form.per === null);
  return rates.find(({ name }) => name === sort.by) ?? rates[0] ?? parseMeasure("bps");
}

function withRate(measures: readonly Measure[], rate: Measure): readonly Measure[] {
  return measures.some(({ name }) => name === rate.name) ? measures : [...measures, rate];
}

function ratesOf(
  { buckets, asked, whole }: Series,
  sums: ReadonlyMap<number, Sums>,
  rate: Measure,
  choice: FlowChoice,
) {
  const values = new MeasureValues([rate], asked.aggregates, whole);
  const rates: number[] = [];
  for (const [time, end] of buckets) {
    const found = sums.get(time);
    const seconds = secondsOf(time, end, choice.time);
    rates.push(found === undefined ? 0 : Number(values.of(found, seconds)[0] ?? 0));
  }
  return rates;
}

function sumOfAll({ groups, others, asked }: Series): ReadonlyMap<number, Sums> {
  const all = new Map<number, Sums>();
  const add = (time: number, sums: Sums) => {
    const before = all.get(time);
    const added = sums.map((value, i) => {
      const other = before?.[i] ?? null;
      if (!asked.aggregates[i]!.additive) return null;
      return value === null || other === null ? (value ?? other) : BigInt(value) + BigInt(other);
    });
    all.set(time, added);
  };
  for (const { sums } of groups as readonly SeriesGroup[]) for (const [time, values] of sums) add(time, values);
  for (const [time, values] of others) add(time, values);
  return all;
}

function valuesOf(rates: readonly number[], percent: number): Value[] {
  const mean = rates.length === 0 ? null : rates.reduce((sum, value) => sum + value, 0) / rates.length;
  return [percentile(rates, percent), mean, rates.length === 0 ? null : percentile(rates, 100)];
}

function nameOf(word: string, { name }: Measure): string {
  return word.replace(".", "_") + name.slice(0, 1).toUpperCase() + name.slice(1);
}

function rateColumns(word: string, rate: Measure): TableColumn[] {
  return [word, "avg", "max"].map((call) => ({
    name: nameOf(call, rate),
    title: `${call} ${rate.title}`,
    type: "real",
    unit: rate.unit,
    role: "measure",
    field: null,
  }));
}
