// The first groups of very many, without a table of all of them: flows are summed up in 65,536 buckets of groups first, and only the
// heavy buckets are looked into. Memory stays small, and the answer is exact: a group weighs no more than its bucket.
import { joinSql, param, type Sql, sql } from "../core/sql.ts";
import type { Engine } from "../store/index.ts";
import { askCompact, type CompactAnswer } from "./compact-answer.ts";
import type { Dimension } from "./dimensions.ts";
import { type GroupSql, groupSql, isEither, keyValue } from "./group-sql.ts";
import type { Answered } from "./key-values.ts";
import type { GroupQuestion } from "./question.ts";

export interface GroupsAnswer {
  readonly asked: GroupSql;
  readonly answer: CompactAnswer;
  /** Groups there are; null = more than these, they were not counted. */
  readonly count: number | null;
}

/** Buckets that are looked into; and at least so many for each group that is wanted. */
const BUCKETS = 1000;
const BUCKETS_A_GROUP = 20;
const ALL_BUCKETS = 65_536;
/** Octets of keys up to which the engine's table of all groups is quick. */
const SHORT_KEYS = 16;

/** Asks for groups, `limit` of them (null = all). */
export async function askGroups(
  engine: Engine,
  flows: Sql,
  question: GroupQuestion,
  limit: number | null,
): Promise<GroupsAnswer> {
  const heavy = limit === null || limit === 0 ? null : await askHeavy(engine, flows, question, limit);
  if (heavy !== null) return heavy;
  const asked = groupSql(flows, question, limit);
  const answer = await askCompact(engine, asked.text);
  return { asked, answer, count: answer.rows_before_limit_at_least ?? answer.data.length };
}

/** null where it cannot be done so, or where no group outweighs the buckets that were not looked into. */
async function askHeavy(
  engine: Engine,
  flows: Sql,
  question: GroupQuestion,
  limit: number,
): Promise<GroupsAnswer | null> {
  const { keys } = question;
  const wanted = Math.max(BUCKETS, BUCKETS_A_GROUP * limit);
  const weighs = weightOf(question);
  if (weighs === null || wanted >= ALL_BUCKETS || octetsOf(keys) <= SHORT_KEYS || keys.some(isEither)) return null;
  const bucket = sql`toUInt16(cityHash64(${joinSql(keys.map(keyValue), ",")}))`;
  const bucketed = groupSql(flows, { ...question, keys: [bucketKey(bucket)] }, wanted + 1);
  const buckets = await askCompact(engine, bucketed.text);
  const place = bucketed.aggregates.findIndex(({ name }) => name === weighs);
  const chosen = buckets.data.slice(0, wanted);
  const rest = buckets.data[wanted];
  if (rest !== undefined && flat(chosen, rest, 1 + place)) return null;
  const numbers = param(
    "Array(UInt16)",
    chosen.map(([number]) => Number(number)),
  );
  const asked = groupSql(sql`(SELECT * FROM ${flows} WHERE ${bucket} IN ${numbers})`, question, limit);
  const answer = await askCompact(engine, asked.text);
  const last = answer.data[limit - 1];
  if (rest !== undefined && (last === undefined || weight(last, keys.length + place) <= weight(rest, 1 + place))) {
    return null;
  }
  const totals = buckets.totals === undefined ? {} : { totals: [...keys.map(() => null), ...buckets.totals.slice(1)] };
  const count = rest === undefined ? (answer.rows_before_limit_at_least ?? answer.data.length) : null;
  return { asked, answer: { ...answer, ...totals }, count };
}

/** The name of the sum that the groups are ordered by, the greatest first; null where it is none, or may be below zero. */
function weightOf({ measures, sort }: GroupQuestion): string | null {
  const form = measures.find(({ name }) => name === sort.by)?.form;
  if (form?.kind !== "aggregate" || !sort.descending) return null;
  return form.of.additive && form.of.type === "integer" ? form.of.name : null;
}

const OCTETS: Readonly<Record<string, number>> = { u8: 1, u16: 2, u32: 4, u64: 8, time: 8, mac: 8 };

function octetsOf(keys: readonly Dimension[]): number {
  return keys.reduce((sum, { form }) => sum + (form.kind === "field" ? (OCTETS[form.field.kind] ?? 16) : 16), 0);
}

/** No group can stand out where the buckets do not: looking into them would be in vain. */
function flat(chosen: readonly (readonly Answered[])[], rest: readonly Answered[], place: number): boolean {
  return weight(chosen[0]!, place) < 2n * weight(rest, place);
}

function weight(row: readonly Answered[], place: number): bigint {
  return BigInt(row[place] as string | number);
}

function bucketKey(value: Sql): Dimension {
  return { name: "", title: "", type: "integer", unit: null, field: null, value, form: { kind: "text" } };
}
