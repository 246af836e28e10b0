// Tables as HTML: whatever texts they hold, they stay texts, and the markup is ours alone.
import fc from "fast-check";
import { SaxesParser } from "saxes";
import { expect, test } from "vitest";
import { seenText } from "../core/cell-text.ts";
import type { Table, TableColumn } from "../core/table.ts";
import { tableHtml, tablePlainText } from "./table-html.ts";

const column = (name: string, part: Partial<TableColumn>): TableColumn => ({
  name,
  title: name,
  type: "integer",
  unit: null,
  role: "measure",
  field: null,
  ...part,
});
const BYTES = column("bytes", { unit: "octets" });
const OURS = new Set(
  "section h2 p figure svg style defs pattern title desc rect text path line g circle table thead tbody tr th td details summary".split(
    " ",
  ),
);
const NS = 1_000_000_000n;

function groups(title: string, keys: readonly string[], note: string): Table {
  return {
    shape: "group",
    title,
    columns: [column(title, { type: "text", role: "key" }), BYTES],
    rows: keys.map((key, i) => [key, 1000 - i]),
    sortedBy: "bytes",
    total: [null, 5000],
    others: [null, 1],
    othersRows: [],
    bucketSeconds: null,
    from: 0n,
    to: 3600n * NS,
    known: null,
    zone: "UTC",
    notes: [note],
  };
}

function series(title: string, keys: readonly string[], note: string): Table {
  return {
    ...groups(title, keys, note),
    shape: "series",
    columns: [column("time", { type: "time", role: "key" }), column(title, { type: "text", role: "key" }), BYTES],
    rows: keys.flatMap((key, i) => [0n, 60n].map((second) => [second * NS, key, 7 * (i + 1)] as const)),
    total: null,
    others: null,
    othersRows: [[60n * NS, null, 3]],
    bucketSeconds: 60,
    to: 120n * NS,
  };
}

/** Names of all elements and attributes, and all text. */
function parsed(html: string) {
  const parser = new SaxesParser({ fragment: true });
  const [elements, attributes, texts] = [new Set<string>(), new Set<string>(), [] as string[]];
  parser.on("opentag", ({ name, attributes: own }) => {
    elements.add(name);
    for (const attribute of Object.keys(own)) attributes.add(attribute);
  });
  parser.on("text", (text) => texts.push(text));
  parser.on("error", (error) => {
    throw error;
  });
  parser.write(html).close();
  return { elements, attributes, text: texts.join("\n") };
}

const EVIL = [
  "<script>alert(1)</script>",
  `"><img src=x onerror='alert(2)'>`,
  "</style></svg>",
  "\u202eeman",
  "a\u0000b&lt;",
];
const text = fc.oneof(fc.constantFrom(...EVIL), fc.string({ unit: "binary", maxLength: 30 }));

test("any text in a title, a key or a note is a text there", () => {
  const words = fc.tuple(
    text,
    fc.uniqueArray(text, { minLength: 1, maxLength: 5 }),
    text,
    fc.constantFrom(null, "bars", "lines"),
  );
  fc.assert(
    fc.property(words, ([title, keys, note, style]) => {
      for (const table of [groups(title, keys, note), series(title, keys, note)]) {
        const html = tableHtml(table, { style, rows: 100, mark: "t7" });
        const { elements, attributes, text: found } = parsed(html);
        expect([...elements].filter((name) => !OURS.has(name))).toEqual([]);
        expect([...attributes].filter((name) => /^on|^href$|^src$/i.test(name))).toEqual([]);
        expect(found).toContain(seenText(note));
        if (style === null) for (const key of keys) expect(found).toContain(seenText(key).trim());
        expect(html).not.toMatch(/(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
        expect(tablePlainText(table, 50)).not.toMatch(/(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
      }
    }),
    { numRuns: 200 },
  );
});

test("pictures of one page have names and styles of their own", () => {
  const table = series("proto", ["TCP", "UDP"], "");
  const [one, two] = ["t0", "t1"].map((mark) => tableHtml(table, { style: "stacked", rows: 10, mark }));
  const names = (html: string) => [...html.matchAll(/ (?:id|class)="([^"]+)"/g)].map(([, name]) => name ?? "");
  const drawn = (html: string) => new Set(names(/<svg[\s\S]*<\/svg>/.exec(html)?.[0] ?? ""));
  expect(drawn(one ?? "").size).toBeGreaterThan(5);
  expect([...drawn(one ?? "")].filter((name) => drawn(two ?? "").has(name))).toEqual([]);
  for (const rule of /<style>([^<]*)</.exec(one ?? "")?.[1]?.match(/\.[\w-]+(?=\{)/g) ?? [])
    expect(rule).toMatch(/^\.t0-/);
  for (const [, used] of (one ?? "").matchAll(/url\(#([^)]+)\)/g)) expect(one).toContain(`id="${used}"`);
});

test("rows beyond what is printed are told", () => {
  const table = groups("srcAddr", ["a", "b", "c"], "");
  const html = tableHtml(table, { style: null, rows: 2, mark: "t" });
  expect(html).toContain("the first 2 of 3 rows");
  expect(html).not.toContain("<td>c</td>");
  expect(tablePlainText(table, 2)).toContain("note: the first 2 of 3 rows");
});

test("of a list with many fields those are left out that say nothing; that is told", () => {
  const fields = [...Array(20).keys()].map((i) => column(`f${i}`, { role: "key" }));
  const row = (value: number) => fields.map((_, i) => (i === 3 ? value : i === 4 ? null : i < 2 ? i + 1 : 0));
  const table: Table = {
    ...groups("", [], ""),
    shape: "list",
    columns: fields,
    rows: [row(0), row(5)],
    total: null,
    others: null,
  };
  const html = tableHtml(table, { style: null, rows: 10, mark: "t" });
  expect([...html.matchAll(/<th [^>]*>([^<]*)</g)].map(([, title]) => title)).toEqual(["f0", "f1", "f3"]);
  expect(html).toContain("fields that say nothing of these flows are left out");
  const few = { ...table, columns: fields.slice(0, 6), rows: table.rows.map((values) => values.slice(0, 6)) };
  expect(tableHtml(few, { style: null, rows: 10, mark: "t" }).match(/<th /g)).toHaveLength(6);
});
