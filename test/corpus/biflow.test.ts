// A biflow is the two uniflows of its key: in every real capture, packets and octets of each direction are theirs.
import { describe, expect, test } from "vitest";
import type { FlowRecord } from "../track-packets.ts";
import { CORPUS, corpusHere, withTruth } from "./corpus.ts";
import { flowsOf } from "./flows-of.ts";

/** ICMP replies by their requests. */
const REQUESTS = new Map([
  ["1:0", 8],
  ["1:14", 13],
  ["1:16", 15],
  ["1:18", 17],
  ["1:43", 42],
  ["58:129", 128],
  ["58:161", 160],
]);

const isIcmp = ({ proto, ipVersion }: FlowRecord) => proto === (ipVersion === 4 ? 1 : 58);

/** The biflow that a uniflow belongs to, and whether it is turned round in it. */
function place(flow: FlowRecord): { key: string; turned: boolean } {
  const { ipVersion, proto, srcAddr, dstAddr, srcPort, dstPort } = flow;
  const request = isIcmp(flow) ? REQUESTS.get(`${proto}:${dstPort >> 8}`) : undefined;
  const port = request === undefined ? dstPort : request * 256 + (dstPort & 255);
  const [there, back] = isIcmp(flow)
    ? [`${srcAddr} ${dstAddr} ${port}`, `${dstAddr} ${srcAddr} ${port}`]
    : [`${srcAddr} ${dstAddr} ${srcPort} ${port}`, `${dstAddr} ${srcAddr} ${port} ${srcPort}`];
  const turned = there === back ? request !== undefined : there > back;
  return { key: `${ipVersion} ${proto} ${turned ? back : there}`, turned };
}

const NOTHING = { packets: 0, bytes: 0, frameBytes: 0, tcpFlags: 0 };

/** What each direction of each key counts: [in the key's order, against it]. */
function directions(flows: readonly FlowRecord[]): Map<string, string> {
  const found = new Map<string, [typeof NOTHING, typeof NOTHING]>();
  const add = (turned: boolean, key: string, counts: typeof NOTHING) => {
    const both = found.get(key) ?? [{ ...NOTHING }, { ...NOTHING }];
    const one = both[turned ? 1 : 0];
    one.packets += counts.packets;
    one.bytes += counts.bytes;
    one.frameBytes += counts.frameBytes;
    one.tcpFlags |= counts.tcpFlags;
    found.set(key, both);
  };
  for (const flow of flows) {
    const { key, turned } = place(flow);
    add(turned, key, flow);
    const {
      reversePackets: packets,
      reverseBytes: bytes,
      reverseFrameBytes: frameBytes,
      reverseTcpFlags: tcpFlags,
    } = flow;
    if (packets > 0) add(!turned, key, { packets, bytes, frameBytes, tcpFlags });
  }
  return new Map([...found].map(([key, both]) => [key, JSON.stringify(both)]));
}

describe.skipIf(!corpusHere)("biflows of the corpus' captures", () => {
  test.each(withTruth("pcap"))("%s", async (name) => {
    const uniflows = await flowsOf(`${CORPUS}pcap/${name}`, false);
    const biflows = await flowsOf(`${CORPUS}pcap/${name}`, true);
    const wanted = directions(uniflows.records);
    expect(Object.fromEntries(directions(biflows.records))).toEqual(Object.fromEntries(wanted));
    expect(biflows.records).toHaveLength(wanted.size);
    const { ledger } = biflows.summary;
    // A packet is out of order in its flow: two directions are more often so than one.
    ledger.remarks.outOfOrder = uniflows.summary.ledger.remarks.outOfOrder;
    expect(ledger).toEqual(uniflows.summary.ledger);
    expect(ledger.unexplained()).toEqual({ packets: 0, bytes: 0 });
  });
});
