// A series as SQL: aggregates by bucket and keys, for the groups that come first over all of the time; the others are one group.
import { joinSql, param, type Sql, sql } from "../core/sql.ts";
import { alias, bothEnds, isEither, keyValue } from "./group-sql.ts";
import { type Aggregate, aggregatesOf, type Measure } from "./measures.ts";
import type { GroupQuestion } from "./question.ts";

/** Columns: bucket, whether it is one of the first groups, k0.., a0.. and (either ends) t0.. as in GroupSql. */
export interface SeriesSql {
  readonly text: Sql;
  readonly aggregates: readonly Aggregate[];
  readonly either: boolean;
}

/** `spread` are the flows in their buckets, `flows` the same ones undivided: what the groups are ranked by. */
export function seriesSql(spread: Sql, flows: Sql, question: GroupQuestion): SeriesSql {
  const { keys, measures, top } = question;
  const aggregates = aggregatesOf([...measures, ...sortMeasures(question)], true);
  const either = keys.some(isEither);
  const place = either ? null : rankedByPlace(question, aggregates);
  if (place !== null && top !== null)
    return { text: onceOver(spread, question, aggregates, place), aggregates, either };
  const all = either ? bothEnds(spread, keys) : spread;
  const key = sql`tuple(${joinSql(keys.map(keyValue), ",")})`;
  const isShown =
    keys.length === 0 || top === null ? sql`toUInt8(1)` : sql`toUInt8(${key} IN (${ranked(flows, question, top)}))`;
  const columns = [
    sql`bucket AS b`,
    sql`${isShown} AS shown`,
    ...keys.map((dimension, i) => {
      const value = keyValue(dimension);
      return sql`if(shown = 1, ${value}, defaultValueOfArgumentType(${value})) AS ${alias("k", i)}`;
    }),
    ...aggregates.map(({ value }, i) => sql`${value(null)} AS ${alias("a", i)}`),
    ...(either ? aggregates.map(({ value }, i) => sql`${value(sql`endNumber = 1`)} AS ${alias("t", i)}`) : []),
  ];
  const groups = joinSql([sql`b`, sql`shown`, ...keys.map((_, i) => alias("k", i))], ",");
  return { text: sql`SELECT ${joinSql(columns, ",")} FROM ${all} GROUP BY ${groups} WITH TOTALS`, aggregates, either };
}

/** The place of the sum that groups are ranked by, where few groups are likely and all is made of sums; else null. */
function rankedByPlace({ keys, measures, sort }: GroupQuestion, aggregates: readonly Aggregate[]): number | null {
  const areFew = keys.every(({ form }) => form.kind === "field" && form.field.kind === "u8");
  const by = measures.find(({ name }) => name === sort.by)?.form;
  if (by === undefined || keys.length === 0 || keys.length > 2 || !areFew) return null;
  if (aggregates.some(({ additive }) => !additive) || !(by.kind === "aggregate" || by.kind === "ratio")) return null;
  if (by.kind === "ratio" && by.per !== null) return null;
  return aggregates.findIndex(({ name }) => name === by.of.name);
}

/** The flows are read once: all groups in all buckets, of which those become one that are not among the first. */
function onceOver(
  spread: Sql,
  { keys, sort, top }: GroupQuestion,
  aggregates: readonly Aggregate[],
  place: number,
): Sql {
  const inner = joinSql(
    keys.map((_, i) => alias("i", i)),
    ",",
  );
  const direction = sort.descending ? sql`DESC` : sql`ASC`;
  const all = [
    sql`bucket AS b`,
    ...keys.map((key, i) => sql`${keyValue(key)} AS ${alias("i", i)}`),
    ...aggregates.map(({ value }, i) => sql`${value(null)} AS ${alias("s", i)}`),
  ];
  const summed = sql`(SELECT ${joinSql(all, ",")} FROM ${spread} GROUP BY b, ${inner})`;
  const weighed = sql`(SELECT *, sum(${alias("s", place)}) OVER (PARTITION BY ${inner}) AS weight FROM ${summed})`;
  const marked = sql`(SELECT *, toUInt8(dense_rank() OVER (ORDER BY weight ${direction}, ${inner}) <= ${param("UInt64", top ?? 0)}) AS shown FROM ${weighed})`;
  const columns = [
    sql`b`,
    sql`shown`,
    ...keys.map(
      (_, i) => sql`if(shown = 1, ${alias("i", i)}, defaultValueOfArgumentType(${alias("i", i)})) AS ${alias("k", i)}`,
    ),
    ...aggregates.map((_, i) => sql`sum(${alias("s", i)}) AS ${alias("a", i)}`),
  ];
  const groups = joinSql([sql`b`, sql`shown`, ...keys.map((_, i) => alias("k", i))], ",");
  return sql`SELECT ${joinSql(columns, ",")} FROM ${marked} GROUP BY ${groups} WITH TOTALS`;
}

function sortMeasures({ measures, sort }: GroupQuestion): readonly Measure[] {
  return measures.filter(({ name }) => name === sort.by);
}

/** The keys of the first groups. Over one and the same time a rate orders as its sum does. */
function ranked(flows: Sql, { keys, measures, sort }: GroupQuestion, top: number): Sql {
  const all = keys.some(isEither) ? bothEnds(flows, keys) : flows;
  const direction = sort.descending ? sql`DESC` : sql`ASC`;
  const place = keys.findIndex(({ name }) => name === sort.by);
  const by = measures.find(({ name }) => name === sort.by);
  const order = place >= 0 ? alias("k", place) : rankValue(by!);
  const columns = joinSql(
    keys.map((key, i) => sql`${keyValue(key)} AS ${alias("k", i)}`),
    ",",
  );
  const aliases = joinSql(
    keys.map((_, i) => alias("k", i)),
    ",",
  );
  const first = sql`SELECT ${columns} FROM ${all} GROUP BY ${aliases} ORDER BY ${order} ${direction}, ${aliases} LIMIT ${param("UInt64", top)}`;
  return sql`SELECT tuple(${aliases}) FROM (${first})`;
}

/** What groups of a series are ranked by. */
export function rankValue({ form }: Measure): Sql {
  if (form.kind === "duration") return sql`max(ended) - min(began)`;
  if (form.kind === "ratio" && form.per !== null) return sql`${form.of.value(null)} / ${form.per.value(null)}`;
  return form.of.value(null);
}
