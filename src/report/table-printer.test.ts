// Tables as text, JSON, NDJSON and CSV: what stands there exactly, what never does, and that other readers take it.
import { readFileSync } from "node:fs";
import { Writable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import { GROUP, HOSTILE, key, LIST, measure, ns, SERIES } from "../../test/sample-tables.ts";
import { type AnyFieldName, FIELDS } from "../core/fields.ts";
import { FlowBatch } from "../core/flow-batch.ts";
import { COLUMN_TYPES, COLUMN_UNITS, TABLE_SHAPES, type Table } from "../core/table.ts";
import { createFlowPrinter } from "./flow-printer.ts";
import { printTable, type TablePrintOptions, tablePieces } from "./table-printer.ts";

const text = (table: Table, options: TablePrintOptions) => [...tablePieces(table, options)].join("");
const schema = JSON.parse(readFileSync(new URL("../../docs/table.schema.json", import.meta.url), "utf8"));
const validate = new Ajv2020({ allowUnionTypes: true }).compile(schema);

/** A reader of RFC 4180 that knows nothing of the writer. */
function readCsv(csv: string): string[][] {
  const cells = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of csv.matchAll(cells)) {
    rows.at(-1)!.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
    if (end !== ",") rows.push([]);
  }
  expect(cells.lastIndex === 0 || rows.at(-1)!.length === 0).toBe(true);
  return rows.slice(0, -1);
}

describe("for people", () => {
  test("a group: units, shares, others, total, zone, notes", () => {
    expect(text(GROUP, { form: "text" })).toBe(`top 3 srcAddr, proto by bytes
2026-11-20 09:00:00 to 11:00:00 Europe/Berlin

Source                                Proto  Flows        %  Packets        %    Bytes        %        bps
192.0.2.17                            TCP    1,234   88.1 %    988 k    7.5 %  6.04 GB    0.0 %  13.4 Mb/s
2001:db8:85a3:8d3:1319:8a2e:370:7348  UDP       99    7.1 %   1.20 k    0.0 %   123 MB    0.0 %  9.00 kb/s
10.0.0.5                              ICMP      12    0.9 %   12.0 M   90.9 %  98.8 kB    0.0 %   12.5 b/s
others                                          55    3.9 %    211 k    1.6 %  18.4 EB  100.0 %      6 b/s
total                                        1,400  100.0 %   13.2 M  100.0 %  18.4 EB  100.0 %  20.0 Mb/s
note: 3 flows of 2 exporters were seen twice, those of 10.0.0.1 were kept
`);
  });

  test("plain numbers", () => {
    const lines = text(GROUP, { form: "text", raw: true, header: false }).split("\n");
    expect(lines[0]).toMatch(/^192\.0\.2\.17 +TCP +1234 +88\.143 +987654 +7\.482 +6041234567 +0\.000 +13424965\.7$/);
    expect(lines[4]).toMatch(/ 18446744073709551615 /);
  });

  test("a narrow terminal loses what is needed least, and hears of it", () => {
    expect(text(GROUP, { form: "text", width: 40 })).toBe(`top 3 srcAddr, proto by bytes
2026-11-20 09:00:00 to 11:00:00
Europe/Berlin

Source                    Proto    Bytes
192.0.2.17                TCP    6.04 GB
2001:db8:85a…2e:370:7348  UDP     123 MB
10.0.0.5                  ICMP   98.8 kB
others                           18.4 EB
total                            18.4 EB
note: not shown for want of width:
Flows, % of Flows, Packets, % of
Packets, % of Bytes, bps
note: 3 flows of 2 exporters were seen
twice, those of 10.0.0.1 were kept
`);
  });

  test("flows one by one: what exporters wrote does nothing", () => {
    expect(text(LIST, { form: "text", width: 0 })).toBe(`2 flows
times are UTC

Start                    Duration  Proto  Source    SPort  Destination  DPort  Flags     EType   Packets    Bytes  Other
2025-11-20 08:10:00.123   12.345s  TCP    10.0.0.1  51234  192.0.2.7      443  ...AP.SF  0x0800       12  3.46 kB  -
-                               -  ICMP6  fe80::1       0  ff02::1      34304  ........  0x86dd        1  18.4 EB  interfaceName="\ufffd[31m\\"<b>&\ufffd,\ufffd\ufffd=1+1東京"
`);
  });

  test("a series: the others stand behind their bucket", () => {
    const lines = text(SERIES, { form: "text", width: 80 }).split("\n");
    expect(lines.slice(0, 8)).toEqual([
      "top 2 srcAddr/24 by bytes, every 5 min",
      "2026-11-20 08:00:00 to 13:00:00 UTC",
      "",
      "Time              Source/24          Bytes  Packets   Flows",
      "2026-11-20 08:00  192.0.2.0/24      300 MB    300 k     300  ███████████▍",
      "2026-11-20 08:00  198.51.100.0/24   150 MB    150 k      20  █████▊",
      "2026-11-20 08:00  others           30.0 MB   40.0 k     900  █▏",
      "2026-11-20 08:05  192.0.2.0/24      333 MB    333 k     300  ████████████▋",
    ]);
  });

  test("where a zone's clock is turned back its offset is told", () => {
    const time = { name: "time", title: "Time", type: "time", unit: null, role: "key", field: null } as const;
    const hours = ["00:00", "01:00"].map((hour) => [ns(`2026-10-25T${hour}:00Z`), 1]);
    const turned: Table = { ...SERIES, columns: [time, measure("flows", "Flows", "flows")], zone: "Europe/Berlin" };
    const shown = text({ ...turned, rows: hours, othersRows: [], others: null, total: null }, { form: "text" });
    expect(shown).toContain("2026-10-25 02:00+02:00");
    expect(shown).toContain("2026-10-25 02:00+01:00");
  });

  test("nothing matched", () => {
    expect(text({ ...LIST, rows: [] }, { form: "text" })).toBe("2 flows\ntimes are UTC\n\nnothing matched\n");
  });

  test("a table of very many rows has bars, too", () => {
    const rows = Array.from({ length: 200_000 }, (_, i) => [String(i), 6, 1, 1, i, 1]);
    expect(text({ ...GROUP, rows }, { form: "text", width: 120 })).toContain("█");
  });

  test("no colour says anything, and without it there is none", () => {
    const coloured = text(GROUP, { form: "text", width: 120, colour: true });
    expect(coloured).toContain("\u001b[1m");
    expect(stripVTControlCharacters(coloured)).toBe(text(GROUP, { form: "text", width: 120 }));
  });

  test("no line is wider than the terminal, none holds a control character", () => {
    const words = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.ipV6(),
      fc.constantFrom("東京ルーター", "e\u0301\u0301", HOSTILE),
    );
    const tables = fc
      .record({
        titles: fc.array(words, { minLength: 1, maxLength: 8 }),
        notes: fc.array(words),
        zone: fc.constantFrom("UTC", "Asia/Kathmandu"),
      })
      .chain(({ titles, notes, zone }) =>
        fc
          .array(
            fc.tuple(
              ...titles.map((_, i) =>
                i % 2 === 0 ? fc.option(words) : fc.option(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
              ),
            ),
            { maxLength: 6 },
          )
          .map((rows): Table => {
            const columns = titles.map((title, i) =>
              i % 2 === 0 ? { ...key("exporter", title, "text"), name: `k${i}` } : measure(`m${i}`, title, "octets"),
            );
            return {
              ...GROUP,
              columns,
              rows,
              total: rows[0] ?? null,
              others: null,
              sortedBy: "m1",
              notes,
              title: titles[0]!,
              zone,
            };
          }),
      );
    fc.assert(
      fc.property(tables, fc.integer({ min: 12, max: 250 }), fc.boolean(), (table, width, ascii) => {
        for (const line of text(table, { form: "text", width, ascii }).split("\n")) {
          expect(stringWidth(line), JSON.stringify(line)).toBeLessThanOrEqual(width);
          expect(line).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("json", () => {
  test.each([
    ["group", GROUP],
    ["list", LIST],
    ["series", SERIES],
    ["nothing", { ...LIST, rows: [] }],
  ])("%s: as docs/table.schema.json has it", (_, table) => {
    const json = text(table, { form: "json" });
    expect(json).toMatch(/^[\x20-\x7e\n]*$/);
    expect(validate(JSON.parse(json)), JSON.stringify(validate.errors)).toBe(true);
    const { rows, columns } = JSON.parse(json);
    expect(rows.length).toBe(table.rows.length);
    for (const row of rows) expect(Object.keys(row)).toEqual(columns.map(({ name }: { name: string }) => name));
  });

  test("the schema names what there is, and refuses what is not", () => {
    const column = schema.properties.columns.items.properties;
    expect(column.type.enum).toEqual(COLUMN_TYPES);
    expect(column.unit.enum).toEqual(COLUMN_UNITS);
    expect(schema.properties.shape.enum).toEqual(TABLE_SHAPES);
    const table = JSON.parse(text(GROUP, { form: "json" }));
    expect(schema.required).toEqual(Object.keys(table));
    expect(validate({ ...table, flowgauge: "table/2" })).toBe(false);
    expect(validate({ ...table, from: "yesterday" })).toBe(false);
    expect(validate({ ...table, rows: [[1]] })).toBe(false);
  });

  test("every digit, times in UTC, hostile text as it is", () => {
    const json = text(LIST, { form: "json" });
    expect(json).toContain('"bytes":18446744073709551615');
    expect(json).toContain('"start":"2025-11-20T08:10:00.123456789Z"');
    expect(JSON.parse(json).rows[1]).toMatchObject({
      start: null,
      proto: 58,
      tcpFlags: 0,
      other: { interfaceName: HOSTILE },
    });
    expect(text(GROUP, { form: "json" })).toContain('"from":"2026-11-20T08:00:00Z"');
  });
});

describe("json of flows, streamed", () => {
  async function printed(rows: readonly number[], fields?: readonly AnyFieldName[]): Promise<string> {
    const pieces: Buffer[] = [];
    const stream = new Writable({
      write(piece, _, done) {
        pieces.push(Buffer.from(piece));
        done();
      },
    });
    const head = { title: HOSTILE, from: ns("2026-11-20T08:00:00Z"), to: null, sortedBy: "start", notes: [HOSTILE] };
    const printer = createFlowPrinter({ format: "table", from: "both", head, fields }, stream);
    for (const count of rows) {
      const batch = new FlowBatch(Math.max(1, count));
      batch.rows = count;
      await printer.write(batch);
    }
    await printer.end();
    return Buffer.concat(pieces).toString();
  }

  test.each([[[]], [[0]], [[1]], [[3, 2]]])("batches of %j", async (rows) => {
    const text = await printed(rows);
    expect(text).toMatch(/^[\x20-\x7e\n]*\n$/);
    const table = JSON.parse(text);
    expect(validate(table), JSON.stringify(validate.errors)).toBe(true);
    expect(table.rows.length).toBe(rows.reduce((sum, count) => sum + count, 0));
    expect(table.columns.map(({ name }: { name: string }) => name)).toEqual(FIELDS.map(({ name }) => name));
    for (const row of table.rows) expect(Object.keys(row)).toEqual(FIELDS.map(({ name }) => name));
    expect(table).toMatchObject({ title: HOSTILE, shape: "list", from: "2026-11-20T08:00:00Z", notes: [HOSTILE] });
  });

  test("the columns that are asked for", async () => {
    const { columns, rows } = JSON.parse(await printed([1], ["end", "bytes", "other"]));
    expect(columns.map(({ name, type, unit }: Record<string, string>) => [name, type, unit])).toEqual([
      ["end", "time", null],
      ["bytes", "integer", "octets"],
      ["other", "other", null],
    ]);
    expect(rows).toEqual([{ end: "1970-01-01T00:00:00.000000000Z", bytes: 0, other: {} }]);
  });
});

describe("ndjson", () => {
  test("the rows of the object, one a line", () => {
    const rows = text(SERIES, { form: "ndjson" })
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(rows).toEqual(JSON.parse(text(SERIES, { form: "json" })).rows);
  });

  test("others and the total where they are asked for", () => {
    const rows = text(GROUP, { form: "ndjson", totals: true })
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(rows.map(({ row }) => row)).toEqual(["row", "row", "row", "others", "total"]);
    expect(rows.at(-1)).toMatchObject({ srcAddr: null, flows: 1400 });
  });
});

describe("csv", () => {
  test("cells that need it are in quotes, and are read back", () => {
    const rows = readCsv(text(LIST, { form: "csv" }));
    expect(rows[0]).toEqual(LIST.columns.map(({ name }) => name));
    expect(rows[1]).toEqual([
      "2025-11-20T08:10:00.123456789Z",
      "12.345",
      "6",
      "10.0.0.1",
      "51234",
      "192.0.2.7",
      "443",
      "27",
      "2048",
      "12",
      "3456",
      "{}",
    ]);
    expect(rows[2]!.slice(0, 4)).toEqual(["", "", "58", "fe80::1"]);
    expect(JSON.parse(rows[2]!.at(-1)!)).toEqual({ interfaceName: HOSTILE });
  });

  test("text that would be a formula", () => {
    const table: Table = { ...GROUP, columns: GROUP.columns.slice(0, 1), rows: [["=1+1"], ['a,"b'], ["+\u001b"]] };
    expect(text(table, { form: "csv", guard: true })).toBe('srcAddr\r\n\'=1+1\r\n"a,""b"\r\n\'+\ufffd\r\n');
    expect(text(table, { form: "csv", header: false })).toBe('=1+1\r\n"a,""b"\r\n+\ufffd\r\n');
  });

  test("others and the total where they are asked for", () => {
    const rows = readCsv(text(SERIES, { form: "csv", totals: true }));
    expect(rows[0]).toEqual(["row", "time", "srcAddr/24", "bytes", "packets", "flows"]);
    expect(rows[1]).toEqual(["row", "2026-11-20T08:00:00Z", "192.0.2.0/24", "300000000", "300000", "300"]);
    expect(rows.slice(-2).map((row) => row.slice(0, 3))).toEqual([
      ["others", "2026-11-20T12:55:00Z", ""],
      ["total", "", ""],
    ]);
  });
});

test("a slow stream is waited for, and gets everything", async () => {
  const rows = Array.from({ length: 20_000 }, (_, i) => [`10.0.${i >> 8}.${i & 255}`, 6, i, i, i, 0.5]);
  const pieces: Buffer[] = [];
  const stream = new Writable({
    highWaterMark: 1000,
    write(piece, _, done) {
      pieces.push(Buffer.from(piece));
      setImmediate(done);
    },
  });
  await printTable({ ...GROUP, rows }, { form: "ndjson" }, stream);
  const lines = Buffer.concat(pieces).toString().trimEnd().split("\n");
  expect(lines.length).toBe(20_000);
  expect(JSON.parse(lines.at(-1)!)).toMatchObject({ srcAddr: "10.0.78.31", bytes: 19_999 });
});
