// Tables are the same after their JSON: every digit, times in nanoseconds; what is no Table is said by its place.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findElement } from "../core/elements.ts";
import {
  COLUMN_TYPES,
  type ColumnType,
  TABLE_SHAPES,
  type Table,
  type TableColumn,
  type Value,
} from "../core/table.ts";
import { tablePieces } from "./table-printer.ts";
import { parseExactly, readTable, readTime } from "./table-read.ts";

const time = fc.bigInt({ min: -2_000_000_000_000_000_000n, max: 4_000_000_000_000_000_000n });
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("12345678901234567890", '"', "\\", ':12345678901234567,"'),
);
const VALUES: Readonly<Record<ColumnType, fc.Arbitrary<Value>>> = {
  text: text.map((one) => one.replace(/\p{Cs}/gu, "")),
  integer: fc.oneof(fc.nat(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n })),
  real: fc.double({ noNaN: true, noDefaultInfinity: true }).map((one) => (Object.is(one, -0) ? 0 : one)),
  time,
  duration: fc.double({ min: 0, max: 1e9, noNaN: true }),
  other: fc.dictionary(
    fc.stringMatching(/^[a-z]{1,8}$/),
    text.map((one) => one.replace(/\p{Cs}/gu, "")),
  ),
  counts: fc.array(fc.tuple(fc.stringMatching(/^[a-z]{1,8}$/), fc.nat())).map((pairs) => new Map(pairs)),
};
const NAMES = ["srcAddr", "proto", "start", "srcAddr/24", "bytes", "time", "max"];

const column = fc.record({
  name: fc.constantFrom(...NAMES),
  title: text.map((one) => one.replace(/\p{Cs}/gu, "")),
  type: fc.constantFrom(...COLUMN_TYPES),
  unit: fc.constantFrom("octets" as const, "bits/s" as const, null),
  role: fc.constantFrom("key" as const, "measure" as const),
});

const tables: fc.Arbitrary<Table> = fc
  .uniqueArray(column, { minLength: 1, maxLength: 5, selector: ({ name }) => name })
  .chain((columns) => {
    const row = fc.tuple(...columns.map(({ type }) => fc.option(VALUES[type])));
    const words = text.map((one) => one.replace(/\p{Cs}/gu, ""));
    return fc.record({
      shape: fc.constantFrom(...TABLE_SHAPES),
      title: words,
      columns: fc.constant(columns.map((one) => ({ ...one, field: fieldOf(one) }))),
      rows: fc.array(row, { maxLength: 4 }),
      sortedBy: fc.option(words),
      total: fc.option(row),
      others: fc.option(row),
      othersRows: fc.array(row, { maxLength: 2 }),
      bucketSeconds: fc.option(fc.integer({ min: 1, max: 1e6 })),
      from: fc.option(time),
      to: fc.option(time),
      known: fc.option(fc.array(fc.tuple(time, time), { maxLength: 2 })),
      zone: fc.constant("UTC"),
      notes: fc.array(words, { maxLength: 2 }),
    });
  });

/** As answers have it. */
function fieldOf({ name, role }: Pick<TableColumn, "name" | "role">): TableColumn["field"] {
  return role === "key" && findElement(name)?.name === name ? (name as TableColumn["field"]) : null;
}

const jsonOf = (table: Table) => [...tablePieces(table, { form: "json" })].join("");

test("JSON of what was read is the JSON that was read, octet for octet", () => {
  fc.assert(
    fc.property(tables, (table) => {
      const json = jsonOf(table);
      const read = readTable(parseExactly(json), "UTC");
      expect(jsonOf(read)).toBe(json);
      for (const [i, row] of table.rows.entries())
        for (const [j, value] of row.entries()) {
          const found = read.rows[i]![j];
          if (typeof value === "bigint") expect(BigInt(found as bigint | number)).toBe(value);
          else expect(typeof found === "bigint" ? Number(found) : found).toEqual(value);
        }
    }),
  );
});

test("keys have their field again, measures none", () => {
  const json = {
    ...{ flowgauge: "table/1", shape: "group", title: "", from: null, to: null, bucketSeconds: null, sortedBy: null },
    columns: [
      { name: "proto", title: "", type: "integer", unit: null, role: "key" },
      { name: "srcAddr/24", title: "", type: "text", unit: null, role: "key" },
      { name: "bytes", title: "", type: "integer", unit: "octets", role: "measure" },
    ],
    ...{ rows: [], total: null, others: null, othersRows: [], known: null, notes: [], more: 1 },
  };
  expect(readTable(json, "UTC").columns.map(({ field }) => field)).toEqual(["proto", null, null]);
});

describe("what is no Table", () => {
  const good = JSON.parse(
    '{"flowgauge":"table/1","shape":"group","title":"t","from":null,"to":null,"bucketSeconds":null,"sortedBy":null,"columns":[{"name":"a","title":"","type":"time","unit":null,"role":"key"}],"rows":[{"a":"2026-01-01T00:00:00Z"}],"total":null,"others":null,"othersRows":[],"known":null,"notes":[]}',
  ) as Record<string, unknown>;

  test.each<[Record<string, unknown>, string]>([
    [{ flowgauge: "table/2" }, 'flowgauge: expected "table/1", found "table/2"'],
    [{ rows: {} }, "rows: expected a list, found {}"],
    [{ rows: [{ a: "yesterday" }] }, 'rows[0].a: expected a time of UTC, found "yesterday"'],
    [{ rows: [{}] }, "rows[0].a: expected a time of UTC, found none"],
    [{ rows: [null] }, "rows[0]: expected an object, found null"],
    [
      { columns: [{ name: "a", title: "", type: "word", unit: null, role: "key" }] },
      "columns[0].type: expected one of",
    ],
    [{ notes: [1] }, "notes[0]: expected a text, found 1"],
    [{ known: [["2026-01-01T00:00:00Z"]] }, "known[0]: expected a time of UTC, found none"],
    [{ shape: undefined }, "shape: expected one of"],
  ])("%j", (change, sentence) => {
    expect(() => readTable(good, "UTC")).not.toThrow();
    expect(() => readTable({ ...good, ...change }, "UTC")).toThrow(sentence);
  });

  test.each([[null], [[]], [7], ["{}"]])("%j", (value) => {
    expect(() => readTable(value, "UTC")).toThrow();
  });
});

test("times are exact", () => {
  expect(readTime("2023-11-14T22:13:20.123456789Z")).toBe(1_700_000_000_123_456_789n);
  expect(readTime("1969-12-31T23:59:59.5Z")).toBe(-500_000_000n);
  expect(() => readTime("2023-11-14T22:13:20.123456789")).toThrow("expected a time of UTC");
});
