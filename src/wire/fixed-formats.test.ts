// NetFlow v1, v5, v7: records at constant offsets, headers that lie, sequence numbers, sampling in the header.
import { describe, expect, test } from "vitest";
import { ip4, KeptDecoder, NOW, octets, v5, v5Record } from "../../test/export-messages.ts";

describe("NetFlow v5", () => {
  test("every field of a record", () => {
    const decoder = new KeptDecoder();
    const [record] = decoder.take(v5({ engine: 0x0203, sampling: 0x4064 }, v5Record(990_000, 995_000)));
    expect(record).toMatchObject({
      exporter: "192.0.2.100",
      domain: 0x0203,
      srcAddr: "192.0.2.1",
      dstAddr: "198.51.100.2",
      nextHop: "203.0.113.3",
      inIf: 4,
      outIf: 5,
      packets: 3,
      bytes: 300,
      start: NOW * 1000 - 10_000,
      end: NOW * 1000 - 5000,
      srcPort: 443,
      dstPort: 50_000,
      tcpFlags: 0x1b,
      proto: 6,
      tos: 8,
      srcAs: 64_512,
      dstAs: 64_513,
      srcMask: 24,
      dstMask: 16,
      ipVersion: 4,
      samplingRate: 100,
      samplingSource: "header",
      other: {},
    });
    expect(decoder.page).toMatchObject({ samplingRate: 100, records: 1, messages: 1, domain: 0x0203, format: 5 });
  });

  test("a count beyond what the message holds is refused, and what it holds is read", () => {
    const decoder = new KeptDecoder();
    const record = v5Record(1, 2);
    expect(decoder.take(v5({ count: 3 }, record, record, record.subarray(0, 47)))).toHaveLength(2);
    expect(decoder.take(v5({ count: 65_535 }))).toHaveLength(0);
    expect(decoder.take(v5({ count: 1, sequence: 65_538 }, record, record))).toHaveLength(1);
    expect(decoder.page.refused.lengthContradicts).toBe(2);
    expect(decoder.page.remarks.countDiffers).toBe(1);
    expect(decoder.take(Buffer.from("0005000100000000", "hex"))).toHaveLength(0);
    expect(decoder.ledger.pages.map(({ refused }) => refused.tooShort)).toEqual([1]);
  });

  test("gaps, what comes late, duplicates, a restart, and the end of 32 bits", () => {
    const decoder = new KeptDecoder();
    const send = (sequence: number) => decoder.take(v5({ sequence: sequence >>> 0 }, v5Record(1, 2), v5Record(1, 2)));
    send(-4);
    const { page } = decoder;
    send(-2);
    send(0);
    expect(page).toMatchObject({ lostRecords: 0, outOfOrder: 0, restarts: 0 });
    send(8);
    expect(page.lostRecords).toBe(6);
    send(4);
    expect(page).toMatchObject({ lostRecords: 4, outOfOrder: 1 });
    send(4);
    send(8);
    expect(page).toMatchObject({ lostRecords: 4, outOfOrder: 3, restarts: 0 });
    send(10);
    expect(page.lostRecords).toBe(4);
    send(0);
    expect(page).toMatchObject({ lostRecords: 4, restarts: 1 });
    send(2);
    send(3_000_000_000);
    expect(page).toMatchObject({ lostRecords: 4, restarts: 2 });
  });
});

test("NetFlow v1 has 48 octets a record, flags behind the type of service, no sequence numbers", () => {
  const decoder = new KeptDecoder();
  const header = octets([1, 2], [1, 2], [1_000_000, 4], [NOW, 4], [0, 4]);
  const record = octets(
    ip4("192.0.2.1"),
    ip4("198.51.100.2"),
    ip4("203.0.113.3"),
    [1, 2],
    [2, 2],
    [3, 4],
    [4, 4],
    [999_000, 4],
    [1_000_000, 4],
    [5, 2],
    [6, 2],
    [0xffff, 2],
    [17, 1],
    [8, 1],
    [0x12, 1],
    [0xffff_ffff_ffff, 7],
  );
  expect(record).toHaveLength(48);
  expect(decoder.take(octets(header, record))).toMatchObject([
    { inIf: 1, outIf: 2, packets: 3, bytes: 4, srcPort: 5, dstPort: 6, proto: 17, tos: 8, tcpFlags: 0x12, other: {} },
  ]);
  expect(decoder.records[0]).toMatchObject({ start: NOW * 1000 - 1000, end: NOW * 1000 });
});

test("NetFlow v7 names the router that was bypassed, and which fields are valid", () => {
  const decoder = new KeptDecoder();
  const header = octets([7, 2], [1, 2], [1_000_000, 4], [NOW, 4], [0, 4], [0, 4], [0, 4]);
  const record = octets(
    v5Record(999_000, 1_000_000).subarray(0, 36),
    [1, 1],
    [0x1b, 1],
    [6, 1],
    [8, 1],
    [0, 4],
    [24, 1],
    [16, 1],
    [0x0102, 2],
    ip4("192.0.2.9"),
  );
  expect(record).toHaveLength(52);
  expect(decoder.take(octets(header, record))).toMatchObject([
    { tcpFlags: 0x1b, proto: 6, srcMask: 24, other: { flags1: "1", flags2: "258", ipv4RouterSc: "192.0.2.9" } },
  ]);
});

test("what is no export message is booked as that", () => {
  const decoder = new KeptDecoder();
  for (const text of ["", "00", "000500", "0006000100000000", "ffff0001", "000a"])
    decoder.take(Buffer.from(text, "hex"));
  expect(decoder.ledger.unbooked.notFlow).toBe(6);
  expect(decoder.ledger.messages).toBe(6);
  expect(decoder.ledger.unexplained()).toBe(0);
});

describe("sources", () => {
  test("those that were heard lately keep their place; silent ones make room and stay in the sum", () => {
    const decoder = new KeptDecoder({ limits: { sources: 3 } });
    const send = (exporter: string, seconds: number) =>
      decoder.take(v5({ seconds }, v5Record(1, 2)), { exporter, seconds });
    for (const exporter of ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"]) send(exporter, NOW);
    expect(decoder.ledger.unbooked.tooManyExporters).toBe(1);
    expect(decoder.records).toHaveLength(3);
    send("10.0.0.1", NOW + 300);
    expect(send("10.0.0.4", NOW + 301)).toHaveLength(1);
    expect(decoder.ledger.pages.map(({ exporter }) => exporter)).toEqual(["10.0.0.1", "10.0.0.4"]);
    expect(decoder.ledger.forgotten).toMatchObject({ messages: 2, records: 2 });
    expect(decoder.ledger.unexplained()).toBe(0);
    expect(send("10.0.0.1", NOW + 302)).toHaveLength(1);
  });
});
