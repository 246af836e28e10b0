// Asks for a series and makes a Table of the answer: a row a bucket and group, gaps filled, what is left over bucket by bucket.
import type { Sql } from "../core/sql.ts";
import { sql } from "../core/sql.ts";
import type { Table, TableColumn, Value } from "../core/table.ts";
import type { Engine } from "../store/index.ts";
import { columnsOf, EITHER_NOTE, keyValues } from "./answer-groups.ts";
import { askCompact, type CompactAnswer } from "./compact-answer.ts";
import { MeasureValues, readSums, rest, type Sums } from "./measure-values.ts";
import type { Measure } from "./measures.ts";
import type { FlowChoice, GroupQuestion } from "./question.ts";
import { rankOrder } from "./rank-order.ts";
import { type SeriesSql, seriesSql } from "./series-sql.ts";
import { bucketEdges, filledBuckets, type KnownSpans, type Span, secondsOf, stateOf } from "./series-time.ts";
import { OUTSIDE, spreadFlows } from "./spread-flows.ts";
import type { Bucket } from "./time-buckets.ts";

export interface SeriesQuestion extends GroupQuestion {
  readonly bucket: Bucket;
}

/** A group of the series over all its buckets. */
export interface SeriesGroup {
  readonly keys: readonly Value[];
  /** By the beginning of the bucket. */
  readonly sums: Map<number, Sums>;
}

/** What the engine answered, bucket by bucket. */
export interface Series {
  readonly groups: readonly SeriesGroup[];
  /** What is in no group, by bucket. */
  readonly others: ReadonlyMap<number, Sums>;
  readonly whole: Sums;
  /** The buckets that are shown. */
  readonly buckets: readonly Span[];
  readonly asked: SeriesSql;
}

const TIME_COLUMN: TableColumn = { name: "time", title: "Time", type: "time", unit: null, role: "key", field: null };

/** `known`: the spans that there is data of; null = cannot be told. */
export async function askSeries(
  engine: Engine,
  flows: Sql,
  choice: FlowChoice,
  question: SeriesQuestion,
  known: KnownSpans,
): Promise<Series> {
  const { keys, bucket, spread } = question;
  const found = await bucketEdges(bucket, choice, () => extent(engine, flows));
  const asked = seriesSql(spreadFlows(flows, spread, found, choice.time), flows, question);
  const answer = await askCompact(engine, asked.text);
  const groups = new Map<string, SeriesGroup>();
  const others = new Map<number, Sums>();
  for (const row of answer.data) {
    const time = Number(row[0]);
    const sums = readSums(asked.aggregates, row, 2 + keys.length);
    if (time === OUTSIDE) continue;
    if (Number(row[1]) === 0) {
      others.set(time, sums);
      continue;
    }
    const name = JSON.stringify(row.slice(2, 2 + keys.length));
    const group = groups.get(name) ?? { keys: keyValues(keys, row, 2), sums: new Map<number, Sums>() };
    group.sums.set(time, sums);
    groups.set(name, group);
  }
  const seen = answer.data.map((row) => Number(row[0])).filter((time) => time !== OUTSIDE);
  return {
    groups: rankOrder([...groups.values()], question, asked.aggregates),
    others: asked.either ? new Map() : others,
    whole: wholeOf(asked, keys.length, answer),
    buckets: filledBuckets(bucket, choice, seen, known),
    asked,
  };
}

function wholeOf({ aggregates, either }: SeriesSql, keys: number, answer: CompactAnswer): Sums {
  if (answer.data.length === 0 || answer.totals === undefined)
    return aggregates.map(({ additive }) => (additive ? 0n : null));
  return readSums(aggregates, answer.totals, 2 + keys + (either ? aggregates.length : 0));
}

/** When the chosen flows began and ended: seconds; null where there are none. */
async function extent(engine: Engine, flows: Sql): Promise<readonly [number, number] | null> {
  const question = sql`SELECT count() AS n, toUnixTimestamp64Nano(min(began)) AS f, toUnixTimestamp64Nano(max(ended)) AS l FROM ${flows} WHERE began > fromUnixTimestamp64Nano(0, 'UTC')`;
  const [row] = await engine.rows<{ n: string; f: string; l: string }>(question);
  if (row === undefined || row.n === "0") return null;
  return [Number(BigInt(row.f) / 1_000_000_000n), Number(BigInt(row.l) / 1_000_000_000n)];
}

export async function answerSeries(
  engine: Engine,
  flows: Sql,
  choice: FlowChoice,
  question: SeriesQuestion,
  known: KnownSpans,
): Promise<Table> {
  const { keys, measures, bucket, sort } = question;
  const series = await askSeries(engine, flows, choice, question, known);
  const { groups, others, whole, buckets, asked } = series;
  const values = new MeasureValues(measures, asked.aggregates, whole);
  const zeros: Sums = asked.aggregates.map(({ additive, name }) => (additive || /^distinct/.test(name) ? 0n : null));
  const nothing: Sums = asked.aggregates.map(() => null);
  const rows: (readonly Value[])[] = [];
  const othersRows: (readonly Value[])[] = [];
  const none = keys.map(() => null);
  for (const [time, end] of buckets) {
    const at = BigInt(time) * 1_000_000_000n;
    const seconds = secondsOf(time, end, choice.time);
    const seen = others.has(time) || groups.some(({ sums }) => sums.has(time));
    const empty = seen || stateOf(time, end, known) ? zeros : nothing;
    for (const group of groups) rows.push([at, ...group.keys, ...values.of(group.sums.get(time) ?? empty, seconds)]);
    const left = others.get(time);
    if (left !== undefined) othersRows.push([at, ...none, ...values.of(left, seconds)]);
  }
  const shown = groups.flatMap(({ sums }) => [...sums.values()]);
  const left = rest(asked.aggregates, whole, shown);
  const outside = rest(asked.aggregates, whole, asked.either ? [] : [...shown, ...others.values()]);
  const inside = asked.either ? whole : rest(asked.aggregates, whole, [outside]);
  const span = buckets.length === 0 ? null : secondsOf(buckets[0]![0], buckets.at(-1)![1], choice.time);
  const hasLeft = !asked.either && left.some((value) => value !== null && value !== 0n && value !== 0);
  return {
    shape: "series",
    title: titleOf(question, groups.length),
    columns: [TIME_COLUMN, ...columnsOf(keys, measures)],
    rows,
    sortedBy: keys.length === 0 ? null : sort.by,
    total: [null, ...none, ...ratesOf(measures, values.of(inside, span), values.of(whole, null))],
    others: hasLeft
      ? [
          null,
          ...none,
          ...ratesOf(measures, values.of(rest(asked.aggregates, inside, shown), span), values.of(left, null)),
        ]
      : null,
    othersRows,
    bucketSeconds: bucket.seconds,
    from: choice.time.from,
    to: choice.time.to,
    known,
    zone: choice.zone,
    notes: [...seriesNotes(question, series), ...(asked.either ? [EITHER_NOTE] : [])],
  };
}

/** Sums of all flows; rates of those that are in the buckets, as only their time is known. */
function ratesOf(measures: readonly Measure[], rates: readonly Value[], sums: readonly Value[]): Value[] {
  return measures.map(({ form }, i) => (form.kind === "ratio" && form.per === null ? rates[i]! : sums[i]!));
}

function titleOf({ keys, bucket, sort }: SeriesQuestion, shown: number): string {
  const names = keys.map(({ name }) => name).join(", ");
  return keys.length === 0 ? bucket.name : `${bucket.name} of ${shown} ${names} by ${sort.by}`;
}

/** True where not all buckets are there (filledBuckets). */
export function hasGaps(buckets: readonly Span[]): boolean {
  return buckets.some(([from], i) => i > 0 && buckets[i - 1]![1] !== from);
}

function seriesNotes({ spread }: SeriesQuestion, { whole, groups, others, asked, buckets }: Series): string[] {
  const how =
    spread === "even"
      ? "octets and packets are spread evenly over the time of their flow; a flow is counted where it began"
      : `octets, packets and flows count where a flow ${spread === "start" ? "began" : "ended"}`;
  const inside = [...groups.flatMap(({ sums }) => [...sums.values()]), ...others.values()];
  const out = rest(asked.aggregates, whole, asked.either ? [] : inside);
  const lost = !asked.either && out.some((value) => typeof value === "bigint" && value > 0n);
  const gaps = hasGaps(buckets) ? ["buckets without flows are left out, as they would be very many"] : [];
  return [how, ...gaps, ...(lost ? ["what is outside of the time asked for, or has no time, is with the others"] : [])];
}
