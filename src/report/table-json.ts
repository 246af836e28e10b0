// A Table as JSON (one object of one documented shape, docs/table.schema.json) and as NDJSON (its rows, one a line).
import type { Table, TableColumn, Value } from "../core/table.ts";
import { jsonText, jsonValue, rowsOf } from "./table-values.ts";
import { isoTime } from "./zone-time.ts";

/** Name and version of the shape. Members may be added; what they mean changes only with the number. */
export const TABLE_SHAPE = "table/1";

/** Pieces of one object, its rows one a line. */
export function* tableJson(table: Table): Generator<string, void, void> {
  yield jsonHead(table);
  yield* list(table.rows, rowWriter(table.columns));
  yield* jsonRest(table);
}

/** The object up to its rows. */
export function jsonHead(table: Table): string {
  return [
    `{"flowgauge":"${TABLE_SHAPE}"`,
    `"shape":"${table.shape}"`,
    `"title":${jsonText(table.title)}`,
    `"from":${time(table.from)}`,
    `"to":${time(table.to)}`,
    `"bucketSeconds":${table.bucketSeconds}`,
    `"sortedBy":${table.sortedBy === null ? "null" : jsonText(table.sortedBy)}`,
    `"columns":[\n${table.columns.map(columnText).join(",\n")}\n]`,
    `"rows":[`,
  ].join(",");
}

/** What stands behind the rows. */
export function* jsonRest({ columns, total, others, othersRows, known, notes }: Table): Generator<string, void, void> {
  const row = rowWriter(columns);
  yield `],"total":${total === null ? "null" : row(total)},"others":${others === null ? "null" : row(others)}`;
  yield `,"othersRows":[`;
  yield* list(othersRows, row);
  const spans = known?.map(([from, to]) => `[${time(from)},${time(to)}]`);
  yield `],"known":${spans === undefined ? "null" : `[${spans.join(",")}]`}`;
  yield `,"notes":[${notes.map(jsonText).join(",")}]}\n`;
}

function* list(rows: Table["rows"], row: (values: readonly Value[]) => string): Generator<string, void, void> {
  let before = "\n";
  for (const values of rows) {
    yield before + row(values);
    before = ",\n";
  }
  if (rows.length > 0) yield "\n";
}

function columnText({ name, title, type, unit, role }: TableColumn): string {
  return `{"name":${jsonText(name)},"title":${jsonText(title)},"type":"${type}","unit":${unit === null ? "null" : `"${unit}"`},"role":"${role}"}`;
}

function time(ns: bigint | null): string {
  return ns === null ? "null" : `"${isoTime(ns, false)}"`;
}

/** The object of a row: a member a column, by name, in their order. */
export function rowWriter(columns: readonly TableColumn[], first = ""): (values: readonly Value[]) => string {
  const names = columns.map(({ name }, i) => `${i === 0 ? "" : ","}${jsonText(name)}:`);
  return (values) => {
    let text = `{${first}`;
    for (let i = 0; i < names.length; i++) text += names[i]! + jsonValue(columns[i]!, values[i]!);
    return `${text}}`;
  };
}

/** Rows, one object a line. With `totals` each says first what it is: `"row":"row"`, `"others"` or `"total"`. */
export function* tableNdjson(table: Table, totals: boolean): Generator<string, void, void> {
  const writers = Object.fromEntries(
    (["row", "others", "total"] as const).map((kind) => [
      kind,
      rowWriter(table.columns, totals ? `"row":"${kind}",` : ""),
    ]),
  );
  for (const [kind, values] of rowsOf(table, totals)) yield `${writers[kind]!(values)}\n`;
}
