// When flows end, and what their records say of it: settings as people write them, exact boundaries, active records, reasons, the sweep.
import { describe, expect, test } from "vitest";
import type { Sent } from "../../test/decode-packets.ts";
import * as p from "../../test/packets.ts";
import { at, PacketTracker, reasonOf, type TrackSettings, trackPackets } from "../../test/track-packets.ts";
import { UsageError } from "../core/errors.ts";
import { DEFAULT_TIMEOUTS, idleTimeouts, NO_TIMEOUTS, parseTimeouts, type Timeouts } from "./timeouts.ts";

describe("settings", () => {
  test("are softflowd's without any, and change one by one", () => {
    expect(parseTimeouts([])).toEqual({
      general: 3_600_000,
      tcp: 3_600_000,
      "tcp.rst": 120_000,
      "tcp.fin": 300_000,
      udp: 300_000,
      icmp: 300_000,
      active: 604_800_000,
    });
    expect(parseTimeouts(["tcp=1h30m", "udp=500ms,icmp=1.5"])).toEqual({
      ...DEFAULT_TIMEOUTS,
      tcp: 5_400_000,
      udp: 500,
      icmp: 1500,
    });
    expect(parseTimeouts(["tcp.fin=1d", "tcp.rst=0", "general=2w"])).toEqual({
      ...DEFAULT_TIMEOUTS,
      "tcp.fin": 86_400_000,
      "tcp.rst": 0,
      general: 1_209_600_000,
    });
  });

  test("maxlife is the active one; 0 is none of it, as softflowd has it", () => {
    expect(parseTimeouts(["maxlife=5m"])).toEqual(parseTimeouts(["active=300"]));
    for (const none of ["maxlife=0", "active=0", "active=none", "maxlife=off"])
      expect(parseTimeouts([none]).active).toBe(Number.POSITIVE_INFINITY);
  });

  test("none, idle, and what comes after them", () => {
    expect(parseTimeouts(["none"])).toEqual(NO_TIMEOUTS);
    expect(parseTimeouts(["idle=60s"])).toEqual({ ...idleTimeouts(60_000), active: DEFAULT_TIMEOUTS.active });
    expect(parseTimeouts(["none", "tcp=1m"])).toEqual({ ...NO_TIMEOUTS, tcp: 60_000 });
    expect(parseTimeouts(["idle=60s", "udp=none"])).toMatchObject({ udp: Number.POSITIVE_INFINITY, tcp: 60_000 });
  });

  test.each([
    "tcp",
    "tcp=",
    "tcp=1=2",
    "=5",
    "sctp=5",
    "tcp=-1",
    "tcp=1y",
    "toString=5",
    "__proto__=5",
    "tcp=1e9",
    "",
    "idle",
  ])("%j is a sentence", (wrong) => {
    expect(() => parseTimeouts([wrong])).toThrow(UsageError);
  });
});

const there = { src: "10.0.0.1", dst: "10.0.0.2" };
const sent = (packet: p.Layer, time: bigint): Sent => ({ octets: p.ethernet(packet).octets, time });
const tcp = (flags: number, time: bigint, reverse = false) =>
  reverse
    ? sent(p.ipv4(p.tcp({ src: 80, dst: 1234, flags }), { src: there.dst, dst: there.src }), time)
    : sent(p.ipv4(p.tcp({ flags }), there), time);
const udp = (time: bigint, src = "10.0.0.1") => sent(p.ipv4(p.udp(), { src }), time);
const timeline = (packets: readonly Sent[], settings: TrackSettings) =>
  trackPackets(packets, settings).records.map((record) => [
    record.start,
    record.end,
    record.packets + record.reversePackets,
    reasonOf(record),
  ]);

/** A week, and a little: the clock's seconds are not the boundary's. */
const T = at(604_800) + 123_456_789n;
const { ACK, FIN, RST, SYN } = p;

describe("the idle boundary is exact to the nanosecond", () => {
  const far: Timeouts = { ...idleTimeouts(7_000_000), active: Number.POSITIVE_INFINITY };
  const CASES: [keyof Timeouts, Sent[], (time: bigint) => Sent][] = [
    [
      "general",
      [sent(p.ipv4({ ...p.data(4), proto: 47 }, there), T)],
      (time) => sent(p.ipv4({ ...p.data(4), proto: 47 }, there), time),
    ],
    ["general", [sent(p.ipv4(p.portsOf(132), there), T)], (time) => sent(p.ipv4(p.portsOf(132), there), time)],
    [
      "general",
      [sent(p.ipv6({ ...p.data(4), proto: 1 }), T)],
      (time) => sent(p.ipv6({ ...p.data(4), proto: 1 }), time),
    ],
    ["tcp", [tcp(SYN, T)], (time) => tcp(ACK, time)],
    ["tcp", [tcp(SYN, T - 1n), tcp(FIN | ACK, T)], (time) => tcp(ACK, time)],
    ["tcp.rst", [tcp(SYN, T - 1n), tcp(RST, T)], (time) => tcp(ACK, time)],
    ["tcp.rst", [tcp(FIN, T - 2n), tcp(FIN, T - 1n, true), tcp(RST, T)], (time) => tcp(ACK, time)],
    ["tcp.fin", [tcp(FIN, T - 1n), tcp(FIN | ACK, T, true)], (time) => tcp(ACK, time)],
    ["udp", [udp(T)], (time) => udp(time)],
    ["icmp", [sent(p.ipv4(p.icmp(8), there), T)], (time) => sent(p.ipv4(p.icmp(8), there), time)],
    [
      "icmp",
      [sent(p.ipv6(p.icmp(128, 0, { version: 6 })), T)],
      (time) => sent(p.ipv6(p.icmp(128, 0, { version: 6 })), time),
    ],
  ];

  describe.each([1, 250, 999, 1000, 1500, 2000, 59_999, 300_000, 3_600_000, 4_096_000, 5_000_001])("%i ms", (ms) => {
    test.each(CASES)("%s", (name, before, packet) => {
      const timeouts = { ...far, [name]: ms };
      const boundary = T + BigInt(ms) * 1_000_000n;
      const same = timeline([...before, packet(boundary - 1n)], { timeouts });
      expect(same.map((record) => record.slice(0, 3))).toEqual([[before[0]!.time, boundary - 1n, before.length + 1]]);
      const apart = timeline([...before, packet(boundary)], { timeouts });
      const reason = name === "tcp.rst" || name === "tcp.fin" ? "end" : "idle";
      expect(apart[0]).toEqual([before[0]!.time, T, before.length, reason]);
      expect(apart[1]!.slice(0, 3)).toEqual([boundary, boundary, 1]);
      expect(apart).toHaveLength(2);
    });
  });

  test("uniflows: the FIN of the one end is enough", () => {
    const timeouts = { ...far, "tcp.fin": 1000 };
    const packets = [tcp(FIN, T), tcp(ACK, T + at(1))];
    expect(timeline(packets, { timeouts, key: { biflow: false } })).toHaveLength(2);
    expect(timeline(packets, { timeouts })).toHaveLength(1);
  });

  test("none: one flow for ever", () => {
    expect(timeline([udp(0n), udp(at(0xffff_ffff))], { timeouts: NO_TIMEOUTS })).toEqual([
      [0n, at(0xffff_ffff), 2, "forced"],
    ]);
  });
});

describe("active records", () => {
  const timeouts: Timeouts = { ...NO_TIMEOUTS, active: 60_000 };

  test("a record for each active timeout: counters begin again, the sums are those of all packets", () => {
    const packets = Array.from({ length: 600 }, (_, i) => udp(T + at(i)));
    const { records, flows } = trackPackets(packets, { timeouts });
    expect(records.map(({ start, end, packets }) => [start, end, packets])).toEqual(
      Array.from({ length: 10 }, (_, i) => [T + at(60 * i), T + at(60 * i + 59), 60]),
    );
    expect(records.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(600 * 36);
    expect(records.map(reasonOf)).toEqual([...new Array<string>(9).fill("active"), "forced"]);
    expect(flows).toMatchObject({ started: 1, ended: { active: 9, forced: 1, idle: 0 } });
  });

  test("exactly at its time", () => {
    expect(timeline([udp(T), udp(T + at(60) - 1n)], { timeouts })).toHaveLength(1);
    expect(timeline([udp(T), udp(T + at(60))], { timeouts })).toEqual([
      [T, T, 1, "active"],
      [T + at(60), T + at(60), 1, "forced"],
    ]);
  });

  test("keep the direction, and tell of the flags since", () => {
    const packets = [tcp(SYN, T), tcp(SYN | ACK, T + 1n, true), tcp(ACK, T + at(70), true), tcp(ACK | 8, T + at(71))];
    const { records } = trackPackets(packets, { timeouts });
    expect(records).toMatchObject([
      { srcAddr: "10.0.0.1", srcPort: 1234, packets: 1, reversePackets: 1, tcpFlags: SYN, reverseTcpFlags: SYN | ACK },
      { srcAddr: "10.0.0.1", srcPort: 1234, packets: 1, reversePackets: 1, tcpFlags: ACK | 8, reverseTcpFlags: ACK },
    ]);
  });

  test("of a flow that is silent afterwards are its last: none is empty", () => {
    const others = Array.from({ length: 400 }, (_, i) => udp(T + at(i), "192.0.2.1"));
    const { records } = trackPackets([udp(T), ...others], { timeouts: { ...timeouts, udp: 100_000 } });
    const own = records.filter(({ srcAddr }) => srcAddr === "10.0.0.1");
    expect(own.map((record) => [record.packets, reasonOf(record)])).toEqual([[1, "active"]]);
    expect(records.every(({ packets }) => packets > 0)).toBe(true);
  });

  test("below a second", () => {
    const packets = Array.from({ length: 10 }, (_, i) => udp(T + BigInt(i) * 100_000_000n));
    expect(timeline(packets, { timeouts: { ...NO_TIMEOUTS, active: 250 } }).map(([, , packets]) => packets)).toEqual([
      3, 3, 3, 1,
    ]);
  });
});

describe("the reason of the end", () => {
  test.each<[string, Sent[], TrackSettings, string[]]>([
    ["idle", [udp(T), udp(T + at(301))], {}, ["idle", "forced"]],
    ["active", [udp(T), udp(T + at(61))], { timeouts: { ...NO_TIMEOUTS, active: 60_000 } }, ["active", "forced"]],
    ["end: FINs", [tcp(FIN, T), tcp(FIN, T, true)], {}, ["end"]],
    ["end: RST", [tcp(RST, T)], {}, ["end"]],
    ["end, and a new flow of the same ports", [tcp(RST, T), tcp(SYN, T + at(120))], {}, ["end", "forced"]],
    ["forced: the input's end", [tcp(SYN, T), tcp(FIN, T)], {}, ["forced"]],
    ["resources", [udp(T), udp(T, "10.0.0.9")], { maxFlows: 1 }, ["resources", "forced"]],
  ])("%s", (_, packets, settings, reasons) => {
    const { records, flows } = trackPackets(packets, settings);
    expect(records.map(reasonOf)).toEqual(reasons);
    for (const reason of Object.keys(flows.ended) as (keyof typeof flows.ended)[]) {
      expect(flows.ended[reason]).toBe(reasons.filter((name) => name === reason).length);
    }
  });

  test("has the numbers of flowEndReason (IANA 136)", () => {
    const { records } = trackPackets([udp(T), udp(T + at(301)), tcp(RST, T + at(301))], { maxFlows: 1 });
    expect(records.map(({ endReason }) => endReason)).toEqual([1, 5, 3]);
  });
});

describe("silent flows end while others go on", () => {
  /** Seconds after its timeout at which a silent flow's record came, one packet a second of another flow passing by. */
  function late(timeouts: Timeouts, seconds: number, flows = 1): number {
    const way = new PacketTracker({ timeouts });
    way.send(Array.from({ length: flows }, (_, i) => udp(T, `192.0.${i >> 8}.${i & 255}`)));
    for (let second = 1; second < 3 * seconds + 200; second++) {
      const ended = way.send([udp(T + at(second))]).filter(({ srcAddr }) => srcAddr.startsWith("192."));
      if (ended.length > 0 && way.tracker.flows.live === 1) return second - seconds;
    }
    return Number.POSITIVE_INFINITY;
  }

  test.each([1, 5, 60, 300, 3600, 5000, 10_000])("a timeout of %i s", (seconds) => {
    const found = late(idleTimeouts(seconds * 1000), seconds);
    expect(found).toBeGreaterThanOrEqual(0);
    expect(found).toBeLessThanOrEqual(Math.min(60, seconds) + 1);
  });

  test("many of them", () => {
    expect(late(idleTimeouts(60_000), 60, 3000)).toBeLessThanOrEqual(61);
  });

  test("time jumps of years, forwards and back", () => {
    const year = at(31_536_000);
    const way = new PacketTracker({ timeouts: idleTimeouts(60_000) });
    for (const [jump, time] of [0n, 30n * year, 90n * year, 40n * year, 41n * year, 1n].entries()) {
      way.send([udp(time), udp(time, `10.0.7.${jump}`), udp(time + at(1))]);
      for (let second = 2; second < 130; second++) way.send([udp(time + at(second), "192.0.2.1")]);
      expect(way.tracker.flows.live).toBe(1);
    }
    way.finish();
    expect(way.records.reduce((sum, { packets }) => sum + packets, 0)).toBe(6 * 131);
    expect(way.records.every(({ start, end }) => end! - start! < at(200))).toBe(true);
    expect(way.ledger.unexplained()).toEqual({ packets: 0, bytes: 0 });
  });

  test("memory is that of the live flows, not of all", () => {
    const way = new PacketTracker({ timeouts: idleTimeouts(10_000) });
    for (let round = 0; round < 40; round++) {
      way.send(Array.from({ length: 500 }, (_, i) => udp(T + at(round), `10.${round}.${i >> 8}.${i & 255}`)));
    }
    expect(way.tracker.flows).toMatchObject({ started: 20_000 });
    // The timeout, half of it for the sweep to come round, and the second that has begun.
    expect(way.tracker.flows.peakLive).toBeLessThanOrEqual(500 * (10 + 5 + 1));
  });
});

describe("real time", () => {
  test("ends flows and brings updates without packets", () => {
    const way = new PacketTracker({ timeouts: idleTimeouts(30_000), updateSeconds: 10, updateSilent: true });
    way.send([udp(at(1000))]);
    const events: [number, string][] = [];
    for (let second = 1001; second < 1060; second++) {
      expect(way.tracker.advance(second)).toBe(true);
      const before = way.records.length;
      way.take();
      for (const record of way.records.slice(before))
        events.push([second, record.event === 5 ? "update" : reasonOf(record)]);
    }
    expect(events.slice(0, 2)).toEqual([
      [1010, "update"],
      [1020, "update"],
    ]);
    expect(events.at(-1)![1]).toBe("idle");
    expect(events.at(-1)![0]).toBeLessThanOrEqual(1060);
    expect(way.tracker.advance(5)).toBe(true); // the clock never goes back by itself
    expect(way.finish()).toEqual([]);
  });
});
