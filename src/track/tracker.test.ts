// The tracker on built packets: who is the source, ICMP, fragments, counters, packets out of order and without time, full tables.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Sent } from "../../test/decode-packets.ts";
import { packetBlock } from "../../test/decode-packets.ts";
import * as p from "../../test/packets.ts";
import { at, PacketTracker, pick, reasonOf, type TrackSettings, trackPackets } from "../../test/track-packets.ts";
import { FLOW_EVENT } from "../core/elements.ts";
import { type FlowBatch, readU64 } from "../core/flow-batch.ts";
import { DECODE_DEFAULTS, Decoder, L, LayersBlock, ROW_WORDS } from "../decode/index.ts";
import { FLOW } from "./flow-row.ts";
import { KeyMaker } from "./key-maker.ts";
import { TRACK_DEFAULTS } from "./options.ts";
import { idleTimeouts, NO_TIMEOUTS } from "./timeouts.ts";
import { Tracker } from "./tracker.ts";

const there = { src: "10.0.0.1", dst: "10.0.0.2" };
const back = { src: "10.0.0.2", dst: "10.0.0.1" };
const sent = (inside: p.Layer, time = 0): Sent => ({ octets: p.ethernet(inside).octets, time: at(time) });
const tcp = (flags: number, time = 0, reverse = false): Sent =>
  reverse
    ? sent(p.ipv4(p.tcp({ src: 80, dst: 1234, flags }), back), time)
    : sent(p.ipv4(p.tcp({ flags }), there), time);
const track = (packets: readonly Sent[], settings: TrackSettings = {}) => trackPackets(packets, settings);

describe("the source of a biflow", () => {
  const CLIENT = { srcAddr: "10.0.0.1", dstAddr: "10.0.0.2", srcPort: 1234, dstPort: 80 };
  const SERVER = { srcAddr: "10.0.0.2", dstAddr: "10.0.0.1", srcPort: 80, dstPort: 1234 };
  const { SYN, ACK } = p;

  test.each<[string, Sent[], object]>([
    [
      "who sent the SYN",
      [tcp(SYN), tcp(SYN | ACK, 1, true), tcp(ACK, 2)],
      { ...CLIENT, packets: 2, reversePackets: 1, tcpFlags: SYN | ACK, reverseTcpFlags: SYN | ACK },
    ],
    [
      "who gets the SYN+ACK when that comes first",
      [tcp(SYN | ACK, 1, true), tcp(ACK, 2), tcp(ACK, 3)],
      { ...CLIENT, packets: 2, reversePackets: 1 },
    ],
    [
      "who sent the SYN that comes later",
      [tcp(ACK, 1, true), tcp(ACK, 1, true), tcp(SYN, 2)],
      { ...CLIENT, packets: 1, reversePackets: 2, tcpFlags: SYN, reverseTcpFlags: ACK },
    ],
    [
      "the first packet's sender without any SYN",
      [tcp(ACK, 1, true), tcp(ACK, 2)],
      { ...SERVER, packets: 1, reversePackets: 1 },
    ],
    ["told by the first SYN of several", [tcp(SYN), tcp(SYN, 1, true)], CLIENT],
  ])("is %s", (_, packets, wanted) => {
    const { records } = track(packets);
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject(wanted);
  });

  test("has its MAC, also when the responder's packet comes first", () => {
    const answer = {
      octets: p.ethernet(p.ipv4(p.tcp({ src: 80, dst: 1234, flags: SYN | ACK }), back), { src: p.MAC_B, dst: p.MAC_A })
        .octets,
      time: at(1),
    };
    expect(track([answer, tcp(ACK, 2)]).records[0]).toMatchObject({ ...CLIENT, srcMac: p.MAC_A, dstMac: p.MAC_B });
  });

  test("is the first packet's sender where that is asked for", () => {
    expect(track([tcp(SYN | ACK, 1, true), tcp(ACK, 2)], { initiator: "first" }).records[0]).toMatchObject(SERVER);
  });

  test("of a uniflow is the sender, whatever its flags", () => {
    const { records } = track([tcp(SYN | ACK, 1, true), tcp(SYN, 2)], { key: { biflow: false } });
    expect(pick(records, "srcPort", "packets", "reversePackets")).toEqual([
      { srcPort: 80, packets: 1, reversePackets: 0 },
      { srcPort: 1234, packets: 1, reversePackets: 0 },
    ]);
  });
});

describe("ICMP", () => {
  const ping = (type: number, addresses: typeof there, time: number, id = 9, more: p.Ipv4Options = {}) =>
    sent(p.ipv4(p.icmp(type, 0, { id }), { ...addresses, ...more }), time);
  const ping6 = (type: number, src: string, dst: string, time: number) =>
    sent(p.ipv6(p.icmp(type, 0, { version: 6 }), { src, dst }), time);

  test.each([
    ["the request first", [ping(8, there, 1), ping(0, back, 2)]],
    ["the reply first", [ping(0, back, 1), ping(8, there, 2)]],
    ["the request from the higher address", [ping(8, back, 1), ping(0, there, 2)]],
    ["the reply to the higher address first", [ping(0, there, 1), ping(8, back, 2)]],
  ])("echo request and reply are one flow from who asked: %s", (name, packets) => {
    const { records } = track(packets);
    const srcAddr = name.includes("higher") ? "10.0.0.2" : "10.0.0.1";
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({ srcAddr, srcPort: 0, dstPort: 0x0800, proto: 1, packets: 1, reversePackets: 1 });
  });

  test("to oneself, too", () => {
    const self = { src: "127.0.0.1", dst: "127.0.0.1" };
    expect(track([ping(0, self, 1), ping(8, self, 2), ping(8, self, 3)]).records).toMatchObject([
      { dstPort: 0x0800, packets: 2, reversePackets: 1 },
    ]);
  });

  test.each([
    [13, 14],
    [15, 16],
    [17, 18],
    [42, 43],
  ])("request %i and reply %i", (request, reply) => {
    expect(track([ping(reply, back, 1), ping(request, there, 2)]).records).toMatchObject([
      { srcAddr: "10.0.0.1", dstPort: request * 256, packets: 1, reversePackets: 1 },
    ]);
  });

  test("IPv6: echo; neighbour solicitation and advertisement are two flows", () => {
    const [a, b] = ["fe80::1", "fe80::2"];
    expect(track([ping6(129, b, a, 1), ping6(128, a, b, 2)]).records).toMatchObject([
      { srcAddr: a, dstPort: 0x8000, packets: 1, reversePackets: 1 },
    ]);
    expect(track([ping6(135, a, b, 1), ping6(136, b, a, 2)]).records).toHaveLength(2);
  });

  test("uniflows keep request and reply as they are", () => {
    const { records } = track([ping(8, there, 1), ping(0, back, 2)], { key: { biflow: false } });
    expect(pick(records, "srcAddr", "dstPort")).toEqual([
      { srcAddr: "10.0.0.1", dstPort: 0x0800 },
      { srcAddr: "10.0.0.2", dstPort: 0 },
    ]);
  });

  test("by identifier as ONICS has it: a flow for each, ports both the identifier", () => {
    const { records } = track([ping(8, there, 1, 5), ping(0, back, 2, 5), ping(8, there, 3, 6)], {
      key: { icmp: "identifier" },
    });
    expect(pick(records, "srcPort", "dstPort", "packets", "reversePackets")).toEqual([
      { srcPort: 5, dstPort: 5, packets: 1, reversePackets: 1 },
      { srcPort: 6, dstPort: 6, packets: 1, reversePackets: 0 },
    ]);
  });

  describe("in fragments", () => {
    const later = (addresses: typeof there, time: number, id: number) =>
      sent(p.ipv4({ ...p.data(16), proto: 1 }, { ...addresses, id, offset: 2 }), time);
    const packets = [
      ping(8, there, 1, 9, { id: 70, more: true }),
      later(there, 1, 70),
      ping(0, back, 2, 9, { id: 80, more: true }),
      later(back, 2, 80),
      ping(8, back, 3, 9, { id: 90, more: true }),
      later(back, 3, 90),
    ];

    test("request and reply are one flow with all of theirs", () => {
      const { records, ledger } = track(packets.slice(0, 4));
      expect(records).toMatchObject([{ srcAddr: "10.0.0.1", dstPort: 0x0800, packets: 2, reversePackets: 2 }]);
      expect(ledger.remarks).toMatchObject({ fragments: 4, fragmentsWithoutFirst: 0 });
    });

    test("from the higher address, and as uniflows", () => {
      expect(track(packets.slice(4)).records).toMatchObject([
        { srcAddr: "10.0.0.2", srcPort: 0, dstPort: 0x0800, packets: 2 },
      ]);
      expect(track(packets, { key: { biflow: false } }).records).toHaveLength(3);
    });

    test("by identifier: that of the query, not of the fragments", () => {
      const { records } = track(packets.slice(0, 4), { key: { icmp: "identifier" } });
      expect(records).toMatchObject([{ srcPort: 9, dstPort: 9, packets: 2, reversePackets: 2 }]);
    });
  });

  describe("errors", () => {
    const udp = sent(p.ipv4(p.udp(p.data(4), { src: 40000, dst: 33434 }), there), 1);
    const quote = p.ipv4(p.udp(p.data(0), { src: 40000, dst: 33434 }), { ...there, ttl: 1 });
    const error = (time: number, src = "192.0.2.1", inside = quote) =>
      sent(p.ipv4(p.icmp(11, 0, { inside }), { src, dst: "10.0.0.1" }), time);

    test("are flows of their own", () => {
      const { records, ledger } = track([udp, error(2)]);
      expect(pick(records, "srcAddr", "dstPort", "proto", "packets")).toEqual([
        { srcAddr: "10.0.0.1", dstPort: 33434, proto: 17, packets: 1 },
        { srcAddr: "192.0.2.1", dstPort: 0x0b00, proto: 1, packets: 1 },
      ]);
      expect(ledger.remarks.icmpErrorsAttached).toBe(0);
    });

    test("attached: counted to the flow that they quote, in the quoted packet's direction", () => {
      for (const settings of [{}, { key: { biflow: false } }]) {
        const { records, ledger } = track([udp, error(2), error(3, "192.0.2.2")], {
          icmpErrors: "attach",
          ...settings,
        });
        expect(records).toMatchObject([
          {
            srcAddr: "10.0.0.1",
            dstPort: 33434,
            proto: 17,
            packets: 3,
            reversePackets: 0,
            bytes: 32 + 2 * 56,
            end: at(3),
          },
        ]);
        expect(ledger.remarks.icmpErrorsAttached).toBe(2);
        expect(ledger.tracked.packets).toBe(3);
      }
    });

    test("attached to the responder's packet: in its direction", () => {
      const answer = sent(p.ipv4(p.udp(p.data(4), { src: 33434, dst: 40000 }), back), 2);
      const quoted = p.ipv4(p.udp(p.data(0), { src: 33434, dst: 40000 }), back);
      const { records } = track([udp, answer, error(3, "10.0.0.1", quoted)], { icmpErrors: "attach" });
      expect(records).toMatchObject([{ srcAddr: "10.0.0.1", packets: 1, reversePackets: 2 }]);
    });

    test("attached to echo requests, IPv6, TCP", () => {
      const request = p.ipv4(p.icmp(8), there);
      expect(track([sent(request, 1), error(2, "192.0.2.1", request)], { icmpErrors: "attach" }).records).toMatchObject(
        [{ proto: 1, dstPort: 0x0800, packets: 2 }],
      );
      const six = p.ipv6(p.tcp());
      const error6 = sent(
        p.ipv6(p.icmp(1, 0, { inside: six, version: 6 }), { src: "2001:db8::99", dst: "2001:db8::1" }),
        2,
      );
      expect(track([sent(six, 1), error6], { icmpErrors: "attach" }).records).toMatchObject([
        { proto: 6, dstPort: 80, packets: 2 },
      ]);
    });

    test("whose cause was never seen are flows of their own", () => {
      const { records, ledger } = track([error(1), error(2)], { icmpErrors: "attach" });
      expect(records).toMatchObject([{ srcAddr: "192.0.2.1", proto: 1, packets: 2 }]);
      expect(ledger.remarks.icmpErrorsAttached).toBe(0);
    });

    test("whose cause is over are flows of their own, with their own source", () => {
      const long = { icmpErrors: "attach", timeouts: { ...NO_TIMEOUTS, udp: 5000 } } as const;
      // 10.0.0.9 is above 10.0.0.1: the error's own flow is turned, the quoted one is not
      const { records, ledger } = track(
        [udp, error(3.5, "10.0.0.9"), error(8.7, "10.0.0.9"), error(8.8, "10.0.0.9")],
        long,
      );
      expect(pick(records, "srcAddr", "dstAddr", "proto", "packets", "reversePackets")).toEqual([
        { srcAddr: "10.0.0.1", dstAddr: "10.0.0.2", proto: 17, packets: 2, reversePackets: 0 },
        { srcAddr: "10.0.0.9", dstAddr: "10.0.0.1", proto: 1, packets: 2, reversePackets: 0 },
      ]);
      expect(ledger.remarks.icmpErrorsAttached).toBe(1);
    });
  });
});

describe("fragments", () => {
  const first = (id: number, time: number, src = "10.0.0.1", port = 1234) =>
    sent(p.ipv4(p.udp(p.data(8), { src: port }), { src, dst: "10.0.0.2", id, more: true }), time);
  const later = (id: number, time: number, offset = 2, src = "10.0.0.1") =>
    sent(p.ipv4({ ...p.data(8), proto: 17 }, { src, dst: "10.0.0.2", id, offset }), time);

  test("are of the flow of their first", () => {
    const { records, ledger } = track([
      first(7, 1),
      later(7, 1, 2),
      later(7, 1, 3),
      first(8, 2, "10.0.0.1", 999),
      later(8, 2),
    ]);
    expect(pick(records, "srcPort", "packets")).toEqual([
      { srcPort: 1234, packets: 3 },
      { srcPort: 999, packets: 2 },
    ]);
    expect(ledger.remarks).toMatchObject({ fragments: 5, fragmentsWithoutFirst: 0 });
  });

  test("before their first have no ports, and that is remarked", () => {
    const { records, ledger } = track([later(7, 1), first(7, 1), later(7, 1, 3)]);
    expect(pick(records, "srcPort", "dstPort", "packets")).toEqual([
      { srcPort: 0, dstPort: 0, packets: 1 },
      { srcPort: 1234, dstPort: 53, packets: 2 },
    ]);
    expect(ledger.remarks.fragmentsWithoutFirst).toBe(1);
  });

  test("of another packet are not mixed in: identification, address, protocol, a minute later", () => {
    const others = [
      later(8, 1),
      later(7, 1, 2, "10.0.0.3"),
      later(7, 62),
      sent(p.ipv4({ ...p.data(8), proto: 6 }, { ...there, id: 7, offset: 2 }), 1),
    ];
    for (const other of others) expect(track([first(7, 1), other]).ledger.remarks.fragmentsWithoutFirst).toBe(1);
    expect(track([first(7, 1), later(7, 61)]).ledger.remarks.fragmentsWithoutFirst).toBe(0);
  });

  test("a first fragment with the same identification takes the other's place", () => {
    const { records } = track([first(7, 1), first(7, 2, "10.0.0.1", 999), later(7, 2)]);
    expect(pick(records, "srcPort", "packets")).toEqual([
      { srcPort: 1234, packets: 1 },
      { srcPort: 999, packets: 2 },
    ]);
  });

  test("IPv6", () => {
    const first6 = sent(p.ipv6(p.fragment6(p.udp(), { id: 0x80000001, more: true })), 1);
    const later6 = sent(p.ipv6(p.fragment6({ ...p.data(8), proto: 17 }, { id: 0x80000001, offset: 4 })), 1);
    expect(track([first6, later6]).records).toMatchObject([{ srcPort: 1234, packets: 2 }]);
  });

  test("a flood of first ones forgets the oldest; the table grows no more, a new one is still known", () => {
    const flood = Array.from({ length: 40_000 }, (_, i) =>
      first(i & 0xffff, 1, `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`),
    );
    const way = new PacketTracker({ key: { biflow: false } });
    way.send([
      first(7, 1, "192.0.2.1"),
      ...flood,
      first(9, 1, "192.0.2.2"),
      later(9, 1, 2, "192.0.2.2"),
      later(7, 1, 2, "192.0.2.1"),
    ]);
    expect(way.ledger.remarks).toMatchObject({ fragments: 40_004, fragmentsWithoutFirst: 1 });
  });
});

describe("packets out of order", () => {
  const udp = (time: number) => sent(p.ipv4(p.udp(), there), time);
  const idle = { timeouts: idleTimeouts(10_000) };

  test("start earlier, never end later", () => {
    const { records, ledger } = track([udp(100.5), udp(103), udp(98.25), udp(101)], idle);
    expect(records).toMatchObject([{ start: at(98.25), end: at(103), packets: 4, firstPacket: 1 }]);
    expect(ledger.remarks.outOfOrder).toBe(2);
  });

  test("a packet of the far past is of another flow", () => {
    const { records } = track([udp(100), udp(90.000000001), udp(100), udp(80)], idle);
    expect(records.map(({ start, end, packets }) => [start, end, packets])).toEqual([
      [at(90.000000001), at(100), 3],
      [at(80), at(80), 1],
    ]);
  });

  test("the clock jumping back by hours and on again loses nothing", () => {
    const times = [100_000, 100_001, 50_000, 50_001, 100_002, 50_002, 200_000];
    const { records, ledger } = track(times.map(udp), idle);
    expect(records.reduce((sum, { packets }) => sum + packets, 0)).toBe(times.length);
    expect(records.map(({ start, end }) => Number(end! - start!) / 1e9).every((seconds) => seconds < 3)).toBe(true);
    expect(ledger.unexplained()).toEqual({ packets: 0, bytes: 0 });
  });

  test("the last second there is", () => {
    const last = 0xffff_fffe;
    const { records } = track([udp(last), udp(last + 1 - 0.000000001), udp(last + 1)], { timeouts: NO_TIMEOUTS });
    expect(records).toMatchObject([{ start: at(last), end: at(last + 1), packets: 3 }]);
  });
});

describe("packets without time", () => {
  const untimed = (): Sent => ({ ...sent(p.ipv4(p.udp(), there)), time: null });
  const timed = (time: number) => sent(p.ipv4(p.udp(), there), time);

  test("alone make a flow without times", () => {
    const { records, ledger } = track([untimed(), untimed()]);
    expect(records).toMatchObject([{ start: null, end: null, packets: 2 }]);
    expect(ledger.remarks.withoutTime).toBe(2);
  });

  test("take the times of the others", () => {
    const { records, ledger } = track([untimed(), timed(50.5), untimed(), timed(52), untimed()]);
    expect(records).toMatchObject([{ start: at(50.5), end: at(52), packets: 5 }]);
    expect(ledger.remarks.withoutTime).toBe(3);
  });
});

describe("the table is full", () => {
  const flow = (i: number, nanoseconds: bigint): Sent => ({
    octets: p.ethernet(p.ipv4(p.udp(p.data(0)), { src: `10.1.${i >> 8}.${i & 255}` })).octets,
    time: 1_700_000_000_000_000_000n + nanoseconds,
  });

  test("exactly the flow whose last packet is the oldest goes, to the nanosecond", () => {
    // each packet: a flow out of a few, and a step in time of nanoseconds or seconds
    const steps = fc.array(fc.tuple(fc.nat(30), fc.constantFrom(1n, 1n, 7n, 300n, 999_999_999n, 1_000_000_000n)), {
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), steps, (maxFlows, packets) => {
        let time = 0n;
        const naive = new Map<number, number>(); // in the order of last packets: first = oldest
        const evicted: [number, number][] = [];
        const sentPackets = packets.map(([i, step]) => {
          time += step;
          const count = naive.get(i);
          naive.delete(i);
          if (count === undefined && naive.size === maxFlows) {
            const [oldest, packets] = naive.entries().next().value!;
            naive.delete(oldest);
            evicted.push([oldest, packets]);
          }
          naive.set(i, (count ?? 0) + 1);
          return flow(i, time);
        });
        const { records, flows } = track(sentPackets, { maxFlows, timeouts: NO_TIMEOUTS });
        const resources = records.filter((record) => reasonOf(record) === "resources");
        expect(resources.map(({ srcAddr, packets }) => [Number(srcAddr.split(".")[3]), packets])).toEqual(evicted);
        expect(flows).toMatchObject({ live: 0, peakLive: Math.min(maxFlows, new Set(packets.map(([i]) => i)).size) });
        expect(flows.ended).toEqual({ idle: 0, active: 0, end: 0, forced: naive.size, resources: evicted.length });
        expect(records.reduce((sum, { packets }) => sum + packets, 0)).toBe(packets.length);
      }),
      { numRuns: 200 },
    );
  });

  test("with more flows than a list of the oldest holds", () => {
    const way = new PacketTracker({ maxFlows: 3000, timeouts: NO_TIMEOUTS });
    const packets = Array.from({ length: 6000 }, (_, i) => flow(i, BigInt(i)));
    // every fourth of the first 3000 is seen again: it stays longer
    packets.splice(3000, 0, ...Array.from({ length: 750 }, (_, i) => flow(4 * i, BigInt(2999) * 1n + 0n)));
    way.send(packets);
    const gone = way.records.map(({ srcAddr }) => Number(srcAddr.split(".")[2]) * 256 + Number(srcAddr.split(".")[3]));
    const wanted = Array.from({ length: 3000 }, (_, i) => i).filter((i) => i % 4 !== 0);
    expect(gone.slice(0, wanted.length - 1)).toEqual(wanted.slice(0, wanted.length - 1));
    expect(gone).toHaveLength(3000);
    expect(way.tracker.flows).toMatchObject({ live: 3000, peakLive: 3000, started: 6000 });
  });
});

describe("counters beyond 32 bits", () => {
  /** A packet's row, to be given again and again with other lengths. */
  function rows(bytes: number, frameBytes: number, count = 1000) {
    const keys = new KeyMaker(TRACK_DEFAULTS.key);
    const block = new LayersBlock(count);
    const packets = Array.from({ length: count }, (_, i) => (i % 4 === 3 ? tcp(p.ACK, 5, true) : tcp(p.ACK, 5)));
    new Decoder(DECODE_DEFAULTS).decode(packetBlock(packets), block);
    for (let row = 0; row < count; row++) {
      block.rows[row * ROW_WORDS + L.bytes] = bytes;
      block.rows[row * ROW_WORDS + L.frameBytes] = frameBytes;
    }
    keys.prepare(block);
    return { block, keys };
  }
  const counts = ({ columns: c }: FlowBatch) =>
    [c.packets, c.bytes, c.frameBytes, c.reversePackets, c.reverseBytes, c.reverseFrameBytes].map((column) =>
      readU64(column, 0),
    );

  test.each([
    [1_000_000_000, 1_100_000_000],
    [0xffff_ffff, 0x7fff_ffff],
    [0x8000_0000, 65_535],
  ])("of packets of %i octets", (bytes, frameBytes) => {
    for (const options of [TRACK_DEFAULTS, { ...TRACK_DEFAULTS, updateSeconds: 3600 }]) {
      const { block, keys } = rows(bytes, frameBytes);
      const tracker = new Tracker(options, keys);
      for (let turn = 0; turn < 20; turn++) expect(tracker.track(block, 0)).toBe(block.count);
      tracker.flush();
      expect(counts(tracker.take()!)).toEqual([
        15_000,
        15_000 * bytes,
        15_000 * frameBytes,
        5000,
        5000 * bytes,
        5000 * frameBytes,
      ]);
    }
  });

  test("of more packets than 2^32", () => {
    for (const options of [TRACK_DEFAULTS, { ...TRACK_DEFAULTS, updateSeconds: 3600 }]) {
      const { block, keys } = rows(100, 200, 8);
      const tracker = new Tracker(options, keys);
      tracker.track(block, 0);
      // nobody waits for as many: the first of the two counters stands just below
      tracker["table"].words[FLOW.packets] = -3;
      tracker.track(block, 0);
      tracker.flush();
      expect(counts(tracker.take()!)).toEqual([2 ** 32 + 3, 1200, 2400, 4, 400, 800]);
    }
  });

  test("begin at 0 again after an active record and in the next flow of the row", () => {
    const { block, keys } = rows(4_000_000_000, 2_000_000_000, 8);
    const tracker = new Tracker({ ...TRACK_DEFAULTS, timeouts: { ...NO_TIMEOUTS, active: 60_000 } }, keys);
    tracker.track(block, 0);
    for (let row = 0; row < 8; row++) block.rows[row * ROW_WORDS + L.seconds] = 100;
    tracker.track(block, 0);
    expect(counts(tracker.take()!)).toEqual([6, 24e9, 12e9, 2, 8e9, 4e9]);
    tracker.flush();
    expect(counts(tracker.take()!)).toEqual([6, 24e9, 12e9, 2, 8e9, 4e9]);
    for (let row = 0; row < 8; row++) block.rows[row * ROW_WORDS + L.bytes] = 1;
    tracker.track(block, 0);
    tracker.flush();
    expect(counts(tracker.take()!)).toEqual([6, 6, 12e9, 2, 2, 4e9]);
  });
});

describe("events", () => {
  const packets = [tcp(p.SYN, 0.5), tcp(p.SYN | p.ACK, 1, true), tcp(p.ACK, 12), tcp(p.ACK, 35)];
  const events = (settings: TrackSettings) =>
    track(packets, settings).records.map(({ event, packets, reversePackets }) => [event, packets, reversePackets]);

  test("a start has the first packet in it, an update what there is, and the end all", () => {
    expect(events({ startEvents: true })).toEqual([
      [FLOW_EVENT.start, 1, 0],
      [FLOW_EVENT.end, 3, 1],
    ]);
    expect(events({ startEvents: true, updateSeconds: 10 })).toEqual([
      [FLOW_EVENT.start, 1, 0],
      [FLOW_EVENT.update, 1, 1],
      [FLOW_EVENT.update, 2, 1],
      [FLOW_EVENT.end, 3, 1],
    ]);
  });

  test("updates of silent flows only where asked for", () => {
    const other = (time: number) => sent(p.ipv4(p.udp(), { src: "192.0.2.1" }), time);
    const more = [tcp(p.SYN, 0), other(1), other(11), other(21), other(31)];
    const updates = (settings: TrackSettings) =>
      track(more, { updateSeconds: 10, ...settings }).records.filter(
        ({ event, proto }) => event === FLOW_EVENT.update && proto === 6,
      ).length;
    expect(updates({})).toBe(1);
    expect(updates({ updateSilent: true })).toBe(3);
  });
});
