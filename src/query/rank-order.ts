// The order of a series' groups: by what they sum up to over all buckets.
import type { Value } from "../core/table.ts";
import type { SeriesGroup } from "./answer-series.ts";
import type { Aggregate } from "./measures.ts";
import type { GroupQuestion } from "./question.ts";

export function rankOrder(
  groups: SeriesGroup[],
  { keys, measures, sort }: GroupQuestion,
  aggregates: readonly Aggregate[],
): readonly SeriesGroup[] {
  const place = keys.findIndex(({ name }) => name === sort.by);
  const form = measures.find(({ name }) => name === sort.by)?.form;
  const of = form === undefined || form.kind === "duration" ? "bytes" : form.of.name;
  const column = aggregates.findIndex(({ name }) => name === of);
  const sums = new Map(groups.map((group) => [group, sumOf(group, column)]));
  const sign = sort.descending ? -1 : 1;
  return groups.sort((a, b) => {
    const order = place >= 0 ? compare(a.keys[place]!, b.keys[place]!) : sums.get(a)! - sums.get(b)!;
    return sign * order || compare(JSON.stringify(a.keys, text), JSON.stringify(b.keys, text));
  });
}

function sumOf({ sums }: SeriesGroup, column: number): number {
  let sum = 0;
  for (const values of sums.values()) sum += Number(values[column] ?? 0);
  return sum;
}

function compare(a: Value, b: Value): number {
  if (typeof a === "string" && typeof b === "string") return a < b ? -1 : a > b ? 1 : 0;
  return Number(a) - Number(b);
}

function text(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
