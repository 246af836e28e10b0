// --tunnel inner: the packet inside counts, in every kind of tunnel; what cannot be read inside counts as its carrier.
import { describe, expect, test } from "vitest";
import { decodeOne, decodePackets, type Row } from "../../test/decode-packets.ts";
import * as p from "../../test/packets.ts";

const INNER = { src: "192.0.2.1", dst: "192.0.2.2" };
const INNER6 = { src: "2001:db8:1::1", dst: "2001:db8:1::2" };
const PORTS = { proto: 6, sport: 1234, dport: 80, tcpFlags: p.SYN };
const inner4 = p.ipv4(p.tcp({ flags: p.SYN }), { ...INNER, tos: 4, ttl: 7 });
const inner6 = p.ipv6(p.tcp({ flags: p.SYN }), INNER6);
const innerFrame = p.ethernet(inner4, { src: "06:00:00:00:00:01", dst: "06:00:00:00:00:02" });
const FOUND = { ...INNER, ...PORTS, bytes: 40, tos: 4, ttl: 7 };
const FOUND6 = { ...INNER6, ...PORTS, bytes: 60 };
const FRAME = { ...FOUND, srcMac: "06:00:00:00:00:01", dstMac: "06:00:00:00:00:02" };

const open = (packet: p.Layer) => decodeOne(p.ethernet(packet), 1, { tunnel: "inner" });
const closed = (packet: p.Layer) => decodeOne(p.ethernet(packet)) as Row;

const CASES: [string, p.Layer, Partial<Row>, Partial<Row>][] = [
  ["4in4", p.ipv4(inner4), FOUND, { proto: 4 }],
  ["6in4", p.ipv4(inner6), FOUND6, { proto: 41 }],
  ["4in6", p.ipv6(inner4), FOUND, { proto: 4 }],
  ["6in6", p.ipv6(inner6), FOUND6, { proto: 41 }],
  ["4in6 behind destination options", p.ipv6(p.extension(60, inner4)), FOUND, { proto: 4 }],
  ["GRE", p.ipv4(p.gre(inner4)), { ...FOUND, tunnel: 0 }, { proto: 47 }],
  ["GRE with key", p.ipv4(p.gre(inner6, { key: 0xfedcba98 })), { ...FOUND6, tunnel: 0xfedcba98 }, { proto: 47 }],
  [
    "GRE with all options",
    p.ipv6(p.gre(inner4, { key: 5, sequence: 6, checksum: true })),
    { ...FOUND, tunnel: 5 },
    { proto: 47 },
  ],
  ["GRE with Ethernet", p.ipv4(p.gre(innerFrame)), FRAME, { proto: 47 }],
  ["GRE with VLAN", p.ipv4(p.gre(p.vlan(12, inner4))), { ...FOUND, vlan: 12 }, { proto: 47, vlan: 0 }],
  ["GRE with MPLS", p.ipv4(p.gre(p.mpls([9], inner4))), { ...FOUND, mpls: 10 }, { proto: 47, mpls: 0 }],
  ["PPTP", p.ipv4(p.pptp(p.ppp(inner4), 4711)), { ...FOUND, tunnel: 4711 }, { proto: 47 }],
  ["ERSPAN I", p.ipv4(p.gre(innerFrame, { type: 0x88be })), FRAME, { proto: 47 }],
  ["ERSPAN II", p.ipv4(p.erspan2(innerFrame, 513)), { ...FRAME, tunnel: 513 }, { proto: 47 }],
  ["ERSPAN III", p.ipv4(p.erspan3(innerFrame)), { ...FRAME, tunnel: 6 }, { proto: 47 }],
  [
    "ERSPAN III with a subheader",
    p.ipv4(p.erspan3(innerFrame, { subheader: true })),
    { ...FRAME, tunnel: 6 },
    { proto: 47 },
  ],
  [
    "VXLAN",
    p.ipv4(p.vxlan(innerFrame, { network: 0xabcdef })),
    { ...FRAME, tunnel: 0xabcdef },
    { proto: 17, dport: 4789 },
  ],
  [
    "VXLAN at Linux' port",
    p.ipv6(p.vxlan(innerFrame, { dst: 8472 })),
    { ...FRAME, tunnel: 100 },
    { proto: 17, dport: 8472 },
  ],
  [
    "VXLAN-GPE with IPv4",
    p.ipv4(p.vxlan(inner4, { dst: 4790, next: 1 })),
    { ...FOUND, tunnel: 100 },
    { proto: 17, dport: 4790 },
  ],
  [
    "VXLAN-GPE with IPv6",
    p.ipv4(p.vxlan(inner6, { dst: 4790, next: 2 })),
    { ...FOUND6, tunnel: 100 },
    { proto: 17, dport: 4790 },
  ],
  [
    "VXLAN-GPE with Ethernet",
    p.ipv4(p.vxlan(innerFrame, { dst: 4790, next: 3 })),
    { ...FRAME, tunnel: 100 },
    { proto: 17 },
  ],
  [
    "VXLAN at the port of VXLAN-GPE",
    p.ipv4(p.vxlan(innerFrame, { dst: 4790 })),
    { ...FRAME, tunnel: 100 },
    { proto: 17 },
  ],
  ["GENEVE", p.ipv4(p.geneve(innerFrame)), { ...FRAME, tunnel: 200 }, { proto: 17, dport: 6081 }],
  [
    "GENEVE with options and IP",
    p.ipv4(p.geneve(inner6, { options: [0, 1, 2, 1, 9, 9, 9, 9] })),
    { ...FOUND6, tunnel: 200 },
    { proto: 17 },
  ],
  [
    "GTP-U",
    p.ipv4(p.gtp(inner4, { tunnel: 0x80000001 })),
    { ...FOUND, tunnel: 0x80000001 },
    { proto: 17, dport: 2152 },
  ],
  [
    "GTP-U with sequence, from the port",
    p.ipv4(p.gtp(inner6, { sequence: true, dst: 9999 })),
    FOUND6,
    { proto: 17, dport: 9999 },
  ],
  [
    "GTP-U with extensions",
    p.ipv4(p.gtp(inner4, { extensions: [1, 0, 0, 0xc0, 2, 0, 0, 0, 0, 0, 0, 0] })),
    FOUND,
    { proto: 17 },
  ],
  ["MPLS in UDP", p.ipv4(p.udp(p.mpls([77], inner4), { dst: 6635 })), { ...FOUND, mpls: 78 }, { proto: 17, mpls: 0 }],
  ["MPLS in IP", p.ipv4({ ...p.mpls([77], inner4) }), { ...FOUND, mpls: 78 }, { proto: 137, mpls: 0 }],
  ["GRE in VXLAN in 6in4", p.ipv4(p.ipv6(p.vxlan(p.ethernet(p.ipv4(p.gre(inner4)))))), FOUND, { proto: 41 }],
];

describe("what is inside", () => {
  test.each(CASES)("%s", (_, packet, found) => {
    expect(open(packet)).toMatchObject(found);
  });

  test.each(CASES)("%s stays closed by default", (_, packet, __, carrier) => {
    expect(closed(packet)).toMatchObject(carrier);
    expect(["10.0.0.1", "2001:db8::1"]).toContain(closed(packet).src);
    expect(closed(packet)).toMatchObject({ bytes: packet.octets.length, tunnel: 0 });
  });

  test("the frame's length stays that of the whole frame", () => {
    const packet = p.ethernet(p.ipv4(p.vxlan(innerFrame)));
    expect(decodeOne(packet, 1, { tunnel: "inner" })).toMatchObject({ bytes: 40, frameBytes: packet.octets.length });
  });

  test("nothing of the carrier is left in the row: no flow label, no flags, no fragment", () => {
    const carrier = p.ipv6(p.ipv4(p.udp(), INNER), { label: 0xabcde });
    expect(open(carrier)).toMatchObject({
      ...INNER,
      proto: 17,
      flowLabel: 0,
      tcpFlags: 0,
      identification: 0,
      marks: 0,
    });
    const fragment = p.ipv4(p.ipv4(p.udp(), INNER), { id: 99, more: true });
    expect(open(fragment)).toMatchObject({ ...INNER, proto: 17, identification: 0, marks: 0 });
  });
});

describe("what cannot be read inside counts as its carrier", () => {
  test.each<[string, p.Layer, Partial<Row>]>([
    ["4in4, not IPv4", p.ipv4(p.data(40), { proto: 4 }), { proto: 4 }],
    ["GRE, another type", p.ipv4(p.gre(p.data(20))), { proto: 47 }],
    [
      "GRE, cut in its options",
      p.ipv4({ ...p.data(0), octets: p.octets(0xf0, 0, 8, 0, 1, 2), proto: 47 }),
      { proto: 47 },
    ],
    ["GRE with ARP", p.ipv4(p.gre(p.arp())), { proto: 47 }],
    ["VXLAN with ARP", p.ipv4(p.vxlan(p.ethernet(p.arp()))), { proto: 17, sport: 40000, dport: 4789 }],
    ["VXLAN, cut", p.ipv4(p.udp(p.data(5), { dst: 4789 })), { proto: 17, dport: 4789 }],
    ["GTP echo", p.ipv4(p.gtp(inner4, { type: 1 })), { proto: 17, dport: 2152 }],
    [
      "GTP with an extension of no length",
      p.ipv4(p.gtp(inner4, { extensions: [0, 0, 0, 0] })),
      { proto: 17, dport: 2152 },
    ],
    ["GTP with neither 4 nor 6", p.ipv4(p.gtp(p.data(40, 0x51))), { proto: 17, dport: 2152 }],
    [
      "GENEVE with options beyond its end",
      p.ipv4(p.udp({ ...p.data(0), octets: p.octets(0x3f, 0, 8, 0, 0, 0, 0, 0) }, { dst: 6081 })),
      { dport: 6081 },
    ],
    ["MPLS without a bottom", p.ipv4(p.mpls([1, 2], p.data(0), { bottom: false })), { proto: 137, mpls: 0 }],
    ["an inner header that contradicts itself", p.ipv4(p.ipv4(p.tcp(), { total: 10 })), { proto: 4, sport: 0 }],
  ])("%s", (_, packet, carrier) => {
    for (const nonIp of [false, true]) {
      const row = decodeOne(p.ethernet(packet), 1, { tunnel: "inner", nonIp });
      expect(row).toEqual(closed(packet));
      expect(row).toMatchObject({ src: "10.0.0.1", ...carrier });
    }
  });

  test("of tunnels in one another, the innermost that can be read", () => {
    const packet = p.ipv4(p.ipv4(p.gre(p.data(20)), INNER));
    expect(open(packet)).toMatchObject({ ...INNER, proto: 47, bytes: 44 });
  });

  test("the next packet is not inside", () => {
    const broken = p.ethernet(p.ipv4(p.gre(p.data(20)))).octets;
    const arp = p.ethernet(p.arp()).octets;
    const { rows, reasons } = decodePackets([{ octets: broken }, { octets: arp }, { octets: broken }], {
      tunnel: "inner",
    });
    expect(rows.map(({ number, proto }) => [number, proto])).toEqual([
      [1, 47],
      [3, 47],
    ]);
    expect(reasons).toEqual(["nonIp"]);
  });
});
