// The same datagrams of sFlow through TShark's dissector: versions 2 and 4, for which there is no other truth, and version 5.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PcapWriter } from "../src/capture/index.ts";
import { createHeaderReader } from "../src/collect/index.ts";
import { parseAddress } from "../src/core/address.ts";
import type { CounterSample } from "../src/wire/index.ts";
import { addressOf, Collected, type DecodedRow } from "./corpus/decoded-messages.ts";
import { ethernet, ipv4, type Layer, octets, tcp, u32, udp } from "./packets.ts";
import {
  counterSample,
  counters,
  flowSample,
  headerRecord,
  interfaceCounters,
  ipRecord,
  oldCounterSample,
  oldFlowSample,
  oldHeader,
  sflow5,
  sflowOld,
  tagged,
  typed,
  u64,
} from "./sflow-datagrams.ts";

const TSHARK = "/usr/bin/tshark";
const tsharkHere = existsSync(TSHARK);
if (!tsharkHere) console.log(`${TSHARK} is not here: datagrams of sFlow are not compared with it`);

const WEB = ethernet(ipv4(tcp({ src: 40000, dst: 443, flags: 18 }), { src: "10.1.0.1", dst: "10.1.0.2" })).octets;

/** What TShark's dissector says of each datagram: all values of each field, in the order of the octets. One run for all. */
function dissect(payloads: readonly Uint8Array[], fields: readonly string[]): Record<string, string[]>[] {
  const folder = mkdtempSync(join(tmpdir(), "sflow-tshark-"));
  try {
    const pieces: Uint8Array[] = [];
    const writer = PcapWriter.toMemory(pieces);
    for (const payload of payloads) {
      const content: Layer = { octets: payload, etherType: 0, proto: 0 };
      writer.write(1_700_000_000, 0, ethernet(ipv4(udp(content, { src: 6343, dst: 6343 }))).octets);
    }
    writer.flush();
    const path = join(folder, "sflow.pcap");
    writeFileSync(path, Buffer.concat(pieces));
    const words = ["-n", "-r", path, "-T", "fields", "-E", "separator=/t", ...fields.flatMap((field) => ["-e", field])];
    const text = execFileSync(TSHARK, words, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      timeout: 60_000,
    });
    const lines = text.replace(/\n$/, "").split("\n");
    expect(lines.length).toBe(payloads.length);
    return lines.map((line) => {
      const values = line.split("\t");
      return Object.fromEntries(fields.map((field, i) => [field, values[i] === "" ? [] : values[i]!.split(",")]));
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function decode(payload: Uint8Array) {
  const samples: CounterSample[] = [];
  const collected = new Collected({ headers: createHeaderReader(), onCounters: (one) => samples.push(one) });
  const exporter = parseAddress("192.0.2.1")!;
  const { rows } = collected.decode({
    frame: 1,
    seconds: 1,
    nanoseconds: 0,
    exporter,
    port: 1,
    collectorPort: 6343,
    payload,
  });
  return { rows, samples };
}

/** Fields of TShark's dissector, by what stands for them in a row of ours. */
const FLOW: Readonly<Record<string, (row: DecodedRow) => string>> = {
  "sflow.flow_sample.sequence_number": (row) => row.other.sampleSequence!,
  "sflow.flow_sample.sampling_rate": (row) => row.columns.samplingRate,
  "sflow.flow_sample.sample_pool": (row) => row.other.samplePool!,
  "sflow.flow_sample.dropped_packets": (row) => row.other.drops ?? "0",
};
const HEADER: Readonly<Record<string, (row: DecodedRow) => string>> = {
  "sflow_245.header.frame_length": (row) => row.columns.frameBytes,
  "sflow_245.header.sampled_header_length": (row) => row.other.headerLength!,
};
const SWITCH: Readonly<Record<string, (row: DecodedRow) => string>> = {
  "sflow_245.vlan.in": (row) => row.columns.vlan,
  "sflow_245.vlan.out": (row) => row.columns.dstVlan,
  "sflow_245.pri.in": (row) => row.other.inPriority!,
  "sflow_245.pri.out": (row) => row.other.outPriority!,
};
const ROUTER: Readonly<Record<string, (row: DecodedRow) => string>> = {
  "sflow_245.nexthop": (row) => addressOf(row.columns.nextHop),
  "sflow_245.nexthop.src_mask": (row) => row.columns.srcMask,
  "sflow_245.nexthop.dst_mask": (row) => row.columns.dstMask,
};
const GATEWAY: Readonly<Record<string, (row: DecodedRow) => string>> = {
  "sflow_245.as": (row) => row.other.routerAs!,
  "sflow_245.srcAS": (row) => row.columns.srcAs,
  "sflow_245.peerAS": (row) => row.other.bgpPrevAdjacentAsNumber!,
};
const IP: Readonly<Record<string, (row: DecodedRow) => string>> = {
  "sflow_245.ip.length": (row) => row.columns.bytes,
  "sflow_245.ip.source_port": (row) => row.columns.srcPort,
  "sflow.ip.destination_port": (row) => row.columns.dstPort,
};

/** Fields of TShark's dissector, by the counter that stands for them. */
const INTERFACE: Readonly<Record<string, string>> = {
  "sflow_245.ifindex": "ifIndex",
  "sflow_245.iftype": "ifType",
  "sflow_245.ifspeed": "ifSpeed",
  "sflow_245.ifinoct": "ifInOctets",
  "sflow_245.ifinpkt": "ifInUcastPkts",
  "sflow_245.ifinmcast": "ifInMulticastPkts",
  "sflow_245.ifinbcast": "ifInBroadcastPkts",
  "sflow_245.ifindisc": "ifInDiscards",
  "sflow_245.ifinerr": "ifInErrors",
  "sflow_245.ifinunk": "ifInUnknownProtos",
  "sflow_245.ifoutoct": "ifOutOctets",
  "sflow_245.ifoutpkt": "ifOutUcastPkts",
  "sflow_245.ifoutmcast": "ifOutMulticastPkts",
  "sflow_245.ifoutbcast": "ifOutBroadcastPkts",
  "sflow_245.ifoutdisc": "ifOutDiscards",
  "sflow_245.ifouterr": "ifOutErrors",
  "sflow_245.ifpromisc": "ifPromiscuousMode",
};
const sameNames = (names: string) => Object.fromEntries(names.split(" ").map((name) => [`sflow_245.${name}`, name]));
const ETHERNET = sameNames("dot3StatsAlignmentErrors dot3StatsFCSErrors dot3StatsLateCollisions dot3StatsSymbolErrors");
const TOKEN_RING = sameNames("dot5StatsLineErrors dot5StatsRecoveries dot5StatsFreqErrors");
const VLAN = sameNames("vlan_id octets ucastPkts multicastPkts broadcastPkts discards");
/** Another spelling of the same counter (RFC 1748). */
TOKEN_RING["sflow_245.dot5StatsRecoveries"] = "dot5StatsRecoverys";

/** What follows each sample: that both read it proves that both passed as many octets. */
const RATE_BEHIND = 777;

const PATH = {
  2: octets(u32(3), u32(65_001), u32(65_002), u32(65_003)),
  4: octets(u32(1), u32(2), u32(2), u32(65_001), u32(65_003), u32(1), u32(0xfffe_0001), u32(99)),
};

/** A datagram, and fields of TShark's that its first row and its first counter sample are compared by. */
interface Case {
  readonly name: string;
  readonly payload: Uint8Array;
  readonly row?: Readonly<Record<string, (row: DecodedRow) => string>>;
  readonly counters?: Readonly<Record<string, string>>;
}

const BEHIND = { rate: RATE_BEHIND, sequence: 2, pool: 5, drops: 6 };

/** What TShark reads of versions 2 and 4: not sampled IPv4 and IPv6, users and addresses of the web. Of counters it shows an interface's. */
function oldCases(version: 2 | 4): Case[] {
  const behind = oldFlowSample(1, oldHeader(WEB), [], BEHIND);
  const datagram = (sample: Uint8Array) => sflowOld(version, [sample, behind]);
  const extended = (type: number, content: Uint8Array) => datagram(oldFlowSample(1, oldHeader(WEB), [[type, content]]));
  const counted = (type: number, content: Uint8Array) => datagram(oldCounterSample(type, content));
  const name = (what: string) => `version ${version}: ${what}`;
  const gateway = octets([1, 2, 3].flatMap(u32), PATH[version]);
  return [
    {
      name: name("switch"),
      payload: extended(1, octets([100, 1, 200, 2].flatMap(u32))),
      row: { ...HEADER, ...SWITCH },
    },
    { name: name("router"), payload: extended(2, octets(typed("10.9.9.9"), u32(24), u32(16))), row: ROUTER },
    { name: name("gateway"), payload: extended(3, gateway), row: GATEWAY },
    { name: name("interface"), payload: counted(1, interfaceCounters()), counters: INTERFACE },
    { name: name("Ethernet"), payload: counted(2, octets(interfaceCounters(200), counters(13))), counters: INTERFACE },
    {
      name: name("token ring"),
      payload: counted(3, octets(interfaceCounters(200), counters(18))),
      counters: INTERFACE,
    },
    { name: name("VLAN"), payload: counted(7, octets(u32(55), u64(123n), counters(4, 10))) },
  ];
}

function newCases(): Case[] {
  const behind = flowSample([headerRecord(WEB)], BEHIND);
  const flow = (...records: Uint8Array[]) => sflow5([flowSample(records), behind]);
  const counted = (...records: Uint8Array[]) => sflow5([counterSample(records), behind]);
  const switched = tagged(1001, octets([100, 1, 200, 2].flatMap(u32)));
  const router = tagged(1002, octets(typed("10.9.9.9"), u32(24), u32(16)));
  const gateway = tagged(1003, octets(typed("10.9.9.1"), [1, 2, 3].flatMap(u32), PATH[4]));
  const vlan = tagged(5, octets(u32(55), u64(123n), counters(4, 10)));
  const header = headerRecord(WEB);
  return [
    { name: "switch and router", payload: flow(switched, router, header), row: { ...HEADER, ...SWITCH, ...ROUTER } },
    { name: "gateway", payload: flow(gateway), row: GATEWAY },
    { name: "IPv4", payload: flow(tagged(3, ipRecord(986, 17, "10.2.0.1", "10.2.0.2", [53, 5353]))), row: IP },
    { name: "IPv6", payload: flow(tagged(4, ipRecord(500, 6, "2001:db8::a", "2001:db8::b", [80, 81]))), row: IP },
    {
      name: "interface",
      payload: counted(tagged(1, interfaceCounters()), tagged(2, counters(13))),
      counters: { ...INTERFACE, ...ETHERNET },
    },
    { name: "token ring", payload: counted(tagged(3, counters(18)), vlan), counters: { ...TOKEN_RING, ...VLAN } },
  ];
}

describe.skipIf(!tsharkHere)("TShark and we", () => {
  it("agree on samples of every version", () => {
    const cases = [...oldCases(2), ...oldCases(4), ...newCases()];
    const fields = cases.flatMap(({ row, counters: names }) => [
      ...Object.keys(row ?? {}),
      ...Object.keys(names ?? {}),
    ]);
    const unique = [...new Set([...Object.keys(FLOW), ...fields])];
    const dissected = dissect(
      cases.map(({ payload }) => payload),
      unique,
    );
    for (const [index, { name, payload, row, counters: names }] of cases.entries()) {
      const theirs = dissected[index]!;
      const { rows, samples } = decode(payload);
      expect(rows.at(-1)!.columns.samplingRate, name).toBe(String(RATE_BEHIND));
      for (const [field, ours] of Object.entries(FLOW))
        expect(theirs[field], `${name} ${field}`).toEqual(rows.map(ours));
      for (const [field, ours] of Object.entries(row ?? {}))
        expect(theirs[field]![0], `${name} ${field}`).toBe(ours(rows[0]!));
      for (const [field, counter] of Object.entries(names ?? {}))
        expect(theirs[field]![0], `${name} ${field}`).toBe(String(samples[0]!.counters[counter]));
    }
  });
});
