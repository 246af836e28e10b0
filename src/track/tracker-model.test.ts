// The tracker against the definition of a flow, written down as plainly as can be: the same records for any packets.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Sent } from "../../test/decode-packets.ts";
import * as p from "../../test/packets.ts";
import { type FlowRecord, reasonOf, trackPackets } from "../../test/track-packets.ts";
import { DEFAULT_TIMEOUTS, idleTimeouts, NO_TIMEOUTS, type Timeouts } from "./timeouts.ts";

interface Packet {
  readonly ms: number;
  readonly src: number;
  readonly dst: number;
  readonly sport: number;
  readonly dport: number;
  readonly proto: number;
  readonly flags: number;
  readonly content: number;
}

const START_MS = 1_700_000_000_000;

function build({ ms, src, dst, sport, dport, proto, flags, content }: Packet): Sent {
  const inside =
    proto === 6
      ? p.tcp({ src: sport, dst: dport, flags, content })
      : proto === 17
        ? p.udp(p.data(content), { src: sport, dst: dport })
        : { ...p.data(content), proto };
  const packet = p.ethernet(p.ipv4(inside, { src: `10.0.0.${src}`, dst: `10.0.0.${dst}` }));
  return { octets: packet.octets, time: BigInt(START_MS + ms) * 1_000_000n };
}

const octetsOf = ({ proto, content }: Packet) => 20 + content + (proto === 6 ? 20 : proto === 17 ? 8 : 0);

interface End {
  packets: number;
  bytes: number;
  flags: number;
  fin: boolean;
}

interface Flow {
  /** The ends: of the first packet's sender, and the other. */
  readonly ends: readonly [string, string];
  readonly sides: readonly [End, End];
  readonly proto: number;
  readonly firstPacket: number;
  source: 0 | 1;
  sure: boolean;
  rst: boolean;
  start: number;
  last: number;
}

interface Wanted {
  readonly text: string;
  /** All that may be said of the end: when the table is swept is free. */
  readonly reasons: readonly string[];
}

const PORTED = [6, 17];

/** A flow: packets that agree on the key and lie within the idle timeout of one another. */
function naive(packets: readonly Packet[], timeouts: Timeouts, biflow: boolean): Wanted[] {
  const live = new Map<string, Flow>();
  const wanted: Wanted[] = [];
  const newest = Math.max(...packets.map(({ ms }) => ms));

  const finished = ({ proto, rst, sides }: Flow) =>
    proto === 6 && (rst || (biflow ? sides[0].fin && sides[1].fin : sides[0].fin));
  const idleOf = (flow: Flow) => {
    if (flow.proto === 17) return timeouts.udp;
    if (flow.proto !== 6) return timeouts.general;
    return flow.rst ? timeouts["tcp.rst"] : finished(flow) ? timeouts["tcp.fin"] : timeouts.tcp;
  };
  const record = (flow: Flow, reasons: string[]) => {
    const [a, b] = [flow.sides[flow.source], flow.sides[1 - flow.source]!];
    const ends = [flow.ends[flow.source], flow.ends[1 - flow.source]];
    wanted.push({
      text: text(flow.firstPacket, ends.join(" "), flow.proto, flow.start, flow.last, [
        a.packets,
        a.bytes,
        a.flags,
        b.packets,
        b.bytes,
        b.flags,
      ]),
      reasons,
    });
  };
  /** Why a flow's record ends that is seen no more until `ms`. */
  const silentReasons = (flow: Flow, ms: number) => [
    finished(flow) ? "end" : "idle",
    ...(ms - flow.start >= timeouts.active ? ["active"] : []),
  ];

  for (const [i, packet] of packets.entries()) {
    const { ms, proto, flags } = packet;
    const port = (value: number) => (PORTED.includes(proto) ? value : 0);
    const [source, destination] = [
      `10.0.0.${packet.src}:${port(packet.sport)}`,
      `10.0.0.${packet.dst}:${port(packet.dport)}`,
    ];
    const key = `${proto} ${biflow ? [source, destination].sort().join(" ") : `${source} ${destination}`}`;
    let flow = live.get(key);
    if (flow !== undefined) {
      const idle = idleOf(flow);
      if (ms - flow.last >= idle || flow.start - ms >= idle) {
        record(flow, silentReasons(flow, Math.max(ms, flow.last)));
        flow = undefined;
      } else if (ms - flow.start >= timeouts.active) {
        record(flow, ["active"]);
        for (const side of flow.sides) Object.assign(side, { packets: 0, bytes: 0, flags: 0 });
        flow.start = ms;
      }
    }
    if (flow === undefined) {
      const end = (): End => ({ packets: 0, bytes: 0, flags: 0, fin: false });
      const sides: [End, End] = [end(), end()];
      flow = {
        ends: [source, destination],
        sides,
        proto,
        firstPacket: i + 1,
        source: 0,
        sure: false,
        rst: false,
        start: ms,
        last: ms,
      };
      live.set(key, flow);
    }
    const from = source === flow.ends[0] ? 0 : 1;
    const side = flow.sides[from];
    flow.start = Math.min(flow.start, ms);
    flow.last = Math.max(flow.last, ms);
    side.packets++;
    side.bytes += octetsOf(packet);
    if (proto !== 6) continue;
    side.flags |= flags;
    if ((flags & p.SYN) !== 0 && !flow.sure) {
      flow.sure = true;
      if (biflow) flow.source = (flags & p.ACK) === 0 ? from : from === 0 ? 1 : 0;
    }
    if ((flags & p.FIN) !== 0) side.fin = true;
    if ((flags & p.RST) !== 0) flow.rst = true;
  }
  for (const flow of live.values()) record(flow, [...silentReasons(flow, newest), "forced"]);
  return wanted;
}

function text(
  firstPacket: number,
  ends: string,
  proto: number,
  start: number,
  last: number,
  counts: readonly number[],
): string {
  return `${String(firstPacket).padStart(5)} ${String(start).padStart(12)} ${last} ${ends} ${proto} ${counts.join(" ")}`;
}

function textOf(r: FlowRecord): string {
  const ms = (time: bigint | null) => Number(time! / 1_000_000n) - START_MS;
  const ends = `${r.srcAddr}:${r.srcPort} ${r.dstAddr}:${r.dstPort}`;
  const counts = [r.packets, r.bytes, r.tcpFlags, r.reversePackets, r.reverseBytes, r.reverseTcpFlags];
  return text(r.firstPacket, ends, r.proto, ms(r.start), ms(r.end), counts);
}

function compare(packets: readonly Packet[], timeouts: Timeouts, biflow: boolean): void {
  const { records, ledger, flows } = trackPackets(packets.map(build), { timeouts, key: { biflow } });
  const wanted = naive(packets, timeouts, biflow);
  const found = new Map(records.map((record) => [textOf(record), reasonOf(record)]));
  expect([...found.keys()].sort()).toEqual(wanted.map(({ text }) => text).sort());
  expect(records).toHaveLength(wanted.length);
  for (const { text, reasons } of wanted) expect(reasons, text).toContain(found.get(text));
  expect(ledger.unexplained()).toEqual({ packets: 0, bytes: 0 });
  expect(ledger.tracked.packets).toBe(packets.length);
  expect(Object.values(flows.ended).reduce((sum, count) => sum + count, 0)).toBe(records.length);
  expect(flows).toMatchObject({ live: 0 });
}

const host = fc.integer({ min: 1, max: 3 });
const port = fc.constantFrom(0, 80, 80, 40000);
const flags = fc.constantFrom(p.SYN, p.SYN | p.ACK, p.ACK, p.ACK, p.ACK, p.FIN | p.ACK, p.FIN | p.ACK, p.RST, 0);
const gap = fc.constantFrom(
  0,
  0,
  1,
  1,
  100,
  499,
  500,
  501,
  999,
  1000,
  1001,
  1999,
  2000,
  3000,
  4999,
  5000,
  8000,
  10_000,
  60_000,
  121_000,
  301_000,
  3_600_000,
  50_000_000,
);
const content = fc.nat(20);
const packet = fc.record({
  gap,
  src: host,
  dst: host,
  sport: port,
  dport: port,
  proto: fc.constantFrom(6, 6, 6, 17, 47),
  flags,
  content,
});

const SHORT: Timeouts = {
  general: 10_000,
  tcp: 5000,
  "tcp.rst": 1000,
  "tcp.fin": 2000,
  udp: 500,
  icmp: 500,
  active: 8000,
};
const TIMEOUTS: [string, Timeouts][] = [
  ["the defaults", DEFAULT_TIMEOUTS],
  ["none", NO_TIMEOUTS],
  ["short ones", SHORT],
  ["short ones, no active one", { ...SHORT, active: Number.POSITIVE_INFINITY }],
  ["a minute, records of 3 s", { ...idleTimeouts(60_000), active: 3000 }],
  ["below a second", { ...idleTimeouts(500), active: 400 }],
  ["only an active one", { ...NO_TIMEOUTS, active: 60_000 }],
  ["only one", { ...NO_TIMEOUTS, "tcp.rst": 2500 }],
  ["0", idleTimeouts(0)],
];

describe.each(TIMEOUTS)("timeouts: %s", (_, timeouts) => {
  test("packets in order", () => {
    fc.assert(
      fc.property(fc.array(packet, { minLength: 1, maxLength: 120 }), fc.boolean(), (drawn, biflow) => {
        let ms = 0;
        const packets = drawn.map(({ gap, ...rest }) => {
          ms += gap;
          return { ...rest, ms };
        });
        compare(packets, timeouts, biflow);
      }),
      { numRuns: 60 },
    );
  });

  test("one flow, packets in any order", () => {
    const ms = fc.oneof(fc.integer({ min: 100_000, max: 130_000 }), fc.integer({ min: 0, max: 10_000_000 }));
    fc.assert(
      fc.property(
        fc.array(fc.record({ ms, content, flags, turn: fc.boolean() }), { minLength: 1, maxLength: 60 }),
        fc.constantFrom(6, 17),
        (drawn, proto) => {
          const packets = drawn.map(({ turn, ...rest }) => ({
            ...rest,
            proto,
            src: turn ? 2 : 1,
            dst: turn ? 1 : 2,
            sport: turn ? 80 : 5,
            dport: turn ? 5 : 80,
          }));
          compare(packets, { ...timeouts, active: Number.POSITIVE_INFINITY }, true);
        },
      ),
      { numRuns: 60 },
    );
  });
});
