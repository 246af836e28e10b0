// Each link type and protocol: a built packet, and what the row says of it.
import { describe, expect, test } from "vitest";
import { decodeOne, decodePackets, type Row } from "../../test/decode-packets.ts";
import * as p from "../../test/packets.ts";
import { FAMILY, MARK } from "./layers.ts";

const FOUR = { src: "10.0.0.1", dst: "10.0.0.2", family: FAMILY.ipv4, etherType: 0x0800 };
const SIX = { src: "2001:db8::1", dst: "2001:db8::2", family: FAMILY.ipv6, etherType: 0x86dd };
const PORTS = { proto: 6, sport: 1234, dport: 80, tcpFlags: p.ACK };
const MACS = { srcMac: p.MAC_A, dstMac: p.MAC_B };
const NO_MACS = { srcMac: "00:00:00:00:00:00", dstMac: "00:00:00:00:00:00" };
const FOUR_TCP = { ...FOUR, ...PORTS, bytes: 40 };
const SIX_TCP = { ...SIX, ...PORTS, bytes: 60 };

const ip4 = p.ipv4(p.tcp());
const ip6 = p.ipv6(p.tcp());
const framed = p.ethernet(ip4).octets;

type Case = [string, p.Layer | Uint8Array, number, Partial<Row> | string];

describe("link types", () => {
  test.each<Case>([
    ["Ethernet", p.ethernet(ip4), 1, { ...FOUR_TCP, ...MACS, frameBytes: 54 }],
    ["Ethernet, IPv6", p.ethernet(ip6), 1, { ...SIX_TCP, ...MACS, frameBytes: 74 }],
    ["Ethernet with padding", p.ethernet(ip4, { padTo: 60 }), 1, { ...FOUR_TCP, frameBytes: 60 }],
    ["NULL, little endian", p.link.null(ip4), 0, FOUR_TCP],
    ["NULL, Linux IPv6", p.link.null(ip6, 10), 0, SIX_TCP],
    ["NULL, Windows IPv6", p.link.null(ip6, 23), 0, SIX_TCP],
    ["NULL, OpenBSD IPv6", p.link.null(ip6, 24), 0, SIX_TCP],
    ["NULL, FreeBSD IPv6", p.link.null(ip6, 28), 0, SIX_TCP],
    ["NULL, macOS IPv6", p.link.null(ip6, 30), 0, SIX_TCP],
    ["LOOP", p.link.loop(ip4), 108, FOUR_TCP],
    ["LOOP with an Ethernet type", p.link.loop(ip6, 0x86dd), 108, SIX_TCP],
    ["LOOP, another family", p.link.loop(ip4, 7), 108, "nonIp"],
    ["PPP framed", p.ppp(ip4), 9, FOUR_TCP],
    ["PPP bare", p.ppp(ip6, { framed: false }), 9, SIX_TCP],
    ["PPP with a compressed protocol", p.ppp(ip4, { compressed: true }), 9, FOUR_TCP],
    ["PPP, link control", p.ppp(p.data(8), { protocol: 0xc021 }), 9, "nonIp"],
    ["PPP_HDLC with PPP", p.ppp(ip4), 50, FOUR_TCP],
    ["PPP_HDLC with Cisco HDLC", p.link.ciscoHdlc(ip4), 50, FOUR_TCP],
    ["PPP_ETHER", p.pppoe(ip4), 51, FOUR_TCP],
    ["Cisco HDLC", p.link.ciscoHdlc(ip6), 104, SIX_TCP],
    ["Cisco HDLC, SLARP", p.link.ciscoHdlc({ ...p.data(18), etherType: 0x8035 }), 104, "nonIp"],
    ["RAW 12", ip4, 12, FOUR_TCP],
    ["RAW 14", ip6, 14, SIX_TCP],
    ["RAW 101", ip4, 101, FOUR_TCP],
    ["RAW, neither 4 nor 6", Uint8Array.of(0x50, 0, 0, 0), 101, "malformed"],
    ["IPV4", ip4, 228, FOUR_TCP],
    ["IPV4 with IPv6 in it", ip6, 228, "malformed"],
    ["IPV6", ip6, 229, SIX_TCP],
    ["Linux cooked", p.link.cooked(ip4), 113, { ...FOUR_TCP, srcMac: p.MAC_A, dstMac: NO_MACS.dstMac }],
    ["Linux cooked, LLC", p.link.cooked({ ...p.snap(ip4), etherType: 4 }), 113, FOUR_TCP],
    ["Linux cooked, raw 802.3", p.link.cooked({ ...p.data(8), etherType: 1 }), 113, "nonIp"],
    ["Linux cooked 2", p.link.cooked2(ip6, 9), 276, { ...SIX_TCP, inIf: 9, srcMac: p.MAC_A }],
    ["Frame Relay, NLPID of IPv4", p.link.frameRelay(ip4, 0xcc), 107, FOUR_TCP],
    ["Frame Relay, NLPID of IPv6", p.link.frameRelay(ip6, 0x8e), 107, SIX_TCP],
    ["Frame Relay, another NLPID", p.link.frameRelay(ip4, 0x81), 107, "nonIp"],
    ["Frame Relay, Cisco", p.link.frameRelayCisco(ip4), 107, FOUR_TCP],
    ["Frame Relay, SNAP", p.link.frameRelaySnap(ip4), 107, FOUR_TCP],
    ["NFLOG", p.link.nflog(ip4), 239, FOUR_TCP],
    ["NFLOG, IPv6", p.link.nflog(ip6, 10), 239, SIX_TCP],
    ["NFLOG, another family", p.link.nflog(ip6, 7), 239, "nonIp"],
    ["PKTAP with Ethernet", p.link.pktap(framed, 1), 258, { ...FOUR_TCP, ...MACS }],
    ["PKTAP with raw IP", p.link.pktap(ip6.octets, 101), 258, SIX_TCP],
    ["PKTAP with NULL", p.link.pktap(p.link.null(ip4), 0), 258, FOUR_TCP],
    ["Arcnet, RFC 1201", p.link.arcnet(ip4), 129, FOUR_TCP],
    ["Arcnet, RFC 1051", p.link.arcnet(ip4, 240), 129, FOUR_TCP],
    ["Arcnet, IPv6", p.link.arcnet(ip6, 196), 129, SIX_TCP],
    ["802.11", p.wlan(p.snap(ip4)), 105, { ...FOUR_TCP, ...MACS }],
    ["802.11 to the distribution system", p.wlan(p.snap(ip4), { toDs: true }), 105, { ...FOUR_TCP, ...MACS }],
    ["802.11 from the distribution system", p.wlan(p.snap(ip6), { fromDs: true }), 105, { ...SIX_TCP, ...MACS }],
    ["802.11 with four addresses", p.wlan(p.snap(ip4), { toDs: true, fromDs: true }), 105, { ...FOUR_TCP, ...MACS }],
    ["802.11 with QoS", p.wlan(p.snap(ip4), { toDs: true, qos: true }), 105, { ...FOUR_TCP, ...MACS }],
    ["802.11 with an A-MSDU", p.wlan(p.snap(ip4), { aggregate: true }), 105, { ...FOUR_TCP, ...MACS }],
    ["802.11 encrypted", p.wlan(p.snap(ip4), { encrypted: true }), 105, "nonIp"],
    ["802.11, a later fragment", p.wlan(p.snap(ip4), { fragment: 1 }), 105, "nonIp"],
    ["802.11, a beacon", p.wlan(p.snap(ip4), { type: 0, subtype: 8 }), 105, "nonIp"],
    ["802.11, a null function", p.wlan(p.snap(ip4), { subtype: 4 }), 105, "nonIp"],
    ["radiotap", p.link.radiotap(p.wlan(p.snap(ip4))), 127, { ...FOUR_TCP, ...MACS }],
    ["radiotap that is too short for itself", Uint8Array.of(0, 0, 4, 0, 0, 0, 0, 0), 127, "malformed"],
    ["Prism", p.link.prism(p.wlan(p.snap(ip6))), 119, { ...SIX_TCP, ...MACS }],
    ["a link type that is not decoded", ip4, 147, "unknownLinkType"],
    ["no octets", new Uint8Array(0), 1, "empty"],
  ])("%s", (_, packet, linkType, wanted) => {
    const row = decodeOne(packet, linkType);
    if (typeof wanted === "string") expect(row).toBe(wanted);
    else expect(row).toMatchObject(wanted);
  });
});

describe("layers between Ethernet and IP", () => {
  const PLAIN = { vlan: 0, innerVlan: 0, mpls: 0, tunnel: 0 };
  test.each<[string, p.Layer, Partial<Row> | string]>([
    ["no VLAN", ip4, { ...FOUR_TCP, ...PLAIN }],
    ["802.1Q", p.vlan(42, ip4), { ...FOUR_TCP, vlan: 42, innerVlan: 0 }],
    ["802.1Q, IPv6", p.vlan(4095, ip6), { ...SIX_TCP, vlan: 4095, innerVlan: 0 }],
    ["802.1ad over 802.1Q", p.vlan(10, p.vlan(20, ip4), { tpid: 0x88a8 }), { ...FOUR_TCP, vlan: 10, innerVlan: 20 }],
    ["three tags", p.vlan(1, p.vlan(2, p.vlan(3, ip6))), { ...SIX_TCP, vlan: 1, innerVlan: 3 }],
    [
      "QinQ of old",
      p.vlan(7, p.vlan(8, ip4, { tpid: 0x9200 }), { tpid: 0x9100 }),
      { ...FOUR_TCP, vlan: 7, innerVlan: 8 },
    ],
    ["VLAN with LLC", p.vlan(9, p.snap(ip4)), { ...FOUR_TCP, vlan: 9 }],
    ["MPLS", p.mpls([16], ip4), { ...FOUR_TCP, mpls: 17 }],
    ["MPLS, label 0", p.mpls([0], ip4), { ...FOUR_TCP, mpls: 1 }],
    ["MPLS stack", p.mpls([1000, 2000, 3000], ip6), { ...SIX_TCP, mpls: 1001 }],
    ["MPLS, upstream-assigned", { ...p.mpls([5], ip4), etherType: 0x8848 }, { ...FOUR_TCP, mpls: 6 }],
    [
      "Ethernet in MPLS",
      p.mpls([30], p.ethernet(ip4, { src: "06:00:00:00:00:01", dst: "00:00:00:00:00:02" })),
      { ...FOUR_TCP, srcMac: "06:00:00:00:00:01" },
    ],
    [
      "Ethernet in MPLS behind a control word",
      p.mpls([30], { ...ip4, octets: p.octets(p.u32(1), p.ethernet(ip4, { dst: "02:00:5f:00:00:01" }).octets) }),
      { ...FOUR_TCP, dstMac: "02:00:5f:00:00:01" },
    ],
    [
      // where no bit tells, there is none: as TShark has it, whose truth of akvorado__mpls-eompls-cw.pcap this is
      "Ethernet in MPLS behind a control word that cannot be told",
      p.mpls([30], { ...ip4, octets: p.octets(p.u32(1), p.ethernet(ip4, { dst: "02:00:5e:00:00:01" }).octets) }),
      "nonIp",
    ],
    ["PPPoE", p.pppoe(ip4), FOUR_TCP],
    ["PPPoE in a VLAN", p.vlan(7, p.pppoe(ip6)), { ...SIX_TCP, vlan: 7 }],
    ["PPPoE that is no session", p.pppoe(ip4, { code: 9 }), "nonIp"],
    ["LLC with IP", p.llc(0x06, 0x03, ip4), FOUR_TCP],
    ["LLC, spanning tree", p.llc(0x42, 0x03, p.data(35)), "nonIp"],
    ["LLC, numbered", p.llc(0xaa, 0x00, ip4), "nonIp"],
    ["SNAP", p.snap(ip6), SIX_TCP],
    ["SNAP of a bridge tunnel", p.snap(ip4, { oui: [0, 0, 0xf8] }), FOUR_TCP],
    ["SNAP of Cisco", p.snap(p.data(20), { oui: [0, 0, 0x0c], type: 0x2000 }), "nonIp"],
    ["PBB", { ...p.data(0), etherType: 0x88e7, octets: p.octets(p.u32(99), framed) }, FOUR_TCP],
    ["NSH with IPv4", p.nsh(ip4, 1), FOUR_TCP],
    ["NSH with IPv6", p.nsh(ip6, 2), SIX_TCP],
    ["NSH with Ethernet", p.nsh(p.ethernet(ip4), 3), FOUR_TCP],
    ["NSH with NSH", p.nsh(p.nsh(ip4, 1), 4), FOUR_TCP],
    ["NSH with MPLS", p.nsh(p.mpls([3], ip4), 5), { ...FOUR_TCP, mpls: 4 }],
    ["PPP", p.ppp(ip4), FOUR_TCP],
    ["FabricPath", { ...p.data(0), etherType: 0x8903, octets: p.octets(0, 0, framed) }, FOUR_TCP],
    [
      "Cisco metadata",
      { ...p.data(0), etherType: 0x8909, octets: p.octets(1, 1, 0, 1, 0, 5, p.u16(0x86dd), ip6.octets) },
      SIX_TCP,
    ],
    [
      "Arista time",
      {
        ...p.data(0),
        etherType: 0xd28b,
        octets: p.octets(0, 1, 0, 0x10, new Uint8Array(8), p.u16(0x0800), ip4.octets),
      },
      FOUR_TCP,
    ],
    ["ARP, not asked for", p.arp(), "nonIp"],
    ["another type", p.data(46), "nonIp"],
  ])("%s", (_, inside, wanted) => {
    const row = decodeOne(p.ethernet(inside));
    if (typeof wanted === "string") expect(row).toBe(wanted);
    else expect(row).toMatchObject(wanted);
  });

  test("ONICS sees only what is right behind Ethernet", () => {
    const plain = { plainEthernet: true, nonIp: true };
    expect(decodeOne(p.ethernet(p.vlan(3, ip4)), 1, plain)).toMatchObject({ ...FOUR_TCP, vlan: 3 });
    expect(decodeOne(p.ethernet(p.mpls([3], ip4)), 1, plain)).toMatchObject({
      family: FAMILY.ether,
      etherType: 0x8847,
    });
    const snap = p.snap(ip4);
    expect(decodeOne(p.ethernet(snap), 1, plain)).toMatchObject({ family: FAMILY.ether, etherType: snap.etherType });
  });
});

describe("frames without IP, asked for", () => {
  const NON_IP = { nonIp: true };

  test("ARP has the asking and the asked address", () => {
    const packet = p.ethernet(p.arp({ sender: "192.0.2.1", target: "192.0.2.254" }), { padTo: 60 });
    expect(decodeOne(packet, 1, NON_IP)).toMatchObject({
      src: "192.0.2.1",
      dst: "192.0.2.254",
      family: FAMILY.arp,
      etherType: 0x0806,
      proto: 0,
      sport: 0,
      dport: 0,
      bytes: 60,
      frameBytes: 60,
      ...MACS,
    });
  });

  test.each<[string, p.Layer, number]>([
    ["an unknown type", p.data(50), 0x88b5],
    ["ARP of other hardware", p.arp({ hardware: 6 }), 0x0806],
    ["LLC: its DSAP", p.llc(0x42, 3, p.data(40)), 0x42],
    ["SNAP: its type", p.snap(p.data(40), { oui: [0, 0, 0x0c], type: 0x2000 }), 0x2000],
  ])("%s", (_, inside, type) => {
    const row = decodeOne(p.ethernet(inside), 1, NON_IP) as Row;
    expect(row).toMatchObject({
      family: FAMILY.ether,
      etherType: type,
      proto: 0,
      src: "::200:0:a01",
      dst: "::200:0:b02",
      ...MACS,
    });
    expect(row.bytes).toBe(row.frameBytes);
  });

  test("what is wrong with IP stays untracked", () => {
    expect(decodeOne(p.ethernet(p.ipv4(p.tcp(), { headerWords: 4 })), 1, NON_IP)).toBe("malformed");
    expect(decodeOne(framed.subarray(0, 30), 1, NON_IP)).toBe("truncated");
  });

  test("the packet before leaves nothing behind", () => {
    const before = { octets: p.ethernet(p.vlan(77, p.mpls([5], ip6))).octets };
    const packets: [Uint8Array, number][] = [
      [p.link.nflog(ip4, 7), 239],
      [p.link.pktap(ip4.octets, 147), 258],
      [p.wlan(p.snap(ip4), { encrypted: true }), 105],
      [p.link.loop(ip4, 7), 108],
      [p.ppp(p.data(8), { protocol: 0xc021 }).octets, 9],
      [p.link.cooked({ ...p.data(8), etherType: 1 }), 113],
      [p.link.frameRelay(ip4, 0x81), 107],
      [p.link.arcnet(ip4, 1), 129],
      [p.ethernet(p.pppoe(ip4, { code: 9 })).octets, 1],
      [p.ethernet(p.nsh(ip4, 9)).octets, 1],
      [p.ethernet(p.mpls([5], p.data(60))).octets, 1],
    ];
    for (const [octets, linkType] of packets) {
      const { rows } = decodePackets([{ octets, linkType }, before, { octets, linkType }], NON_IP);
      expect(rows).toHaveLength(3);
      expect({ ...rows[2], number: 1 }).toEqual(rows[0]);
    }
  });
});

describe("IPv4", () => {
  const row = (packet: p.Layer) => decodeOne(p.ethernet(packet));

  test("ToS, TTL, addresses at the edges", () => {
    const packet = p.ipv4(p.udp(), { tos: 0xb9, ttl: 255, src: "0.0.0.0", dst: "255.255.255.255" });
    expect(row(packet)).toMatchObject({
      tos: 0xb9,
      ttl: 255,
      src: "0.0.0.0",
      dst: "255.255.255.255",
      proto: 17,
      bytes: 36,
    });
  });

  test("options are stepped over", () => {
    expect(row(p.ipv4(p.tcp(), { options: [1, 1, 1, 1, 7, 7, 4, 0, 0, 0, 0, 0] }))).toMatchObject({
      ...FOUR_TCP,
      bytes: 52,
    });
    expect(row(p.ipv4(p.tcp(), { options: new Array<number>(40).fill(1) }))).toMatchObject({ ...FOUR_TCP, bytes: 80 });
  });

  test("a source route's last address is the destination, until it has been gone", () => {
    const route = (pointer: number, type = 131) => [type, 11, pointer, 192, 0, 2, 1, 192, 0, 2, 9];
    expect(row(p.ipv4(p.tcp(), { options: route(4) }))).toMatchObject({ dst: "192.0.2.9", ...PORTS });
    expect(row(p.ipv4(p.tcp(), { options: [1, ...route(8, 137)] }))).toMatchObject({ dst: "192.0.2.9" });
    expect(row(p.ipv4(p.tcp(), { options: route(12) }))).toMatchObject({ dst: "10.0.0.2" });
    expect(row(p.ipv4(p.tcp(), { options: [131, 60, 4, 1, 2, 3, 4, 5] }))).toMatchObject({ dst: "10.0.0.2" });
  });

  test("total length 0 (segmentation offload): as long as the frame, on the wire", () => {
    expect(row(p.ipv4(p.tcp({ content: 100 }), { total: 0 }))).toMatchObject({ ...FOUR_TCP, bytes: 140 });
    const { octets } = p.ethernet(p.ipv4(p.tcp(), { total: 0 }));
    expect(decodePackets([{ octets, original: 9014 }]).rows[0]).toMatchObject({
      ...FOUR_TCP,
      bytes: 9000,
      frameBytes: 9014,
    });
  });

  test("a header that contradicts itself", () => {
    expect(row(p.ipv4(p.tcp(), { headerWords: 4 }))).toBe("malformed");
    expect(row(p.ipv4(p.tcp(), { total: 19 }))).toBe("malformed");
    const six = p.ethernet({ ...ip6, etherType: 0x0800 });
    expect(decodeOne(six)).toBe("malformed");
  });

  test("a length beyond the frame is remarked and believed; a cut capture is no contradiction", () => {
    const { octets } = p.ethernet(p.ipv4(p.tcp(), { total: 1500 }));
    const lying = decodePackets([{ octets }]);
    expect(lying.rows[0]).toMatchObject({ ...FOUR_TCP, bytes: 1500 });
    expect(lying.ledger.remarks.lengthContradicts).toBe(1);
    const cut = decodePackets([{ octets, original: 1514 }]);
    expect(cut.rows[0]).toMatchObject({ ...FOUR_TCP, bytes: 1500 });
    expect(cut.ledger.remarks.lengthContradicts).toBe(0);
  });

  test("ports in the padding are none", () => {
    const packet = p.ethernet(p.ipv4(p.tcp(), { total: 22 }), { padTo: 60 });
    const { rows, ledger } = decodePackets([{ octets: packet.octets }]);
    expect(rows[0]).toMatchObject({ sport: 0, dport: 0, tcpFlags: 0, bytes: 22 });
    expect(ledger.remarks).toMatchObject({ portsMissing: 1, tcpFlagsMissing: 1 });
  });

  test("fragments", () => {
    const first = decodePackets([{ octets: p.ethernet(p.ipv4(p.udp(), { id: 513, more: true })).octets }]);
    expect(first.rows[0]).toMatchObject({ sport: 1234, dport: 53, identification: 513, marks: MARK.firstFragment });
    expect(first.ledger.remarks.fragments).toBe(1);
    const later = row(p.ipv4(p.data(16), { id: 513, offset: 2, proto: 17 }));
    expect(later).toMatchObject({ sport: 0, dport: 0, proto: 17, identification: 513, marks: MARK.laterFragment });
    expect(row(p.ipv4(p.udp(), { offset: 0 }))).toMatchObject({ marks: 0, identification: 0 });
  });
});

describe("IPv6", () => {
  const row = (packet: p.Layer) => decodeOne(p.ethernet(packet));

  test("traffic class, flow label, hop limit", () => {
    const packet = p.ipv6(p.tcp(), { trafficClass: 0xb8, label: 0xfedcb, hopLimit: 1 });
    expect(row(packet)).toMatchObject({ ...SIX_TCP, tos: 0xb8, flowLabel: 0xfedcb, ttl: 1 });
    expect(row(p.ipv6(p.udp(), { label: 0xfffff, trafficClass: 255 }))).toMatchObject({
      tos: 255,
      flowLabel: 0xfffff,
      tcpFlags: 0,
    });
  });

  test.each<[string, p.Layer]>([
    ["hop-by-hop", p.extension(0, p.tcp())],
    ["routing", p.extension(43, p.tcp())],
    ["destination options", p.extension(60, p.tcp(), [1, 12, ...new Array<number>(12).fill(0)])],
    ["authentication", p.authentication(p.tcp())],
    ["an atomic fragment", p.fragment6(p.tcp())],
    [
      "all of them",
      p.extension(0, p.extension(60, p.extension(43, p.fragment6(p.authentication(p.extension(60, p.tcp())))))),
    ],
  ])("%s is stepped over", (_, inside) => {
    expect(row(p.ipv6(inside))).toMatchObject({ ...SIX_TCP, bytes: 40 + inside.octets.length, marks: 0 });
  });

  test("the walk ends at what is no extension header", () => {
    for (const proto of [50, 59, 135, 139, 140, 253]) {
      expect(row(p.ipv6({ ...p.data(40), proto }))).toMatchObject({ proto, sport: 0, dport: 0 });
    }
    expect(row(p.ipv6(p.extension(60, { ...p.icmp(8), proto: 1 })))).toMatchObject({ proto: 1, dport: 0 });
  });

  test("fragments", () => {
    const first = row(p.ipv6(p.fragment6(p.udp(), { id: 0xdeadbeef, more: true })));
    expect(first).toMatchObject({ proto: 17, sport: 1234, identification: 0xdeadbeef, marks: MARK.firstFragment });
    const later = row(p.ipv6(p.fragment6({ ...p.data(8), proto: 17 }, { id: 0xdeadbeef, offset: 3 })));
    expect(later).toMatchObject({ proto: 17, sport: 0, identification: 0xdeadbeef, marks: MARK.laterFragment });
  });

  test("jumbo payloads; a payload of 0 without the option is as long as the frame", () => {
    const jumbo = p.extension(0, p.tcp(), [0xc2, 4, ...p.u32(100_000)]);
    const { octets } = p.ethernet(p.ipv6(jumbo, { payload: 0 }));
    expect(decodePackets([{ octets, original: 100_054 }]).rows[0]).toMatchObject({ ...SIX_TCP, bytes: 100_040 });
    expect(row(p.ipv6(p.tcp({ content: 40 }), { payload: 0 }))).toMatchObject({ ...SIX_TCP, bytes: 100 });
    expect(row(p.ipv6(p.data(0), { proto: 59 }))).toMatchObject({ bytes: 40, proto: 59 });
    const huge = p.extension(0, p.tcp(), [0xc2, 4, ...p.u32(0x9000_0000)]);
    expect(row(p.ipv6(huge, { payload: 0 }))).toMatchObject({ bytes: 0x9000_0028, sport: 1234 });
  });

  test("a header that contradicts itself", () => {
    expect(decodeOne(p.ethernet({ ...ip4, octets: p.octets(ip4.octets, new Uint8Array(20)), etherType: 0x86dd }))).toBe(
      "malformed",
    );
  });
});

describe("transports", () => {
  const row = (inside: p.Layer) => decodeOne(p.ethernet(p.ipv4(inside)));
  const row6 = (inside: p.Layer) => decodeOne(p.ethernet(p.ipv6(inside)));

  test("TCP: ports and all twelve flags", () => {
    expect(row(p.tcp({ src: 65535, dst: 32768, flags: 0xfff }))).toMatchObject({
      sport: 65535,
      dport: 32768,
      tcpFlags: 0xfff,
    });
    expect(row6(p.tcp({ src: 0, dst: 1, flags: 0 }))).toMatchObject({ sport: 0, dport: 1, tcpFlags: 0 });
  });

  test.each([
    ["UDP", 17],
    ["UDP-Lite", 136],
    ["SCTP", 132],
    ["DCCP", 33],
  ])("%s: ports", (_, proto) => {
    const wanted = { proto, sport: 50000, dport: 443, tcpFlags: 0 };
    expect(row(p.portsOf(proto, { src: 50000, dst: 443 }))).toMatchObject(wanted);
    expect(row6(p.portsOf(proto, { src: 50000, dst: 443 }))).toMatchObject(wanted);
  });

  test.each([1, 2, 4, 41, 47, 50, 51, 58, 89, 94, 103, 112, 115, 137, 255])(
    "protocol %i of IPv4 without ports of its own",
    (proto) => {
      if (proto === 1) return;
      expect(row({ ...p.data(40), proto })).toMatchObject({ proto, sport: 0, dport: 0 });
    },
  );

  test("ICMP: type and code; queries with their identifier", () => {
    expect(row(p.icmp(8, 0, { id: 0x1234 }))).toMatchObject({
      proto: 1,
      sport: 0,
      dport: 0x0800,
      identification: 0x1234,
      marks: MARK.icmp | MARK.icmpQuery,
    });
    expect(row(p.icmp(0, 0, { id: 7 }))).toMatchObject({
      dport: 0,
      identification: 7,
      marks: MARK.icmp | MARK.icmpQuery,
    });
    expect(row(p.icmp(3, 13))).toMatchObject({ dport: 3 * 256 + 13, marks: MARK.icmp, identification: 0 });
    expect(row6(p.icmp(128, 0, { id: 5, version: 6 }))).toMatchObject({ proto: 58, dport: 0x8000, identification: 5 });
    expect(row6(p.icmp(135, 0, { version: 6 }))).toMatchObject({ dport: 135 * 256, marks: MARK.icmp });
  });

  test("ICMP errors carry the key that they quote, where asked for", () => {
    const quote = p.ipv4(p.udp(p.data(0), { src: 1111, dst: 2222 }), { src: "10.0.0.2", dst: "10.0.0.1" });
    const packet = p.ethernet(p.ipv4(p.icmp(3, 3, { inside: quote })));
    expect(decodeOne(packet)).toMatchObject({ marks: MARK.icmp });
    const { rows, layers } = decodePackets([{ octets: framed }, { octets: packet.octets }], { quoteIcmpErrors: true });
    expect(rows[1]).toMatchObject({ marks: MARK.icmp | MARK.icmpError, identification: 1, dport: 0x0303 });
    expect([...layers.embedded.subarray(0, 10)]).toEqual([
      0,
      0,
      0xffff,
      0x0a000002,
      0,
      0,
      0xffff,
      0x0a000001,
      (1111 << 16) | 2222,
      (0x0800 << 16) | (1 << 8) | 17,
    ]);
    const quote6 = p.ipv6(p.tcp());
    const six = decodePackets([{ octets: p.ethernet(p.ipv6(p.icmp(1, 4, { inside: quote6, version: 6 }))).octets }], {
      quoteIcmpErrors: true,
    });
    expect(six.rows[0]).toMatchObject({ marks: MARK.icmp | MARK.icmpError });
    expect([...six.layers.embedded.subarray(8, 10)]).toEqual([(1234 << 16) | 80, (0x86dd << 16) | (2 << 8) | 6]);
  });

  test("an ICMP error that is a first fragment itself quotes nothing: its number is the fragment's", () => {
    const packet = p.ipv4(p.icmp(3, 3, { inside: p.ipv4(p.udp()) }), { id: 1, more: true });
    const { rows, layers } = decodePackets([{ octets: p.ethernet(packet).octets }], { quoteIcmpErrors: true });
    expect(rows[0]).toMatchObject({ marks: MARK.icmp | MARK.firstFragment, identification: 1 });
    expect(layers.embeddedCount).toBe(0);
  });
});

describe("block", () => {
  test("numbers, lengths and interfaces of the rows", () => {
    const { rows, ledger } = decodePackets([
      { octets: framed, linkType: 1 },
      { octets: p.ethernet(p.arp()).octets },
      { octets: ip6.octets, linkType: 101, original: 1000 },
    ]);
    expect(rows.map(({ number, inIf, frameBytes }) => [number, inIf, frameBytes])).toEqual([
      [1, 1, 54],
      [3, 2, 1000],
    ]);
    expect(ledger.read).toEqual({ packets: 3, bytes: 54 + 42 + 1000 });
    expect(ledger.untracked.nonIp).toEqual({ packets: 1, bytes: 42 });
  });
});
