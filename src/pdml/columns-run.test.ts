// Groups, flows, series and lists of frames: the same as a plain count over the frames, whatever they are.
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { type MadeField, MadeFrames } from "../../test/made-frames.ts";
import type { Table, Value } from "../core/table.ts";
import { parseFilter } from "../query/index.ts";
import {
  COUNT,
  type ColumnsQuestion,
  MEASURE_KINDS,
  measureOf,
  parseColumnFields,
  parseColumnSort,
} from "./columns-question.ts";
import { groupColumns, listColumns } from "./columns-run.ts";

type Words = Partial<Omit<ColumnsQuestion, "keys" | "measures" | "sort">> & {
  readonly keys?: string;
  readonly measures?: readonly string[];
  readonly sort?: string;
};

function question({ keys = "", measures = ["frames"], sort, ...rest }: Words): ColumnsQuestion {
  const fields = keys === "" ? [] : parseColumnFields(keys, "--field");
  const made = measures.map((text) => {
    const [, kind, field] = /^(\w+)\((.*)\)$/.exec(text) ?? [];
    const known = MEASURE_KINDS.find((name) => name === kind);
    return known === undefined ? COUNT : measureOf(known, parseColumnFields(field!, "--sum")[0]!);
  });
  const idleSeconds = rest.idleSeconds ?? null;
  return {
    keys: fields,
    defaultKeys: false,
    measures: made,
    sort: parseColumnSort(sort, { keys: fields, measures: made, idleSeconds }, false),
    each: false,
    idleSeconds,
    bucketSeconds: null,
    having: [],
    top: null,
    maxGroups: 1000,
    zone: "UTC",
    ...rest,
  };
}

type Made = readonly (readonly MadeField[])[];

function grouped(frames: Made, words: Words, filter: string | null = null): Promise<Table> {
  const asked = {
    question: question(words),
    filter: filter === null ? null : parseFilter(filter, { frames: {}, zone: "UTC" }),
  };
  return groupColumns(new MadeFrames(frames, 7), asked, { frames: 0, filtered: 0 });
}

function objects({ columns, rows }: Table): Record<string, Value>[] {
  return rows.map((row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i]!])));
}

const name = fc.constantFrom("a", "b", "c", "n");
const value = fc.constantFrom("", "x", "y", "10", "20", "-3", "0x10", "0.5", "ü");
const frame = fc.array(fc.tuple(name, value), { maxLength: 7 });

const valuesOf = (fields: readonly MadeField[], wanted: string) =>
  fields.flatMap(([field, text]) => (field === wanted && text !== "" ? [text] : []));
const numbersOf = (fields: readonly MadeField[], wanted: string) =>
  valuesOf(fields, wanted)
    .map(Number)
    .filter((number) => !Number.isNaN(number));

describe("groups", () => {
  it("have the sums of a plain count, and others and total add up", async () => {
    const measures = [
      "frames",
      "sum(n)",
      "mean(n)",
      "deviation(n)",
      "min(n)",
      "max(n)",
      "distinct(n)",
      "first(n)",
      "last(n)",
      "values(n)",
    ];
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { maxLength: 60 }), fc.nat(4), async (frames, top) => {
        const table = await grouped(frames, { keys: "a,b", measures, top: top === 0 ? null : top });
        const expected = new Map<string, MadeField[][]>();
        for (const fields of frames) {
          const key = [valuesOf(fields, "a")[0] ?? null, valuesOf(fields, "b")[0] ?? null];
          if (key[0] === null && key[1] === null) continue;
          const text = JSON.stringify(key);
          expected.set(text, [...(expected.get(text) ?? []), fields]);
        }
        const shown = Math.min(expected.size, top === 0 ? expected.size : top);
        expect(table.rows.length).toBe(shown);
        const counts = [...expected.values()].map((all) => all.length).sort((a, b) => b - a);
        expect(table.rows.map((row) => row[2])).toEqual(counts.slice(0, shown));
        for (const row of table.rows) {
          const all = expected.get(JSON.stringify(row.slice(0, 2)))!;
          expect(row.slice(2)).toEqual(measured(all.map((fields) => [valuesOf(fields, "n"), numbersOf(fields, "n")])));
        }
        const sum = (place: number) => table.rows.reduce((total, row) => total + Number(row[place]), 0);
        expect(sum(2) + Number(table.others?.[2] ?? 0)).toBe(table.total![2]);
        expect(sum(3) + Number(table.others?.[3] ?? 0)).toBeCloseTo(Number(table.total![3]), 9);
        expect(table.others === null).toBe(shown === expected.size);
      }),
      { numRuns: 200 },
    );
  });
});

/** frames, sum, mean, deviation, min, max, distinct, first, last, values */
function measured(frames: (readonly [string[], number[]])[]): unknown[] {
  const texts = frames.flatMap(([all]) => all);
  const numbers = frames.flatMap(([, all]) => all);
  const sum = numbers.reduce((total, number) => total + number, 0);
  const mean = sum / numbers.length;
  const spread = numbers.reduce((total, number) => total + (number - mean) ** 2, 0) / numbers.length;
  const none = numbers.length === 0;
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [
    frames.length,
    none ? 0 : expect.closeTo(sum, 9),
    none ? null : expect.closeTo(mean, 9),
    none ? null : expect.closeTo(Math.sqrt(spread), 9),
    none ? null : Math.min(...numbers),
    none ? null : Math.max(...numbers),
    counts.size,
    texts[0] ?? null,
    texts.at(-1) ?? null,
    counts,
  ];
}

const CLIENTS: Made = [
  [
    ["ip.src", "10.0.0.1"],
    ["name", "web"],
    ["len", "100"],
    ["frame.time_epoch", "10.5"],
  ],
  [
    ["ip.src", "10.0.0.1"],
    ["ip.src", "10.0.0.9"],
    ["name", "mail"],
    ["len", "50"],
    ["frame.time_epoch", "11"],
  ],
  [
    ["ip.src", "10.0.0.2"],
    ["name", "web"],
    ["len", "7"],
    ["len", "3"],
    ["frame.time_epoch", "29.999999999"],
  ],
  [
    ["other", "1"],
    ["len", "1000"],
    ["frame.time_epoch", "30"],
  ],
  [
    ["ip.src", "10.0.0.2"],
    ["len", "no number"],
    ["frame.time_epoch", "75.25"],
  ],
  [
    ["ip.src", "10.0.0.2"],
    ["len", "4"],
  ],
];

describe("a question", () => {
  it("is answered with titles, types, units and notes", async () => {
    const table = await grouped(CLIENTS, { keys: "ip.src", measures: ["sum(len)", "frames", "values(name)"], top: 1 });
    expect(table.title).toBe("top 1 ip.src by sum(len)");
    expect(table.columns.map(({ name, type, unit, role }) => [name, type, unit, role])).toEqual([
      ["ip.src", "text", null, "key"],
      ["sum(len)", "integer", "octets", "measure"],
      ["frames", "integer", "packets", "measure"],
      ["values(name)", "counts", null, "measure"],
    ]);
    expect(table.rows).toEqual([
      [
        "10.0.0.1",
        150,
        2,
        new Map([
          ["web", 1],
          ["mail", 1],
        ]),
      ],
    ]);
    expect(table.others).toEqual([null, 14, 3, null]);
    expect(table.total).toEqual([null, 164, 5, null]);
    expect(table.notes).toEqual([
      "1 frame without ip.src left out",
      "1 values of len are no numbers and not in its sums",
    ]);
  });

  it("counts a frame for each of its values with --each, and once in the total", async () => {
    const frames: Made = [
      ...CLIENTS,
      [
        ["ip.src", "10.0.0.9"],
        ["ip.src", "10.0.0.9"],
        ["len", "5"],
      ],
    ];
    const table = await grouped(frames, {
      keys: "ip.src",
      measures: ["frames", "sum(len)"],
      each: true,
      sort: "ip.src",
    });
    expect(table.rows).toEqual([
      ["10.0.0.1", 2, 150],
      ["10.0.0.2", 3, 14],
      ["10.0.0.9", 2, 55],
    ]);
    expect(table.total).toEqual([null, 6, 169]);
  });

  it("orders as it is told", async () => {
    const by = async (sort: string) =>
      objects(await grouped(CLIENTS, { keys: "ip.src,name", measures: ["sum(len)", "frames"], sort })).map(
        (row) => `${row["ip.src"]} ${row.name} ${row["sum(len)"]}`,
      );
    expect(await by("sum")).toEqual(["10.0.0.1 web 100", "10.0.0.1 mail 50", "10.0.0.2 web 10", "10.0.0.2 null 4"]);
    expect((await by("sum(len):asc"))[0]).toBe("10.0.0.2 null 4");
    // What is not there comes last, either way.
    expect((await by("name")).at(-1)).toBe("10.0.0.2 null 4");
    expect((await by("name:desc")).at(-1)).toBe("10.0.0.2 null 4");
    expect(() => parseColumnSort("nane", question({ keys: "name" }), false)).toThrow("did you mean name?");
  });

  it("counts groups that there is no room for with the others", async () => {
    const frames = Array.from({ length: 50 }, (_, i): MadeField[] => [
      ["a", `v${i % 20}`],
      ["len", "2"],
    ]);
    const table = await grouped(frames, { keys: "a", measures: ["frames", "sum(len)", "distinct(a)"], maxGroups: 5 });
    expect(table.rows.length).toBe(5);
    expect(table.others).toEqual([null, 35, 70, 15]);
    expect(table.total).toEqual([null, 50, 100, 20]);
    expect(table.notes[0]).toContain("35 frames of more than 5 groups are in the others");
  });

  it("has only groups with the fields that are asked for", async () => {
    const table = await grouped(CLIENTS, { keys: "ip.src", having: ["name"], measures: ["frames"] });
    expect(table.rows).toEqual([
      ["10.0.0.2", 3],
      ["10.0.0.1", 2],
    ]);
    const none = await grouped(CLIENTS, { keys: "name", having: ["other"], measures: ["frames"] });
    expect(none.rows).toEqual([]);
    expect(none.total).toEqual([null, 0]);
    expect(none.notes).toContain("2 groups without other left out");
  });

  it("looks at the frames that a filter lets through, and tells of fields that were never there", async () => {
    const table = await grouped(CLIENTS, { keys: "nme", measures: ["sum(len)"] }, "len > 5 and not other");
    expect(table.total).toEqual([null, 0]);
    expect(table.notes).toEqual(["3 frames without nme left out", "no frame has the field nme (did you mean name?)"]);
  });

  it("of all frames has one row", async () => {
    const table = await grouped(CLIENTS, { measures: ["frames", "max(len)"] });
    expect(table.rows).toEqual([[6, 1000]]);
  });

  it("takes the line for people in place of the value", async () => {
    const frames: Made = [
      [
        ["type", "1", "Client Hello (1)"],
        ["type", "2", "Server Hello (2)"],
      ],
      [["type", "1", "Client Hello (1)"]],
    ];
    const table = await grouped(frames, { keys: "type", measures: ["values(type:label)"] });
    expect(table.rows).toEqual(
      [
        [
          "1",
          new Map([
            ["Client Hello (1)", 2],
            ["Server Hello (2)", 1],
          ]),
        ],
      ].flatMap(([key, counts]) => [[key, counts]]),
    );
    const labels = await grouped(frames, { keys: "type:label" });
    expect(labels.rows).toEqual([["Client Hello (1)", 2]]);
  });

  it("has sums of every size", async () => {
    const frames: Made = [[["n", "9007199254740991"]], [["n", "9007199254740991"]], [["n", "0.25"]]];
    const table = await grouped(frames.slice(0, 1), { measures: ["sum(n)"] });
    expect([table.columns[0]!.type, table.rows[0]![0]]).toEqual(["integer", 9007199254740991]);
    const more = await grouped(frames, { measures: ["sum(n)"] });
    expect(more.columns[0]!.type).toBe("real");
  });
});

describe("a series", () => {
  it("has a row for each bucket and key; what nothing was seen in is not known", async () => {
    const table = await grouped(CLIENTS, {
      keys: "ip.src",
      measures: ["frames", "sum(len)"],
      bucketSeconds: 10,
      top: 1,
    });
    expect(table.shape).toBe("series");
    expect(table.bucketSeconds).toBe(10);
    const seconds = (row: readonly Value[]) => [Number(row[0]! as bigint) / 1e9, ...row.slice(1)];
    expect(table.rows.map(seconds)).toEqual([
      [10, "10.0.0.1", 2, 150],
      [20, "10.0.0.1", 0, 0],
      [30, "10.0.0.1", 0, 0],
      [40, "10.0.0.1", null, null],
      [50, "10.0.0.1", null, null],
      [60, "10.0.0.1", null, null],
      [70, "10.0.0.1", 0, 0],
    ]);
    expect(table.othersRows.map(seconds)).toEqual([
      [20, null, 1, 10],
      [70, null, 1, 0],
    ]);
    expect(table.notes).toContain("1 frame without frame.time_epoch left out");
  });

  it("adds up to the groups, in whatever order frames come", async () => {
    const timed = fc.tuple(fc.constantFrom("x", "y", "z"), fc.nat(100));
    await fc.assert(
      fc.asyncProperty(fc.array(timed, { maxLength: 60 }), async (all) => {
        const frames = all.map(([a, time]): MadeField[] => [
          ["a", a],
          ["frame.time_epoch", `${time}.5`],
        ]);
        const plain = await grouped(frames, { keys: "a" });
        const series = await grouped(frames, { keys: "a", bucketSeconds: 7 });
        const sums = new Map<Value, number>();
        for (const row of series.rows) sums.set(row[1]!, (sums.get(row[1]!) ?? 0) + Number(row[2] ?? 0));
        expect(sums).toEqual(new Map(plain.rows.map((row) => [row[0], Number(row[1])])));
        expect(series.total![2]).toBe(plain.total![1]);
      }),
      { numRuns: 100 },
    );
  });
});

describe("flows", () => {
  const at = (key: string, time: number, len = "1"): MadeField[] => [
    ["k", key],
    ["frame.time_epoch", String(time)],
    ["len", len],
  ];

  it("end after silence, judged by the newest frame of all", async () => {
    const frames = [at("a", 0), at("b", 5), at("a", 9), at("b", 15), at("a", 19), at("c", 100), at("a", 20)];
    const table = await grouped(frames, { keys: "k", idleSeconds: 10, measures: ["frames"], sort: "start" });
    expect(objects(table).map((row) => [row.k, Number(row.start as bigint) / 1e9, row.duration, row.frames])).toEqual([
      ["a", 0, 9, 2],
      ["b", 5, 0, 1],
      ["b", 15, 0, 1],
      ["a", 19, 0, 1],
      ["a", 20, 0, 1],
      ["c", 100, 0, 1],
    ]);
  });

  it("of a second, older file are judged by its own time", async () => {
    const asked = { question: question({ keys: "k", idleSeconds: 10, sort: "start" }), filter: null };
    const source = new MadeFrames([at("a", 100), at("a", 101), at("a", 5), at("a", 9), at("a", 30)], 2);
    // The second file begins with the third frame.
    const next = source.next.bind(source);
    source.next = () => {
      const frame = next();
      if (frame !== null && frame.number > 2) frame.number -= 2;
      return frame;
    };
    const table = await groupColumns(source, asked, { frames: 0, filtered: 0 });
    expect(objects(table).map((row) => [Number(row.start as bigint) / 1e9, row.frames])).toEqual([
      [5, 2],
      [30, 1],
      [100, 2],
    ]);
  });

  it("have all values of a field in their key", async () => {
    const frames: Made = [
      [
        ["k", "1"],
        ["k", "2"],
        ["frame.time_epoch", "1"],
      ],
      [
        ["k", "1"],
        ["frame.time_epoch", "1"],
      ],
      [
        ["k", "2"],
        ["k", "1"],
        ["frame.time_epoch", "1"],
      ],
      [
        ["k", "1"],
        ["k", "2"],
        ["frame.time_epoch", "1.000000001"],
      ],
    ];
    const table = await grouped(frames, { keys: "k", idleSeconds: 60 });
    expect(objects(table).map((row) => [row.k, row.frames, row.duration])).toEqual([
      ["1,2", 2, 1e-9],
      ["1", 1, 0],
      ["2,1", 1, 0],
    ]);
  });
});

describe("a list", () => {
  async function listed(
    frames: Made,
    words: Words,
    filter: string | null = null,
  ): Promise<[Table["rows"], readonly string[]]> {
    const rows: Table["rows"][number][] = [];
    const asked = {
      question: question({ measures: [], ...words }),
      filter: filter === null ? null : parseFilter(filter, { frames: {} }),
    };
    const end = await listColumns(new MadeFrames(frames, 2), asked, { frames: 0, filtered: 0 }, async (table) => {
      for (const row of table.rows) rows.push(row);
      return true;
    });
    return [[...rows, ...end!.rows], end!.notes];
  }

  it("has a row a frame, several values with commas", async () => {
    expect(await listed(CLIENTS, { keys: "ip.src,name" })).toEqual([
      [
        ["10.0.0.1", "web"],
        ["10.0.0.1,10.0.0.9", "mail"],
        ["10.0.0.2", "web"],
        ["10.0.0.2", null],
        ["10.0.0.2", null],
      ],
      ["1 frame without ip.src, name left out"],
    ]);
  });

  it("has a row a value with --each, and ends at its limit", async () => {
    const [rows] = await listed(CLIENTS, { keys: "ip.src", each: true });
    expect(rows.map(([address]) => address)).toEqual([
      "10.0.0.1",
      "10.0.0.1",
      "10.0.0.9",
      "10.0.0.2",
      "10.0.0.2",
      "10.0.0.2",
    ]);
    expect((await listed(CLIENTS, { keys: "ip.src", top: 2 }))[0].length).toBe(2);
    expect((await listed(CLIENTS, { keys: "ip.src" }, "len > 60"))[0]).toEqual([["10.0.0.1"]]);
  });
});

test("fields are asked for by name", () => {
  expect(parseColumnFields("ip.src, _ws.col.Info:label", "-f").map(({ name, label }) => [name, label])).toEqual([
    ["ip.src", false],
    ["_ws.col.Info", true],
  ]);
  expect(() => parseColumnFields("ip src", "-f")).toThrow("expected a field of tshark");
});
