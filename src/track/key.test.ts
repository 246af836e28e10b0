// What makes packets a flow: the key is the same both ways, presets and lists of fields take in exactly their fields.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as p from "../../test/packets.ts";
import { pick, type TrackSettings, trackPackets } from "../../test/track-packets.ts";
import type { FieldName } from "../core/elements.ts";
import { UsageError } from "../core/errors.ts";
import { KEY_FIELDS, KEY_PRESETS, parseKey, planKey } from "./key.ts";

const settings = (text: string, more: TrackSettings = {}): TrackSettings => {
  const plan = parseKey(text);
  return { ...more, key: { plan, biflow: plan.symmetric, ...more.key } };
};

/** Records of packets, all of one time. */
const track = (packets: readonly p.Layer[], more: TrackSettings = {}) =>
  trackPackets(
    packets.map(({ octets }) => ({ octets })),
    more,
  );

const ends = { src: "10.0.0.1", dst: "10.0.0.2" };
const back = { src: "10.0.0.2", dst: "10.0.0.1" };

describe("both directions", () => {
  const address4 = fc.constantFrom(
    "10.0.0.1",
    "10.0.0.2",
    "200.0.0.1",
    "0.0.0.0",
    "255.255.255.255",
    "127.255.255.255",
    "128.0.0.0",
  );
  const address6 = fc.constantFrom(
    "2001:db8::1",
    "2001:db8::2",
    "fe80::1",
    "::",
    "::1",
    "8000::",
    "7fff:ffff::",
    "2001:db8:0:0:1::",
  );
  const port = fc.constantFrom(0, 1, 80, 32767, 32768, 65535);
  const family = fc.oneof(
    fc.record({ wrap: fc.constant(p.ipv4), src: address4, dst: address4 }),
    fc.record({ wrap: fc.constant(p.ipv6), src: address6, dst: address6 }),
  );
  const inside = fc.constantFrom(
    (src: number, dst: number) => p.tcp({ src, dst }),
    (src: number, dst: number) => p.udp(p.data(4), { src, dst }),
    (src: number, dst: number) => p.portsOf(132, { src, dst }),
    () => ({ ...p.data(8), proto: 47 }),
  );

  test("are one biflow, of equal ends too; the first packet's sender is the source", () => {
    fc.assert(
      fc.property(
        family,
        inside,
        port,
        port,
        fc.constantFrom("ip", "proto", "5tuple", "tos", "vlan", "ether"),
        ({ wrap, src, dst }, transport, a, b, preset) => {
          const there = p.ethernet(wrap(transport(a, b), { src, dst }));
          const here = p.ethernet(wrap(transport(b, a), { src: dst, dst: src }), { src: p.MAC_B, dst: p.MAC_A });
          const { records } = track([there, there, here], settings(preset));
          const own =
            src === dst &&
            (a === b || transport(1, 2).proto === 47 || preset === "ip" || preset === "proto") &&
            preset !== "ether";
          const { srcAddr, dstAddr, srcPort, dstPort } = track([there], settings(preset, { key: { biflow: false } }))
            .records[0]!;
          expect(records).toHaveLength(1);
          expect(records[0]).toMatchObject({ srcAddr, dstAddr, srcPort, dstPort, srcMac: p.MAC_A, dstMac: p.MAC_B });
          expect(records[0]).toMatchObject(own ? { packets: 3, reversePackets: 0 } : { packets: 2, reversePackets: 1 });
        },
      ),
      { numRuns: 300 },
    );
  });

  test("are two uniflows", () => {
    const { records } = track(
      [p.ethernet(p.ipv4(p.tcp(), ends)), p.ethernet(p.ipv4(p.tcp({ src: 80, dst: 1234 }), back))],
      { key: { biflow: false } },
    );
    expect(pick(records, "srcAddr", "srcPort", "dstPort", "packets", "reversePackets")).toEqual([
      { srcAddr: "10.0.0.1", srcPort: 1234, dstPort: 80, packets: 1, reversePackets: 0 },
      { srcAddr: "10.0.0.2", srcPort: 80, dstPort: 1234, packets: 1, reversePackets: 0 },
    ]);
  });

  test("of keys that are only MACs or only ports are one biflow", () => {
    const a = p.ethernet(p.ipv4(p.udp(), ends));
    const b = p.ethernet(p.ipv6(p.icmp(128, 0, { version: 6 })), { src: p.MAC_B, dst: p.MAC_A });
    const macs = track([a, b, a, b, b], settings("srcMac,dstMac")).records;
    expect(pick(macs, "srcMac", "dstMac", "packets", "reversePackets")).toEqual([
      { srcMac: p.MAC_A, dstMac: p.MAC_B, packets: 2, reversePackets: 3 },
    ]);
    expect(macs[0]).toMatchObject({ srcAddr: "::", dstAddr: "::", proto: 0, etherType: 0 });
    const ports = track([a, p.ethernet(p.ipv6(p.tcp({ src: 53, dst: 1234 })))], settings("srcPort,dstPort")).records;
    expect(pick(ports, "srcPort", "dstPort", "packets", "reversePackets")).toEqual([
      { srcPort: 1234, dstPort: 53, packets: 1, reversePackets: 1 },
    ]);
  });
});

describe("fields", () => {
  const base = { tos: 0, proto: 17, port: 53, vlan: 5, srcMac: p.MAC_A };
  const packet = (change: Partial<typeof base>) => {
    const { tos, proto, port, vlan, srcMac } = { ...base, ...change };
    const inside = proto === 17 ? p.udp(p.data(4), { dst: port }) : p.tcp({ dst: port });
    return p.ethernet(p.vlan(vlan, p.ipv4(inside, { ...ends, tos })), { src: srcMac });
  };
  const packets = [{}, { tos: 8 }, { proto: 6 }, { port: 54 }, { vlan: 6 }, { srcMac: "06:00:00:00:00:09" }].map(
    packet,
  );

  test.each([
    ["ip", 1],
    ["proto", 2],
    ["5tuple", 3],
    ["tos", 4],
    ["vlan", 5],
    ["ether", 6],
  ])("preset %s tells apart", (preset, flows) => {
    expect(track(packets, settings(preset)).records).toHaveLength(flows);
    expect(track([...packets, ...packets], settings(preset)).records).toHaveLength(flows);
  });

  test("what is no part of the key is not in the record's key: ports of ip, protocol of ip", () => {
    expect(track(packets, settings("ip")).records[0]).toMatchObject({
      srcPort: 0,
      dstPort: 0,
      proto: 0,
      packets: 6,
      srcAddr: "10.0.0.1",
    });
    expect(track(packets, settings("proto")).records[0]).toMatchObject({ srcPort: 0, dstPort: 0 });
  });

  const PAIRS: Record<string, [p.Layer, p.Layer]> = {
    srcAddr: [p.ipv4(p.udp(), { src: "10.0.0.1" }), p.ipv4(p.udp(), { src: "10.0.0.9" })],
    dstAddr: [p.ipv6(p.udp(), { dst: "2001:db8::7" }), p.ipv6(p.udp(), { dst: "2001:db8:0:1::7" })],
    srcPort: [p.ipv4(p.tcp({ src: 1 })), p.ipv4(p.tcp({ src: 2 }))],
    dstPort: [p.ipv4(p.tcp({ dst: 1 })), p.ipv4(p.tcp({ dst: 2 }))],
    proto: [p.ipv4(p.udp()), p.ipv4({ ...p.udp(), proto: 136 })],
    ipVersion: [p.ipv4(p.udp()), p.ipv6(p.udp())],
    tos: [p.ipv4(p.udp(), { tos: 1 }), p.ipv4(p.udp(), { tos: 2 })],
    ttl: [p.ipv4(p.udp(), { ttl: 1 }), p.ipv4(p.udp(), { ttl: 2 })],
    flowLabel: [p.ipv6(p.udp(), { label: 1 }), p.ipv6(p.udp(), { label: 2 })],
    tcpFlags: [p.ipv4(p.tcp({ flags: p.ACK })), p.ipv4(p.tcp({ flags: p.ACK | 8 }))],
    vlan: [p.vlan(1, p.ipv4(p.udp())), p.vlan(2, p.ipv4(p.udp()))],
    innerVlan: [p.vlan(1, p.vlan(2, p.ipv4(p.udp()))), p.vlan(1, p.vlan(3, p.ipv4(p.udp())))],
    mplsLabel: [p.mpls([1], p.ipv4(p.udp())), p.mpls([2], p.ipv4(p.udp()))],
    tunnelId: [p.ipv4(p.gre(p.ipv4(p.udp()), { key: 1 })), p.ipv4(p.gre(p.ipv4(p.udp()), { key: 2 }))],
  };

  test.each(Object.entries(PAIRS))("%s alone tells apart what differs in it, and only that", (field, [one, other]) => {
    const inner = { decode: { tunnel: "inner" as const } };
    const frames = [one, other, one].map((packet) => p.ethernet(packet));
    // by planKey: three fields have the names of presets
    const flows = (name: string) =>
      track(frames, { ...inner, key: { plan: planKey([name as FieldName]), biflow: false } }).records.length;
    expect(flows(field)).toBe(2);
    const blind = Object.keys(PAIRS).filter(
      (name) => name !== field && !(field === "ipVersion" && name.endsWith("Addr")),
    );
    expect(blind.filter((name) => flows(name) !== 1)).toEqual([]);
  });

  test("MACs, interfaces", () => {
    const frames = [p.ethernet(p.ipv4(p.udp())), p.ethernet(p.ipv6(p.udp()), { dst: "06:00:00:00:00:01" })];
    expect(track(frames, settings("dstMac")).records).toHaveLength(2);
    expect(track(frames, settings("srcMac")).records).toHaveLength(1);
    const raw = [{ octets: frames[0]!.octets }, { octets: p.ipv4(p.udp()).octets, linkType: 101 }];
    expect(trackPackets(raw, settings("inIf")).records).toHaveLength(2);
    expect(trackPackets(raw, settings("5tuple")).records).toHaveLength(1);
  });

  test("every field at once", () => {
    const all = settings(KEY_FIELDS.join(","));
    const there = p.ethernet(p.vlan(3, p.ipv4(p.tcp(), ends)));
    const here = p.ethernet(p.vlan(3, p.ipv4(p.tcp({ src: 80, dst: 1234 }), back)), { src: p.MAC_B, dst: p.MAC_A });
    expect(track([there, here, there], all).records).toHaveLength(1);
  });

  test("lists that have no mirror give uniflows, whatever is asked for", () => {
    for (const list of [
      "srcAddr",
      "dstPort",
      "srcAddr,dstPort",
      "srcMac",
      "srcAddr,dstAddr,srcPort",
      "ttl,tos",
      "proto,vlan",
    ]) {
      expect(parseKey(list).symmetric).toBe(false);
      const there = p.ethernet(p.ipv4(p.tcp({ flags: p.SYN | p.ACK }), ends));
      const { records } = track([there, there], { key: { plan: parseKey(list), biflow: true } });
      const plain = track([there, there], { key: { plan: parseKey(list), biflow: false } });
      expect(records).toEqual(plain.records);
      expect(records).toHaveLength(1);
      expect(records[0]).toMatchObject({ packets: 2, reversePackets: 0, srcMac: p.MAC_A });
    }
    for (const list of [
      "srcAddr,dstAddr",
      "srcPort,dstPort,proto",
      "dstMac,srcMac,vlan",
      ...Object.keys(KEY_PRESETS),
    ]) {
      expect(parseKey(list).symmetric).toBe(true);
    }
  });

  test("words for fields are those of the table; others are a sentence", () => {
    expect(parseKey("sa, DA ,sourceTransportPort,dp,pr").fields).toEqual([
      "srcAddr",
      "dstAddr",
      "srcPort",
      "dstPort",
      "proto",
    ]);
    for (const wrong of ["", "bytes", "5tuple,", "constructor", "toString", "srcAddr;dstAddr"])
      expect(() => parseKey(wrong)).toThrow(UsageError);
    expect(() => parseKey(new Array<string>(17).fill("tos").join(","))).toThrow(UsageError);
  });
});

describe("frames without IP", () => {
  const NON_IP = { decode: { nonIp: true } };

  test("ARP: one biflow of the asking and the asked address", () => {
    const ask = p.ethernet(p.arp({ sender: "10.0.0.9", target: "10.0.0.1" }), {
      src: p.MAC_A,
      dst: "ff:ff:ff:ff:ff:ff",
    });
    const answer = p.ethernet(p.arp({ operation: 2, sender: "10.0.0.1", target: "10.0.0.9" }), {
      src: p.MAC_B,
      dst: p.MAC_A,
    });
    const { records, ledger } = track([ask, answer, ask], NON_IP);
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({
      srcAddr: "10.0.0.9",
      dstAddr: "10.0.0.1",
      etherType: 0x0806,
      ipVersion: 0,
      proto: 0,
      packets: 2,
      reversePackets: 1,
      bytes: 84,
      reverseBytes: 42,
    });
    expect(ledger.tracked.packets).toBe(3);
    expect(ledger.unexplained()).toEqual({ packets: 0, bytes: 0 });
  });

  test("ARP and IPv4 between the same addresses are two flows", () => {
    const { records } = track([p.ethernet(p.arp()), p.ethernet(p.ipv4({ ...p.data(4), proto: 0 }, ends))], NON_IP);
    expect(records).toHaveLength(2);
  });

  test("others: one biflow of the MACs and the type", () => {
    const there = p.ethernet(p.data(46));
    const here = p.ethernet(p.data(60), { src: p.MAC_B, dst: p.MAC_A });
    const another = p.ethernet({ ...p.data(46), etherType: 0x88cc });
    const { records } = track([there, here, another, there], NON_IP);
    expect(pick(records, "srcMac", "dstMac", "srcAddr", "etherType", "packets", "reversePackets", "bytes")).toEqual([
      { srcMac: p.MAC_A, dstMac: p.MAC_B, srcAddr: "::", etherType: 0x88b5, packets: 2, reversePackets: 1, bytes: 120 },
      { srcMac: p.MAC_A, dstMac: p.MAC_B, srcAddr: "::", etherType: 0x88cc, packets: 1, reversePackets: 0, bytes: 60 },
    ]);
  });

  test("not asked for, they are counted by name", () => {
    const { records, ledger } = track([p.ethernet(p.arp()), p.ethernet(p.data(46))]);
    expect(records).toEqual([]);
    expect(ledger.untracked.nonIp).toEqual({ packets: 2, bytes: 102 });
  });
});
