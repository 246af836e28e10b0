// NetFlow v1, v5 and v7 as they are written, octet by octet after Cisco's "NetFlow Export Datagram Formats".
import { describe, expect, test } from "vitest";
import { batchOf, type Written } from "../../test/batch-of.ts";
import { Encoding, encode } from "../../test/encode.ts";
import { ip4, octets, type Part } from "../../test/export-messages.ts";

const NOW = 1_700_000_000;
const FLOW: Written = {
  start: [NOW - 10, 250_999_999],
  end: [NOW, 500_000_000],
  srcAddr: "192.0.2.1",
  dstAddr: "198.51.100.2",
  nextHop: "203.0.113.3",
  srcPort: 50_000,
  dstPort: 443,
  proto: 6,
  ipVersion: 4,
  tos: 8,
  tcpFlags: 0x11b,
  packets: 7,
  bytes: 900,
  inIf: 4,
  outIf: 5,
  srcAs: 64_512,
  dstAs: 4_200_000_000,
  srcMask: 24,
  dstMask: 16,
};
/** A day before the first flow. */
const START = (NOW - 10 - 86_400) * 1000 + 250;
const UPTIME = NOW * 1000 + 500 - START;

const ends = octets(ip4("192.0.2.1"), ip4("198.51.100.2"), ip4("203.0.113.3"), [4, 2], [5, 2]);
const counts = (packets: number, bytes: number): Part[] => [
  [packets, 4],
  [bytes, 4],
  [86_400_000, 4],
  [UPTIME, 4],
];
const ports: Part[] = [
  [50_000, 2],
  [443, 2],
];
const routes: Part[] = [
  [64_512, 2],
  [23_456, 2],
  [24, 1],
  [16, 1],
];
const header = (version: number, count: number): Part[] => [
  [version, 2],
  [count, 2],
  [UPTIME, 4],
  [NOW, 4],
  [500_000_000, 4],
];

describe("one flow", () => {
  test("v1: 16 octets of header, 48 of record", () => {
    const kind: Part[] = [
      [0, 2],
      [6, 1],
      [8, 1],
      [0x1b, 1],
      [0, 3],
      [0, 4],
    ];
    expect(encode(batchOf([FLOW]), { protocol: "v1" })).toEqual([
      octets(...header(1, 1), ends, ...counts(7, 900), ...ports, ...kind),
    ]);
  });

  test("v5: 24 and 48, the engine and the sampling in the header", () => {
    const kind: Part[] = [[0, 1], [0x1b, 1], [6, 1], [8, 1], ...routes, [0, 2]];
    const rest: Part[] = [
      [0, 4],
      [0x0102, 2],
      [0x4000 | 100, 2],
    ];
    expect(encode(batchOf([FLOW]), { protocol: "v5", domain: 0x0102, sampling: 100 })).toEqual([
      octets(...header(5, 1), ...rest, ends, ...counts(7, 900), ...ports, ...kind),
    ]);
  });

  test("v7: 24 and 52", () => {
    const kind: Part[] = [[0, 1], [0x1b, 1], [6, 1], [8, 1], ...routes, [0, 2], [0, 4]];
    expect(encode(batchOf([FLOW]), { protocol: "v7" })).toEqual([
      octets(...header(7, 1), [0, 4], [0, 4], ends, ...counts(7, 900), ...ports, ...kind),
    ]);
  });
});

const u32 = (message: Buffer, record: number, at: number) => message.readUInt32BE(24 + 48 * record + at);
const u16 = (message: Buffer, record: number, at: number) => message.readUInt16BE(24 + 48 * record + at);

describe("what v5 cannot say", () => {
  test("IPv6 and frames without IP are counted", () => {
    const encoding = new Encoding({ protocol: "v5" });
    const ipv6: Written = { ...FLOW, ipVersion: 6, srcAddr: "2001:db8::1", dstAddr: "2001:db8::2", nextHop: "::" };
    const arp: Written = { etherType: 0x0806, start: [NOW, 0], end: [NOW, 0], packets: 1, bytes: 28 };
    const { counts, encoder } = { counts: encoding.encoder.counts, encoder: encoding };
    encoder.write(batchOf([ipv6, FLOW, arp, ipv6])).finish();
    expect(encoding.messages.map((message) => message.readUInt16BE(2))).toEqual([1]);
    expect(counts).toMatchObject({ flows: 4, carried: 1, records: 1, notExportable: { ipv6: 2, nonIp: 1 } });
  });

  test("a biflow becomes two records, the second turned round; ICMP with the type of the answer", () => {
    const both: Written = { ...FLOW, reversePackets: 3, reverseBytes: 200, reverseTcpFlags: 0x12, reverseTos: 4 };
    const ping: Written = { ...both, proto: 1, srcPort: 0, dstPort: 0x0800 };
    const encoding = new Encoding({ protocol: "v5" }).write(batchOf([both, ping])).finish();
    const message = encoding.messages[0]!;
    expect(message.readUInt16BE(2)).toBe(4);
    const turned = octets(ip4("198.51.100.2"), ip4("192.0.2.1"), [0, 4], [5, 2], [4, 2], [3, 4], [200, 4]);
    expect(message.subarray(24 + 48, 24 + 48 + 24)).toEqual(turned);
    expect(message.subarray(24 + 48 + 32, 24 + 96)).toEqual(
      octets(
        [443, 2],
        [50_000, 2],
        [0, 1],
        [0x12, 1],
        [6, 1],
        [4, 1],
        [23_456, 2],
        [64_512, 2],
        [16, 1],
        [24, 1],
        [0, 2],
      ),
    );
    expect([u16(message, 2, 34), u16(message, 3, 32), u16(message, 3, 34)]).toEqual([0x0800, 0, 0]);
    expect(encoding.encoder.counts).toMatchObject({ flows: 2, carried: 2, records: 4, remarks: { reverse: 2 } });
  });

  test("a direction without packets is left out", () => {
    const silent: Written = { ...FLOW, packets: 0, bytes: 0, reversePackets: 3, reverseBytes: 200 };
    const encoding = new Encoding({ protocol: "v5" }).write(batchOf([silent])).finish();
    expect(encoding.messages[0]!.readUInt16BE(2)).toBe(1);
    expect(u32(encoding.messages[0]!, 0, 20)).toBe(200);
    expect(encoding.encoder.counts).toMatchObject({ carried: 1, records: 1, remarks: { reverse: 0 } });
  });

  test("counters beyond 32 bits are split into records with the same sums", () => {
    const bytes = 10 * 2 ** 32 + 12_345;
    const encoding = new Encoding({ protocol: "v5" })
      .write(batchOf([{ ...FLOW, bytes, packets: 30_000_007 }]))
      .finish();
    const message = encoding.messages[0]!;
    const records = message.readUInt16BE(2);
    const sum = (at: number) => Array.from({ length: records }, (_, i) => u32(message, i, at)).reduce((a, b) => a + b);
    expect([records, sum(16), sum(20)]).toEqual([11, 30_000_007, bytes]);
    expect(encoding.encoder.counts).toMatchObject({ carried: 1, records: 11, remarks: { split: 10 } });
  });

  test("interfaces and sampling rates that are too large are not written as others", () => {
    const encoding = new Encoding({ protocol: "v5" });
    encoding.write(batchOf([{ ...FLOW, inIf: 65_536, samplingRate: 20_000 }])).finish();
    expect([u16(encoding.messages[0]!, 0, 12), encoding.messages[0]!.readUInt16BE(22)]).toEqual([0, 0]);
    expect(encoding.encoder.counts.remarks).toMatchObject({ wideInterface: 1, wideAs: 1, wideSampling: 1 });
  });
});

test("messages are full, sequence numbers count flows, a message has one sampling rate", () => {
  const flows = Array.from({ length: 70 }, (_, i) => ({ ...FLOW, samplingRate: i < 65 ? 1 : 10 }));
  const messages = encode(batchOf(flows), { protocol: "v5" });
  expect(
    messages.map((message) => [message.readUInt16BE(2), message.readUInt32BE(16), message.readUInt16BE(22)]),
  ).toEqual([
    [30, 0, 0],
    [30, 30, 0],
    [5, 60, 0],
    [5, 65, 0x400a],
  ]);
  const small = encode(batchOf(flows), { protocol: "v5", messageOctets: 1000 });
  expect(Math.max(...small.map(({ length }) => length))).toBe(24 + 20 * 48);
});

describe("uptimes", () => {
  /** Milliseconds since 1970 of the first flow of a message, as a reader derives them. */
  const times = (message: Buffer) => {
    const start = message.readUInt32BE(8) * 1000 + message.readUInt32BE(12) / 1e6 - message.readUInt32BE(4);
    return [start + u32(message, 0, 24), start + u32(message, 0, 28)];
  };
  const at = (from: number, to: number): Written => ({ ...FLOW, start: [from, 123_000_000], end: [to, 456_000_000] });

  test("flows years apart are in messages of their own, and every time is right", () => {
    const years = [NOW, NOW - 3 * 31_536_000, NOW + 31_536_000, NOW - 30];
    const messages = encode(batchOf(years.map((second) => at(second - 5, second))), { protocol: "v5" });
    expect(messages.map(times)).toEqual(years.map((second) => [(second - 5) * 1000 + 123, second * 1000 + 456]));
  });

  test("a flow of more than 49 days begins later, and that is counted", () => {
    const encoding = new Encoding({ protocol: "v5" }).write(batchOf([at(NOW - 60 * 86_400, NOW)])).finish();
    const [start, end] = times(encoding.messages[0]!);
    expect(end).toBe(NOW * 1000 + 456);
    expect(start).toBeGreaterThan(NOW * 1000 - 50 * 86_400_000);
    expect(start).toBeLessThan(NOW * 1000 - 49 * 86_400_000);
    expect(encoding.encoder.counts.remarks.startMoved).toBe(1);
  });

  test("a flow without times has those of its message", () => {
    const { start: _, end: __, ...timeless } = FLOW;
    const encoding = new Encoding({ protocol: "v5" }).write(batchOf([FLOW, timeless])).finish();
    const [message] = encoding.messages;
    expect(u32(message!, 1, 28)).toBe(u32(message!, 0, 28));
    expect(encoding.encoder.counts.remarks.withoutTime).toBe(1);
  });

  test("by the real clock: the header has the time when the message is made", () => {
    const second = Math.floor(Date.now() / 1000);
    const [message] = encode(batchOf([at(second - 20, second - 15)]), { protocol: "v5", realClock: true });
    expect(message!.readUInt32BE(8)).toBeGreaterThanOrEqual(second);
    expect(times(message!)).toEqual([(second - 20) * 1000 + 123, (second - 15) * 1000 + 456]);
  });
});
