// Compiled records: the same rows as field by field, whatever the template and the octets.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Field, ipfix, KeptDecoder, octets, set, template, v5, v9 } from "../../test/export-messages.ts";

/** Elements of every kind of copy, with lengths that their types can have, and some that they cannot. */
const FIELDS: readonly Field[] = [
  ...[8, 12, 15].map((id): Field => [id, 4]),
  ...[27, 28, 62].map((id): Field => [id, 16]),
  ...[1, 2, 3, 4, 5, 6, 7, 8].flatMap((length): Field[] => [
    [1, length],
    [2, length],
    [10, length],
    [7, length],
    [4, length],
    [16, length],
    [6, length],
  ]),
  ...[56, 80, 81].map((id): Field => [id, 6]),
  ...[150, 151, 21, 22, 158, 159, 161].map((id): Field => [id, 4]),
  ...[152, 153, 154, 155, 156, 157, 323].map((id): Field => [id, 8]),
  ...[60, 52, 61, 136, 176, 177].map((id): Field => [id, 1]),
  [70, 3],
  [32, 2],
  [58, 2],
  [34, 4],
  [95, 4],
  [210, 3],
  [1, 4, 29_305],
  [2, 8, 29_305],
  [7, 2, 55_555],
];

/** Small numbers, which times and counters have, and any octets. */
const octet = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 255 }));

const message = fc.record({
  fields: fc.array(fc.constantFrom(...FIELDS), { minLength: 1, maxLength: 24 }),
  records: fc.integer({ min: 1, max: 12 }),
  seconds: fc.constantFrom(0, 1, 4_194_304, 4_194_305, 1_700_000_000, 4_290_772_990, 4_290_772_991, 0xffff_ffff),
  sysUpTime: fc.constantFrom(0, 1, 999, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff),
  octets: fc.array(octet, { minLength: 300, maxLength: 300 }),
  format: fc.constantFrom(9 as const, 10 as const),
});

const at = (compileAfterRecords: number) =>
  new KeptDecoder({ clock: "keep", limits: { compileAfterRecords, compiledTemplates: 1000 } });

/** What both ways give: records and what was counted of them. */
function both(feed: (decoder: KeptDecoder) => void): readonly [unknown, unknown] {
  const [compiled, plain] = [at(0), at(Number.POSITIVE_INFINITY)];
  const results = [compiled, plain].map((decoder) => {
    feed(decoder);
    return { records: decoder.records, pages: decoder.ledger.pages };
  });
  return [results[0], results[1]];
}

describe("compiled records", () => {
  test("are those of the plan, for any template and octets", () => {
    fc.assert(
      fc.property(message, ({ fields, records, seconds, sysUpTime, octets: content, format }) => {
        const length = fields.reduce((sum, [, octetsOf]) => sum + octetsOf, 0);
        const data = Buffer.alloc(length * records);
        for (let i = 0; i < data.length; i++) data[i] = content[i % content.length]!;
        const make = (...sets: Uint8Array[]) =>
          format === 9 ? v9({ seconds, sysUpTime }, ...sets) : ipfix({ seconds }, ...sets);
        const [compiled, plain] = both((decoder) => {
          // Enterprise elements are of IPFIX alone.
          const known = fields.filter(([, , pen]) => format === 10 || pen === undefined);
          decoder.take(make(template(256, known.length > 0 ? known : [[1, 4]], format)));
          decoder.take(make(set(256, data)));
        });
        expect(compiled).toEqual(plain);
      }),
      { numRuns: 400 },
    );
  });

  test("are those of the plan for NetFlow v5, over all wraps of sysUpTime", () => {
    const uptime = fc.oneof(
      fc.constantFrom(0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff),
      fc.integer({ min: 0, max: 0xffff_ffff }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(uptime, uptime), { minLength: 1, maxLength: 8 }), uptime, (times, sysUpTime) => {
        const records = times.map(([first, last]) => octets(v5RecordOf(first, last)));
        const [compiled, plain] = both((decoder) => decoder.take(v5({ sysUpTime }, ...records)));
        expect(compiled).toEqual(plain);
      }),
      { numRuns: 300 },
    );
  });

  test("begin after so many records, for so many templates", () => {
    const decoder = new KeptDecoder({ limits: { compileAfterRecords: 2, compiledTemplates: 1 } });
    const fields: Field[] = [[2, 4]];
    decoder.take(ipfix({}, template(256, fields), template(257, fields)));
    for (let i = 0; i < 4; i++) {
      for (const id of [256, 257]) expect(decoder.take(ipfix({}, set(id, [i, 4])))).toMatchObject([{ packets: i }]);
    }
    // A template that is changed makes room for another one's function.
    decoder.take(ipfix({}, template(256, [[1, 4]])));
    for (let i = 0; i < 4; i++) {
      expect(decoder.take(ipfix({}, set(256, [i, 4])))).toMatchObject([{ bytes: i, packets: 0 }]);
      expect(decoder.take(ipfix({}, set(257, [i, 4])))).toMatchObject([{ bytes: 0, packets: i }]);
    }
  });
});

function v5RecordOf(first: number, last: number): Uint8Array {
  return octets([1, 4], [2, 4], [3, 4], [4, 2], [5, 2], [6, 4], [7, 4], [first, 4], [last, 4], [8, 2], [9, 2], [0, 12]);
}
