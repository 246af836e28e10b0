// NetFlow v8: every aggregation scheme against the records that flow-tools sent, and against TShark on octets that all differ.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseAddress } from "../../src/core/address.ts";
import { ELEMENTS, type Element } from "../../src/core/elements.ts";
import { ip, PROTO, pcap, udp } from "../small-captures.ts";
import { corpusHere } from "./corpus.ts";
import { addressOf, Collected, type DecodedRow, emptyText } from "./decoded-messages.ts";
import { type Datagram, readDatagrams, readNetflowTruth } from "./netflow-samples.ts";

const SCHEMES = Array.from({ length: 14 }, (_, i) => i + 1);
/** Octets of a record of each scheme. */
const RECORD_OCTETS = [28, 28, 32, 32, 40, 32, 40, 44, 32, 32, 32, 32, 40, 40];

const TSHARK = "/usr/bin/tshark";
const tsharkHere = existsSync(TSHARK);
if (!tsharkHere) console.log(`${TSHARK} is not here: NetFlow v8 is not compared with it`);

/** What a record says, by our name; addresses as text, times left as sysUpTime. */
type Fields = Readonly<Record<string, string>>;

const FLOW_TOOLS: Readonly<Record<string, string>> = {
  dflows: "flows",
  dpkts: "packets",
  doctets: "bytes",
  srcaddr: "srcAddr",
  dstaddr: "dstAddr",
  srcport: "srcPort",
  dstport: "dstPort",
  prot: "proto",
  tos: "tos",
  input: "inIf",
  output: "outIf",
  src_mask: "srcMask",
  dst_mask: "dstMask",
  src_as: "srcAs",
  dst_as: "dstAs",
  router_sc: "ipv4RouterSc",
  // flow-export's rows have these two the other way round: only one of them is an octet on the wire, and TShark says which.
  extra_pkts: "markedTos",
  marked_tos: "extraPackets",
};
/** Fields of the stream that flow-send does not put on the wire: the octets are zero. */
const NOT_SENT: Readonly<Record<number, readonly string[]>> = { 8: ["proto"], 10: ["srcPort", "dstPort"] };

const DISSECTED: Readonly<Record<string, string>> = {
  Flows: "flows",
  Packets: "packets",
  Octets: "bytes",
  SrcAS: "srcAs",
  DstAS: "dstAs",
  InputInt: "inIf",
  OutputInt: "outIf",
  SrcNet: "srcAddr",
  DstNet: "dstAddr",
  SrcAddr: "srcAddr",
  DstAddr: "dstAddr",
  SrcMask: "srcMask",
  DstMask: "dstMask",
  SrcPort: "srcPort",
  DstPort: "dstPort",
  Protocol: "proto",
  "IP ToS": "tos",
  "Marked ToS": "markedTos",
  "Extra packets": "extraPackets",
  "Router Shortcut": "ipv4RouterSc",
  StartTime: "start",
  EndTime: "end",
};

/**
 * TShark 4.0 reads the type of service of scheme 9 in front of the interfaces; Cisco's table and flow-tools have it behind them
 * (IOS 12.0(15)S, "NetFlow ToS-Based Router Aggregation", figure 2).
 */
const DISSECTED_WRONG = 9;

/** All that a decoded row says, but for what is of the message. */
function fieldsOf({ columns, other }: DecodedRow): Fields {
  const fields: Record<string, string> = { ...other };
  for (const element of ELEMENTS as readonly Element[]) {
    const value = columns[element.name as keyof typeof columns];
    if (["exporter", "received", "domain", "ipVersion"].includes(element.name) || value === emptyText(element))
      continue;
    fields[element.name] = element.kind === "address" ? addressOf(value) : value;
  }
  return fields;
}

function withoutZeros(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== "0" && value !== "0.0.0.0"));
}

describe.runIf(corpusHere)("NetFlow v8 as flow-tools sends it", () => {
  it.each(SCHEMES)("aggregation %i", (scheme) => {
    const sample = `gen_flowsend_v8_${scheme}_n74`;
    const truth = readNetflowTruth("netflow", sample);
    const collected = new Collected();
    const rows = readDatagrams("netflow", sample).flatMap((datagram) => collected.decode(datagram).rows);
    const theirs = truth.peers.flow_tools_export!.records;
    expect(rows).toHaveLength(theirs.length);
    rows.forEach((row, index) => {
      const wanted: Record<string, string> = {};
      for (const [name, value] of Object.entries(theirs[index]!)) {
        const ours = FLOW_TOOLS[name];
        if (ours === undefined || NOT_SENT[scheme]?.includes(ours)) continue;
        wanted[ours] = String(value);
      }
      const { start: _start, end: _end, ...found } = fieldsOf(row);
      expect(withoutZeros(found), `record ${index + 1}`).toEqual(withoutZeros(wanted));
    });
    const [page] = collected.ledger.pages;
    expect(page).toMatchObject({ format: 8, messages: truth.counts.datagrams, records: 74, lostRecords: 0 });
  });
});

const SECONDS = 1_700_000_000;
const UPTIME = 0x5000_0000;

/** A datagram of two records, the octets of which are all different. */
function datagram(scheme: number, aggregationVersion = 2): Datagram {
  const payload = new Uint8Array(28 + 2 * RECORD_OCTETS[scheme - 1]!);
  const view = new DataView(payload.buffer);
  view.setUint16(0, 8);
  view.setUint16(2, 2);
  view.setUint32(4, UPTIME);
  view.setUint32(8, SECONDS);
  payload[20] = 3;
  payload[21] = 4;
  payload[22] = scheme;
  payload[23] = aggregationVersion;
  for (let i = 28; i < payload.length; i++) payload[i] = i + 32;
  const exporter = parseAddress("192.0.2.1")!;
  return { frame: scheme, seconds: SECONDS, nanoseconds: 0, exporter, port: 2000, collectorPort: 2055, payload };
}

/** Dissections of datagrams to port 2055, by TShark: the fields of each record. */
function dissect(datagrams: readonly Datagram[]): Fields[] {
  const folder = mkdtempSync(join(tmpdir(), "flowgauge-v8-"));
  try {
    const frames = datagrams.map(({ payload }) => {
      const content = Buffer.concat([udp(2000, 2055, payload.length).subarray(0, 8), payload]);
      return { at: 0, frame: ip("192.0.2.1", "192.0.2.2", PROTO.udp, content) };
    });
    writeFileSync(join(folder, "v8.pcap"), pcap(frames));
    const args = ["-n", "-r", join(folder, "v8.pcap"), "-d", "udp.port==2055,cflow", "-O", "cflow"];
    const { stdout } = spawnSync(TSHARK, args, { encoding: "utf8" });
    return stdout
      .split(/^ +pdu \d+\/\d+$/m)
      .slice(1)
      .map((pdu) => fieldsOfText(pdu.split(/^Frame /m)[0]!));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function fieldsOfText(pdu: string): Fields {
  const fields: Record<string, string> = {};
  for (const [, name, text] of pdu.matchAll(/^ +([A-Za-z ]+): (.*)$/gm)) {
    const ours = DISSECTED[name!];
    if (ours === undefined) continue;
    const inBrackets = /\((\d+)\)$/.exec(text!)?.[1];
    const hexadecimal = ours === "extraPackets" || ours === "markedTos" || ours === "tos";
    if (ours === "start" || ours === "end") {
      const difference = Math.round(Number.parseFloat(text!) * 1000) - UPTIME;
      fields[ours] = String(BigInt(SECONDS * 1000 + difference) * 1_000_000n);
    } else {
      fields[ours] = hexadecimal ? String(Number.parseInt(text!, 16)) : (inBrackets ?? text!);
    }
  }
  return fields;
}

describe("NetFlow v8", () => {
  it.skipIf(!tsharkHere)("is read as TShark dissects it", () => {
    const datagrams = SCHEMES.filter((scheme) => scheme !== DISSECTED_WRONG).map((scheme) => datagram(scheme));
    const collected = new Collected();
    const found = datagrams.flatMap((one) => collected.decode(one).rows.map(fieldsOf));
    const dissected = dissect(datagrams);
    expect(dissected).toHaveLength(26);
    expect(found).toEqual(dissected);
    expect(collected.ledger.pages).toHaveLength(1);
    expect(collected.ledger.pages[0]).toMatchObject({ domain: 3 * 256 + 4, records: 26 });
  });

  it.each([
    ["scheme 0", 0, 2],
    ["scheme 15", 15, 2],
    ["version 1 of the aggregation", 3, 1],
    ["version 3 of the aggregation", 3, 3],
  ])("refuses %s", (_, scheme, version) => {
    const one = datagram(3, version);
    one.payload[22] = scheme;
    const collected = new Collected();
    expect(collected.decode(one).rows).toEqual([]);
    expect(collected.ledger.pages[0]?.refused.aggregation).toBe(1);
    expect(collected.ledger.unexplained()).toBe(0);
  });
});
