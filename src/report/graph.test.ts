// Pictures of Tables: what they show at every width, that what is not known is never zero, that hostile names do nothing.
import { inflateSync } from "node:zlib";
import { Resvg } from "@resvg/resvg-js";
import fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import { GROUP, HOSTILE, LIST, measure, ns, SERIES } from "../../test/sample-tables.ts";
import type { Table, Value } from "../core/table.ts";
import { graphPng, graphSvg, graphText, type TextGraphOptions } from "./graph.ts";
import { columnsOf, figuresOf, type TimeChart } from "./graph-chart.ts";
import { linearScale, logScale, timeTicks } from "./graph-scale.ts";
import { chartOf } from "./graph-series.ts";
import { GRAPH_STYLES } from "./graph-words.ts";
import { ZoneClock } from "./zone-time.ts";

const text = (table: Table, options: TextGraphOptions = {}) => [...graphText(table, options)].join("");
const timeChart = (table: Table) => chartOf(table) as TimeChart;

/** A series of one group: values by bucket of a minute; undefined = no row, null = a row that says nothing is known. */
function minutes(values: readonly (Value | undefined)[], rest: Partial<Table> = {}): Table {
  const start = ns("2026-11-20T08:00:00Z");
  const rows = values.flatMap((value, i): Value[][] =>
    value === undefined ? [] : [[start + BigInt(i) * 60_000_000_000n, "a", value]],
  );
  const columns = [...SERIES.columns.slice(0, 2), measure("bytes", "Bytes", "octets")];
  const known: Partial<Table> = { known: null, others: null, othersRows: [], total: null };
  const to = start + BigInt(values.length) * 60_000_000_000n;
  return { ...SERIES, columns, rows, bucketSeconds: 60, from: start, to, ...known, ...rest };
}

describe("series", () => {
  test("octets become bits per second of their bucket", () => {
    const { series, unit } = timeChart(minutes([750, 1500]));
    expect(unit).toBe("bits/s");
    expect([...series[0]!.values]).toEqual([100, 200]);
    expect(series[0]!.figures).toEqual({ most: 200, mean: 150, least: 100, percentile95: 200, amount: 2250 });
  });

  test("a bucket that was asked for in part has the rate of that part", () => {
    const table = minutes([750, 750]);
    const { series } = timeChart({ ...table, from: table.from! + 30_000_000_000n });
    expect([...series[0]!.values]).toEqual([200, 100]);
  });

  test("what is not known is not zero", () => {
    const at = (minute: number) => ns("2026-11-20T08:00:00Z") + BigInt(minute) * 60_000_000_000n;
    const values = (table: Table) => [...timeChart(table).series[0]!.values];
    expect(values(minutes([750, undefined, 750]))).toEqual([100, Number.NaN, 100]);
    expect(values(minutes([750, null, 750]))).toEqual([100, Number.NaN, 100]);
    expect(values(minutes([750, undefined, 750], { known: [[at(0), at(3)]] }))).toEqual([100, 0, 100]);
    expect(values(minutes([750, undefined, 0], { known: [[at(0), at(1)]] }))).toEqual([100, Number.NaN, 0]);
    expect(values(minutes([undefined, 750, undefined]))).toEqual([Number.NaN, 100, Number.NaN]);
  });

  test("where others have rows a series without one is zero", () => {
    const both = minutes([750, 750]);
    const { series } = timeChart({ ...both, rows: [...both.rows, [both.rows[1]![0]!, "b", 1500]] });
    expect(series.map(({ name, values }) => [name, ...values])).toEqual([
      ["a", 100, 100],
      ["b", 0, 200],
    ]);
  });

  test("more series than can be told apart are others, and a note says so", () => {
    const base = minutes([750]);
    const rows = Array.from({ length: 20 }, (_, i): Value[] => [base.rows[0]![0]!, `host${i}`, 7500 * (i + 1)]);
    const chart = timeChart({ ...base, rows });
    expect(chart.series.length).toBe(17);
    expect(chart.series[0]!.name).toBe("host19");
    expect(chart.series.at(-1)).toMatchObject({ name: "others", others: true });
    expect(chart.series.at(-1)!.values[0]).toBe(1000 + 2000 + 3000 + 4000);
    expect(chart.notes).toContain("4 series are drawn as others");
  });

  test("days of 23 and 25 hours are days", () => {
    const zone = "Europe/Berlin";
    const days = ["2026-10-23T22:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", "2026-10-26T23:00:00Z"];
    const rows = days.map((day) => [ns(day), "a", 8] as const);
    const table = { ...minutes([1]), rows, bucketSeconds: 86_400, from: ns(days[0]!), to: null, zone };
    const { edges, series } = timeChart(table);
    expect(edges.length).toBe(5);
    expect(series[0]!.figures.amount).toBe(32);
    expect(text(table, { width: 80 })).toContain("10-25");
  });

  test("the mean of each column counts what is known of it", () => {
    const chart = timeChart(minutes([750, null, 2250, 2250]));
    expect([...columnsOf(chart, chart.series[0]!.values, 2)]).toEqual([100, 300]);
    expect([...columnsOf(chart, chart.series[0]!.values, 8)].slice(0, 4)).toEqual([100, 100, Number.NaN, Number.NaN]);
    const columns = columnsOf(chart, chart.series[0]!.values, 3);
    expect([...columns].map((value) => Math.round(value))).toEqual([100, 300, 300]);
  });

  test("the 95th percentile is one of the values: so many buckets have as much or less", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 200 }), (values) => {
        const { percentile95 } = figuresOf(Float64Array.from(values), new Float64Array(values.length).fill(1), 0);
        const share = (test: (value: number) => boolean) => values.filter(test).length / values.length;
        expect(values).toContain(percentile95);
        expect(share((value) => value <= percentile95)).toBeGreaterThanOrEqual(0.95);
        expect(share((value) => value < percentile95)).toBeLessThan(0.95);
      }),
    );
  });

  test("sentences where there is nothing to draw", () => {
    expect(() => text(LIST)).toThrow(/expected groups or a series to draw, found a list of flows; ask with --by/);
    expect(() => chartOf(minutes([1]), { unit: "pps" })).toThrow(
      /^--unit: expected a measure that the question has \(bytes\), found pps; ask for it with --measures\.$/,
    );
  });
});

describe("axes", () => {
  test("round values, the most of all below the top", () => {
    const labels = (most: number) => linearScale(most, "bits/s", 4).ticks.map(({ label }) => label);
    expect(labels(18_900_000)).toEqual(["0 b/s", "5 Mb/s", "10 Mb/s", "15 Mb/s", "20 Mb/s"]);
    expect(labels(0.25)).toEqual(["0 b/s", "0.1 b/s", "0.2 b/s", "0.3 b/s"]);
    expect(labels(0)).toEqual(["0 b/s", "1 b/s"]);
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e18, noNaN: true }), fc.integer({ min: 1, max: 12 }), (most, wanted) => {
        const { ticks, place } = linearScale(most, null, wanted);
        expect(place(most)).toBeGreaterThan(0.3);
        expect(place(most)).toBeLessThanOrEqual(1.0001);
        expect(ticks.length).toBeLessThanOrEqual(wanted + 2);
      }),
    );
  });

  test("powers of ten", () => {
    const { ticks, place } = logScale(30, 20_000, "bits/s", 8);
    expect(ticks.map(({ label }) => label)).toEqual(["10 b/s", "100 b/s", "1 kb/s", "10 kb/s", "100 kb/s"]);
    expect([place(0), place(10), place(100_000), place(Number.NaN)]).toEqual([0, 0, 1, Number.NaN]);
  });

  test("round times of the zone's clock, over a change of it, too", () => {
    const ticks = (zone: string, from: string, to: string, wanted: number) =>
      timeTicks(new ZoneClock(zone), Date.parse(from), Date.parse(to), wanted).map(({ label }) => label);
    expect(ticks("Asia/Kathmandu", "2026-11-20T00:00:00Z", "2026-11-20T03:00:00Z", 4)).toEqual([
      "06:00",
      "07:00",
      "08:00",
    ]);
    expect(ticks("Europe/Berlin", "2026-10-24T21:00:00Z", "2026-10-25T12:00:00Z", 6)).toEqual([
      "10-25",
      "03:00",
      "06:00",
      "09:00",
      "12:00",
    ]);
    expect(ticks("UTC", "2025-12-20T00:00:00Z", "2026-07-01T00:00:00Z", 8)).toEqual([
      "2026-01",
      "2026-02",
      "2026-03",
      "2026-04",
      "2026-05",
      "2026-06",
      "2026-07",
    ]);
    expect(ticks("UTC", "2026-11-20T08:00:00Z", "2026-11-20T08:00:20Z", 4)).toEqual([
      "08:00:00",
      "08:00:05",
      "08:00:10",
      "08:00:15",
      "08:00:20",
    ]);
    expect(ticks("UTC", "2026-11-18T12:00:00Z", "2026-11-29T00:00:00Z", 3)).toEqual(["11-23"]);
  });
});

describe("in a terminal", () => {
  test("areas in ASCII: axes, a gap, words, figures", () => {
    expect(text(SERIES, { width: 60, height: 8, ascii: true })).toBe(`top 2 srcAddr/24 by bytes, every 5 min
2026-11-20 08:00:00 to 13:00:00 UTC, 5 min a bucket
all together: 14.5 Mb/s on average, at most 18.9 Mb/s
(2026-11-20 11:55), 95th percentile 18.5 Mb/s, 1 h not known

20 Mb/s+---------------------//////////---------------------
       |   .========.        //////////     ..===.
       | .=============..    //////////  .========.
       |====#########=====.  //////////.=====#########.
10 Mb/s+=###############=====//////////===###############.
       |###################==//////////####################.
       |#####################//////////#####################
       |#####################//////////#####################
  0 b/s++---------+----------+---------+----------+--------+
      08:00     09:00      10:00     11:00      12:00  13:00
/ not known   - 95th percentile of all

  Bits/s                 Avg        Max       95th
# 192.0.2.0/24     10.4 Mb/s  13.3 Mb/s  13.3 Mb/s
= 198.51.100.0/24  3.28 Mb/s  4.80 Mb/s  4.80 Mb/s
. others            853 kb/s   907 kb/s   907 kb/s
  total            14.5 Mb/s  18.9 Mb/s  18.5 Mb/s
`);
  });

  test("a breakdown", () => {
    const total = [null, null, 1400, 13_200_000, 6_241_234_567, 1];
    expect(text({ ...GROUP, total, others: null }, { width: 60, ascii: true })).toBe(
      `top 3 srcAddr, proto by bytes
2026-11-20 09:00:00 to 11:00:00 Europe/Berlin
Bytes: 192.0.2.17 TCP 6.04 GB (96.8 %),
2001:db8:85a3:8d3:1319:8a2e:370:7348 UDP 123 MB (2.0 %),
10.0.0.5 ICMP 98.8 kB (0.0 %)

192.0.2.17 TCP                6.04 GB  96.8 %  #############
2001:db8:85a3:…:370:7348 UDP   123 MB   2.0 %  #
10.0.0.5 ICMP                 98.8 kB   0.0 %  #
total                         6.24 GB
note: 3 flows of 2 exporters were seen twice, those of
10.0.0.1 were kept
`.replace("…", "~"),
    );
  });

  test("more parts than a picture can show are others, and nothing is lost", () => {
    const rows = Array.from({ length: 150_000 }, (_, i): Value[] => [
      `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`,
      6,
      1,
      1,
      1000,
      1,
    ]);
    const total = [null, null, 150_000, 150_000, 150_000_000, 1];
    const chart = chartOf({ ...GROUP, rows, total, others: null });
    expect(chart.series.length).toBe(101);
    expect(chart.series.reduce((sum, { values }) => sum + values[0]!, 0)).toBe(150_000_000);
    expect(chart.notes).toContain("149900 groups are drawn as others");
  });

  test("one line is braille, several without colours are letters", () => {
    expect(text(minutes([1, 2, 3, 2]), { style: "lines" })).toMatch(/[\u2801-\u28ff]{5}/);
    expect(text(SERIES, { style: "lines" })).toMatch(/A{4}[\s\S]*B{4}/);
    expect(text(SERIES, { style: "lines", depth: "base" })).toMatch(/[\u2801-\u28ff]{5}/);
  });

  test("what does not add up has no shares and no sum, and is drawn as lines whose letters are named", () => {
    const greatest = (table: Table): Table => ({
      ...table,
      columns: table.columns.map((column) => (column.name === "bytes" ? { ...column, name: "maxBytes" } : column)),
      sortedBy: "maxBytes",
    });
    expect(text(greatest(GROUP))).not.toMatch(/%|total/);
    const drawn = text(greatest(SERIES));
    expect(drawn).toMatch(/A{3}/);
    expect(drawn).toMatch(/^A 192\.0\.2\.0\/24/m);
    expect(drawn).not.toContain("total");
    expect(text(SERIES, { log: true })).toMatch(/^A 192\.0\.2\.0\/24/m);
  });

  test("without the picture the words and figures stay", () => {
    const plain = text(SERIES, { picture: false });
    expect(plain).toContain("all together: 14.5 Mb/s on average");
    expect(plain).toContain("198.51.100.0/24");
    expect(plain).not.toMatch(/[│┤╱]/);
  });

  test("no line is wider than the terminal, whatever the names", () => {
    const name = fc.oneof(fc.string({ unit: "binary" }), fc.ipV6(), fc.constantFrom(HOSTILE, "東京ルーター"));
    const series = fc
      .array(
        fc.tuple(name, fc.array(fc.option(fc.integer({ min: 0, max: 2 ** 50 })), { minLength: 1, maxLength: 30 })),
        { minLength: 1, maxLength: 12 },
      )
      .map((groups): Table => {
        const rows = groups.flatMap(([key, values]) =>
          minutes(values).rows.map(([time, , value]) => [time!, key, value!]),
        );
        return { ...minutes([]), rows, title: groups[0]![0], notes: [groups[0]![0]] };
      });
    const groups = series.map(
      (table): Table => ({
        ...table,
        shape: "group",
        columns: table.columns.slice(1),
        rows: table.rows.map((row) => row.slice(1)),
        bucketSeconds: null,
      }),
    );
    const options = fc.record({
      width: fc.integer({ min: 20, max: 250 }),
      height: fc.integer({ min: 0, max: 30 }),
      style: fc.constantFrom("stacked" as const, "lines" as const),
      ascii: fc.boolean(),
      log: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.oneof(series, groups), options, (table, chosen) => {
        for (const line of text(table, chosen).split("\n")) {
          expect(stringWidth(line), JSON.stringify(line)).toBeLessThanOrEqual(chosen.width);
          expect(line).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe("svg", () => {
  const hostile: Table = { ...minutes([750, 1500, null, 10]), title: HOSTILE, notes: [HOSTILE] };
  const named = { ...hostile, rows: hostile.rows.map(([time, , bytes]) => [time!, HOSTILE, bytes!]) };

  test.each(GRAPH_STYLES)("%s: another program reads it, at every size", (style) => {
    const tables = [SERIES, named, GROUP, { ...GROUP, rows: [], total: null, others: null }, minutes([])];
    for (const table of tables) {
      for (const [width, height] of [
        [960, 0],
        [200, 120],
        [1600, 900],
      ] as const) {
        const svg = graphSvg(table, { style, width, height });
        const read = new Resvg(svg, { font: { loadSystemFonts: false } });
        expect(read.width).toBe(width);
        if (height > 0) expect(read.height).toBe(height);
        expect(svg).not.toMatch(/NaN|Infinity|undefined/);
      }
    }
  });

  test("hostile names are texts", () => {
    const svg = graphSvg(named);
    expect(svg).toContain("\ufffd[31m&quot;&lt;b&gt;&amp;\ufffd,\ufffd\ufffd=1+1東京");
    expect(svg).not.toMatch(/<b>|(?!\n)[\p{Cc}\u202a-\u202e]/u);
  });

  test("is read out, in light and in dark, and loads nothing", () => {
    const svg = graphSvg(SERIES);
    expect(svg).toContain('role="img" aria-labelledby="flowgauge-title flowgauge-desc"');
    expect(svg).toContain('<title id="flowgauge-title">top 2 srcAddr/24 by bytes, every 5 min</title>');
    expect(svg).toContain("192.0.2.0/24: Avg 10.4 Mb/s, Max 13.3 Mb/s, 95th 13.3 Mb/s, Min 4.60 Mb/s, Total 18.6 GB");
    expect(svg).toContain("@media(prefers-color-scheme:dark)");
    expect(graphSvg(SERIES, { theme: "dark" })).not.toContain("@media");
    expect(svg.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:|@import|<script|<image/);
  });

  test("what is not known is a hatched gap, not a zero", () => {
    expect(graphSvg(SERIES).match(/url\(#flowgauge-gap\)/g)?.length).toBe(1);
    expect(graphSvg(minutes([750, 0, 750]))).not.toContain("url(#flowgauge-gap)");
  });

  test("where it is known that there was nothing there is no gap", () => {
    const table = minutes([undefined, undefined, undefined]);
    const nothing = { ...table, known: [[table.from!, table.to!]] as const };
    expect(graphSvg(nothing)).not.toContain("url(#flowgauge-gap)");
    expect(graphSvg({ ...nothing, known: [] })).toContain("url(#flowgauge-gap)");
    expect(text(nothing)).toContain("all together: 0 b/s on average");
    expect(text({ ...nothing, known: [] })).toContain("nothing is known of this time");
    expect(text(table)).toContain("nothing matched");
  });

  test("the eighth series has a pattern: colours alone would not do", () => {
    const base = minutes([750]);
    const rows = (count: number) => Array.from({ length: count }, (_, i): Value[] => [base.rows[0]![0]!, `h${i}`, 750]);
    expect(graphSvg({ ...base, rows: rows(7) })).not.toContain("flowgauge-h1");
    expect(graphSvg({ ...base, rows: rows(8) })).toContain('fill="url(#flowgauge-h1)"');
    expect(graphSvg({ ...base, rows: rows(8) }, { style: "lines" })).toContain("stroke-dasharray");
  });
});

/** The pixels of a PNG of 8 bits RGBA without interlacing (PNG specification, section 9). */
function pixelsOf(png: Uint8Array): { width: number; height: number; at: (x: number, y: number) => string } {
  const view = Buffer.from(png);
  expect(view.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
  const [width, height] = [view.readUInt32BE(16), view.readUInt32BE(20)];
  const parts: Buffer[] = [];
  for (let at = 8; at < view.length; at += 12 + view.readUInt32BE(at)) {
    if (view.toString("latin1", at + 4, at + 8) === "IDAT")
      parts.push(view.subarray(at + 8, at + 8 + view.readUInt32BE(at)));
  }
  const raw = inflateSync(Buffer.concat(parts));
  const stride = 4 * width;
  const pixels = Buffer.alloc(stride * height);
  const paeth = (a: number, b: number, c: number) => {
    const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
    return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
  };
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)]!;
    for (let i = 0; i < stride; i++) {
      const left = i < 4 ? 0 : pixels[y * stride + i - 4]!;
      const up = y === 0 ? 0 : pixels[(y - 1) * stride + i]!;
      const corner = y === 0 || i < 4 ? 0 : pixels[(y - 1) * stride + i - 4]!;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter]!;
      pixels[y * stride + i] = raw[y * (stride + 1) + 1 + i]! + guess;
    }
  }
  return { width, height, at: (x, y) => `#${pixels.toString("hex", y * stride + 4 * x, y * stride + 4 * x + 3)}` };
}

describe("png", () => {
  test("has its size, the colours of the series, and letters", async () => {
    const { width, height, at } = pixelsOf(await graphPng(SERIES, { width: 800, height: 500 }));
    expect([width, height]).toEqual([800, 500]);
    const counts = new Map<string, number>();
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) counts.set(at(x, y), (counts.get(at(x, y)) ?? 0) + 1);
    expect(counts.get("#0072b2")).toBeGreaterThan(20_000);
    expect(counts.get("#e69f00")).toBeGreaterThan(5000);
    expect(at(2, 2)).toBe("#ffffff");
    let title = 0;
    for (let y = 12; y < 34; y++) for (let x = 16; x < 300; x++) if (at(x, y) === "#1b1f24") title++;
    expect(title).toBeGreaterThan(100);
  });

  test("dark where that is asked for", async () => {
    expect(pixelsOf(await graphPng(SERIES, { theme: "dark" })).at(2, 2)).toBe("#0d1117");
  });
});
