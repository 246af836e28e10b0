// Octets that mean harm: cut at every length, headers without end, and nothing but noise. Every packet has a row or a named reason,
// and what lies beside a packet in memory says nothing about it.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeOne, decodePackets, type Sent } from "../../test/decode-packets.ts";
import * as p from "../../test/packets.ts";
import { DECODE_DEFAULTS, type DecodeOptions, Decoder } from "./decoder.ts";

const tcp4 = p.ipv4(p.tcp({ content: 5 }));
const tcp6 = p.ipv6(p.tcp());
const udp4 = p.ipv4(p.udp());
const frame = p.ethernet(udp4);
const quote = p.ipv4(p.udp(p.data(0)));

/** A set of packets with all headers there are, by link type. */
const PACKETS: [string, p.Layer | Uint8Array, number][] = [
  ["IPv4, TCP", p.ethernet(tcp4, { padTo: 64 }), 1],
  ["IPv4 in a VLAN", p.ethernet(p.vlan(5, udp4)), 1],
  ["IPv4, options", p.ethernet(p.ipv4(p.tcp(), { options: [1, 131, 11, 4, 1, 2, 3, 4, 5, 6, 7, 8] })), 1],
  ["IPv4, total length 0", p.ethernet(p.ipv4(p.tcp(), { total: 0 })), 1],
  ["IPv4, a length that lies", p.ethernet(p.ipv4(p.tcp(), { total: 9000 })), 1],
  ["IPv4, a first fragment", p.ethernet(p.ipv4(p.udp(), { more: true })), 1],
  ["IPv6, TCP", p.ethernet(tcp6), 1],
  [
    "IPv6, extensions",
    p.ethernet(p.ipv6(p.extension(0, p.extension(43, p.fragment6(p.authentication(p.extension(60, p.tcp()))))))),
    1,
  ],
  ["IPv6, a fragment", p.ethernet(p.ipv6(p.fragment6(p.udp(), { more: true }))), 1],
  [
    "IPv6, jumbo",
    p.ethernet(p.ipv6(p.extension(0, p.tcp(), [1, 2, 0, 0, 0xc2, 4, 0, 1, 0, 0, 1, 4, 0, 0]), { payload: 0 })),
    1,
  ],
  ["ICMP error", p.ethernet(p.ipv4(p.icmp(3, 3, { inside: quote }))), 1],
  ["ICMP error that quotes ICMP", p.ethernet(p.ipv4(p.icmp(11, 0, { inside: p.ipv4(p.icmp(8)) }))), 1],
  ["ICMPv6 error", p.ethernet(p.ipv6(p.icmp(1, 4, { inside: tcp6, version: 6 }))), 1],
  ["ICMP echo", p.ethernet(p.ipv4(p.icmp(8))), 1],
  ["SCTP", p.ethernet(p.ipv4(p.portsOf(132))), 1],
  ["ARP", p.ethernet(p.arp()), 1],
  [
    "QinQ, MPLS, Ethernet",
    p.ethernet(p.vlan(1, p.vlan(2, p.mpls([3, 4], p.ethernet(tcp6, { dst: "02:00:5f:00:00:01" }))))),
    1,
  ],
  ["PPPoE", p.ethernet(p.pppoe(tcp4)), 1],
  ["SNAP", p.ethernet(p.snap(tcp4)), 1],
  ["NSH", p.ethernet(p.nsh(p.nsh(tcp6, 2), 4)), 1],
  ["FabricPath", p.ethernet({ ...p.data(0), etherType: 0x8903, octets: p.octets(0, 0, frame.octets) }), 1],
  [
    "Arista time",
    p.ethernet({
      ...p.data(0),
      etherType: 0xd28b,
      octets: p.octets(0, 1, 0, 0x10, new Uint8Array(8), 8, 0, tcp4.octets),
    }),
    1,
  ],
  ["4in4", p.ethernet(p.ipv4(tcp4)), 1],
  ["6in6", p.ethernet(p.ipv6(tcp6)), 1],
  ["GRE", p.ethernet(p.ipv4(p.gre(tcp4, { key: 1, sequence: 2, checksum: true }))), 1],
  ["PPTP", p.ethernet(p.ipv4(p.pptp(p.ppp(tcp4)))), 1],
  ["ERSPAN II", p.ethernet(p.ipv4(p.erspan2(frame))), 1],
  ["ERSPAN III", p.ethernet(p.ipv4(p.erspan3(frame, { subheader: true }))), 1],
  ["VXLAN", p.ethernet(p.ipv4(p.vxlan(frame))), 1],
  ["GENEVE", p.ethernet(p.ipv6(p.geneve(frame, { options: [1, 2, 3, 0] }))), 1],
  ["GTP-U", p.ethernet(p.ipv4(p.gtp(tcp4, { sequence: true, extensions: [1, 0, 0, 0] }))), 1],
  ["NULL", p.link.null(tcp4), 0],
  ["PPP", p.ppp(tcp4), 9],
  ["PPP_HDLC", p.ppp(tcp6), 50],
  ["RAW", tcp6, 101],
  ["Cisco HDLC", p.link.ciscoHdlc(tcp4), 104],
  ["802.11", p.wlan(p.snap(tcp4), { toDs: true, fromDs: true, qos: true }), 105],
  ["802.11, A-MSDU", p.wlan(p.snap(tcp4), { aggregate: true }), 105],
  ["Frame Relay", p.link.frameRelaySnap(tcp4), 107],
  ["Linux cooked", p.link.cooked(tcp4), 113],
  ["Prism", p.link.prism(p.wlan(p.snap(tcp4))), 119],
  ["radiotap", p.link.radiotap(p.wlan(p.snap(tcp4))), 127],
  ["Arcnet", p.link.arcnet(tcp4), 129],
  ["NFLOG", p.link.nflog(tcp4), 239],
  ["PKTAP", p.link.pktap(frame.octets, 1), 258],
  ["Linux cooked 2", p.link.cooked2(tcp6), 276],
];

const octetsOf = (packet: p.Layer | Uint8Array) => ("octets" in packet ? packet.octets : packet);

const OPTIONS: Partial<DecodeOptions>[] = [
  {},
  { tunnel: "inner", quoteIcmpErrors: true },
  { nonIp: true, tunnel: "inner" },
  { nonIp: true, plainEthernet: true },
];

/** All that decoding gives, as one text: comparing those is much faster. */
function result(packets: readonly Sent[], options: Partial<DecodeOptions>, around: number) {
  const { rows, ledger, layers } = decodePackets(packets, options, { around });
  return { rows, ledger, text: JSON.stringify([rows, ledger, [...layers.embedded]]) };
}

describe("cut at every length", () => {
  test.each(PACKETS)("%s", (_, packet, linkType) => {
    const whole = octetsOf(packet);
    const cut = Array.from({ length: whole.length + 1 }, (_, length) => whole.slice(0, length));
    // by a snap length, by the end of a file, and where the wire gave no more
    const packets = cut.flatMap((octets) => [
      { octets, linkType, original: whole.length },
      { octets, linkType },
    ]);
    for (const options of OPTIONS) {
      const found = result(packets, options, 0xff);
      const { ledger, rows } = found;
      const untracked = Object.values(ledger.untracked).reduce((sum, { packets }) => sum + packets, 0);
      expect(rows.length + untracked).toBe(packets.length);
      expect(ledger.read.packets).toBe(packets.length);
      for (const around of [0x00, 0x45]) expect(result(packets, options, around).text === found.text).toBe(true);
    }
    const last = decodePackets(packets.slice(-1));
    const alone = decodeOne(whole, linkType);
    expect(last.rows[0] ?? last.reasons[0]).toEqual(alone);
  });

  test("addresses that are there are found, whatever is missing behind them", () => {
    const whole = p.ethernet(tcp4).octets;
    for (let length = 34; length <= whole.length; length++) {
      const { rows, ledger } = decodePackets([{ octets: whole.slice(0, length), original: whole.length }]);
      expect(rows[0]).toMatchObject({
        src: "10.0.0.1",
        dst: "10.0.0.2",
        proto: 6,
        bytes: 45,
        frameBytes: whole.length,
      });
      expect(rows[0]).toMatchObject(length < 38 ? { sport: 0, dport: 0 } : { sport: 1234, dport: 80 });
      expect(rows[0]).toMatchObject({ tcpFlags: length < 48 ? 0 : p.ACK });
      expect(ledger.remarks).toMatchObject({ portsMissing: length < 38 ? 1 : 0, tcpFlagsMissing: length < 48 ? 1 : 0 });
    }
    expect(decodeOne(whole.slice(0, 33))).toBe("truncated");
  });
});

describe("headers without end", () => {
  const deep = (times: number, start: p.Layer, wrap: (inside: p.Layer, i: number) => p.Layer) =>
    Array.from({ length: times }).reduce<p.Layer>((inside, _, i) => wrap(inside, i), start);

  test("VLAN tags", () => {
    expect(decodeOne(p.ethernet(deep(100, tcp4, (inside, i) => p.vlan(i + 1, inside))))).toBe("tooDeep");
    expect(decodeOne(p.ethernet(deep(10, tcp4, (inside, i) => p.vlan(i + 1, inside))))).toMatchObject({
      vlan: 10,
      innerVlan: 1,
      dport: 80,
    });
  });

  test("MPLS labels without a bottom", () => {
    const labels = Array.from({ length: 300 }, (_, i) => i);
    expect(decodeOne(p.ethernet(p.mpls(labels, p.data(0), { bottom: false })))).toBe("tooDeep");
    expect(decodeOne(p.ethernet(p.mpls(labels.slice(0, 16), tcp4)))).toMatchObject({ mpls: 1, dport: 80 });
  });

  test("Ethernet in MPLS in Ethernet ...", () => {
    const packet = deep(50, tcp4, (inside) => p.mpls([1], p.ethernet(inside, { dst: "02:00:5e:00:00:00" })));
    expect(decodeOne(p.ethernet(packet))).toBe("tooDeep");
  });

  test("NSH in NSH", () => {
    expect(decodeOne(p.ethernet(deep(60, p.nsh(tcp4, 1), (inside) => p.nsh(inside, 4))))).toBe("tooDeep");
  });

  test("IPv6 extension headers: the addresses count, with the protocol where the walk ended", () => {
    const packet = p.ipv6(deep(200, p.tcp(), (inside) => p.extension(60, inside)));
    expect(decodeOne(p.ethernet(packet))).toMatchObject({
      src: "2001:db8::1",
      proto: 60,
      sport: 0,
      bytes: packet.octets.length,
    });
    const sixteen = p.ipv6(deep(16, p.tcp(), (inside) => p.extension(60, inside)));
    expect(decodeOne(p.ethernet(sixteen))).toMatchObject({ proto: 6, sport: 1234 });
  });

  test("hop-by-hop options of no length", () => {
    const packet = p.ipv6(
      p.extension(
        0,
        p.tcp(),
        new Array<number>(2038).fill(1).map((_, i) => (i % 2 === 0 ? 1 : 0)),
      ),
      { payload: 0 },
    );
    expect(decodeOne(p.ethernet(packet))).toMatchObject({ proto: 6, bytes: packet.octets.length });
  });

  test.each<[string, (inside: p.Layer) => p.Layer]>([
    ["GRE", (inside) => p.ipv4(p.gre(inside))],
    ["4in4", (inside) => p.ipv4(inside)],
    ["6in6", (inside) => p.ipv6(inside)],
    ["VXLAN", (inside) => p.ipv4(p.vxlan(p.ethernet(inside)))],
    ["GTP-U", (inside) => p.ipv4(p.gtp(inside))],
  ])("%s in itself, 50 times", (_, wrap) => {
    const packet = deep(50, p.ipv4(p.tcp(), { src: "192.0.2.1" }), wrap);
    const outside = decodeOne(p.ethernet(packet));
    expect(outside).toMatchObject({ bytes: packet.octets.length });
    // the deepest carrier that is reached counts: never what was not read
    const inside = decodeOne(p.ethernet(packet), 1, { tunnel: "inner" });
    expect(inside).toMatchObject({ frameBytes: packet.octets.length + 14 });
    expect(inside).not.toMatchObject({ src: "192.0.2.1" });
    const few = deep(4, p.ipv4(p.tcp(), { src: "192.0.2.1" }), wrap);
    expect(decodeOne(p.ethernet(few), 1, { tunnel: "inner" })).toMatchObject({ src: "192.0.2.1", dport: 80 });
  });
});

describe("noise", () => {
  const good = { octets: p.ethernet(tcp4).octets };

  function survives(packets: readonly Sent[]): void {
    for (const options of OPTIONS) {
      const { rows, ledger } = decodePackets(packets, options);
      const untracked = Object.values(ledger.untracked);
      expect(ledger.read.packets).toBe(packets.length);
      expect(rows.length + untracked.reduce((sum, { packets }) => sum + packets, 0)).toBe(packets.length);
      const octets = packets.reduce((sum, packet) => sum + (packet.original ?? packet.octets.length), 0);
      expect(ledger.read.bytes).toBe(octets);
      const tracked = rows.reduce((sum, row) => sum + row.frameBytes, 0);
      expect(tracked + untracked.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(octets);
      expect(rows.filter(({ family }) => family < 1 || family > 4)).toEqual([]);
    }
  }

  test("of any link type from 0 to 300", () => {
    const linkTypes = Array.from({ length: 301 }, (_, linkType) => linkType);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.nat(2000), (octets, more) => {
        survives(linkTypes.map((linkType) => ({ octets, linkType, original: octets.length + more })));
      }),
      { numRuns: 15 },
    );
  });

  test("in a few octets of good packets", () => {
    const changes = fc.array(fc.tuple(fc.nat(1000), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(changes, { minLength: PACKETS.length, maxLength: PACKETS.length }), (all) => {
        survives(
          PACKETS.map(([, packet, linkType], i) => {
            const octets = octetsOf(packet).slice();
            for (const [at, value] of all[i]!) octets[at % octets.length] = value;
            return { octets, linkType };
          }),
        );
      }),
      { numRuns: 60 },
    );
  });

  test("a decoder that has seen it decodes what comes next as a new one does", () => {
    const decoder = new Decoder({ ...DECODE_DEFAULTS, tunnel: "inner" });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(...PACKETS), (noise, [, packet]) => {
        const octets = octetsOf(packet);
        const seen = decodePackets(
          [{ octets: noise }, { octets: p.octets(octets.slice(0, 60), noise) }, { octets }, good],
          {},
          { decoder },
        );
        const fresh = decodePackets([{ octets }, good], { tunnel: "inner" });
        const last = seen.rows.at(-1)!;
        expect({ ...last, number: 2 }).toEqual(fresh.rows.at(-1));
        expect(seen.ledger.unexplained().packets).toBe(seen.rows.length);
      }),
      { numRuns: 150 },
    );
  });
});
