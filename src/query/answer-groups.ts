// Asks for groups and makes a Table of the answer: rows, what is left over, totals.

import type { Sql } from "../core/sql.ts";
import type { Table, TableColumn, Value } from "../core/table.ts";
import type { Engine } from "../store/index.ts";
import type { CompactAnswer } from "./compact-answer.ts";
import type { Dimension } from "./dimensions.ts";
import type { GroupSql } from "./group-sql.ts";
import { askGroups } from "./heavy-groups.ts";
import { type Answered, readKey } from "./key-values.ts";
import { MeasureValues, readSums, rest, type Sums } from "./measure-values.ts";
import type { Measure } from "./measures.ts";
import type { FlowChoice, GroupQuestion } from "./question.ts";

export const EITHER_NOTE =
  "a flow counts for both of its ends: the rows add up to more than the total, which counts each flow once.";

export async function answerGroups(
  engine: Engine,
  flows: Sql,
  choice: FlowChoice,
  question: GroupQuestion,
): Promise<Table> {
  const { keys, measures, top, sort } = question;
  const { asked, answer, count } = await askGroups(engine, flows, question, keys.length === 0 ? null : top);
  const groups = answer.data.map((row) => readSums(asked.aggregates, row, keys.length));
  const whole = wholeOf(asked, keys, answer);
  const values = new MeasureValues(measures, asked.aggregates, whole);
  const left = keys.length > 0 && (count === null || count > answer.data.length) && !asked.either;
  const none = keys.map(() => null);
  return {
    shape: "group",
    title: titleOf(question, answer.data.length, count),
    columns: columnsOf(keys, measures),
    rows: answer.data.map((row, i) => [...keyValues(keys, row), ...values.of(groups[i]!, null)]),
    sortedBy: keys.length === 0 ? null : sort.by,
    total: keys.length === 0 ? null : [...none, ...values.of(whole, null)],
    others: left ? [...none, ...values.of(rest(asked.aggregates, whole, groups), null)] : null,
    othersRows: [],
    bucketSeconds: null,
    from: choice.time.from,
    to: choice.time.to,
    known: null,
    zone: choice.zone,
    notes: asked.either ? [EITHER_NOTE] : [],
  };
}

/** The sums over all flows, each counted once. */
export function wholeOf({ aggregates, either }: GroupSql, keys: readonly Dimension[], answer: CompactAnswer): Sums {
  const row = keys.length === 0 ? answer.data[0] : answer.data.length === 0 ? undefined : answer.totals;
  if (row === undefined) return aggregates.map(({ additive }) => (additive ? 0n : null));
  return readSums(aggregates, row, keys.length + (either ? aggregates.length : 0));
}

export function keyValues(keys: readonly Dimension[], row: readonly Answered[], from = 0): Value[] {
  return keys.map(({ form }, i) => readKey(form, row[from + i] ?? null));
}

export function columnsOf(keys: readonly Dimension[], measures: readonly Measure[]): TableColumn[] {
  return [
    ...keys.map(({ name, title, type, unit, field }) => ({ name, title, type, unit, role: "key" as const, field })),
    ...measures.map(({ name, title, type, unit }) => ({
      name,
      title,
      type,
      unit,
      role: "measure" as const,
      field: null,
    })),
  ];
}

function titleOf({ keys, sort, top }: GroupQuestion, shown: number, count: number | null): string {
  if (keys.length === 0) return "all flows";
  const names = keys.map(({ name }) => name).join(", ");
  const order = `by ${sort.by}${sort.descending ? "" : ", the least first"}`;
  // Groups that were not looked at are not counted (heavy-groups.ts).
  if (count === null) return `top ${shown} ${names} ${order}`;
  return top === null || count <= shown ? `${count} ${names} ${order}` : `top ${shown} of ${count} ${names} ${order}`;
}
