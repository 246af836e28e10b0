// Native files against ClickHouse itself (chDB): it reads what we write, we read what it writes, and both write the same octets.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatAddress } from "../src/core/address.ts";
import { type Element, type FieldName, MESSAGE_ELEMENTS, PACKET_ELEMENTS } from "../src/core/elements.ts";
import { FlowBatch } from "../src/core/flow-batch.ts";
import { NativeWriter, readNative } from "../src/files/index.ts";
import { CHDB_MISSING, chdb } from "./chdb.ts";
import { anyBatch } from "./flow-batches.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "flowgauge-native-"));
  if (CHDB_MISSING !== null) process.stderr.write(`Native files are not held against ClickHouse: ${CHDB_MISSING}\n`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function write(name: string, batches: readonly FlowBatch[]): Promise<void> {
  const writer = new NativeWriter(join(folder, name), { existing: "replace" });
  for (const batch of batches) await writer.write(batch);
  await writer.end();
}

/** A column's value as chDB shows it when asked as `shown`. */
function columnValue(batch: FlowBatch, { name, kind }: Element, row: number): string | number {
  const column = batch.columns[name as FieldName];
  if (kind === "address") return Buffer.from(column.subarray(16 * row, 16 * row + 16)).toString("hex");
  if (kind === "u8" || kind === "u16" || kind === "u32") return column[row]!;
  const whole = (BigInt(column[2 * row + 1]!) << 32n) | BigInt(column[2 * row]!);
  return String(kind === "time" ? BigInt.asIntN(64, whole) : whole);
}

function shown({ name, kind }: Element): string {
  if (kind === "address") return `lower(hex(${name})) AS ${name}`;
  return kind === "time" ? `toUnixTimestamp64Nano(${name}) AS ${name}` : name;
}

describe.skipIf(CHDB_MISSING !== null)("what we write", () => {
  test.each([
    ["messages", MESSAGE_ELEMENTS],
    ["packets", PACKET_ELEMENTS],
  ] as const)("of %s ClickHouse reads, value by value", async (name, elements) => {
    const few = elements.filter(({ name }) => ["start", "bytes", "srcAddr", "proto", "srcMac"].includes(name));
    // Of the third one most columns are not written at all.
    const batches = [
      anyBatch(500, 7, elements),
      anyBatch(1, 8, elements),
      anyBatch(70, 9, few),
      anyBatch(70, 10, elements),
    ];
    batches[2]!.other.clear();
    for (const batch of batches) if (elements === PACKET_ELEMENTS) batch.other.clear();
    await write(`${name}.native`, batches);
    const other = elements === PACKET_ELEMENTS ? "" : ", other";
    const rows = chdb(folder, `SELECT ${elements.map(shown).join(", ")}${other} FROM file('${name}.native', 'Native')`);
    const expected = batches.flatMap((batch) =>
      Array.from({ length: batch.rows }, (_, row) => ({
        ...Object.fromEntries(elements.map((element) => [element.name, columnValue(batch, element, row)])),
        ...(other === "" ? {} : { other: batch.other.read(row) }),
      })),
    );
    expect(rows).toHaveLength(641);
    expect(rows).toEqual(expected);
  });

  test("has the types of the table", async () => {
    await write("types.native", [anyBatch(3, 1)]);
    const types = chdb(folder, "DESCRIBE file('types.native', 'Native')").map(({ name, type }) => [name, type]);
    expect(types).toEqual([
      ...MESSAGE_ELEMENTS.map(({ name, clickhouse }) => [name, clickhouse]),
      ["other", "Map(LowCardinality(String), String)"],
    ]);
  });

  test("is octet for octet what ClickHouse would write", async () => {
    const many = new FlowBatch(4, MESSAGE_ELEMENTS);
    many.rows = 4;
    for (let i = 0; i < 700; i++) many.other.addText(i < 350 ? 1 : 3, `name ${(i * 7) % 600}`, "x".repeat(i));
    const batches = [anyBatch(300, 3), many, new FlowBatch(5, MESSAGE_ELEMENTS)];
    batches[2]!.rows = 5;
    for (const [i, batch] of batches.entries()) await write(`ours-${i}.native`, [batch]);
    const copy = (i: number) =>
      `SELECT * FROM file('ours-${i}.native', 'Native') INTO OUTFILE 'theirs-${i}.native' FORMAT Native`;
    chdb(folder, ...batches.map((_, i) => copy(i)));
    for (const i of batches.keys()) {
      const [ours, theirs] = ["ours", "theirs"].map((name) => readFileSync(join(folder, `${name}-${i}.native`)));
      expect(ours!.equals(theirs!), `block ${i} of ${ours!.length} and ${theirs!.length} octets`).toBe(true);
    }
  });
});

describe.skipIf(CHDB_MISSING !== null)("what ClickHouse writes", () => {
  test("we read: fields in any order, columns of other types and other names, several blocks", async () => {
    const select = `SELECT [1, 2]::Array(UInt8) AS numbers, number * 3 AS bytes, map('a', map(number, [NULL, 'x'])) AS nested,
      toLowCardinality(toNullable(toString(number % 300))) AS low, toIPv6('2001:db8::' || hex(number % 50000)) AS srcAddr,
      (number, toDecimal64(1.5, 3), 'x')::Tuple(a UInt64, b Decimal(18, 3), c String) AS tuple, number % 256 AS proto,
      CAST(number % 7 AS UInt8) AS event, generateUUIDv4() AS id, [toLowCardinality('b')] AS lows, toInt256(number) AS wide,
      fromUnixTimestamp64Nano(toInt64(1700000000000000000 + number), 'UTC') AS start, toFixedString('abc', 3) AS fixed,
      CAST(if(number % 2 = 0, map(), map('name' || toString(number % 500), repeat('v', number % 9)))
        AS Map(LowCardinality(String), String)) AS other, 'text' AS dstAddr, CAST(number % 3 AS Enum8('x' = 0, 'y' = 1, 'z' = 2)) AS tos
      FROM numbers(60000) INTO OUTFILE 'theirs.native' FORMAT Native SETTINGS max_threads = 1, max_block_size = 20000, min_insert_block_size_rows = 0`;
    chdb(folder, select);
    const reader = readNative(join(folder, "theirs.native"));
    let number = 0;
    for await (const batch of reader) {
      const { columns } = batch;
      for (let row = 0; row < batch.rows; row++, number++) {
        const kept = {
          bytes: columns.bytes[2 * row],
          srcAddr: formatAddress(columns.srcAddr, 16 * row),
          dst: columns.dstAddr[16 * row],
          event: columns.event[row],
          tos: columns.tos[row],
          start: (BigInt(columns.start[2 * row + 1]!) << 32n) | BigInt(columns.start[2 * row]!),
          end: columns.end[2 * row],
          other: batch.other.read(row),
        };
        const last = (number % 50_000).toString(16);
        const wanted = {
          bytes: number * 3,
          srcAddr: last === "0" ? "2001:db8::" : `2001:db8::${last}`,
          dst: 0,
          event: number % 7,
          tos: number % 3,
          start: 1_700_000_000_000_000_000n + BigInt(number),
          end: 0xffff_ffff,
          other: number % 2 === 0 ? {} : { [`name${number % 500}`]: "v".repeat(number % 9) },
        };
        // One `expect` each would take longer than all else.
        if (number % 997 === 0 || JSON.stringify(kept, text) !== JSON.stringify(wanted, text))
          expect(kept).toEqual(wanted);
      }
    }
    expect(number).toBe(60_000);
    expect(reader.blocks).toBeGreaterThan(1);
    // `proto` is wider than the field, and `dstAddr` is text: both are told, once.
    expect(reader.problems.map(({ sentence }) => sentence)).toEqual([
      "expected proto as UInt8, found UInt16; the field is left empty",
      "expected dstAddr as IPv6, found String; the field is left empty",
    ]);
  });

  test("we read with plain names, too", async () => {
    chdb(
      folder,
      "SELECT map('k' || toString(number), 'é', 'l', '') AS other, 1 AS event FROM numbers(3) INTO OUTFILE 'plain.native' FORMAT Native",
    );
    const found: unknown[] = [];
    for await (const batch of readNative(join(folder, "plain.native"))) {
      for (let row = 0; row < batch.rows; row++) found.push(batch.other.read(row));
    }
    expect(found).toEqual([0, 1, 2].map((number) => ({ [`k${number}`]: "é", l: "" })));
  });
});

const text = (_: string, value: unknown) => (typeof value === "bigint" ? String(value) : value);
