// A list in pieces is the list at once, in every form; and counts by value read as they should.
import { readFileSync } from "node:fs";
import { Writable } from "node:stream";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it, test } from "vitest";
import type { Table } from "../core/table.ts";
import { type TableForm, tablePieces } from "./table-printer.ts";
import { TableStream } from "./table-stream.ts";

const schema = JSON.parse(readFileSync(new URL("../../docs/table.schema.json", import.meta.url), "utf8"));
const validate = new Ajv2020({ allowUnionTypes: true }).compile(schema);

const column = (name: string, type: "text" | "counts"): Table["columns"][number] => ({
  name,
  title: name,
  type,
  unit: null,
  role: "key",
  field: null,
});

function listOf(rows: Table["rows"], notes: readonly string[] = []): Table {
  return {
    shape: "list",
    title: "host, clients of frames",
    columns: [column("host", "text"), column("clients", "counts")],
    rows,
    sortedBy: null,
    total: null,
    others: null,
    othersRows: [],
    bucketSeconds: null,
    from: null,
    to: null,
    known: null,
    zone: "UTC",
    notes,
  };
}

const ROWS: Table["rows"] = [
  [
    "www.example.net",
    new Map([
      ["10.0.0.2", 5],
      ["10.0.0.1", 1],
    ]),
  ],
  [null, new Map()],
  [
    '=a "quoted", name\u001b[2J',
    new Map([
      ["443", 2],
      ["__proto__", 1],
    ]),
  ],
];

async function streamed(form: TableForm, pieces: readonly Table["rows"][], width = 0): Promise<string> {
  const octets: Buffer[] = [];
  const destination = new Writable({
    write(piece: Buffer, _, done) {
      octets.push(Buffer.from(piece));
      done();
    },
  });
  const stream = new TableStream({ form, width }, destination);
  for (const rows of pieces.slice(0, -1)) expect(await stream.write(listOf(rows))).toBe(true);
  await stream.end(listOf(pieces.at(-1)!, ["something was left out"]));
  return Buffer.concat(octets).toString();
}

const whole = (form: TableForm) => [...tablePieces(listOf(ROWS, ["something was left out"]), { form })].join("");

describe("a list in pieces", () => {
  test.each(["json", "ndjson", "csv"] as const)("%s: is the same as at once", async (form) => {
    const one = ROWS.map((row) => [row]);
    expect(await streamed(form, [ROWS])).toBe(whole(form));
    expect(await streamed(form, [...one, []])).toBe(whole(form));
    expect(await streamed(form, [[], ...one])).toBe(whole(form));
  });

  it("has one line of titles; the first rows say how wide columns are, longer values push, or are cut on a terminal", async () => {
    const pieces = [[["a", new Map([["x", 1]])]], [["a very long name", new Map([["y", 12]])]], []] as Table["rows"][];
    expect((await streamed("text", pieces)).split("\n")).toEqual([
      "host, clients of frames",
      "",
      "host  clients",
      "a     x (1)",
      "a very long name  y (12)",
      "note: something was left out",
      "",
    ]);
    expect((await streamed("text", pieces, 40)).split("\n")[4]).toMatch(/^a very long name {3}y \(12\)$/);
    expect((await streamed("text", pieces, 16)).split("\n").find((line) => line.endsWith("y (12)"))).toMatch(
      /^a.{4} {2}y \(12\)$/,
    );
  });

  it("without rows says so", async () => {
    expect(await streamed("text", [[]])).toContain("nothing matched\nnote: something was left out\n");
    expect(validate(JSON.parse(await streamed("json", [[]]))), JSON.stringify(validate.errors)).toBe(true);
    expect(await streamed("csv", [[]])).toBe("host,clients\r\n");
  });

  it("ends where nobody reads any more", async () => {
    const destination = new Writable({
      write(_piece, _encoding, done) {
        done(Object.assign(new Error("gone"), { code: "EPIPE" }));
      },
    });
    const stream = new TableStream({ form: "csv" }, destination);
    let open = true;
    for (let i = 0; i < 100 && open; i++) {
      open = await stream.write(listOf(ROWS));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(open).toBe(false);
    await stream.finish();
  });
});

describe("counts by value", () => {
  it("keep their order, as an object of whole numbers", () => {
    const json = whole("json");
    expect(json).toContain('"clients":{"10.0.0.2":5,"10.0.0.1":1}');
    expect(json).toContain('"clients":{"443":2,"__proto__":1}');
    expect(validate(JSON.parse(json)), JSON.stringify(validate.errors)).toBe(true);
  });

  it("are text for people and in CSV", () => {
    expect(whole("text")).toContain("10.0.0.2 (5), 10.0.0.1 (1)");
    expect(whole("text")).not.toContain("\u001b");
    expect(whole("csv")).toContain('"{""10.0.0.2"":5,""10.0.0.1"":1}"');
  });
});
