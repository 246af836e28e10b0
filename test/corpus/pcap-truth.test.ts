// Every real capture gives exactly its truth, which tshark made: the flows, their counters and times, and all totals.
import { Writable } from "node:stream";
import { describe, expect, test } from "vitest";
import { createFlowPrinter, FlowStream, NO_TIMEOUTS, parseKey, type TrackSummary } from "../../src/index.ts";
import { CORPUS, corpusHere, readTruth, type TruthRow, withTruth } from "./corpus.ts";

interface Record {
  readonly [field: string]: string | number | null;
}

async function flowsOf(path: string): Promise<{ records: Record[]; summary: TrackSummary }> {
  const stream = await FlowStream.open([path], {
    track: { key: { plan: parseKey("5tuple"), biflow: false, icmp: "typeCode" }, timeouts: NO_TIMEOUTS },
  });
  const chunks: Buffer[] = [];
  const sink = createFlowPrinter(
    { format: "json" },
    new Writable({
      write(chunk, _, done) {
        chunks.push(Buffer.from(chunk));
        done();
      },
    }),
  );
  for await (const batch of stream) await sink.write(batch);
  await sink.end();
  const lines = Buffer.concat(chunks).toString().split("\n").filter(Boolean);
  return { records: lines.map((line) => JSON.parse(line) as Record), summary: stream.summary() };
}

/** Decimal seconds with nine digits, as the truth has them, from RFC 3339. */
function decimal(time: string | number | null | undefined): string | null {
  if (typeof time !== "string") return null;
  const [, second, digits] = /^(.*)\.(\d{9})Z$/.exec(time)!;
  return `${Date.parse(`${second}Z`) / 1000}.${digits}`;
}

/** Addresses are compared as numbers, for there are two ways to write a v4-mapped one. */
function address(text: string): string {
  if (!text.includes(":")) return text;
  return new URL(`http://[${text}]/`).hostname;
}

const key = (row: TruthRow) => [address(row.src), address(row.dst), row.proto, row.sport, row.dport].join(" ");

const expected = (row: TruthRow) => ({
  packets: row.packets,
  bytes: row.ip_bytes,
  frameBytes: row.frame_bytes,
  first: row.first,
  last: row.last,
  firstPacket: row.first_frame,
  tcpFlags: row.tcp_flags ?? 0,
});

function found(records: readonly Record[]): Map<string, ReturnType<typeof expected>> {
  return new Map(
    records.map((r) => [
      [address(String(r.srcAddr)), address(String(r.dstAddr)), r.proto, r.srcPort, r.dstPort].join(" "),
      {
        packets: Number(r.packets),
        bytes: Number(r.bytes),
        frameBytes: Number(r.frameBytes),
        first: decimal(r.start),
        last: decimal(r.end),
        firstPacket: Number(r.firstPacket),
        tcpFlags: Number(r.tcpFlags),
      },
    ]),
  );
}

/** Its times are in the year 584,554: more than a time in 64 bits of nanoseconds can say (docs/decisions/0002-time.md). */
const TIMES_OUT_OF_RANGE = "3cedb8_pcapplusplus__pcapng-example.pcapng";

/** Flows with a time of 2^32 seconds and more are compared without their times. */
function withoutLateTimes(...flows: Map<string, ReturnType<typeof expected>>[]): void {
  for (const [at, flow] of flows[0]!) {
    if (!(Number(flow.last) >= 2 ** 32)) continue;
    for (const side of flows) side.set(at, { ...side.get(at)!, first: null, last: null });
  }
}

describe.skipIf(!corpusHere)("the corpus' captures", () => {
  test.each(withTruth("pcap"))("%s", async (name) => {
    const truth = readTruth(`${CORPUS}pcap/${name}`);
    const { records, summary } = await flowsOf(`${CORPUS}pcap/${name}`);
    const { ledger } = summary;
    expect(summary.problems).toEqual([]);
    expect(ledger.unexplained()).toEqual({ packets: 0, bytes: 0 });
    expect(ledger.read).toEqual({ packets: truth.totals.frames, bytes: truth.totals.frame_bytes });
    const rows = truth.uniflows_fragments_assigned ?? truth.uniflows;
    const flows = found(records);
    const wanted = new Map(rows.map((row) => [key(row), expected(row)]));
    if (name === TIMES_OUT_OF_RANGE) withoutLateTimes(wanted, flows);
    expect(Object.fromEntries(flows)).toEqual(Object.fromEntries(wanted));
    expect(records.length).toBe(rows.length);
    expect(ledger.tracked.packets).toBe(truth.totals.ip_packets);
    expect(records.reduce((sum, r) => sum + Number(r.bytes), 0)).toBe(truth.totals.ip_bytes);
    expect(ledger.remarks.fragments).toBe(truth.totals.ip_fragments);
  });
});
