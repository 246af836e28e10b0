// NetFlow v9 and IPFIX as they are written: octet by octet after RFC 3954, RFC 7011 and RFC 5103, and read again.
import { describe, expect, test } from "vitest";
import { batchOf, type Written } from "../../test/batch-of.ts";
import { Encoding, encode } from "../../test/encode.ts";
import {
  type Field,
  ip4,
  ip6,
  ipfix,
  KeptDecoder,
  octets,
  type Part,
  set,
  template,
  v9,
} from "../../test/export-messages.ts";
import { PACKET_ELEMENTS } from "../core/elements.ts";
import { flowsOf } from "../core/flow-record.ts";

const NOW = 1_700_000_000;
const FLOW: Written = {
  event: 2,
  start: [NOW - 10, 250_999_999],
  end: [NOW, 500_000_000],
  srcAddr: "192.0.2.1",
  dstAddr: "198.51.100.2",
  srcPort: 50_000,
  dstPort: 443,
  proto: 6,
  ipVersion: 4,
  etherType: 0x0800,
  tos: 8,
  tcpFlags: 0x11b,
  packets: 7,
  bytes: 2 ** 33 + 5,
  endReason: 3,
};
/** Template ids below are of options. */
const FIRST = 260;

const V9_FIELDS: Field[] = [
  [22, 4],
  [21, 4],
  [8, 4],
  [12, 4],
  [7, 2],
  [11, 2],
  [4, 1],
  [5, 1],
  [6, 1],
  [2, 8],
  [1, 8],
  [136, 1],
];
const IPFIX_FIELDS: Field[] = [[152, 8], [153, 8], ...V9_FIELDS.slice(2, 8), [6, 2], ...V9_FIELDS.slice(9)];
const ADDRESSES = octets(ip4("192.0.2.1"), ip4("198.51.100.2"));
const COUNTS: Part[] = [
  [7, 8],
  [2 ** 33 + 5, 8],
  [3, 1],
];

describe("one flow", () => {
  test("v9: templates and options data first, then the record, padded to whole words", () => {
    const start = (NOW - 10 - 86_400) * 1000 + 250;
    const sysUpTime = (NOW + 1) * 1000 - start;
    const [introduction, data, ...others] = encode(batchOf([FLOW], PACKET_ELEMENTS), { protocol: "v9", domain: 77 });
    const totals: Field[] = [
      [41, 8],
      [42, 8],
      [40, 8],
    ];
    const specifiers = octets(
      ...[[1, 4], ...totals].flatMap(([id, length]): Part[] => [
        [id!, 2],
        [length!, 2],
      ]),
    );
    expect(introduction).toEqual(
      v9(
        { domain: 77, seconds: NOW + 1, sysUpTime, count: 3 },
        template(FIRST, V9_FIELDS, 9),
        set(1, [256, 2], [4, 2], [12, 2], specifiers, [0, 2]),
        set(256, [77, 4], [0, 24]),
      ),
    );
    const record = octets(
      [86_400_000, 4],
      [NOW * 1000 + 500 - start, 4],
      ADDRESSES,
      [50_000, 2],
      [443, 2],
      [6, 1],
      [8, 1],
      [0x1b, 1],
      ...COUNTS,
    );
    expect(data).toEqual(
      v9({ domain: 77, seconds: NOW + 1, sysUpTime, sequence: 1 }, set(FIRST, record, [0, -record.length & 3])),
    );
    expect(others).toEqual([]);
  });

  const ipfixRecord = (start: Part[], end: Part[]) =>
    octets(...start, ...end, ADDRESSES, [50_000, 2], [443, 2], [6, 1], [8, 1], [0x11b, 2], ...COUNTS);

  test("IPFIX: milliseconds, flags of 16 bits, sequence numbers that count options data", () => {
    const [introduction, data] = encode(batchOf([FLOW], PACKET_ELEMENTS), { protocol: "ipfix", domain: 77 });
    const system: Field[] = [
      [149, 4],
      [41, 8],
      [42, 8],
      [40, 8],
      [160, 8],
    ];
    const specifiers = octets(
      ...system.flatMap(([id, length]): Part[] => [
        [id, 2],
        [length, 2],
      ]),
    );
    expect(introduction).toEqual(
      ipfix(
        { domain: 77, seconds: NOW + 1 },
        template(FIRST, IPFIX_FIELDS),
        set(3, [256, 2], [5, 2], [1, 2], specifiers),
        set(256, [77, 4], [0, 24], [NOW * 1000 + 500, 8]),
      ),
    );
    const record = ipfixRecord([[(NOW - 10) * 1000 + 250, 8]], [[NOW * 1000 + 500, 8]]);
    expect(data).toEqual(ipfix({ domain: 77, seconds: NOW + 1, sequence: 1 }, set(FIRST, record)));
  });

  const NTP = 2_208_988_800;
  test.each([
    ["sec", 150, 4, [[NOW - 10, 4]], [[NOW, 4]]],
    // 250,999 us = 0.250999 * 2^32 = 1078032496.4; the low 11 bits are left alone, the rest is rounded up.
    [
      "micro",
      154,
      8,
      [
        [NOW - 10 + NTP, 4],
        [526_384 * 2048, 4],
      ],
      [
        [NOW + NTP, 4],
        [0x8000_0000, 4],
      ],
    ],
    [
      "nano",
      156,
      8,
      [
        [NOW - 10 + NTP, 4],
        [1_078_036_788, 4],
      ],
      [
        [NOW + NTP, 4],
        [0x8000_0000, 4],
      ],
    ],
  ] as ["sec" | "micro" | "nano", number, number, Part[], Part[]][])(
    "IPFIX: times in %s",
    (times, id, length, start, end) => {
      const [introduction, data] = encode(batchOf([FLOW], PACKET_ELEMENTS), { protocol: "ipfix", times });
      const fields: Field[] = [[id, length], [id + 1, length], ...IPFIX_FIELDS.slice(2)];
      const expected = template(FIRST, fields);
      expect(introduction!.subarray(16, 16 + expected.length)).toEqual(expected);
      expect(data!.subarray(20)).toEqual(ipfixRecord(start, end));
    },
  );

  test("IPFIX: a biflow of IPv6 is one record, reverse elements under their enterprise number", () => {
    const both: Written = {
      ...FLOW,
      ipVersion: 6,
      srcAddr: "2001:db8::1",
      dstAddr: "2001:db8::2",
      reversePackets: 3,
      reverseBytes: 200,
      reverseTcpFlags: 0x12,
    };
    const [introduction, data] = encode(batchOf([both], PACKET_ELEMENTS), { protocol: "ipfix", biflow: true });
    const fields: Field[] = [[152, 8], [153, 8], [27, 16], [28, 16], ...IPFIX_FIELDS.slice(4, 11)];
    const reverse: Field[] = [
      [6, 2, 29_305],
      [2, 8, 29_305],
      [1, 8, 29_305],
    ];
    const expected = template(FIRST, [...fields, ...reverse, [136, 1]]);
    expect(introduction!.subarray(16, 16 + expected.length)).toEqual(expected);
    const times: Part[] = [
      [(NOW - 10) * 1000 + 250, 8],
      [NOW * 1000 + 500, 8],
    ];
    const kind: Part[] = [
      [50_000, 2],
      [443, 2],
      [6, 1],
      [8, 1],
      [0x11b, 2],
    ];
    const counts: Part[] = [
      [7, 8],
      [2 ** 33 + 5, 8],
      [0x12, 2],
      [3, 8],
      [200, 8],
      [3, 1],
    ];
    expect(data!.subarray(20)).toEqual(octets(...times, ip6("2001:db8::1"), ip6("2001:db8::2"), ...kind, ...counts));
  });
});

/** What our own reader makes of messages. */
function read(messages: readonly Buffer[]) {
  const decoder = new KeptDecoder({ clock: "keep" });
  for (const message of messages) decoder.take(message);
  expect(decoder.page).toMatchObject({ lostRecords: 0, lostMessages: 0, outOfOrder: 0, restarts: 0 });
  expect(Object.values(decoder.page.refused).every((count) => count === 0)).toBe(true);
  return decoder;
}

/** Every column that records have, and the mark of each. */
const FULL: Written = {
  ...FLOW,
  etherType: 0,
  event: 0,
  start: [NOW - 10, 250_000_000],
  nextHop: "203.0.113.3",
  bgpNextHop: "203.0.113.4",
  dstTos: 9,
  ttl: 61,
  minTtl: 60,
  maxTtl: 62,
  frameBytes: 2 ** 34,
  inIf: 70_000,
  outIf: 70_001,
  direction: 1,
  forwardingStatus: 64,
  srcAs: 4_200_000_000,
  dstAs: 4_200_000_001,
  srcMask: 24,
  dstMask: 16,
  vlan: 100,
  dstVlan: 200,
  innerVlan: 300,
  mplsLabel: 16_001,
  tunnelId: 5001,
  srcMac: "02:00:00:00:00:01",
  dstMac: "fe:dc:ba:98:76:54",
  postSrcMac: "02:00:00:00:00:03",
  postDstMac: "02:00:00:00:00:04",
  inVrf: 7,
  outVrf: 8,
  natSrcAddr: "203.0.113.9",
  natDstAddr: "203.0.113.10",
  natSrcPort: 1024,
  natDstPort: 1025,
  natEvent: 4,
  flowId: 2 ** 40 + 3,
  flows: 9,
  samplingRate: 1,
};
const IPV6: Written = {
  ...FULL,
  ipVersion: 6,
  srcAddr: "2001:db8::1",
  dstAddr: "2001:db8::2",
  nextHop: "2001:db8::3",
  bgpNextHop: "2001:db8::4",
  flowLabel: 0xabcde,
  natSrcAddr: "2001:db8::5",
  natDstAddr: "203.0.113.10",
};

describe("read again", () => {
  const REST = ["exporter", "domain", "received", "samplingSource", "firstPacket", "other", "samplingRate"];
  const compared = (flow: object) => Object.fromEntries(Object.entries(flow).filter(([name]) => !REST.includes(name)));

  test.each(["v9", "ipfix"] as const)("%s: every field is what it was", (protocol) => {
    const batch = batchOf([FULL, IPV6]);
    const was = Array.from(flowsOf(batch), (flow) => compared(flow.toJSON()));
    if (protocol === "v9") for (const flow of was) flow.tcpFlags = 0x1b;
    const { records } = read(encode(batch, { protocol }));
    expect(records.map(compared)).toEqual(was);
  });

  test("frames without IP, ICMP, and a biflow turned round", () => {
    const arp: Written = {
      start: [NOW, 0],
      end: [NOW, 0],
      etherType: 0x0806,
      srcMac: "02:00:00:00:00:01",
      dstMac: "ff:ff:ff:ff:ff:ff",
      packets: 2,
      bytes: 56,
    };
    const ping: Written = {
      ...FLOW,
      proto: 1,
      srcPort: 0,
      dstPort: 0x0800,
      reversePackets: 6,
      reverseBytes: 500,
      inIf: 3,
    };
    const { records } = read(encode(batchOf([arp, ping], PACKET_ELEMENTS), { protocol: "ipfix" }));
    expect(records).toHaveLength(3);
    expect(records.find(({ ipVersion }) => ipVersion === 0)).toMatchObject({
      etherType: 0x0806,
      srcMac: "02:00:00:00:00:01",
      dstMac: "ff:ff:ff:ff:ff:ff",
      packets: 2,
    });
    expect(records.find(({ srcAddr }) => srcAddr === "192.0.2.1")).toMatchObject({
      dstPort: 0x0800,
      packets: 7,
      inIf: 3,
      outIf: 0,
    });
    expect(records.find(({ srcAddr }) => srcAddr === "198.51.100.2")).toMatchObject({
      srcPort: 0,
      dstPort: 0,
      packets: 6,
      bytes: 500,
      inIf: 0,
      outIf: 3,
      tcpFlags: 0,
    });
  });

  test.each(["v9", "ipfix"] as const)("%s: the sampling rate is announced in options data", (protocol) => {
    const { options, records } = read(encode(batchOf([FLOW]), { protocol, sampling: 1000 }));
    expect(options.some(({ fields }) => fields.samplingInterval === 1000 && fields.samplingAlgorithm === 1)).toBe(true);
    expect(
      options.some(({ fields }) => fields.samplingPacketInterval === 1 && fields.samplingPacketSpace === 999),
    ).toBe(protocol === "ipfix");
    expect(records).toMatchObject([{ samplingRate: 1000 }]);
  });

  test("rates that differ from the first one are said by the records themselves", () => {
    const rates = [100, 100, 10, 1].map((samplingRate) => ({ ...FLOW, samplingRate }));
    const { records } = read(encode(batchOf(rates), { protocol: "ipfix" }));
    expect(records.map(({ samplingRate }) => samplingRate)).toEqual([100, 100, 10, 1]);
  });
});

describe("messages", () => {
  const many = (count: number, more: Written = {}) =>
    batchOf(Array.from({ length: count }, () => ({ ...FLOW, ...more })));

  test("are as large as allowed, and no larger", () => {
    for (const protocol of ["v9", "ipfix"] as const) {
      const messages = encode(many(500), { protocol, messageOctets: 1400 });
      const sizes = messages.slice(1, -1).map(({ length }) => length);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(1400);
      expect(Math.min(...sizes)).toBeGreaterThan(1400 - 50);
      expect(read(messages).records).toHaveLength(500);
    }
  });

  test("a column that comes later makes new templates; sequence numbers go on", () => {
    const encoding = new Encoding({ protocol: "ipfix" })
      .write(many(3))
      .write(many(2, { vlan: 5 }))
      .finish();
    const { records } = read(encoding.messages);
    expect(records.map(({ vlan }) => vlan)).toEqual([0, 0, 0, 5, 5]);
  });

  test("TCP flags take an octet until a record has more of them", () => {
    const encoding = new Encoding({ protocol: "ipfix" }).write(many(1, { tcpFlags: 0x1b })).finish();
    const narrow = encoding.messages[1]!.length;
    encoding.write(many(1)).finish();
    expect(encoding.messages[3]!.length).toBe(narrow + 1);
    expect(read(encoding.messages).records.map(({ tcpFlags }) => tcpFlags)).toEqual([0x1b, 0x11b]);
  });

  test("templates are said again when they are to be renewed, once where they need not", () => {
    const encoding = new Encoding({ protocol: "ipfix" }).write(many(1)).finish();
    encoding.write(many(1)).finish();
    expect(encoding.messages).toHaveLength(3);
    encoding.encoder.renew();
    encoding.write(many(1)).finish();
    expect(encoding.messages).toHaveLength(5);
    expect(encoding.messages[3]!.subarray(16, 20)).toEqual(encoding.messages[0]!.subarray(16, 20));
    encoding.encoder.restart();
    encoding.write(many(1)).finish();
    expect(encoding.messages.map((message) => message.readUInt32BE(8))).toEqual([0, 1, 2, 3, 4, 0, 1]);
  });

  test("small messages hold the templates of everything, in several", () => {
    const kinds = [FULL, IPV6, { ...FULL, proto: 1 }, { ...IPV6, proto: 58 }];
    const messages = encode(batchOf(kinds), { protocol: "ipfix", messageOctets: 528 });
    expect(Math.max(...messages.map(({ length }) => length))).toBeLessThanOrEqual(528);
    expect(read(messages).records).toHaveLength(4);
  });

  test("what goes beyond the columns is counted by name", () => {
    const batch = many(2);
    batch.other.addText(1, "applicationName", "dns");
    const { counts } = new Encoding({ protocol: "ipfix" }).write(batch).finish().encoder;
    expect([...counts.otherFields]).toEqual([["applicationName", 1]]);
  });
});
