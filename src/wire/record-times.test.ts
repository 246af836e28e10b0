// Times that cannot be said: what is counted of them is records, as the ledger's sentences say, however they are read.
import { describe, expect, test } from "vitest";
import {
  type Field,
  ipfix,
  KeptDecoder,
  NOW,
  octets,
  set,
  template,
  v5,
  v5Record,
  v9,
} from "../../test/export-messages.ts";

const MILLISECONDS: readonly Field[] = [
  [152, 8],
  [153, 8],
];
const MINUTE = 60_000;

/** Field by field, and compiled. */
describe.each([Number.POSITIVE_INFINITY, 0])("compiled after %s records", (compileAfterRecords) => {
  const decoder = () => new KeptDecoder({ clock: "keep", limits: { compileAfterRecords } });

  test("74 records of NetFlow v5 whose times are before 1970 are 74, and none of them was repaired", () => {
    const kept = decoder();
    // The export time is 10 s after 1970, the flow ended a minute before; said with a sysUpTime that has wrapped.
    const record = v5Record(0xffff_ffff - 2 * MINUTE, 0xffff_ffff - MINUTE);
    const message = (records: number) => v5({ seconds: 10, sysUpTime: 5000 }, ...Array(records).fill(record));
    for (const records of [30, 30, 14]) kept.take(message(records));
    expect(kept.records).toHaveLength(74);
    expect(kept.page.remarks).toMatchObject({ timeUnknown: 74, uptimeWrapped: 0 });
  });

  test("a record that lost only its start, only its end, or both counts once each", () => {
    const kept = decoder();
    const far = 2 ** 52;
    const records = octets(
      ...[far, NOW * 1000, NOW * 1000, far, far, far, NOW * 1000, NOW * 1000].map((value) => [value, 8] as const),
    );
    kept.take(ipfix({}, template(256, MILLISECONDS), set(256, records)));
    expect(kept.records.map(({ start, end }) => [start === null, end === null])).toEqual([
      [true, false],
      [false, true],
      [true, true],
      [false, false],
    ]);
    expect(kept.page.remarks.timeUnknown).toBe(3);
  });

  test("a wrapped time far from the export time counts as repaired where it can be said", () => {
    const kept = decoder();
    const times: readonly Field[] = [
      [22, 4],
      [21, 4],
    ];
    // 13 days after and before the export.
    const late = 13 * 86_400_000;
    kept.take(v9({}, template(256, times, 9)));
    const record = octets([0xffff_ffff - late, 4], [0xffff_ffff - late + MINUTE, 4]);
    kept.take(v9({ sysUpTime: 1000 }, set(256, record)));
    kept.take(v9({ sysUpTime: 1000, seconds: 86_400 }, set(256, record)));
    expect(kept.page.remarks).toMatchObject({ timeUnknown: 1, uptimeWrapped: 1 });
  });
});

test("times that IPFIX exporters say in uptimes without their start are not times beyond 2106", () => {
  const kept = new KeptDecoder();
  const fields: readonly Field[] = [
    [22, 4],
    [153, 8],
  ];
  const records = octets([1, 4], [NOW * 1000, 8], [2, 4], [2 ** 52, 8]);
  kept.take(ipfix({}, template(256, fields), set(256, records)));
  expect(kept.page.remarks.timeUnknown).toBe(1);
});
