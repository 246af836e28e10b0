// Series: octets and packets of all buckets, of the others and of what is outside add up to what the flows have, however they are spread.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Table } from "../src/core/table.ts";
import { Asker, cellOf, columnOf, sumOf } from "./ask-flows.ts";
import { CHDB_MISSING } from "./chdb.ts";
import { BEGIN, type Flow, nanoseconds, randomFlows } from "./random-flows.ts";

const flows = randomFlows(2, 2000);
let asker: Asker;
beforeAll(async () => {
  if (CHDB_MISSING !== null) return;
  asker = new Asker();
  await asker.hold(flows);
});
afterAll(() => asker?.close());

const bytesOf = (flow: Flow) => flow.bytes + flow.reverseBytes;
const total = (of: (flow: Flow) => number, some: readonly Flow[] = flows) =>
  some.reduce((sum, flow) => sum + of(flow), 0);

function addsUp(table: Table, name: string): number {
  const place = table.columns.findIndex((column) => column.name === name);
  const rest = Number(cellOf(table, table.others, name) ?? 0);
  expect(sumOf(table.othersRows.map((row) => row[place]!))).toBeLessThanOrEqual(rest);
  return sumOf(columnOf(table, name)) + rest;
}

/** Octets of a field by bucket, by the definition: differences of what had passed, rounded down. */
function spread(field: "bytes" | "reverseBytes", length: number): Map<number, number> {
  const buckets = new Map<number, number>();
  for (const flow of flows) {
    const [start, end] = [nanoseconds(flow.start), nanoseconds(flow.end)];
    const step = BigInt(length) * 1_000_000_000n;
    const passed = (time: bigint) =>
      time >= end ? flow[field] : Math.floor(flow[field] * (Number(time - start) / Number(end - start)));
    let before = 0;
    for (let from = (start / step) * step; from <= start || from < end; from += step) {
      const upTo = from + step >= end ? flow[field] : passed(from + step);
      const bucket = Number(from / 1_000_000_000n);
      buckets.set(bucket, (buckets.get(bucket) ?? 0) + upTo - before);
      before = upTo;
    }
  }
  return buckets;
}

describe.skipIf(CHDB_MISSING !== null)("series", () => {
  test("spread evenly: each bucket has its part, to the octet", async () => {
    const table = await asker.ask({ by: ["time/1m"], top: "0", measures: "forwardBytes,reverseBytes,bytes" });
    for (const [name, field] of [
      ["forwardBytes", "bytes"],
      ["reverseBytes", "reverseBytes"],
    ] as const) {
      const expected = [...spread(field, 60)].filter(([, bytes]) => bytes > 0).sort(([a], [b]) => a - b);
      const found = table.rows
        .map((row) => [Number((row[0] as bigint) / 1_000_000_000n), cellOf(table, row, name)] as const)
        .filter(([, bytes]) => Number(bytes ?? 0) > 0);
      expect(found).toEqual(expected);
    }
  });

  test.each([
    ["even", {}],
    ["start", {}],
    ["end", {}],
    ["even", { from: "2026-03-01T00:31:07Z", to: "2026-03-01T01:02:03Z" }],
    ["start", { from: "2026-03-01T00:31:07Z", to: "2026-03-01T01:02:03Z" }],
    ["end", { from: "2026-03-01T00:31:07Z", to: "2026-03-01T01:02:03Z", within: "inside" }],
    ["even", { top: "2" }],
    ["even", { top: "1", from: "2026-03-01T00:31:07Z" }],
  ] as const)("spread %s, %o: buckets, others and outside add up", async (how, rest) => {
    const table = await asker.ask({ by: ["time/5m,dstPort"], spread: how, ...rest });
    const plain = await asker.ask({ by: ["proto"], ...rest, top: "0" });
    for (const name of ["bytes", "packets", "flows"]) {
      expect(addsUp(table, name)).toBe(cellOf(plain, plain.total, name));
      expect(cellOf(table, table.total, name)).toBe(cellOf(plain, plain.total, name));
    }
  });

  test.each(["Asia/Kathmandu", "Europe/Berlin", "UTC"])("hours, days and weeks of %s add up, too", async (zone) => {
    for (const bucket of ["time/1h", "time/6h", "time/1d", "time/1w", "time/1mo"]) {
      const table = await asker.ask({ by: [bucket] }, null, zone);
      expect(addsUp(table, "bytes"), bucket).toBe(total(bytesOf));
    }
  });

  test("in the time asked for are only its own parts", async () => {
    const [from, to] = ["2026-03-01T00:30:00Z", "2026-03-01T00:31:00Z"];
    const table = await asker.ask({ by: ["time/1m"], from, to, measures: "forwardBytes" });
    expect(table.rows).toEqual([[BigInt(Date.parse(from)) * 1_000_000n, spread("bytes", 60).get(BEGIN + 1800)]]);
  });

  test("the groups of a series are those with the most over all of the time; the others are a row a bucket", async () => {
    const table = await asker.ask({ by: ["time/30m,srcAddr"], top: "3" });
    const plain = await asker.ask({ by: ["srcAddr"], top: "3" });
    expect(new Set(columnOf(table, "srcAddr"))).toEqual(new Set(columnOf(plain, "srcAddr")));
    expect(columnOf(table, "srcAddr").slice(0, 3)).toEqual(columnOf(plain, "srcAddr"));
    expect(table.othersRows.length).toBe(table.rows.length / 3);
    const place = table.columns.findIndex(({ name }) => name === "bytes");
    expect(sumOf(columnOf(table, "bytes")) + sumOf(table.othersRows.map((row) => row[place]!))).toBe(total(bytesOf));
  });

  test.each([
    ["even", { top: "1" }],
    ["start", { top: "1", sort: "pps:asc" }],
    ["end", { top: "1", sort: "flows", from: "2026-03-01T00:31:07Z" }],
    ["even", { top: "1", from: "2026-03-01T00:31:07Z" }],
  ] as const)("few groups, read once, are those that reading twice finds: %s, %o", async (how, rest) => {
    const words = { by: ["time/10m,proto"], spread: how, ...rest };
    const once = await asker.ask({ ...words, measures: "bytes,packets,flows,pps" });
    // A greatest value does not add up: the groups are looked for first.
    const twice = await asker.ask({ ...words, measures: "bytes,packets,flows,pps,max(tos)" });
    const short = (rows: Table["rows"]) => rows.map((row) => row.slice(0, once.columns.length));
    expect(once.rows.length).toBeGreaterThan(0);
    expect(once.othersRows.length).toBeGreaterThan(0);
    expect(once.rows).toEqual(short(twice.rows));
    expect(once.othersRows).toEqual(short(twice.othersRows));
    expect(once.total).toEqual(short([twice.total!])[0]);
  });

  test("a gap is zero where there is data of it, and not known elsewhere", async () => {
    const alone = new Map<string, Flow>([...flows].map((flow) => [flow.srcAddr, flow]));
    await asker.hold(
      [...alone.values()]
        .slice(0, 2)
        .map((flow, i) => ({ ...flow, start: [BEGIN + 3600 * i, 0], end: [BEGIN + 3600 * i, 5] })),
    );
    try {
      const unknown = await asker.ask({ by: ["time/20m"], measures: "bytes" });
      expect(unknown.rows.map(([, bytes]) => bytes === null)).toEqual([false, true, true, false]);
      const span = [BigInt(BEGIN) * 1_000_000_000n, BigInt(BEGIN + 7200) * 1_000_000_000n] as const;
      const known = await asker.ask({ by: ["time/20m"], measures: "bytes" }, [span]);
      expect(known.rows.map(([, bytes]) => bytes === 0)).toEqual([false, true, true, false, true, true]);
    } finally {
      await asker.hold(flows);
    }
  });

  test("percentiles: so many percent of the buckets had this rate or a lower one", async () => {
    const series = await asker.ask({ by: ["time/5m,proto"], top: "0" });
    const table = await asker.ask({ by: ["time/5m,proto"], percentile: "95" });
    for (const row of table.rows) {
      const rates = series.rows
        .filter(([, proto]) => proto === row[0])
        .map((found) => Number(cellOf(series, found, "bps") ?? 0))
        .sort((a, b) => a - b);
      expect(cellOf(table, row, "p95Bps")).toBeCloseTo(rates[Math.ceil(0.95 * rates.length) - 1]!, 6);
      expect(cellOf(table, row, "maxBps")).toBeCloseTo(rates.at(-1)!, 6);
    }
    expect(table.rows.length).toBe(2);
  });

  test("rates are those of the bucket's own length: a day has 23 hours when clocks go forward", async () => {
    const day = 1_774_738_800; // 2026-03-29 00:00 in Berlin
    await asker.hold([{ ...flows[0]!, bytes: 82_800, reverseBytes: 0, start: [day + 10, 0], end: [day + 20, 0] }]);
    try {
      const table = await asker.ask({ by: ["time/1d"], measures: "bps" }, null, "Europe/Berlin");
      expect(table.rows).toEqual([[BigInt(day) * 1_000_000_000n, 8]]);
    } finally {
      await asker.hold(flows);
    }
  });
});
