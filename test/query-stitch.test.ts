// Biflows of uniflows, and flows that several exporters saw: nothing is lost or counted twice.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Asker, cellOf, columnOf } from "./ask-flows.ts";
import { CHDB_MISSING } from "./chdb.ts";
import { BEGIN, type Flow, randomFlows } from "./random-flows.ts";

let asker: Asker;
beforeAll(() => {
  if (CHDB_MISSING === null) asker = new Asker();
});
afterAll(() => asker?.close());

const MODEL = randomFlows(3, 1)[0]!;
const KEY = "srcAddr,srcPort,dstAddr,dstPort,proto";
const MEASURES = "flows,forwardPackets,forwardBytes,reversePackets,reverseBytes,first,last";

/** A uniflow of TCP. `from` and `to` are seconds. */
function uniflow(src: string, dst: string, from: number, to: number, rest: Partial<Flow> = {}): Flow {
  const [srcAddr = "", srcPort] = src.split(" ");
  const [dstAddr = "", dstPort] = dst.split(" ");
  const time = (seconds: number): [number, number] => [BEGIN + Math.floor(seconds), Math.round((seconds % 1) * 1e9)];
  const plain = {
    packets: 3,
    bytes: 300,
    reversePackets: 0,
    reverseBytes: 0,
    flows: 0,
    proto: 6,
    ipVersion: 4,
    tcpFlags: 24,
  };
  const ends = { srcAddr, dstAddr, srcPort: Number(srcPort), dstPort: Number(dstPort) };
  return { ...MODEL, ...plain, exporter: "192.0.2.1", ...ends, start: time(from), end: time(to), ...rest };
}
const [A, B] = ["10.0.0.1 40000", "10.0.0.2 443"];

async function stitched(flows: readonly Flow[], words: object = {}) {
  await asker.hold(flows);
  const table = await asker.ask({ by: [KEY], biflow: true, measures: MEASURES, top: "0", sort: "first:asc", ...words });
  return table.rows.map((row) => ({
    flow: row.slice(0, 5).join(" "),
    ...Object.fromEntries(["flows", "forwardBytes", "reverseBytes"].map((name) => [name, cellOf(table, row, name)])),
  }));
}

describe.skipIf(CHDB_MISSING !== null)("biflows", () => {
  test("the two directions are one flow; who began is the source, whoever's record came first", async () => {
    expect(await stitched([uniflow(B, A, 0.2, 5, { bytes: 900 }), uniflow(A, B, 0, 5)])).toEqual([
      { flow: `${A} ${B} 6`, flows: 1, forwardBytes: 300, reverseBytes: 900 },
    ]);
  });

  test("at one time, who sent the SYN alone", async () => {
    const [syn, synAck] = [{ tcpFlags: 2 }, { tcpFlags: 18 }];
    expect(await stitched([uniflow(B, A, 0, 5, synAck), uniflow(A, B, 0, 5, syn)])).toMatchObject([
      { flow: `${A} ${B} 6` },
    ]);
    expect(await stitched([uniflow(B, A, 0, 5, syn), uniflow(A, B, 0, 5, synAck)])).toMatchObject([
      { flow: `${B} ${A} 6` },
    ]);
  });

  test("what is further apart than the idle timeout, or of another exporter, is another flow", async () => {
    const late = uniflow(B, A, 36, 40, { bytes: 70 });
    const elsewhere = uniflow(B, A, 1, 2, { bytes: 80, exporter: "192.0.2.2" });
    const flows = [uniflow(A, B, 0, 5), late, elsewhere];
    await asker.hold(flows);
    const table = await asker.ask({
      by: [`exporter,${KEY}`],
      biflow: true,
      sort: "first:asc",
      measures: "bytes,first",
    });
    expect(columnOf(table, "bytes")).toEqual([300, 80, 70]);
    expect(await stitched([flows[0]!, late], { biflow: "40s" })).toMatchObject([
      { forwardBytes: 300, reverseBytes: 70 },
    ]);
  });

  test("records of a long flow, one behind the other, are one biflow", async () => {
    const parts = [uniflow(A, B, 0, 60), uniflow(B, A, 1, 60), uniflow(A, B, 60, 120), uniflow(B, A, 61, 119)];
    expect(await stitched(parts)).toEqual([{ flow: `${A} ${B} 6`, flows: 1, forwardBytes: 600, reverseBytes: 600 }]);
  });

  test("an echo and its reply are one flow of the type that asked; other ICMP stays as it is", async () => {
    const icmp = { proto: 1, tcpFlags: 0 };
    const [a, b] = ["10.0.0.1", "10.0.0.2"];
    expect(
      await stitched([uniflow(`${b} 0`, `${a} 0`, 0.1, 5, icmp), uniflow(`${a} 0`, `${b} 2048`, 0, 5, icmp)]),
    ).toEqual([{ flow: `${a} 0 ${b} 2048 1`, flows: 1, forwardBytes: 300, reverseBytes: 300 }]);
    const unreachable = [uniflow(`${a} 0`, `${b} 771`, 0, 1, icmp), uniflow(`${b} 0`, `${a} 771`, 0.5, 1, icmp)];
    expect(await stitched(unreachable)).toHaveLength(2);
  });

  test("sums are what they were, whatever is stitched", async () => {
    const some = randomFlows(4, 3000);
    const back = some.slice(0, 2000).map((flow) => ({
      ...flow,
      srcAddr: flow.dstAddr,
      dstAddr: flow.srcAddr,
      srcPort: flow.dstPort,
      dstPort: flow.srcPort,
    }));
    await asker.hold([...some, ...back]);
    const settings = { sum: "bytes,packets" };
    const [before, after] = [await asker.ask(settings), await asker.ask({ ...settings, biflow: true })];
    expect(after.rows).toEqual(before.rows);
    const [one, two] = [await asker.ask({ sum: "flows" }), await asker.ask({ sum: "flows", biflow: true })];
    expect(Number(two.rows[0]![0])).toBeLessThan(Number(one.rows[0]![0]) - 1500);
  });
});

describe.skipIf(CHDB_MISSING !== null)("deduplication", () => {
  test("of each flow and time the exporter is kept that saw the most", async () => {
    const flows = [
      uniflow(A, B, 0, 5, { packets: 10, bytes: 1000 }),
      uniflow(A, B, 0.3, 5.1, { packets: 9, bytes: 900, exporter: "192.0.2.2" }),
      uniflow(A, B, 100, 105, { packets: 4, bytes: 400, exporter: "192.0.2.2" }),
      uniflow(B, A, 0, 5, { packets: 1, bytes: 100 }),
      uniflow(B, A, 0, 5, { packets: 7, bytes: 700, exporter: "192.0.2.2" }),
    ];
    await asker.hold(flows);
    const table = await asker.ask({ by: ["exporter,srcAddr"], dedup: true, sum: "bytes", sort: "bytes" });
    expect(table.rows).toEqual([
      ["192.0.2.1", "10.0.0.1", 1000],
      ["192.0.2.2", "10.0.0.2", 700],
      ["192.0.2.2", "10.0.0.1", 400],
    ]);
  });

  test("flows of one exporter stay, whatever they look like", async () => {
    const some = randomFlows(5, 2000).map((flow) => ({ ...flow, exporter: "192.0.2.1" }));
    await asker.hold(some);
    expect((await asker.ask({ sum: "bytes,flows", dedup: true })).rows).toEqual(
      (await asker.ask({ sum: "bytes,flows" })).rows,
    );
  });

  test("what a second exporter saw as well changes nothing", async () => {
    const some = randomFlows(6, 2000).map((flow) => ({ ...flow, exporter: "192.0.2.1" }));
    await asker.hold(some);
    const alone = await asker.ask({ by: ["srcAddr"], top: "0" });
    await asker.hold([...some, ...some.map((flow) => ({ ...flow, exporter: "192.0.2.9" }))]);
    const both = await asker.ask({ by: ["srcAddr"], top: "0", dedup: true });
    expect(both.rows).toEqual(alone.rows);
  });
});
