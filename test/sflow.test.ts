// Flow samples of sFlow version 5: datagrams built from the specifications, and what comes of them.
import { describe, expect, it } from "vitest";
import type { MessageDecoderOptions } from "../src/wire/index.ts";
import { addressOf, type DecodedRow } from "./corpus/decoded-messages.ts";
import { ACK, ethernet, icmp, ipv4, ipv6, mpls, octets, ppp, SYN, tcp, u32, udp, vlan } from "./packets.ts";
import { collect, WEB } from "./sflow-collected.ts";
import {
  expandedFlowSample,
  flowSample,
  headerRecord,
  ipRecord,
  macAddress,
  sflow5,
  tagged,
  text,
  typed,
} from "./sflow-datagrams.ts";

function only(payload: Uint8Array, options: Partial<MessageDecoderOptions> = {}): DecodedRow {
  const { rows, page } = collect([payload], options);
  expect(rows.length).toBe(1);
  expect(Object.values(page.refused).every((count) => count === 0)).toBe(true);
  return rows[0]!;
}

describe("a flow sample of version 5", () => {
  it("is one packet at the time of receipt, with what the sample says of it", () => {
    const row = only(
      sflow5([flowSample([headerRecord(WEB)], { rate: 512, drops: 7, source: 0x0200_0009 })], { subAgent: 5 }),
    );
    expect(row.columns).toMatchObject({
      packets: "1",
      bytes: String(WEB.length - 14),
      frameBytes: String(WEB.length + 4),
      start: "1700000000000000005",
      end: "1700000000000000005",
      received: "1700000000000000005",
      domain: "5",
      samplingRate: "512",
      samplingSource: "5",
      inIf: "3",
      outIf: "4",
      srcPort: "40000",
      dstPort: "443",
      proto: "6",
      ipVersion: "4",
      etherType: String(0x0800),
      tcpFlags: String(SYN | ACK),
    });
    expect(addressOf(row.columns.srcAddr)).toBe("10.1.0.1");
    expect(row.other).toEqual({
      agent: "10.0.0.1",
      sampleSequence: "1",
      dataSource: "2:9",
      samplePool: "4096",
      drops: "7",
      headerLength: String(WEB.length),
      strippedBytes: "4",
    });
  });

  it("has the rate that a person set, and no agent where that is the exporter", () => {
    const payload = sflow5([flowSample([headerRecord(WEB)])], { agent: "192.0.2.1" });
    const row = only(payload, { sampling: new Map([["192.0.2.1", 1000]]) });
    expect(row.columns).toMatchObject({ samplingRate: "1000", samplingSource: "1" });
    expect(row.other.agent).toBeUndefined();
    expect(collect([payload], { sampling: new Map([["192.0.2.1", 1000]]) }).page.samplingRate).toBe(1000);
  });

  it("shows interfaces only where they are interfaces", () => {
    const output = (value: number) => only(sflow5([flowSample([headerRecord(WEB)], { output: value })]));
    expect(output(0x3fff_ffff).columns.outIf).toBe(String(0x3fff_ffff));
    const discarded = output(0x4000_0000 | 258);
    expect(discarded.columns).toMatchObject({ outIf: "0", forwardingStatus: "130" });
    expect(discarded.other.outDiscardReason).toBe("258");
    const several = output(0x8000_0007);
    expect(several.columns.outIf).toBe("0");
    expect(several.other.outInterfaces).toBe("7");
    const expanded = only(sflow5([expandedFlowSample([headerRecord(WEB)], [0, 0xffff_fff0], [2, 3])]));
    expect(expanded.columns).toMatchObject({ inIf: String(0xffff_fff0), outIf: "0" });
    expect(expanded.other).toMatchObject({ outInterfaces: "3", dataSource: "1:300", drops: "2" });
  });

  it("takes what BGP, routers, switches and translators knew", () => {
    const path = octets(u32(2), u32(2), u32(2), u32(65_001), u32(70_000), u32(1), u32(2), u32(8), u32(9));
    const gateway = octets(
      typed("2001:db8::1"),
      [1, 2, 3].flatMap(u32),
      path,
      u32(2),
      u32(0xfffe_0001),
      u32(65_536),
      u32(150),
    );
    const row = only(
      sflow5([
        flowSample([
          tagged(1001, octets([100, 3, 200, 0].flatMap(u32))),
          tagged(1002, octets(typed("10.9.9.9"), u32(24), u32(32))),
          tagged(1003, gateway),
          tagged(1007, octets(typed("203.0.113.1"), typed("203.0.113.2"))),
          tagged(1020, octets(u32(5000), u32(6000))),
          headerRecord(WEB),
        ]),
      ]),
    );
    expect(row.columns).toMatchObject({
      vlan: "100",
      dstVlan: "200",
      srcMask: "24",
      dstMask: "32",
      srcAs: "2",
      dstAs: "9",
      natSrcPort: "5000",
      natDstPort: "6000",
    });
    const { nextHop, bgpNextHop, natSrcAddr, natDstAddr } = row.columns;
    const addresses = [nextHop, bgpNextHop, natSrcAddr, natDstAddr].map(addressOf);
    expect(addresses).toEqual(["10.9.9.9", "2001:db8::1", "203.0.113.1", "203.0.113.2"]);
    expect(row.other).toMatchObject({
      inPriority: "3",
      routerAs: "1",
      bgpPrevAdjacentAsNumber: "3",
      bgpNextAdjacentAsNumber: "65001",
      dstAsPath: "65001 70000 {8,9}",
      bgpCommunities: "65534:1 1:0",
      bgpLocalPreference: "150",
    });
  });

  it("keeps users, addresses of the web, tunnels and drop reasons by name", () => {
    const row = only(
      sflow5([
        flowSample([
          tagged(1004, octets(u32(106), text("ann"), u32(106), text("bob\0"))),
          tagged(1005, octets(u32(1), text("http://example.net/x"), text("example.net"))),
          tagged(
            1006,
            octets(typed("10.8.8.8"), u32(2), u32((16 << 12) | 0x240), u32((17 << 12) | 0x140), u32(1), u32(18 << 12)),
          ),
          tagged(1021, octets(u32(120), macAddress("02:00:00:00:00:01"), macAddress("02:00:00:00:00:02"), u32(0x0800))),
          tagged(1024, ipRecord(90, 47, "172.16.0.1", "172.16.0.2", [0, 0], 0, 4)),
          tagged(1030, octets(u32(5001))),
          tagged(1029, octets(u32(5002))),
          tagged(1028, octets(u32(50))),
          tagged(1036, octets(u32(6))),
          tagged(1041, octets(text("l3_drops"), text("ttl_value_is_too_small"))),
          tagged(1042, text("neigh_failed")),
          headerRecord(WEB),
        ]),
      ]),
    );
    expect(row.columns).toMatchObject({ tunnelId: "5001", mplsLabel: "17" });
    expect(addressOf(row.columns.nextHop)).toBe("10.8.8.8");
    expect(row.other).toMatchObject({
      srcUser: "ann",
      dstUser: "bob",
      urlDirection: "1",
      url: "http://example.net/x",
      urlHost: "example.net",
      mplsInLabels: "16:1:64 17:0:64",
      mplsOutLabels: "18:0:0",
      outTunnelDstMac: "02:00:00:00:00:02",
      inTunnelSrcAddr: "172.16.0.1",
      inTunnelTos: "4",
      inVni: "5001",
      outVni: "5002",
      inInnerHeaderOffset: "50",
      queue: "6",
      trapGroup: "l3_drops",
      trap: "ttl_value_is_too_small",
      dropReason: "neigh_failed",
    });
  });

  it("has the VLAN that the switch says before the one of the header, and those that were stripped", () => {
    const tagged30 = ethernet(vlan(30, ipv4(udp()))).octets;
    const sample = (...records: Uint8Array[]) => only(sflow5([flowSample([headerRecord(tagged30), ...records])]));
    expect(sample().columns).toMatchObject({ vlan: "30", innerVlan: "0" });
    const switched = sample(tagged(1001, octets([40, 0, 0xffff_ffff, 0].flatMap(u32))));
    expect(switched.columns).toMatchObject({ vlan: "40", dstVlan: "0" });
    expect(switched.other.headerVlan).toBe("30");
    const none = sample(tagged(1001, octets([0xffff_ffff, 0, 7, 0].flatMap(u32))));
    expect(none.columns).toMatchObject({ vlan: "30", dstVlan: "7" });
    const stripped = sample(tagged(1012, octets(u32(1), u32(0x88a8_0064))));
    expect(stripped.columns).toMatchObject({ vlan: "100", innerVlan: "30" });
    expect(stripped.other.strippedTags).toBe("88a80064");
  });

  it("without a header is made of sampled Ethernet, IPv4 and IPv6", () => {
    const frame = tagged(
      2,
      octets(u32(1000), macAddress("02:00:00:00:0a:01"), macAddress("02:00:00:00:0b:02"), u32(0x0806)),
    );
    const four = tagged(3, ipRecord(986, 17, "10.2.0.1", "10.2.0.2", [53, 5353], 0, 8));
    const six = tagged(4, ipRecord(500, 6, "2001:db8::a", "2001:db8::b", [80, 81], 18, 1));
    const row = only(sflow5([flowSample([four, frame])]));
    expect(row.columns).toMatchObject({
      bytes: "986",
      frameBytes: "1000",
      proto: "17",
      srcPort: "53",
      dstPort: "5353",
      tos: "8",
    });
    expect(row.columns).toMatchObject({ srcMac: "020000000a01", dstMac: "020000000b02", etherType: String(0x0800) });
    const sixth = only(sflow5([flowSample([six])]));
    expect(sixth.columns).toMatchObject({ bytes: "500", ipVersion: "6", tcpFlags: "18", etherType: String(0x86dd) });
    expect(addressOf(sixth.columns.dstAddr)).toBe("2001:db8::b");
    const onlyFrame = only(sflow5([flowSample([frame])]));
    expect(onlyFrame.columns).toMatchObject({
      bytes: "1000",
      frameBytes: "1000",
      etherType: String(0x0806),
      ipVersion: "0",
    });
    const both = only(sflow5([flowSample([four, headerRecord(WEB)])]));
    expect(both.columns).toMatchObject({ dstPort: "443", proto: "6" });
  });

  it.each([
    [7, ppp(ipv4(udp())).octets],
    [11, ipv4(udp()).octets],
    [12, ipv6(udp()).octets],
    [13, mpls([16, 17], ipv4(udp())).octets],
  ] as const)("opens headers of protocol %i", (protocol, header) => {
    const row = only(sflow5([flowSample([headerRecord(header, { protocol })])]));
    expect(row.columns).toMatchObject({ proto: "17", dstPort: "53", mplsLabel: protocol === 13 ? "17" : "0" });
    expect(row.other.headerProtocol).toBe(String(protocol));
  });

  it("reads as much of a header as there is", () => {
    const long = ethernet(ipv4(tcp({ content: 1000 }))).octets;
    const cut = (length: number) =>
      collect([sflow5([flowSample([headerRecord(long.slice(0, length), { frameLength: 1058 })])])]);
    expect(cut(128).rows[0]!.columns).toMatchObject({ bytes: "1040", frameBytes: "1058", dstPort: "80" });
    expect(cut(34).rows[0]!.columns).toMatchObject({ bytes: "1040", proto: "6", dstPort: "0" });
    const { rows, page } = cut(20);
    expect(rows[0]!.columns).toMatchObject({ proto: "0", bytes: "1058", srcMac: "020000000a01" });
    expect(page.remarks.samplesCut).toBe(1);
  });

  it("gives ICMP as type * 256 + code, whatever agents call the ports of one", () => {
    const header = ethernet(ipv4(icmp(3, 1))).octets;
    expect(only(sflow5([flowSample([headerRecord(header)])])).columns.dstPort).toBe("769");
    const record = (src: number, dst: number) =>
      only(sflow5([flowSample([tagged(3, ipRecord(84, 1, "10.0.0.1", "10.0.0.2", [src, dst]))])])).columns;
    expect([record(3, 1), record(0, 3), record(0, 769)].map(({ srcPort, dstPort }) => [srcPort, dstPort])).toEqual([
      ["0", "769"],
      ["0", "768"],
      ["0", "769"],
    ]);
  });

  it("keeps records that are not known, and those too short for what they are, in hexadecimal", () => {
    const row = only(
      sflow5([
        flowSample([
          tagged((4413 << 12) | 7, octets(u32(0xdead_beef))),
          tagged(1002, octets(u32(1))),
          headerRecord(WEB),
        ]),
      ]),
    );
    expect(row.other).toMatchObject({ "sflow4413:7": "deadbeef", "sflow0:1002": "00000001" });
    expect(row.columns.dstPort).toBe("443");
  });

  it("keeps 4,096 octets of a value and counts what is cut", () => {
    const { rows, page } = collect([sflow5([flowSample([tagged(0x999, new Uint8Array(9000)), headerRecord(WEB)])])]);
    expect(rows[0]!.other["sflow0:2457"]!.length).toBe(4096);
    expect(page.remarks.valueCut).toBe(1);
  });
});

describe("samples of other kinds", () => {
  it("are passed over and counted; a datagram from an agent without an address is read", () => {
    const discard = tagged(5, octets([1, 0, 3, 7, 1, 2, 258, 1].flatMap(u32), headerRecord(WEB)));
    const { rows, page } = collect([
      sflow5([discard, tagged((9 << 12) | 1, new Uint8Array(12)), flowSample([headerRecord(WEB)])]),
    ]);
    expect(rows.length).toBe(1);
    expect(page.remarks.samplesPassed).toBe(2);
    const unknown = octets([5, 0, 77, 1, 1000, 1].flatMap(u32), flowSample([headerRecord(WEB)]));
    const row = only(unknown);
    expect(row.columns.domain).toBe("77");
    expect(row.other.agent).toBeUndefined();
  });

  it("number their datagrams: what is missing is counted", () => {
    const datagram = (sequence: number) =>
      sflow5([flowSample([headerRecord(WEB)]), flowSample([headerRecord(WEB)])], { sequence });
    const { page } = collect([10, 11, 14].map(datagram));
    expect(page).toMatchObject({ messages: 3, records: 6, lostMessages: 2, lostRecords: 4 });
  });
});
