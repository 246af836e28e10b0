// A grouping as SQL: aggregates of the chosen flows by their keys, the first groups by the sort, totals over all of them.
import { joinSql, param, Sql, sql } from "../core/sql.ts";
import type { Dimension } from "./dimensions.ts";
import type { Aggregate, Measure } from "./measures.ts";
import { aggregatesOf } from "./measures.ts";
import type { GroupQuestion } from "./question.ts";

/** What a grouping asks the engine: keys k0.., aggregates a0.., then the aggregates that count each flow once (of either ends: t0..). */
export interface GroupSql {
  readonly text: Sql;
  readonly aggregates: readonly Aggregate[];
  /** True where a flow is in the groups of both its ends: then sums over all flows are in the columns t0... */
  readonly either: boolean;
}

/** `flows` is a FROM expression of chosenFlows' shape; `limit` null = all groups. */
export function groupSql(flows: Sql, question: GroupQuestion, limit: number | null): GroupSql {
  const { keys, measures, sort } = question;
  const sortedBy = measures.find(({ name }) => name === sort.by);
  const aggregates = aggregatesOf(sortedBy === undefined ? measures : [...measures, sortedBy]);
  const either = keys.some(isEither);
  const from = either ? bothEnds(flows, keys) : flows;
  const columns = [
    ...keys.map((key, i) => sql`${keyValue(key)} AS ${alias("k", i)}`),
    ...aggregates.map(({ value }, i) => sql`${value(null)} AS ${alias("a", i)}`),
    ...(either ? aggregates.map(({ value }, i) => sql`${value(sql`endNumber = 1`)} AS ${alias("t", i)}`) : []),
  ];
  const select = sql`SELECT ${joinSql(columns, ",")} FROM ${from}`;
  if (keys.length === 0) return { text: select, aggregates, either };
  const groups = joinSql(
    keys.map((_, i) => alias("k", i)),
    ",",
  );
  const order = orderOf(question, aggregates);
  const limited = limit === null ? sql`` : sql` LIMIT ${param("UInt64", limit)}`;
  const text = sql`${select} GROUP BY ${groups} WITH TOTALS ORDER BY ${order}, ${groups}${limited}`;
  return { text, aggregates, either };
}

export function alias(letter: "k" | "a" | "t" | "i" | "s", place: number): Sql {
  return new Sql([`${letter}${place}`]);
}

export function isEither({ value }: Dimension): boolean {
  return !(value instanceof Sql);
}

/** The value of a key in a row of `bothEnds`, or of the flows themselves. */
export function keyValue({ value }: Dimension): Sql {
  return value instanceof Sql ? value : sql`if(endNumber = 1, ${value.source}, ${value.destination})`;
}

/** Each flow once for each of its ends (`endNumber` 1 and 2), or once where both are the same. */
export function bothEnds(flows: Sql, keys: readonly Dimension[]): Sql {
  const same = keys.flatMap(({ value }) => (value instanceof Sql ? [] : [sql`${value.source} = ${value.destination}`]));
  return sql`(SELECT *, endNumber FROM ${flows} ARRAY JOIN if(${joinSql(same, "and")}, [1], [1, 2]) AS endNumber)`;
}

function orderOf({ keys, measures, sort }: GroupQuestion, aggregates: readonly Aggregate[]): Sql {
  const direction = sort.descending ? sql`DESC NULLS LAST` : sql`ASC NULLS LAST`;
  const key = keys.findIndex(({ name }) => name === sort.by);
  if (key >= 0) return sql`${alias("k", key)} ${direction}`;
  const measure = measures.find(({ name }) => name === sort.by)!;
  return sql`${measureValue(measure, aggregates)} ${direction}`;
}

/** The value of a measure over the aliases of its aggregates. */
export function measureValue({ form }: Measure, aggregates: readonly Aggregate[]): Sql {
  const of = (name: string) =>
    alias(
      "a",
      aggregates.findIndex((aggregate) => aggregate.name === name),
    );
  const seconds = sql`nullIf((${of("last")} - ${of("first")}) / 1e9, 0)`;
  switch (form.kind) {
    case "duration":
      return sql`(${of("last")} - ${of("first")})`;
    case "ratio":
      return form.per === null
        ? sql`${of(form.of.name)} * ${param("Float64", form.factor)} / ${seconds}`
        : sql`${of(form.of.name)} * ${param("Float64", form.factor)} / nullIf(${of(form.per.name)}, 0)`;
    default:
      return of(form.of.name);
  }
}
