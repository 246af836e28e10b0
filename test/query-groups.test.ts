// Groups: what the engine answers is what the test sums up itself from the same flows.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Asker, cellOf, columnOf, sumOf } from "./ask-flows.ts";
import { CHDB_MISSING } from "./chdb.ts";
import { type Flow, nanoseconds, randomFlows } from "./random-flows.ts";

const flows = randomFlows(1, 3000);
let asker: Asker;
beforeAll(async () => {
  if (CHDB_MISSING !== null) return;
  asker = new Asker();
  await asker.hold(flows);
});
afterAll(() => asker?.close());

const bytesOf = (flow: Flow) => flow.bytes + flow.reverseBytes;
const packetsOf = (flow: Flow) => flow.packets + flow.reversePackets;
const countOf = (flow: Flow) => Math.max(flow.flows, 1);
const total = (of: (flow: Flow) => number, some: readonly Flow[] = flows) =>
  some.reduce((sum, flow) => sum + of(flow), 0);

/** Groups by a text, the greatest sum of octets first, then by the keys' own order. */
function grouped(keys: (flow: Flow) => readonly string[], some: readonly Flow[] = flows): Map<string, Flow[]> {
  const groups = new Map<string, Flow[]>();
  for (const flow of some) {
    for (const key of new Set(keys(flow))) groups.set(key, [...(groups.get(key) ?? []), flow]);
  }
  return new Map([...groups].sort(([, a], [, b]) => total(bytesOf, b) - total(bytesOf, a)));
}

describe.skipIf(CHDB_MISSING !== null)("groups", () => {
  test("sums, shares, rates and times of every group", async () => {
    const table = await asker.ask({
      by: ["srcAddr,proto"],
      top: "0",
      measures: "flows,packets,bytes,bytesPercent,bps,bpp,duration,first,max(bytes),avg(duration),forwardBytes,obytes",
    });
    const expected = grouped(({ srcAddr, proto }) => [`${srcAddr} ${proto}`]);
    expect(table.rows.length).toBe(expected.size);
    const names = table.rows.map(([address, proto]) => `${address} ${proto}`);
    expect(new Set(names)).toEqual(new Set(expected.keys()));
    for (const [i, name] of names.entries()) {
      const group = expected.get(name)!;
      const first = group.map(({ start }) => nanoseconds(start)).sort((a, b) => Number(a - b))[0]!;
      const last = group.map(({ end }) => nanoseconds(end)).sort((a, b) => Number(b - a))[0]!;
      const seconds = Number(last - first) / 1e9;
      const row = (column: string) => columnOf(table, column)[i];
      expect(row("flows")).toBe(total(countOf, group));
      expect(row("packets")).toBe(total(packetsOf, group));
      expect(row("bytes")).toBe(total(bytesOf, group));
      expect(row("forwardBytes")).toBe(total(({ bytes }) => bytes, group));
      expect(row("reverseBytes")).toBe(total(({ reverseBytes }) => reverseBytes, group));
      expect(row("maxBytes")).toBe(Math.max(...group.map(bytesOf)));
      expect(row("first")).toBe(first);
      expect(row("duration")).toBeCloseTo(seconds, 6);
      expect(row("bps")).toBeCloseTo((8 * total(bytesOf, group)) / seconds, 3);
      expect(row("bpp")).toBeCloseTo(total(bytesOf, group) / total(packetsOf, group), 6);
      expect(row("bytesPercent")).toBeCloseTo((100 * total(bytesOf, group)) / total(bytesOf), 6);
      const durations = total(({ start, end }) => Number(nanoseconds(end) - nanoseconds(start)) / 1e9, group);
      expect(row("avgDuration")).toBeCloseTo(durations / group.length, 6);
    }
    const sorted = columnOf(table, "bytes").map(Number);
    expect(sorted).toEqual([...sorted].sort((a, b) => b - a));
  });

  test("the first ones, what is left over, and all of it add up", async () => {
    const table = await asker.ask({ by: ["srcAddr"], top: "5", distinct: "dstAddr" });
    const expected = [...grouped(({ srcAddr }) => [srcAddr])].slice(0, 5);
    expect(columnOf(table, "srcAddr")).toEqual(expected.map(([name]) => name));
    expect(columnOf(table, "distinctDstAddr")).toEqual(
      expected.map(([, group]) => new Set(group.map(({ dstAddr }) => dstAddr)).size),
    );
    for (const [name, of] of [
      ["bytes", bytesOf],
      ["packets", packetsOf],
      ["flows", countOf],
    ] as const) {
      expect(cellOf(table, table.total, name)).toBe(total(of));
      expect(sumOf(columnOf(table, name)) + Number(cellOf(table, table.others, name))).toBe(total(of));
    }
    expect(cellOf(table, table.total, "distinctDstAddr")).toBe(new Set(flows.map(({ dstAddr }) => dstAddr)).size);
    expect(cellOf(table, table.others, "distinctDstAddr")).toBeNull();
  });

  test("long keys, of which the engine keeps no table of all", async () => {
    const table = await asker.ask({ by: ["srcAddr,dstAddr,srcPort,dstPort,proto"], top: "7" });
    const key = ({ srcAddr, dstAddr, srcPort, dstPort, proto }: Flow) =>
      `${srcAddr} ${dstAddr} ${srcPort} ${dstPort} ${proto}`;
    const expected = [...grouped((flow) => [key(flow)])].slice(0, 7);
    expect(columnOf(table, "bytes")).toEqual(expected.map(([, group]) => total(bytesOf, group)));
    expect(cellOf(table, table.total, "bytes")).toBe(total(bytesOf));
    expect(sumOf(columnOf(table, "bytes")) + Number(cellOf(table, table.others, "bytes"))).toBe(total(bytesOf));
  });

  test("either end: a flow counts for both, once where they are the same; the total counts it once", async () => {
    const table = await asker.ask({ by: ["addr"], top: "0" });
    const expected = grouped(({ srcAddr, dstAddr }) => [srcAddr, dstAddr]);
    expect(Object.fromEntries(table.rows.map((row) => [row[0], cellOf(table, row, "bytes")]))).toEqual(
      Object.fromEntries([...expected].map(([name, group]) => [name, total(bytesOf, group)])),
    );
    expect(cellOf(table, table.total, "bytes")).toBe(total(bytesOf));
    expect(cellOf(table, table.total, "flows")).toBe(total(countOf));
    expect(table.others).toBeNull();
    expect(table.notes.join()).toMatch(/counts each flow once/);
  });

  test("prefixes of IPv4 and IPv6", async () => {
    const table = await asker.ask({ by: ["srcAddr/16/48"], top: "0" });
    const expected = grouped(({ ipVersion }) => [ipVersion === 4 ? "10.1.0.0/16" : "2001:db8:1::/48"]);
    expect(table.columns[0]!.name).toBe("srcAddr/16/48");
    expect(Object.fromEntries(table.rows.map((row) => [row[0], cellOf(table, row, "bytes")]))).toEqual(
      Object.fromEntries([...expected].map(([name, group]) => [name, total(bytesOf, group)])),
    );
  });

  test("sides of local networks", async () => {
    const table = await asker.ask({ by: ["side"], top: "0", local: "10.1.0.0/16" });
    const expected = grouped(({ ipVersion }) => [ipVersion === 4 ? "out" : "transit"]);
    expect(table.rows.map((row) => [row[0], cellOf(table, row, "packets")])).toEqual(
      [...expected].map(([name, group]) => [name, total(packetsOf, group)]),
    );
  });

  test("services by their names", async () => {
    const table = await asker.ask({ by: ["service"], top: "0" });
    const names: Readonly<Record<number, string>> = { 53: "domain", 80: "http", 123: "ntp", 443: "https" };
    const expected = grouped(({ dstPort }) => [names[dstPort]!]);
    expect(table.rows.map((row) => [row[0], cellOf(table, row, "bytes")])).toEqual(
      [...expected].map(([name, group]) => [name, total(bytesOf, group)]),
    );
  });

  test("rates order groups, the least first where asked for", async () => {
    const table = await asker.ask({ by: ["dstPort"], sort: "bpp:asc", top: "0" });
    const sorted = columnOf(table, "bpp").map(Number);
    expect(sorted.length).toBe(4);
    expect(sorted).toEqual([...sorted].sort((a, b) => a - b));
  });

  test("sampling rates multiply, those that are not known do not", async () => {
    const table = await asker.ask({ scale: true, sum: "bytes" });
    expect(table.rows).toEqual([[total((flow) => bytesOf(flow) * Math.max(flow.samplingRate, 1))]]);
  });

  test.each([
    ["any", (start: bigint, end: bigint, from: bigint, to: bigint) => start < to && end >= from],
    ["start", (start: bigint, _end: bigint, from: bigint, to: bigint) => start >= from && start < to],
    ["end", (_start: bigint, end: bigint, from: bigint, to: bigint) => end >= from && end < to],
    ["inside", (start: bigint, end: bigint, from: bigint, to: bigint) => start >= from && end < to],
  ] as const)("a time, within %s", async (within, belongs) => {
    const [from, to] = ["2026-03-01T00:30:00Z", "2026-03-01T00:40:00Z"];
    const [begin, end] = [from, to].map((time) => BigInt(Date.parse(time)) * 1_000_000n) as [bigint, bigint];
    const some = flows.filter((flow) => belongs(nanoseconds(flow.start), nanoseconds(flow.end), begin, end));
    expect(some.length).toBeGreaterThan(100);
    const table = await asker.ask({ from, to, within, sum: "bytes,flows" });
    expect(table.rows).toEqual([[total(bytesOf, some), total(countOf, some)]]);
  });

  test("no flows are no groups and a total of nothing", async () => {
    const table = await asker.ask({ by: ["srcAddr"], from: "2001-01-01", to: "2001-01-02" });
    expect(table.rows).toEqual([]);
    expect(cellOf(table, table.total, "bytes")).toBe(0);
  });
});
