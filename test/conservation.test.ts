// Conservation: a capture through track, export, the wire and our collector gives what track alone gives. (That others read the
// same out of our messages is tested with them.)
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Collector, parseListen } from "../src/collect/index.ts";
import { type FlowRecord, flowsOf } from "../src/core/flow-record.ts";
import { FlowStream } from "../src/track/index.ts";
import { until } from "./collector-run.ts";
import { CORPUS, corpusHere } from "./corpus/corpus.ts";
import { CLI, DEMO, start } from "./program.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What every protocol can say of a record. */
const COMMON = ["srcAddr", "dstAddr", "srcPort", "dstPort", "proto", "packets", "bytes", "tos"] as const;
const REVERSE = ["reversePackets", "reverseBytes"] as const;

/** ICMP: what a request is answered by, as type * 256 + code. */
const ANSWERS: Readonly<Record<number, number>> = { 2048: 0x0000, 32768: 0x8100 };
const answerOf = (type: number): number => ANSWERS[type] ?? type;

/** A biflow as its two uniflows, as exporters without RFC 5103 send it. */
function uniflows(record: FlowRecord): FlowRecord[] {
  const forward = { ...record, reversePackets: 0, reverseBytes: 0 };
  if (record.reversePackets === 0) return [forward];
  const icmp = record.proto === 1 || record.proto === 58;
  const reverse = {
    ...forward,
    srcAddr: record.dstAddr,
    dstAddr: record.srcAddr,
    srcPort: icmp ? record.srcPort : record.dstPort,
    dstPort: icmp ? answerOf(record.dstPort) : record.srcPort,
    // Only the first packet's is known, and that was the initiator's.
    tos: 0,
    packets: record.reversePackets,
    bytes: record.reverseBytes,
  };
  // One that began before the capture may have answers only.
  return record.packets === 0 ? [reverse] : [forward, reverse];
}

async function tracked(capture: string): Promise<FlowRecord[]> {
  const records: FlowRecord[] = [];
  for await (const batch of await FlowStream.open(capture)) {
    for (const flow of flowsOf(batch)) records.push(flow.toJSON());
  }
  return records;
}

const text = (record: FlowRecord, fields: readonly string[]) =>
  fields.map((name) => (record as Fields)[name]).join(" ");

function texts(records: readonly FlowRecord[], fields: readonly string[]): string[] {
  return records.map((record) => text(record, fields)).sort();
}

const total = (records: readonly FlowRecord[]) =>
  records.reduce(
    (sum, { packets, bytes, reversePackets, reverseBytes }) => [
      sum[0]! + packets + reversePackets,
      sum[1]! + bytes + reverseBytes,
    ],
    [0, 0],
  );

const milliseconds = (time: number | null) => (time === null ? null : Math.floor(time));

let collector: Collector;
let collected: FlowRecord[] = [];
const url = { udp: "", tcp: "" };

beforeAll(async () => {
  collector = await Collector.open({
    listen: ["udp://127.0.0.1:0", "tcp://127.0.0.1:0"].map(parseListen),
    sink: {
      write(batch) {
        for (const flow of flowsOf(batch)) collected.push(flow.toJSON());
      },
    },
    flushMs: 20,
    clock: "keep",
  });
  const [udp, tcp] = collector.listening;
  url.udp = `udp://127.0.0.1:${udp!.port}`;
  url.tcp = `tcp://127.0.0.1:${tcp!.port}`;
});
afterAll(() => collector.close());

/** What the exporter says of what it did for a destination. */
interface Destination {
  readonly flows: number;
  readonly carried: number;
  readonly notExportable: { readonly ipv6: number; readonly nonIp: number };
  readonly sent: { readonly records: number };
  readonly failed: { readonly records: number };
}

/** What the exporter said it sent, and what arrived of it. */
async function carry(capture: string, ...options: string[]): Promise<{ sent: Destination; arrived: FlowRecord[] }> {
  collected = [];
  const rate = options.some((word) => word.startsWith("udp://")) ? ["--rate", "100000"] : [];
  const run = start([process.execPath, CLI, "export", capture, "--summary", "json", ...rate, ...options]);
  const { code, stderr } = await run.ended;
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  const summary = JSON.parse(stderr.trim().split("\n").at(-1)!) as { export: { destinations: Destination[] } };
  const [sent] = summary.export.destinations;
  await until(() => collected.length >= sent!.sent.records, "all records have arrived");
  return { sent: sent!, arrived: collected };
}

const captures = [DEMO];
for (const name of ["ipfixprobe__mixed.pcap", "arkime__v6.pcap"]) {
  const path = join(CORPUS, "pcap", name);
  if (corpusHere && existsSync(path)) captures.push(path);
}

describe.each(captures)("%s", (capture) => {
  const own = () => tracked(capture);

  test("IPFIX biflows over TCP: the same records", async () => {
    const records = (await own()).filter(({ ipVersion }) => ipVersion !== 0);
    const { arrived } = await carry(capture, "--protocol", "ipfix", "--biflow", "--times", "nano", "--to", url.tcp);
    const fields = [...COMMON, ...REVERSE, "tcpFlags", "reverseTcpFlags", "endReason"];
    expect(texts(arrived, fields)).toEqual(texts(records, fields));
    expect(total(arrived)).toEqual(total(records));
  });

  test.each([
    ["ipfix", "udp"],
    ["v9", "udp"],
  ] as const)("%s uniflows over %s: the same sums, records and times", async (protocol, transport) => {
    const records = (await own()).filter(({ ipVersion }) => ipVersion !== 0).flatMap(uniflows);
    const { arrived } = await carry(capture, "--protocol", protocol, "--to", url[transport]);
    expect(total(arrived)).toEqual(total(records));
    const timed = (all: readonly FlowRecord[]) =>
      all.map((record) => `${text(record, COMMON)} ${milliseconds(record.start)} ${milliseconds(record.end)}`).sort();
    expect(timed(arrived)).toEqual(timed(records));
  });

  test("NetFlow v5: what is IPv4; the rest is counted", async () => {
    const records = (await own()).flatMap(uniflows);
    const four = records.filter(({ ipVersion }) => ipVersion === 4);
    const { arrived, sent } = await carry(capture, "--protocol", "v5", "--to", url.udp);
    expect(texts(arrived, COMMON)).toEqual(texts(four, COMMON));
    const flows = await own();
    expect(sent).toMatchObject({
      flows: flows.length,
      carried: flows.filter(({ ipVersion }) => ipVersion === 4).length,
      notExportable: { ipv6: flows.filter(({ ipVersion }) => ipVersion === 6).length },
      sent: { records: four.length },
      failed: { records: 0 },
    });
  });
});

test("nothing was lost on the way, by sequence numbers and by count", () => {
  const { ledger } = collector;
  collector.refresh();
  expect(ledger.unexplained()).toBe(0);
  for (const { lostRecords, lostMessages, outOfOrder, refused } of ledger.pages) {
    expect({ lostRecords, lostMessages, outOfOrder }).toEqual({ lostRecords: 0, lostMessages: 0, outOfOrder: 0 });
    expect(Object.values(refused).every((count) => count === 0)).toBe(true);
  }
});
