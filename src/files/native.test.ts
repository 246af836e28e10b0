// Native files of our own: what is written is read, and whatever else a file may be is borne.
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { anyBatch, numbers } from "../../test/flow-batches.ts";
import { ELEMENTS, type Element, type FieldName, MESSAGE_ELEMENTS, PACKET_ELEMENTS } from "../core/elements.ts";
import { SourceError } from "../core/errors.ts";
import { OTHER } from "../core/fields.ts";
import { FlowBatch, WIDTH } from "../core/flow-batch.ts";
import { RecordCursor } from "../core/flow-record.ts";
import { isNative, NativeWriter, type NativeWriterOptions, readNative } from "./index.ts";
import { typeLayout } from "./native-types.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "flowgauge-files-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const path = (name: string) => join(folder, name);

async function write(
  name: string,
  batches: readonly FlowBatch[],
  options: NativeWriterOptions = {},
): Promise<NativeWriter> {
  const writer = new NativeWriter(path(name), options);
  for (const batch of batches) await writer.write(batch);
  await writer.end();
  return writer;
}

interface Found {
  readonly rows: number;
  readonly records: string[];
  readonly problems: string[];
}

async function read(name: string): Promise<Found> {
  const reader = readNative(path(name));
  const records: string[] = [];
  const cursor = new RecordCursor();
  for await (const batch of reader) {
    for (let row = 0; row < batch.rows; row++) records.push(JSON.stringify(cursor.at(batch, row)));
  }
  return { rows: reader.rows, records, problems: reader.problems.map(({ message }) => message.replace(folder, "")) };
}

function recordsOf(batches: readonly FlowBatch[]): string[] {
  const cursor = new RecordCursor();
  return batches.flatMap((batch) =>
    Array.from({ length: batch.rows }, (_, row) => JSON.stringify(cursor.at(batch, row))),
  );
}

describe("what is written", () => {
  it("is read, every field and all else", async () => {
    // The last one is more than one batch when it is read.
    const batches = [anyBatch(700, 1), anyBatch(1, 2), anyBatch(8200, 3)];
    const writer = await write("all.native", batches);
    expect(writer).toMatchObject({
      blocks: 3,
      rows: 8901,
      octets: statSync(path("all.native")).size,
      recovery: null,
    });
    const found = await read("all.native");
    expect(found.problems).toEqual([]);
    expect(found.records).toEqual(recordsOf(batches));
  });

  it("has all columns in its first block, and later those that hold something", async () => {
    const few = MESSAGE_ELEMENTS.filter(({ name }) => ["start", "srcAddr", "ttl", "srcPort"].includes(name));
    const last = new FlowBatch(7, MESSAGE_ELEMENTS);
    last.rows = 7;
    last.columns.proto[6] = 6;
    const sparse = Object.assign(anyBatch(9, 2, few), { elements: MESSAGE_ELEMENTS });
    const batches = [anyBatch(9, 1), sparse, last, anyBatch(9, 3)];
    batches[1]!.other.clear();
    await write("few.native", batches.slice(0, 1));
    const first = statSync(path("few.native")).size;
    await write("few.native", batches.slice(0, 2), { existing: "replace" });
    const columns = readFileSync(path("few.native")).subarray(first);
    // Times are always there, and the first column, as a block has one at the least.
    expect(columns[0]).toBe(new Set(["event", "start", "end", "received", "srcAddr", "ttl", "srcPort"]).size);
    await write("few.native", batches, { existing: "replace" });
    expect((await read("few.native")).records).toEqual(recordsOf(batches));
  });

  it("of packets has the fields of packets and nothing else", async () => {
    const batches = [anyBatch(10, 5, PACKET_ELEMENTS)];
    batches[0]!.other.clear();
    await write("packets.native", batches);
    expect((await read("packets.native")).records).toEqual(recordsOf(batches));
    const text = readFileSync(path("packets.native"), "latin1");
    expect(text).not.toContain("exporter");
    expect(text).not.toContain("other");
  });

  it("is the columns that are asked for", async () => {
    const fields = MESSAGE_ELEMENTS.filter(({ name }) => name === "bytes" || name === "start");
    const batch = anyBatch(3, 6);
    await write("two.native", [batch], { fields });
    const reader = readNative(path("two.native"));
    for await (const got of reader) {
      expect(got.elements).toEqual(fields);
      expect(got.columns.bytes.subarray(0, 6)).toEqual(batch.columns.bytes.subarray(0, 6));
      expect(got.columns.packets.subarray(0, 6)).toEqual(new Uint32Array(6));
      expect(got.columns.end.subarray(0, 6)).toEqual(new Uint32Array(6).fill(0xffff_ffff));
    }
    expect(reader.rows).toBe(3);
  });

  it("is the batch as it was when write returned", async () => {
    const batch = anyBatch(500, 7);
    batch.columns.bytes[1] = 0;
    const expected = recordsOf([batch]);
    const writer = new NativeWriter(path("reused.native"));
    const rooms: unknown[] = [];
    for (let i = 0; i < 6; i++) {
      batch.columns.bytes[0] = i;
      rooms.push(writer.write(batch));
    }
    batch.columns.bytes.fill(77);
    // Four are on their way, the rest is waited for.
    expect(rooms.map((room) => room instanceof Promise)).toEqual([false, false, false, true, true, true]);
    await writer.end();
    const { records } = await read("reused.native");
    expect(records.slice(1, 500)).toEqual(expected.slice(1));
    expect([0, 1, 2, 3, 4, 5].map((i) => JSON.parse(records[500 * i]!).bytes)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("with no rows is no block, and an empty file is read as such", async () => {
    const empty = new FlowBatch(1, MESSAGE_ELEMENTS);
    const writer = await write("empty.native", [empty]);
    expect(writer.blocks).toBe(0);
    expect(await read("empty.native")).toEqual({ rows: 0, records: [], problems: [] });
  });

  it("goes to streams and descriptors, too", async () => {
    const pieces: Buffer[] = [];
    const stream = new Writable({
      write(piece: Buffer, _, done) {
        setImmediate(() => {
          pieces.push(Buffer.from(piece));
          done();
        });
      },
    });
    const writer = new NativeWriter(stream);
    for (let seed = 1; seed < 8; seed++) await writer.write(anyBatch(50, seed));
    await writer.end();
    expect(pieces).toHaveLength(7);
    expect(stream.writableEnded).toBe(false);
    writeFileSync(path("stream.native"), Buffer.concat(pieces));
    expect((await read("stream.native")).records).toEqual(
      recordsOf([1, 2, 3, 4, 5, 6, 7].map((seed) => anyBatch(50, seed))),
    );
  });
});

describe("what goes wrong in writing", () => {
  it.skipIf(!existsSync("/dev/full"))("is told in a sentence, and nothing is written behind it", async () => {
    const writer = new NativeWriter("/dev/full");
    await expect(
      (async () => {
        for (let i = 0; i < 9; i++) await writer.write(anyBatch(10, 1));
        await writer.end();
      })(),
    ).rejects.toThrow(
      "/dev/full: expected to write a block of flow records, found no space left on the disk; make room (0 blocks are written and whole)",
    );
    expect(writer.rows).toBe(0);
  });

  it("is no error where only the reader of a stream has gone", async () => {
    const stream = new Writable({
      write(_piece, _encoding, done) {
        setImmediate(() => done(Object.assign(new Error("write EPIPE"), { code: "EPIPE" })));
      },
    });
    const writer = new NativeWriter(stream);
    for (let i = 0; i < 9; i++) await writer.write(anyBatch(10, 1));
    await writer.end();
    expect(writer.closed).toBe(true);
  });

  it("is said at once where there can be no file", () => {
    writeFileSync(path("there"), "");
    expect(() => new NativeWriter(join(folder, "nowhere", "x"))).toThrow(
      /expected a file to write blocks to, found no such folder/,
    );
    expect(() => new NativeWriter(folder, { existing: "replace" })).toThrow(SourceError);
    expect(() => new NativeWriter(path("there"), { existing: "refuse" })).toThrow(/exists already/);
  });
});

describe("adding to a file", () => {
  const two = [anyBatch(20, 1), anyBatch(30, 2)];

  it("keeps what is whole and cuts what is not, wherever it was cut off", async () => {
    await write("whole.native", two);
    const whole = readFileSync(path("whole.native"));
    await write("first.native", two.slice(0, 1));
    const first = statSync(path("first.native")).size;
    const next = numbers(9);
    const lengths = [first, first + 1, first + 2, whole.length - 1, whole.length];
    for (let i = 0; i < 40; i++) lengths.push(first + (next() % (whole.length - first)));
    for (const length of lengths) {
      writeFileSync(path("cut.native"), whole.subarray(0, length));
      const writer = await write("cut.native", [anyBatch(5, 3)]);
      const kept = length === whole.length ? whole.length : first;
      const blocks = length === whole.length ? 2 : 1;
      expect(writer.recovery).toEqual({
        blocks,
        rows: blocks === 2 ? 50 : 20,
        keptOctets: kept,
        cutOctets: length - kept,
      });
      const { records, problems } = await read("cut.native");
      expect(problems).toEqual([]);
      expect(records).toEqual(recordsOf([...two.slice(0, blocks), anyBatch(5, 3)]));
    }
  });

  it("cuts zeros that a loss of power has left", async () => {
    await write("zeros.native", two);
    appendFileSync(path("zeros.native"), Buffer.alloc(5000));
    expect((await write("zeros.native", [])).recovery).toMatchObject({ blocks: 2, cutOctets: 5000 });
    writeFileSync(path("only-zeros.native"), Buffer.alloc(5000));
    expect((await write("only-zeros.native", two)).recovery).toMatchObject({ blocks: 0, cutOctets: 5000 });
    expect((await read("only-zeros.native")).rows).toBe(50);
  });

  it("refuses what is something else, and leaves it alone", async () => {
    const page = "<!doctype html><html><body>not flows</body></html>".repeat(50);
    for (const content of [page, "short", Buffer.concat([readFileSync(path("whole.native")), Buffer.from(page)])]) {
      writeFileSync(path("other"), content);
      expect(() => new NativeWriter(path("other"))).toThrow(SourceError);
      expect(readFileSync(path("other")).equals(Buffer.from(content))).toBe(true);
    }
  });

  it("takes blocks of other columns: each has its own", async () => {
    await write("mixed.native", [anyBatch(5, 1)]);
    const packets = anyBatch(5, 2, PACKET_ELEMENTS);
    await write("mixed.native", [packets]);
    const { records } = await read("mixed.native");
    expect(JSON.parse(records[7]!)).toMatchObject({ exporter: null, domain: 0, received: null, other: {} });
    expect(JSON.parse(records[7]!).bytes).toBe(new RecordCursor().at(packets, 2).bytes);
  });
});

describe("a damaged file", () => {
  it("cut off anywhere gives its whole blocks, and says where it ends", async () => {
    const batches = [anyBatch(3, 1), anyBatch(4, 2), anyBatch(2, 3)];
    const fields = [...MESSAGE_ELEMENTS.slice(0, 7), OTHER];
    await write("cut-anywhere.native", batches, { fields });
    const whole = readFileSync(path("cut-anywhere.native"));
    const borders: number[] = [];
    for (let count = 1; count <= 3; count++) {
      await write(`up-to-${count}.native`, batches.slice(0, count), { fields });
      borders.push(statSync(path(`up-to-${count}.native`)).size);
    }
    for (let length = 64; length < whole.length; length++) {
      writeFileSync(path("cut.native"), whole.subarray(0, length));
      const { rows, problems } = await read("cut.native");
      expect(rows).toBe([0, 3, 7, 9][borders.filter((border) => border <= length).length]);
      expect(problems).toHaveLength(borders.includes(length) ? 0 : 1);
      if (problems.length > 0) {
        const block = Math.max(0, ...borders.filter((border) => border <= length));
        expect(problems[0]).toMatch(
          new RegExp(`^/cut.native, offset \\d+: expected \\d+ more octets, found \\d+; the block at offset ${block} `),
        );
      }
    }
  });

  it("of any octets is read without a fault, in bounded memory", async () => {
    await write("sound.native", [anyBatch(60, 1), anyBatch(40, 2)]);
    const sound = readFileSync(path("sound.native"));
    const next = numbers(20_26);
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 300; i++) {
      const octets = Buffer.from(sound);
      for (let change = 0; change <= next() % 6; change++) {
        const at = next() % 4 === 0 ? next() % 64 : next() % octets.length;
        octets[at] = [0, 1, 127, 128, 255, next() & 255][next() % 6]!;
      }
      writeFileSync(path("fuzz.native"), octets);
      try {
        const { rows } = await read("fuzz.native");
        expect(rows).toBeLessThanOrEqual(octets.length);
      } catch (error) {
        expect(error).toBeInstanceOf(SourceError);
      }
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(400_000_000);
  });

  const varuint = (value: bigint): number[] =>
    value < 128n ? [Number(value)] : [Number(value & 127n) | 128, ...varuint(value >> 7n)];
  const word = (value: bigint) => [...Buffer.from(new BigUint64Array([value]).buffer)];
  const column = (name: string, type: string, ...data: number[]) => [
    ...varuint(BigInt(name.length)),
    ...Buffer.from(name),
    ...varuint(BigInt(type.length)),
    ...Buffer.from(type),
    ...data,
  ];
  const HUGE = 2n ** 45n;
  const MAP = "Map(LowCardinality(String), String)";

  test.each([
    ["rows", [1, ...varuint(HUGE), ...column("bytes", "UInt64", 1, 2, 3)], /expected \d+ more octets, found 3/],
    ["columns", [...varuint(4000n), 1, ...column("proto", "UInt8", 6)], /expected 1 more octets, found 0/],
    ["a name", [2, 1, ...column("proto", "UInt8", 6), ...varuint(HUGE)], /expected a name of at most 1024 octets/],
    ["a text", [1, 1, ...column("x", "String", ...varuint(HUGE))], /expected 35184372088832 more octets, found 0/],
    ["texts", [1, ...varuint(HUGE), ...column("x", "String", 1, 65)], /expected 1 more octets, found 0/],
    ["an array", [1, 1, ...column("x", "Array(UInt64)", ...word(HUGE))], /more octets, found 0/],
    ["a word beyond 2^53", [1, 1, ...column("x", "Array(UInt64)", ...word(2n ** 63n))], /larger than any file/],
    [
      "entries",
      [1, 1, ...column("other", MAP, ...word(1n), ...word(HUGE), ...word(0x600n), ...word(1n), 0, ...word(HUGE))],
      /more octets, found 0/,
    ],
    [
      "a dictionary",
      [1, 1, ...column("other", MAP, ...word(1n), ...word(1n), ...word(0x600n), ...word(HUGE))],
      /dictionary of 1 to 1048576 names/,
    ],
    ["ends that go back", [1, 2, ...column("other", MAP, ...word(1n), ...word(5n), ...word(4n))], /from 5 on, found 4/],
    [
      "an index",
      [1, 1, ...column("other", MAP, ...word(1n), ...word(1n), ...word(0x600n), ...word(1n), 0, ...word(1n), 9, 0)],
      /index below 1, found 9/,
    ],
    [
      "indexes without a dictionary",
      [1, 1, ...column("x", "LowCardinality(String)", ...word(1n), ...word(0x100n))],
      /found the word 256/,
    ],
    [
      "no indexes",
      [1, 1, ...column("x", "LowCardinality(String)", ...word(1n), ...word(0x600n), ...word(0n), ...word(0n))],
      /expected 1 to 1 indexes, found 0/,
    ],
    [
      "a version",
      [1, 1, ...column("x", "LowCardinality(String)", ...word(7n))],
      /version 1 of LowCardinality's keys, found 7/,
    ],
    [
      "a type",
      [2, 1, ...column("proto", "UInt8", 6), ...column("\u001b[31m", "Nothing", 0)],
      /found "\\u001b\[31m" of "Nothing"/,
    ],
    ["an endless number", [1, ...Array.from({ length: 20 }, () => 255)], /longer than any file|something else/],
  ])("that lies about %s is told", async (_, octets, sentence) => {
    writeFileSync(path("lie.native"), Uint8Array.from(octets));
    const told = await read("lie.native").then(
      ({ rows, problems }) => {
        expect(rows).toBe(0);
        return problems.join();
      },
      (error) => String(error),
    );
    expect(told).toMatch(sentence);
  });

  it("with more in a row than any record has is read as far as there is room", async () => {
    const names = [...word(0x600n), ...word(2n), 0, 1, 97];
    const entries = 3000;
    const long = [...varuint(5000n), ...Buffer.alloc(5000, 98)];
    const values = [...long, ...Array.from({ length: entries - 1 }, () => [1, 99]).flat()];
    const data = [
      ...word(1n),
      ...word(BigInt(entries)),
      ...names,
      ...word(BigInt(entries)),
      ...Array.from({ length: entries }, () => 1),
      ...values,
    ];
    writeFileSync(path("many.native"), Uint8Array.from([1, 1, ...column("other", MAP, ...data)]));
    for await (const batch of readNative(path("many.native"))) {
      expect(batch.other.end(0)).toBe(1024);
      expect(batch.other.valueEnds[0]).toBe(4096);
    }
  });
});

describe("recognition", () => {
  it("knows what we write, and nothing else", async () => {
    await write("known.native", [anyBatch(2, 1)]);
    expect(isNative(readFileSync(path("known.native")))).toBe(true);
    const others = [
      "a1b2c3d400020004",
      "d4c3b2a102000400",
      "0a0d0d0a1c000000",
      "1f8b0800",
      "28b52ffd",
      "50415231",
      "0ca50200",
      "cf100203",
      "000a0010",
    ];
    for (const hex of others) expect(isNative(Buffer.from(hex.padEnd(512, "0"), "hex"))).toBe(false);
    for (const text of ["", "{}", "start,end,srcAddr\r\n1,2,3\r\n", "plain text\n".repeat(30)])
      expect(isNative(Buffer.from(text))).toBe(false);
  });

  it("says what is wrong with a name", () => {
    writeFileSync(path("page.html"), "<!doctype html>");
    expect(() => readNative(path("page.html"))).toThrow(
      /found something else \(first octets 3c 21 64 6f 63 74 79 70\); name another file/,
    );
    expect(() => readNative(path("nothing"))).toThrow(/expected a Native file, found no such file; check the name/);
    expect(() => readNative(folder)).toThrow(SourceError);
  });
});

test("layouts of types", () => {
  expect(typeLayout("DateTime64(9, 'a,)\\'b')")).toEqual({ form: "fixed", octets: 8 });
  expect(typeLayout("Map(LowCardinality(String), Array(Nullable(UInt16)))")).toMatchObject({
    form: "map",
    value: { form: "array", of: { form: "nullable", of: { octets: 2 } } },
  });
  expect(typeLayout("Tuple(a UInt8, `b c` Enum8('x,y' = 1))")).toMatchObject({
    form: "tuple",
    of: [{ octets: 1 }, { octets: 1 }],
  });
  const digits = [1, 9, 10, 18, 19, 38, 39, 76].map((precision) => typeLayout(`Decimal(${precision}, 2)`));
  expect(digits).toEqual([4, 4, 8, 8, 16, 16, 32, 32].map((octets) => ({ form: "fixed", octets })));
  for (const type of [
    "",
    "Foo",
    "Array",
    "Array()",
    "Map(String)",
    "FixedString(0)",
    "Decimal(77, 1)",
    `${"Array(".repeat(20)}UInt8${")".repeat(20)}`,
  ]) {
    expect(typeLayout(type), type).toBeNull();
  }
});

test("every field has a width that its type has", () => {
  const batch = new FlowBatch(1);
  for (const { name, kind, clickhouse } of ELEMENTS as readonly Element[]) {
    const octets = WIDTH[kind] * batch.columns[name as FieldName].BYTES_PER_ELEMENT;
    expect(typeLayout(clickhouse), name).toEqual({ form: "fixed", octets });
  }
});
