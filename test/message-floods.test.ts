// Export messages that are made to cost much: floods of templates, lists that grow, names, and any octets at all.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WIRE_LIMITS } from "../src/wire/index.ts";
import { Collected } from "./corpus/decoded-messages.ts";
import type { Datagram } from "./corpus/netflow-samples.ts";

const SECONDS = 1_700_000_000;

function shorts(...values: readonly number[]): number[] {
  return values.flatMap((value) => [(value >>> 8) & 255, value & 255]);
}

function words(...values: readonly number[]): number[] {
  return values.flatMap((value) => shorts(value >>> 16, value & 0xffff));
}

function set(id: number, content: readonly number[]): number[] {
  return [...shorts(id, content.length + 4), ...content];
}

function ipfix(...sets: readonly (readonly number[])[]): Uint8Array {
  const content = sets.flat();
  return Uint8Array.from([...shorts(10, content.length + 16), ...words(SECONDS, 0, 1), ...content]);
}

/** A message from one of many exporters. */
function from(exporter: number, payload: Uint8Array, seconds = SECONDS): Datagram {
  const address = new Uint8Array(16);
  address.set([255, 255, 10, exporter >>> 16, exporter >>> 8, exporter], 10);
  return { frame: 1, seconds, nanoseconds: 0, exporter: address, port: 2000, collectorPort: 2055, payload };
}

/** So many templates of equal fields, from a number on. */
function templates(first: number, count: number, fields: readonly number[]): number[] {
  const one = shorts(...fields);
  return Array.from({ length: count }, (_, i) => [...shorts(first + i, fields.length / 2), ...one]).flat();
}

function booked({ ledger }: Collected): void {
  expect(ledger.unexplained()).toBe(0);
  for (const page of ledger.pages) {
    for (const count of Object.values(page.noTemplate)) expect(count).toBeGreaterThanOrEqual(0);
  }
}

const LIMITS = { templatesPerExporter: 200, templates: 1000, templateFields: 3000, fieldsPerTemplate: 64 };

describe("floods of templates", () => {
  it("leave no more than the limits, and an exporter that does not flood keeps its own", () => {
    const collected = new Collected({ limits: LIMITS });
    collected.decode(from(0, ipfix(set(2, templates(300, 5, [8, 4, 12, 4])))));
    for (let round = 0; round < 60; round++) {
      const payload = ipfix(set(2, templates(256 + 100 * (round % 30), 100, [8, 4])));
      collected.decode(from(1 + (round % 12), payload, SECONDS + round));
    }
    const known = collected.decoder.templates();
    expect(known.length).toBeLessThanOrEqual(LIMITS.templates);
    expect(known.filter(({ exporter }) => exporter === "10.0.0.0")).toHaveLength(5);
    const learned = collected.sum((page) => page.templates.learned);
    expect(known.length + collected.sum((page) => page.templates.evicted)).toBe(learned);
    booked(collected);
  });

  it("leave no more fields than the limits when small templates become large ones", () => {
    const collected = new Collected({ limits: LIMITS });
    const large = Array.from({ length: 60 }, (_, i) => [1 + i, 1]).flat();
    for (const fields of [[8, 4], large]) {
      for (let exporter = 0; exporter < 8; exporter++) {
        for (let first = 256; first < 376; first += 20) {
          collected.decode(from(exporter, ipfix(set(2, templates(first, 20, fields)))));
        }
      }
    }
    const known = collected.decoder.templates();
    expect(known.length).toBeGreaterThan(10);
    expect(known.reduce((sum, { fields }) => sum + fields.length, 0)).toBeLessThanOrEqual(LIMITS.templateFields);
    booked(collected);
  });

  it("keep memory within bounds at the limits that hold everywhere", () => {
    const collected = new Collected();
    const before = process.memoryUsage.rss();
    for (let exporter = 0; exporter < 20; exporter++) {
      for (let first = 256; first < 5256; first += 1000) {
        collected.decode(from(exporter, ipfix(set(2, templates(first, 1000, [8, 4, 12, 4])))));
      }
    }
    expect(collected.sum((page) => page.templates.learned)).toBe(100_000);
    const known = collected.decoder.templates().length;
    expect(known).toBeLessThanOrEqual(WIRE_LIMITS.templates);
    expect(known).toBeGreaterThan(WIRE_LIMITS.templates / 2);
    expect(process.memoryUsage.rss() - before).toBeLessThan(600 * 2 ** 20);
  });
});

describe("data without templates", () => {
  it("waits within the limits; every set of it is accounted for", () => {
    const limits = { waitingOctetsPerExporter: 40_000, waitingOctets: 100_000 };
    const collected = new Collected({ limits });
    const sets = 6 * 200;
    for (let i = 0; i < sets; i++) {
      collected.decode(
        from(i % 6, ipfix(set(300 + (i % 7), shorts(...Array(50).fill(i)))), SECONDS + Math.floor(i / 100)),
      );
    }
    const now = (name: "waiting" | "evicted" | "expired" | "decodedLater") =>
      collected.sum((page) => page.noTemplate[name]);
    expect(now("waiting") + now("evicted")).toBe(sets);
    expect(now("waiting") * 100).toBeLessThanOrEqual(limits.waitingOctets);
    expect(now("waiting")).toBeGreaterThan(10);
    const rows = collected.decode(from(0, ipfix(set(2, templates(300, 7, [4, 2]))))).rows.length;
    expect(rows).toBe(50 * now("decodedLater"));
    expect(now("decodedLater")).toBeGreaterThan(0);
    collected.decoder.tick(SECONDS + 1000);
    expect(now("waiting")).toBe(0);
    expect(now("expired") + now("evicted") + now("decodedLater")).toBe(sets);
    booked(collected);
  });
});

describe("times", () => {
  it("that are not known contradict no others", () => {
    const times = templates(300, 1, [152, 8, 153, 8]);
    const collected = new Collected();
    // Milliseconds far beyond 2106, then an end before the start.
    const unknown = [...words(0xffff_ffff, 0), ...words(0, 2000)];
    const turned = [...words(0, 3000), ...words(0, 2000)];
    collected.decode(from(0, ipfix(set(2, times), set(300, [...unknown, ...turned]))));
    expect(collected.sum((page) => page.remarks.timeUnknown)).toBe(1);
    expect(collected.sum((page) => page.remarks.timeContradicts)).toBe(1);
  });
});

describe("data that waits", () => {
  it("is kept as it was when the octets that it came in are used again", () => {
    const collected = new Collected();
    // As sockets give them: many datagrams in one memory.
    const memory = Buffer.from(ipfix(set(300, shorts(1, 2, 3))));
    collected.decode(from(0, memory));
    memory.fill(255);
    const { rows } = collected.decode(from(0, ipfix(set(2, templates(300, 1, [7, 2])))));
    expect(rows.map(({ columns }) => columns.srcPort)).toEqual(["1", "2", "3"]);
  });
});

describe("structured data", () => {
  const LIST = templates(300, 1, [291, 65_535]);

  it("is kept as octets where it is too deep", () => {
    let list = [3, ...shorts(4, 1), 6];
    for (let depth = 0; depth < 6; depth++) list = [3, ...shorts(291, list.length), ...list];
    const collected = new Collected();
    const { rows } = collected.decode(from(0, ipfix(set(2, LIST), set(300, [list.length, ...list]))));
    expect(rows[0]?.other.basicList).toBe(Buffer.from(list).toString("hex"));
    expect(collected.sum((page) => page.remarks.tooDeep)).toBe(1);
  });

  it("ends where a template's records hold lists of the same template", () => {
    // Template 301: a list of records of template 301.
    const lists = templates(301, 1, [292, 65_535]);
    let list: number[] = [];
    for (let depth = 0; depth < 40; depth++) list = [list.length + 3, 3, ...shorts(301), ...list];
    const collected = new Collected();
    expect(collected.decode(from(0, ipfix(set(2, lists), set(301, list)))).rows).toHaveLength(1);
    expect(collected.sum((page) => page.remarks.tooDeep)).toBe(1);
  });

  it("makes no more of a message than its limit, however many values few octets stand for", () => {
    const limits = { listValuesPerMessage: 100 };
    const empty = Array.from({ length: 16 }, () => [82, 0]).flat();
    const inner = templates(302, 1, [...empty, 4, 1]);
    const outer = templates(301, 1, [292, 4]);
    const records = Array.from({ length: 50 }, () => [3, ...shorts(302), 6]).flat();
    const collected = new Collected({ limits });
    const { rows } = collected.decode(from(0, ipfix(set(2, [...inner, ...outer]), set(301, records))));
    const texts = rows.map(({ other }) => other.subTemplateList!);
    expect(texts).toHaveLength(50);
    // 17 values a list: five lists come out as text, the sixth is beyond.
    expect(texts.filter((text) => text.startsWith("["))).toHaveLength(5);
    expect(texts[6]).toBe("03012e06");
    expect(collected.sum((page) => page.remarks.listsTooLong)).toBe(45);
  });
});

describe("templates that make no sense", () => {
  it.each([
    ["no octets", [82, 0]],
    ["more than 16 empty fields", [...Array.from({ length: 17 }, () => [82, 0]).flat(), 4, 1]],
    ["more than 1,024 fields", Array.from({ length: 1025 }, () => [4, 1]).flat()],
  ])("with records of %s are refused", (_, fields) => {
    const collected = new Collected();
    collected.decode(from(0, ipfix(set(2, templates(300, 1, fields)), set(300, [1, 2, 3]))));
    expect(collected.decoder.templates()).toEqual([]);
    expect(collected.sum((page) => page.refused.templateFields)).toBe(1);
    booked(collected);
  });
});

describe("any octets", () => {
  const version = fc.constantFrom(0, 1, 5, 7, 8, 9, 10, 10, 11);
  const payload = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc.tuple(version, fc.uint8Array({ maxLength: 300 })).map(([number, rest]) => Uint8Array.from([0, number, ...rest])),
    // IPFIX that holds sets of any kind, with lengths that are mostly right.
    fc
      .array(
        fc.tuple(
          fc.constantFrom(0, 1, 2, 2, 3, 3, 4, 255, 256, 257, 258),
          fc.uint8Array({ maxLength: 40 }),
          fc.integer({ min: -4, max: 4 }),
        ),
        { maxLength: 8 },
      )
      .map((sets) =>
        ipfix(
          ...sets.map(([id, content, lie]) => [
            ...shorts(id, Math.max(0, content.length + 4 + (lie % 4 === 0 ? lie : 0))),
            ...content,
          ]),
        ),
      ),
  );

  it("are booked, whatever came before them", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(payload, fc.nat(3)), { maxLength: 12 }), (messages) => {
        const collected = new Collected();
        for (const [octets, exporter] of messages) collected.decode(from(exporter, octets));
        booked(collected);
        expect(collected.ledger.messages).toBe(messages.length);
        expect(collected.ledger.bytes).toBe(messages.reduce((sum, [octets]) => sum + octets.length, 0));
      }),
      { numRuns: 200, seed: 2055 },
    );
  });
});
