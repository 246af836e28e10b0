// NetFlow v9 and IPFIX: templates, options, data before its template, structured data, biflows, times.
import { describe, expect, test } from "vitest";
import {
  type Field,
  ip4,
  ip6,
  ipfix,
  KeptDecoder,
  NOW,
  octets,
  optionsTemplate,
  type Part,
  set,
  template,
  v9,
} from "../../test/export-messages.ts";

const ADDRESSES: readonly Field[] = [
  [8, 4],
  [12, 4],
];
const PAIR = octets(ip4("192.0.2.1"), ip4("198.51.100.2"));
const COUNTED: readonly Field[] = [...ADDRESSES, [2, 4], [1, 8]];
const countedRecord = (packets: number, bytes: number) => octets(PAIR, [packets, 4], [bytes, 8]);

describe("templates", () => {
  test("data is read by the template of its source; what comes again is not new, what differs is a change", () => {
    const decoder = new KeptDecoder();
    decoder.take(ipfix({}, template(256, COUNTED)));
    const [record] = decoder.take(ipfix({ sequence: 0 }, set(256, countedRecord(3, 300))));
    expect(record).toMatchObject({
      srcAddr: "192.0.2.1",
      dstAddr: "198.51.100.2",
      packets: 3,
      bytes: 300,
      ipVersion: 4,
    });
    expect(record).toMatchObject({ exporter: "192.0.2.100", domain: 1, received: NOW * 1000, start: null, end: null });
    decoder.take(ipfix({ sequence: 1 }, template(256, COUNTED)));
    decoder.take(ipfix({ sequence: 1 }, template(256, [...ADDRESSES, [1, 4]]), set(256, PAIR, [77, 4])));
    expect(decoder.records.at(-1)).toMatchObject({ packets: 0, bytes: 77 });
    expect(decoder.page.templates).toMatchObject({ learned: 1, changed: 1 });
    expect(decoder.page).toMatchObject({ messages: 4, records: 2, lostRecords: 0, outOfOrder: 0 });
  });

  test("domains, formats and ports have templates of their own", () => {
    const decoder = new KeptDecoder();
    decoder.take(ipfix({ domain: 1 }, template(256, COUNTED)));
    decoder.take(ipfix({ domain: 2 }, template(256, [...ADDRESSES, [1, 4]])));
    expect(decoder.take(ipfix({ domain: 2 }, set(256, PAIR, [5, 4])))[0]).toMatchObject({ bytes: 5, domain: 2 });
    expect(decoder.take(ipfix({ domain: 1 }, set(256, countedRecord(1, 6))))[0]).toMatchObject({ bytes: 6, domain: 1 });
    // The first port has sent data of its own: another one's data waits for its own template.
    expect(decoder.take(ipfix({ domain: 1 }, set(256, PAIR, [9, 4])), { port: 4001 })).toEqual([]);
    const late = decoder.take(ipfix({ domain: 1 }, template(256, [...ADDRESSES, [1, 4]])), { port: 4001 });
    expect(late).toMatchObject([{ bytes: 9 }]);
  });

  test("a port that sends only templates lends them to the exporter's other ports", () => {
    const decoder = new KeptDecoder();
    decoder.take(ipfix({}, template(256, COUNTED)), { port: 1 });
    expect(decoder.take(ipfix({}, set(256, countedRecord(2, 9))), { port: 2 })).toMatchObject([{ packets: 2 }]);
    expect(decoder.page.remarks.templateOtherPort).toBe(1);
  });

  test("a stream may take templates back, a datagram may not; a stream's templates end with it", () => {
    const decoder = new KeptDecoder();
    const data = ipfix({}, set(256, countedRecord(1, 1)));
    const withdrawal = ipfix({}, set(2, [256, 2], [0, 2]));
    decoder.take(ipfix({}, template(256, COUNTED)));
    decoder.take(withdrawal);
    expect(decoder.take(data)).toHaveLength(1);
    expect(decoder.page.remarks.withdrawalIgnored).toBe(1);
    decoder.take(ipfix({}, template(256, COUNTED)), { session: 7 });
    decoder.take(withdrawal, { session: 7 });
    expect(decoder.take(data, { session: 7 })).toEqual([]);
    expect(decoder.page.templates.withdrawn).toBe(1);
    for (const all of [2, 3]) {
      decoder.take(ipfix({}, template(256, COUNTED), optionsTemplate(257, [[144, 4]], [[41, 8]])), { session: 8 });
      decoder.take(ipfix({}, set(all, [all, 2], [0, 2])), { session: 8 });
      expect(decoder.take(data, { session: 8 })).toHaveLength(all === 2 ? 0 : 1);
    }
    decoder.take(ipfix({}, template(256, COUNTED)), { session: 9 });
    decoder.decoder.closeSession(9);
    expect(decoder.take(data, { session: 9 })).toEqual([]);
  });

  test("templates that are not sent again expire; the last run's are taken over", () => {
    const first = new KeptDecoder();
    first.take(ipfix({}, template(256, COUNTED)));
    const kept = JSON.parse(JSON.stringify(first.decoder.templates())) as unknown[];
    expect(kept).toMatchObject([{ exporter: "192.0.2.100", port: 4000, domain: 1, format: 10, id: 256, seen: NOW }]);
    const second = new KeptDecoder();
    expect(second.decoder.restore([...kept, null, 5, { ...(kept[0] as object), fields: [] }, { id: 256 }])).toBe(1);
    expect(second.take(ipfix({}, set(256, countedRecord(4, 5))))).toMatchObject([{ packets: 4, bytes: 5 }]);
    expect(second.page.templates).toMatchObject({ restored: 1, learned: 0 });
    second.decoder.tick(NOW + 86_399);
    expect(second.take(ipfix({}, set(256, countedRecord(4, 5))), { seconds: NOW + 86_399 })).toHaveLength(1);
    second.decoder.tick(NOW + 86_500);
    expect(second.take(ipfix({}, set(256, countedRecord(4, 5))), { seconds: NOW + 86_500 })).toEqual([]);
    expect(second.page.templates.expired).toBe(1);
  });
});

describe("data before its template", () => {
  test("waits, and is decoded with the time of its own message", () => {
    const decoder = new KeptDecoder();
    const fields: readonly Field[] = [...ADDRESSES, [22, 4], [21, 4]];
    const record = octets(PAIR, [990_000, 4], [995_000, 4]);
    expect(decoder.take(v9({ sequence: 0 }, set(256, record)))).toEqual([]);
    expect(decoder.page.noTemplate).toEqual({ waiting: 1, decodedLater: 0, expired: 0, evicted: 0, atEnd: 0 });
    const later = v9({ sequence: 1, seconds: NOW + 10, sysUpTime: 1_010_000 }, template(256, fields, 9));
    expect(decoder.take(later, { seconds: NOW + 10 })).toMatchObject([
      { start: (NOW - 10) * 1000, end: (NOW - 5) * 1000, received: NOW * 1000 },
    ]);
    expect(decoder.page.noTemplate).toEqual({ waiting: 0, decodedLater: 1, expired: 0, evicted: 0, atEnd: 0 });
  });

  test("expires after a while, and makes room for what is newer", () => {
    const decoder = new KeptDecoder({ limits: { waitingOctetsPerExporter: 1800 } });
    for (let i = 0; i < 3; i++) decoder.take(ipfix({}, set(256, countedRecord(i, i))));
    expect(decoder.page.noTemplate).toEqual({ waiting: 2, decodedLater: 0, expired: 0, evicted: 1, atEnd: 0 });
    decoder.decoder.tick(NOW + 29);
    expect(decoder.page.noTemplate.expired).toBe(0);
    decoder.decoder.tick(NOW + 30);
    expect(decoder.page.noTemplate).toEqual({ waiting: 0, decodedLater: 0, expired: 2, evicted: 1, atEnd: 0 });
    expect(decoder.take(ipfix({}, template(256, COUNTED)))).toEqual([]);
  });
});

describe("fields", () => {
  test("sizes may be reduced, unknown elements are kept by number, repeated ones by place", () => {
    const decoder = new KeptDecoder();
    const fields: readonly Field[] = [
      [2, 1],
      [1, 3],
      [10, 1],
      [7, 1],
      [136, 1],
      [95, 4],
      [5, 2, 9],
      [95, 4],
      [210, 2],
      [6, 1],
    ];
    const values = octets(
      [7, 1],
      [70_000, 3],
      [9, 1],
      [80, 1],
      [3, 1],
      [0x0d00_01bb, 4],
      [0xbeef, 2],
      [1, 4],
      [0, 2],
      [2, 1],
    );
    expect(decoder.take(ipfix({}, template(256, fields), set(256, values)))).toMatchObject([
      {
        packets: 7,
        bytes: 70_000,
        inIf: 9,
        srcPort: 80,
        endReason: "end",
        tcpFlags: 2,
        other: { applicationId: "0d0001bb", "9/5": "beef", "applicationId#2": "00000001" },
      },
    ]);
  });

  test("of variable length, short and long form", () => {
    const decoder = new KeptDecoder();
    const long = "x".repeat(300);
    const fields: readonly Field[] = [
      [82, 65_535],
      [2, 4],
      [83, 65_535],
    ];
    const record = octets([3, 1], "eth", [5, 4], [255, 1], [300, 2], long);
    const records = decoder.take(ipfix({}, template(256, fields), set(256, record, record)));
    expect(records).toHaveLength(2);
    for (const { packets, other } of records) {
      expect({ packets, other }).toEqual({ packets: 5, other: { interfaceName: "eth", interfaceDescription: long } });
    }
  });

  test("a cut field of variable length ends its set, not the message", () => {
    const decoder = new KeptDecoder();
    const fields: readonly Field[] = [
      [82, 65_535],
      [2, 4],
    ];
    const cut = set(256, [1, 1], "a", [5, 4], [200, 1], "bbbbbbb");
    const records = decoder.take(ipfix({}, template(256, fields), cut, set(256, [1, 1], "c", [6, 4])));
    expect(records.map(({ packets }) => packets)).toEqual([5, 6]);
    expect(decoder.page.refused.recordLength).toBe(1);
  });

  test("of a length that their type cannot have are kept as octets", () => {
    const decoder = new KeptDecoder();
    const fields: readonly Field[] = [
      [8, 5],
      [56, 4],
      [2, 4],
    ];
    const [record] = decoder.take(ipfix({}, template(256, fields), set(256, [1, 5], [2, 4], [3, 4])));
    expect(record).toMatchObject({ srcAddr: null, srcMac: null, packets: 3 });
    expect(record!.other).toEqual({ sourceIPv4Address: "0000000001", sourceMacAddress: "00000002" });
    expect(decoder.page.remarks.fieldOpaque).toBe(2);
  });

  test("both address families in one template: the one that is said", () => {
    const decoder = new KeptDecoder();
    const fields: readonly Field[] = [
      [8, 4],
      [12, 4],
      [27, 16],
      [28, 16],
    ];
    const none4 = ip4("0.0.0.0");
    const none6 = ip6("::");
    const v4record = octets(PAIR, none6, none6);
    const v6record = octets(none4, none4, ip6("2001:db8::1"), ip6("2001:db8::2"));
    const records = decoder.take(ipfix({}, template(256, fields), set(256, v4record, v6record)));
    expect(records).toMatchObject([
      { srcAddr: "192.0.2.1", dstAddr: "198.51.100.2", ipVersion: 4, other: {} },
      { srcAddr: "2001:db8::1", dstAddr: "2001:db8::2", ipVersion: 6, other: {} },
    ]);
  });

  test("biflows have reverse counters (RFC 5103)", () => {
    const decoder = new KeptDecoder();
    const fields: readonly Field[] = [
      ...ADDRESSES,
      [2, 4],
      [1, 4],
      [2, 4, 29_305],
      [1, 8, 29_305],
      [6, 2, 29_305],
      [7, 2, 29_305],
    ];
    const record = octets(PAIR, [1, 4], [100, 4], [2, 4], [5_000_000_000n, 8], [0x12, 2], [99, 2]);
    expect(decoder.take(ipfix({}, template(256, fields), set(256, record)))).toMatchObject([
      {
        packets: 1,
        bytes: 100,
        reversePackets: 2,
        reverseBytes: 5_000_000_000,
        reverseTcpFlags: 0x12,
        other: { reverseSourceTransportPort: "99" },
      },
    ]);
  });

  test("ICMP type and code are the destination port, whatever element brings them", () => {
    const decoder = new KeptDecoder();
    const take = (id: number, fields: readonly Field[], ...values: Part[]) =>
      decoder.take(ipfix({}, template(id, fields), set(id, ...values)))[0];
    expect(
      take(
        256,
        [
          [4, 1],
          [32, 2],
        ],
        [1, 1],
        [0x0300, 2],
      ),
    ).toMatchObject({ dstPort: 0x300, other: {} });
    expect(
      take(
        257,
        [
          [4, 1],
          [11, 2],
          [176, 1],
          [177, 1],
        ],
        [1, 1],
        [0, 2],
        [8, 1],
        [0, 1],
      ),
    ).toMatchObject({ dstPort: 0x800 });
    expect(
      take(
        258,
        [
          [4, 1],
          [178, 1],
          [179, 1],
        ],
        [58, 1],
        [128, 1],
        [0, 1],
      ),
    ).toMatchObject({ dstPort: 0x8000 });
    expect(
      take(
        259,
        [
          [4, 1],
          [11, 2],
          [32, 2],
        ],
        [6, 1],
        [443, 2],
        [0, 2],
      ),
    ).toMatchObject({ dstPort: 443, other: {} });
    // The column is clean again where nothing says a port.
    expect(
      take(
        260,
        [
          [4, 1],
          [178, 1],
          [179, 1],
        ],
        [58, 1],
        [0, 1],
        [0, 1],
      ),
    ).toMatchObject({ dstPort: 0 });
  });

  test("structured data reads as JSON (RFC 6313), to a depth", () => {
    const decoder = new KeptDecoder();
    const basic = octets([3, 1], [82, 2], [65_535, 2], [2, 1], "ab", [1, 1], "c");
    const list = octets([3, 1], [300, 2], [1, 4], [2, 4]);
    const multi = octets([3, 1], [300, 2], [8, 2], [9, 4]);
    const fields: readonly Field[] = [
      [291, 65_535],
      [292, 65_535],
      [293, 65_535],
    ];
    const lengths = [basic, list, multi].flatMap((value) => [[value.length, 1] as const, value]);
    const [record] = decoder.take(ipfix({}, template(300, [[10, 4]]), template(256, fields), set(256, ...lengths)));
    expect(record!.other).toEqual({
      basicList: '["ab","c"]',
      subTemplateList: '[{"ingressInterface":"1"},{"ingressInterface":"2"}]',
      subTemplateMultiList: '[[{"ingressInterface":"9"}]]',
    });
    let nested = octets([3, 1], [82, 2], [1, 2], "x");
    for (let depth = 0; depth < 6; depth++) nested = octets([3, 1], [291, 2], [nested.length, 2], nested);
    const [deep] = decoder.take(ipfix({}, template(257, [[291, 65_535]]), set(257, [nested.length, 1], nested)));
    expect(deep!.other).toEqual({ basicList: nested.toString("hex") });
    expect(decoder.page.remarks.tooDeep).toBe(1);
  });
});

describe("options data", () => {
  test("names of enterprise elements are learned (RFC 5610)", () => {
    const decoder = new KeptDecoder();
    decoder.take(ipfix({}, template(256, [[1, 4, 55_555]])));
    const describe_ = optionsTemplate(
      257,
      [
        [346, 4],
        [303, 2],
      ],
      [
        [339, 1],
        [341, 65_535],
      ],
    );
    const told = octets([55_555, 4], [1, 2], [3, 1], [7, 1], "ourName");
    decoder.take(ipfix({}, describe_, set(257, told)));
    expect(decoder.take(ipfix({}, set(256, [42, 4])))[0]!.other).toEqual({ ourName: "42" });
    expect(decoder.options).toMatchObject([
      { template: 257, scopes: 2, fields: { informationElementName: "ourName" } },
    ]);
    expect(decoder.page.optionsRecords).toBe(1);
  });

  test("sampling: of all, of a sampler, of an interface; by the record itself; set by a person", () => {
    const decoder = new KeptDecoder();
    const records = (fields: readonly Field[], ...values: Part[]) =>
      decoder.take(v9({}, template(300, fields, 9), set(300, ...values)))[0]!;
    expect(records([[2, 4]], [1, 4])).toMatchObject({ samplingRate: 0, samplingSource: null });
    decoder.take(
      v9(
        {},
        optionsTemplate(
          256,
          [[1, 4]],
          [
            [34, 4],
            [35, 1],
          ],
          9,
        ),
        set(256, [1, 4], [100, 4], [2, 1]),
      ),
    );
    expect(records([[2, 4]], [1, 4])).toMatchObject({ samplingRate: 100, samplingSource: "options" });
    expect(
      records(
        [
          [34, 4],
          [2, 4],
        ],
        [50, 4],
        [1, 4],
      ),
    ).toMatchObject({ samplingRate: 50, samplingSource: "record", other: {} });
    decoder.take(
      v9(
        {},
        optionsTemplate(
          257,
          [[1, 4]],
          [
            [48, 1],
            [50, 4],
          ],
          9,
        ),
        set(257, [1, 4], [7, 1], [2000, 4]),
      ),
    );
    decoder.take(v9({}, set(257, [1, 4], [8, 1], [3000, 4])));
    expect(
      records(
        [
          [48, 1],
          [2, 4],
        ],
        [8, 1],
        [1, 4],
      ),
    ).toMatchObject({ samplingRate: 3000, samplingSource: "options" });
    expect(
      records(
        [
          [48, 1],
          [2, 4],
        ],
        [9, 1],
        [1, 4],
      ),
    ).toMatchObject({ packets: 1 });
    expect(decoder.page.remarks.samplingUnknown).toBe(1);
    decoder.take(v9({}, optionsTemplate(258, [[2, 4]], [[34, 4]], 9), set(258, [5, 4], [500, 4])));
    expect(
      records(
        [
          [10, 4],
          [2, 4],
        ],
        [5, 4],
        [1, 4],
      ),
    ).toMatchObject({ samplingRate: 500, samplingSource: "options" });
    const set_ = new KeptDecoder({ sampling: new Map([["192.0.2.100", 10]]) });
    set_.take(v9({}, optionsTemplate(256, [[1, 4]], [[34, 4]], 9), set(256, [1, 4], [100, 4])));
    expect(set_.take(v9({}, template(300, [[34, 4]], 9), set(300, [50, 4])))).toMatchObject([
      { samplingRate: 10, samplingSource: "configured" },
    ]);
  });
});

describe("times", () => {
  const one = (fields: readonly Field[], ...values: Part[]) => {
    const decoder = new KeptDecoder();
    return { record: decoder.take(ipfix({}, template(256, fields), set(256, ...values)))[0]!, page: decoder.page };
  };

  test("in every precision", () => {
    expect(
      one(
        [
          [150, 4],
          [151, 4],
        ],
        [NOW, 4],
        [NOW + 1, 4],
      ).record,
    ).toMatchObject({ start: NOW * 1000, end: NOW * 1000 + 1000 });
    expect(
      one(
        [
          [152, 8],
          [153, 8],
        ],
        [NOW * 1000 + 5, 8],
        [NOW * 1000 + 6, 8],
      ).record,
    ).toMatchObject({
      start: NOW * 1000 + 5,
      end: NOW * 1000 + 6,
    });
    const ntp = (fraction: number) => [BigInt(NOW + 2_208_988_800) * 4_294_967_296n + BigInt(fraction), 8] as const;
    expect(
      one(
        [
          [156, 8],
          [157, 8],
        ],
        ntp(0),
        ntp(0x8000_0000),
      ).record,
    ).toMatchObject({ start: NOW * 1000, end: NOW * 1000 + 500 });
    // Microseconds leave out the low 11 bits.
    expect(
      one(
        [
          [154, 8],
          [155, 8],
        ],
        ntp(0x7ff),
        ntp(0x4000_07ff),
      ).record,
    ).toMatchObject({ start: NOW * 1000, end: NOW * 1000 + 250 });
    expect(
      one(
        [
          [158, 4],
          [159, 4],
        ],
        [2_000_000, 4],
        [500_000, 4],
      ).record,
    ).toMatchObject({
      start: NOW * 1000 - 2000,
      end: NOW * 1000 - 500,
    });
  });

  test("the end by the duration, event times for both, contradictions counted", () => {
    expect(
      one(
        [
          [152, 8],
          [161, 4],
        ],
        [NOW * 1000 + 900, 8],
        [1200, 4],
      ).record,
    ).toMatchObject({ end: NOW * 1000 + 2100 });
    expect(one([[323, 8]], [NOW * 1000, 8]).record).toMatchObject({ start: NOW * 1000, end: NOW * 1000, other: {} });
    expect(
      one(
        [
          [152, 8],
          [153, 8],
        ],
        [NOW * 1000 + 9, 8],
        [NOW * 1000, 8],
      ).page.remarks.timeContradicts,
    ).toBe(1);
    expect(
      one(
        [
          [152, 8],
          [153, 8],
        ],
        [2 ** 52, 8],
        [NOW * 1000, 8],
      ),
    ).toMatchObject({
      record: { start: null },
      page: { remarks: { timeUnknown: 1 } },
    });
  });

  test("sysUpTime over its wrap; a flow of more than 24 days", () => {
    const decoder = new KeptDecoder();
    const fields: readonly Field[] = [
      [22, 4],
      [21, 4],
    ];
    decoder.take(v9({}, template(256, fields, 9)));
    const [wrapped] = decoder.take(v9({ sysUpTime: 5000 }, set(256, [0xffff_f000, 4], [0xffff_ff00, 4])));
    expect(wrapped).toMatchObject({ start: NOW * 1000 - 5000 - 4096, end: NOW * 1000 - 5000 - 256 });
    expect(decoder.page.remarks.uptimeWrapped).toBe(1);
    const days = 30 * 86_400_000;
    const [long] = decoder.take(v9({ sysUpTime: days + 1000 }, set(256, [0, 4], [days, 4])));
    expect(long).toMatchObject({ start: NOW * 1000 - 1000 - days, end: NOW * 1000 - 1000 });
  });

  test("uptimes of IPFIX count from the start that options data tells", () => {
    const decoder = new KeptDecoder();
    decoder.take(
      ipfix(
        {},
        template(256, [
          [22, 4],
          [21, 4],
        ]),
      ),
    );
    expect(decoder.take(ipfix({}, set(256, [1000, 4], [2000, 4])))).toMatchObject([
      { start: null, other: { flowStartSysUpTime: "1000", flowEndSysUpTime: "2000" } },
    ]);
    const boot = (NOW - 100) * 1000;
    decoder.take(ipfix({}, optionsTemplate(257, [[149, 4]], [[160, 8]]), set(257, [1, 4], [boot, 8])));
    expect(decoder.take(ipfix({}, set(256, [1000, 4], [2000, 4])))).toMatchObject([
      { start: boot + 1000, end: boot + 2000, other: {} },
    ]);
  });

  test("a clock that is far off is repaired and counted, or kept", () => {
    const data = ipfix({ seconds: NOW - 90_000 }, template(256, [[152, 8]]), set(256, [(NOW - 90_005) * 1000, 8]));
    const repaired = new KeptDecoder();
    expect(repaired.take(data)).toMatchObject([{ start: (NOW - 5) * 1000 }]);
    expect(repaired.page).toMatchObject({ clockOffset: -90_000, remarks: { clockRepaired: 1 } });
    expect(new KeptDecoder({ clock: "keep" }).take(data)).toMatchObject([{ start: (NOW - 90_005) * 1000 }]);
    const slow = ipfix({ seconds: NOW - 80_000 }, template(256, [[152, 8]]), set(256, [(NOW - 80_005) * 1000, 8]));
    expect(new KeptDecoder().take(slow)).toMatchObject([{ start: (NOW - 80_005) * 1000 }]);
    const ahead = ipfix({ seconds: NOW + 301 }, template(256, [[152, 8]]), set(256, [(NOW + 301) * 1000, 8]));
    expect(new KeptDecoder().take(ahead)).toMatchObject([{ start: NOW * 1000 }]);
  });
});
