// Groups of frames -> Table: rows in order, what is behind --top as others, the total, buckets of time.
import { nearest } from "../core/suggestion.ts";
import type { Table, TableColumn, Value } from "../core/table.ts";
import { type ColumnGroups, FIRST_GROUP, OVERFLOW } from "./columns-groups.ts";
import { type ColumnsQuestion, FLOW_COLUMNS } from "./columns-question.ts";
import type { FieldNames } from "./field-names.ts";

const BILLION = 1_000_000_000n;
/** Rows of a series. */
const MOST_ROWS = 1_000_000;

/** A row: one group, or all buckets of one key. */
interface Unit {
  readonly key: number;
  readonly groups: readonly number[];
}

export function columnsTable(asked: ColumnGroups): Table {
  const { question } = asked;
  const { measures } = question;
  const [units, without] = unitsOf(asked);
  const ordered = inOrder(asked, units);
  const shown = question.top === null ? ordered : ordered.slice(0, question.top);
  const left = [...ordered.slice(shown.length).flatMap(({ groups }) => groups), ...overflowOf(asked)];
  const rows = question.bucketSeconds === null ? shown.map((unit) => rowOf(asked, unit)) : bucketRows(asked, shown);
  const counted = without === 0 ? asked.whole() : [...shown.flatMap(({ groups }) => groups), ...left];
  const total = [...keyNulls(question), ...measures.map((measure) => asked.measures.sum(measure, counted))];
  const others = [...keyNulls(question), ...measures.map((measure) => asked.measures.sum(measure, left))];
  const hasOthers = left.length > 0;
  const lines = [...rows, ...(counted.length > 0 ? [total] : []), ...(hasOthers ? [others] : [])];
  return {
    shape: question.bucketSeconds === null ? "group" : "series",
    title: titleOf(question),
    columns: columnsOf(asked, lines),
    rows,
    sortedBy: question.sort?.by ?? null,
    total,
    others: hasOthers ? others : null,
    othersRows: question.bucketSeconds === null || !hasOthers ? [] : othersRows(asked, left),
    bucketSeconds: question.bucketSeconds,
    from: null,
    to: null,
    known: null,
    zone: question.zone,
    notes: notesOf(asked, without),
  };
}

function overflowOf({ measures }: ColumnGroups): readonly number[] {
  return measures.frames(OVERFLOW) > 0 ? [OVERFLOW] : [];
}

/** And how many groups have not all that is asked for. */
function unitsOf(asked: ColumnGroups): readonly [Unit[], number] {
  const { question, groups } = asked;
  const units: Unit[] = [];
  let without = 0;
  const ofKey = new Map<number, number[]>();
  for (let group = FIRST_GROUP; group < groups; group++) {
    const key = asked.key[group]!;
    if (!asked.has(group)) without++;
    else if (question.bucketSeconds === null) units.push({ key, groups: [group] });
    else {
      const known = ofKey.get(key);
      if (known !== undefined) known.push(group);
      else {
        const made = [group];
        ofKey.set(key, made);
        units.push({ key, groups: made });
      }
    }
  }
  return [units, without];
}

function inOrder(asked: ColumnGroups, units: readonly Unit[]): readonly Unit[] {
  const { question } = asked;
  const { sort, measures, keys } = question;
  if (sort === null) return units;
  const measure = measures.find(({ name }) => name === sort.by);
  const key = keys.findIndex(({ text }) => text === sort.by);
  const value = (unit: Unit): Value => {
    if (measure !== undefined) return asked.measures.value(measure, unit.groups);
    if (key >= 0) return asked.keyValues(unit.key)[key]!;
    return flowValues(asked, unit.groups[0]!)[FLOW_COLUMNS.indexOf(sort.by as (typeof FLOW_COLUMNS)[number])]!;
  };
  const sign = sort.descending ? -1 : 1;
  return units
    .map((unit) => ({ unit, value: value(unit) }))
    .sort((a, b) => {
      // What is not known comes last, whatever the order.
      if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null);
      return sign * compared(a.value, b.value);
    })
    .map(({ unit }) => unit);
}

function compared(a: NonNullable<Value>, b: NonNullable<Value>): number {
  if (a instanceof Map && b instanceof Map) return a.size - b.size;
  const [x, y] = [Number(a), Number(b)];
  if (typeof a === "string" && (Number.isNaN(x) || Number.isNaN(y))) return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === "bigint" && typeof b === "bigint") return a < b ? -1 : a > b ? 1 : 0;
  return x - y;
}

function rowOf(asked: ColumnGroups, { key, groups }: Unit): Value[] {
  const { question } = asked;
  const values = asked.keyValues(key);
  return [
    ...(question.keys.length === 0 ? [] : values),
    ...(question.idleSeconds === null ? [] : flowValues(asked, groups[0]!)),
    ...question.measures.map((measure) => asked.measures.value(measure, groups)),
  ];
}

/** Start, end, duration in seconds. */
function flowValues(asked: ColumnGroups, group: number): readonly [bigint, bigint, number] {
  const [start, end] = [asked.start(group), asked.end(group)];
  return [start, end, Number(end - start) / 1e9];
}

function timeOf({ question }: ColumnGroups, bucket: number): bigint {
  return BigInt(bucket) * BigInt(question.bucketSeconds!) * BILLION;
}

/** A row for each bucket and key; where nothing at all was seen in a bucket, that is not known to be zero. */
function bucketRows(asked: ColumnGroups, shown: readonly Unit[]): Value[][] {
  const { question } = asked;
  const { seen } = asked;
  const ofBucket = shown.map(({ groups }) => new Map(groups.map((group) => [asked.bucket[group]!, group])));
  const rows: Value[][] = [];
  const keys = shown.map(({ key }) => (question.keys.length === 0 ? [] : asked.keyValues(key)));
  for (const bucket of bucketsBetween(seen, shown.length)) {
    for (const [i, groups] of ofBucket.entries()) {
      const group = groups.get(bucket);
      const values = question.measures.map((measure) => {
        if (group !== undefined) return asked.measures.value(measure, [group]);
        const none = asked.measures.value(measure, []);
        return seen.has(bucket) ? none : null;
      });
      rows.push([timeOf(asked, bucket), ...keys[i]!, ...values]);
    }
  }
  return rows;
}

/** From the first to the last one, where those are not too many rows; else those that something was seen in. */
function bucketsBetween(seen: ReadonlySet<number>, rowsEach: number): readonly number[] {
  const sorted = [...seen].sort((a, b) => a - b);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return [];
  const length = last - first + 1;
  if (length * Math.max(1, rowsEach) > MOST_ROWS) return sorted;
  return Array.from({ length }, (_, i) => first + i);
}

function othersRows(asked: ColumnGroups, left: readonly number[]): Value[][] {
  const { question } = asked;
  const ofBucket = new Map<number, number[]>();
  for (const group of left) {
    if (group === OVERFLOW) continue;
    const bucket = asked.bucket[group]!;
    const known = ofBucket.get(bucket);
    if (known === undefined) ofBucket.set(bucket, [group]);
    else known.push(group);
  }
  return [...ofBucket]
    .sort(([a], [b]) => a - b)
    .map(([bucket, groups]) => [
      timeOf(asked, bucket),
      ...question.keys.map(() => null),
      ...question.measures.map((measure) => asked.measures.sum(measure, groups)),
    ]);
}

function keyNulls({ keys, idleSeconds, bucketSeconds }: ColumnsQuestion): null[] {
  const more = (bucketSeconds === null ? 0 : 1) + (idleSeconds === null ? 0 : FLOW_COLUMNS.length);
  return Array.from({ length: keys.length + more }, () => null);
}

function columnsOf(asked: ColumnGroups, lines: readonly (readonly Value[])[]): TableColumn[] {
  const { keys, measures, idleSeconds, bucketSeconds } = asked.question;
  const key = (name: string, title: string, type: TableColumn["type"]): TableColumn => ({
    name,
    title,
    type,
    unit: type === "duration" ? "seconds" : null,
    role: "key",
    field: null,
  });
  const columns = [
    ...(bucketSeconds === null ? [] : [key("time", "Time", "time")]),
    ...keys.map(({ text }) => key(text, text, "text")),
    ...(idleSeconds === null
      ? []
      : [key("start", "Start", "time"), key("end", "End", "time"), key("duration", "Duration", "duration")]),
  ];
  const before = columns.length;
  return [...columns, ...measures.map((measure, i) => asked.measures.column(measure, valuesOf(lines, before + i)))];
}

function* valuesOf(lines: readonly (readonly Value[])[], place: number): Iterable<Value> {
  for (const line of lines) yield line[place]!;
}

function titleOf({ keys, idleSeconds, bucketSeconds, top, sort }: ColumnsQuestion): string {
  const fields = keys.length === 0 ? "all frames" : keys.map(({ text }) => text).join(", ");
  const of = idleSeconds === null ? fields : "flows";
  const ordered = sort === null ? "" : ` by ${sort.by}`;
  const ranked = keys.length === 0 ? of : top === null ? `${of}${ordered}` : `top ${top} ${of}${ordered}`;
  return bucketSeconds === null ? ranked : `${bucketSeconds} s of ${ranked}`;
}

function notesOf(asked: ColumnGroups, without: number): string[] {
  const { counts, measures, question } = asked;
  const keys = question.defaultKeys ? "addresses, ports and streams" : question.keys.map(({ text }) => text).join(", ");
  const frames = (count: number) => `${count} frame${count === 1 ? "" : "s"}`;
  const notes: string[] = [];
  if (question.each) notes.push("a frame is counted once for each of its values, and once in the total");
  if (counts.withoutKey > 0) notes.push(`${frames(counts.withoutKey)} without ${keys} left out`);
  if (counts.withoutTime > 0) notes.push(`${frames(counts.withoutTime)} without frame.time_epoch left out`);
  if (counts.manyCombinations > 0)
    notes.push(`${frames(counts.manyCombinations)} with too many combinations of values: not all of them are counted`);
  const over = measures.frames(OVERFLOW);
  if (over > 0)
    notes.push(`${frames(over)} of more than ${question.maxGroups} groups are in the others; --max-groups takes more`);
  if (without > 0) notes.push(`${without} groups without ${question.having.join(", ")} left out`);
  return [...notes, ...measures.notes()];
}

/** What is asked of fields that no frame had: mistyped names, most often. */
export function neverSeenNotes(fields: readonly string[], names: FieldNames): string[] {
  const known = fields.length === 0 ? [] : Array.from({ length: names.size }, (_, id) => names.text(id));
  return fields.map((field) => {
    const others = known.filter((name) => !fields.includes(name));
    const meant = nearest(field, others);
    return `no frame has the field ${field}${meant === undefined ? "" : ` (did you mean ${meant}?)`}`;
  });
}
