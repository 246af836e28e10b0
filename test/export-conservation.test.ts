// Conservation: a capture through track, export and our own collector has the same sums at each door.
import { describe, expect, test } from "vitest";
import type { FlowBatch } from "../src/core/flow-batch.ts";
import { flowsOf } from "../src/core/flow-record.ts";
import { Exporter, type ExporterOptions } from "../src/export/index.ts";
import { FlowStream } from "../src/track/index.ts";
import { type Collected, startCollector, until } from "./collector-run.ts";
import { DEMO } from "./program.ts";

const sums = (records: readonly Pick<Collected, "packets" | "bytes">[]) => ({
  packets: records.reduce((sum, { packets }) => sum + packets, 0),
  bytes: records.reduce((sum, { bytes }) => sum + bytes, 0),
});

describe("the bundled capture", () => {
  test.each([
    ["udp", { protocol: "v9" }],
    ["udp", { protocol: "ipfix", times: "micro" }],
    ["tcp", { protocol: "ipfix", biflow: true, times: "nano" }],
  ] as [string, Partial<ExporterOptions>][])("over %s as %j", async (transport, options) => {
    const records: Record<string, unknown>[] = [];
    const collecting = await startCollector([`${transport}://127.0.0.1:0`], {
      receiveBuffer: 4_000_000,
      clock: "keep",
      sink: {
        write: (batch: FlowBatch) => {
          for (const flow of flowsOf(batch)) records.push(flow.toJSON());
        },
      },
    });
    const to = [`${transport}://127.0.0.1:${collecting.ports[0]}`];
    const exporter = await Exporter.open({ to, rate: 20_000, ...options });
    const truth: Record<string, unknown>[] = [];
    const stream = await FlowStream.open(DEMO, { track: { timeouts: { active: Number.POSITIVE_INFINITY } } });
    for await (const batch of stream) {
      for (const flow of flowsOf(batch)) truth.push(flow.toJSON());
      await exporter.write(batch);
    }
    await exporter.end();
    const [page] = exporter.summary().destinations;
    expect(page!.unexplained()).toEqual({ flows: 0, records: 0 });
    await until(() => records.length === page!.sent.records, "all records came");
    await collecting.collector.close();
    const { ledger } = collecting.collector;
    expect(ledger.unexplained()).toBe(0);
    expect(ledger.pages).toMatchObject([{ lostRecords: 0, lostMessages: 0, outOfOrder: 0, restarts: 0 }]);

    const both = (flows: readonly Record<string, unknown>[]) =>
      flows.flatMap((flow) => [
        { packets: flow.packets as number, bytes: flow.bytes as number },
        { packets: flow.reversePackets as number, bytes: flow.reverseBytes as number },
      ]);
    expect(sums(both(records))).toEqual(sums(both(truth)));
    expect(stream.summary().ledger.tracked.packets).toBe(sums(both(truth)).packets);
    if (options.biflow !== true) return;
    // A biflow to the nanosecond is the very same record.
    const line = (flow: Record<string, unknown>) =>
      "start end srcAddr dstAddr srcPort dstPort proto tos ttl flowLabel tcpFlags packets bytes frameBytes reverseTcpFlags reversePackets reverseBytes reverseFrameBytes inIf srcMac dstMac endReason"
        .split(" ")
        .map((name) => String(flow[name]))
        .join(" ");
    expect(records.map(line).sort()).toEqual(truth.map(line).sort());
  });
});
