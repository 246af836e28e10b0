// Groups that are brought up to date again and again are the same as those that are made once of all.
import fc from "fast-check";
import { expect, test } from "vitest";
import { batchOf } from "../../test/live-records.ts";
import { FlowRows } from "./flow-rows.ts";
import { Grouping } from "./grouping.ts";
import { keyParts } from "./key-parts.ts";
import { LIVE_DEFAULTS } from "./live-options.ts";
import { secondsOf } from "./rings.ts";
import { KEY_WORDS, ROW, STRIDE } from "./row.ts";
import { bothOf, counterOf, firstOf, lastOf } from "./row-values.ts";

const T = 1_700_000_000;

const record = fc.record({
  src: fc.integer({ min: 1, max: 4 }),
  dst: fc.integer({ min: 5, max: 7 }),
  sport: fc.integer({ min: 2000, max: 2002 }),
  vlan: fc.integer({ min: 0, max: 2 }),
  packets: fc.integer({ min: 0, max: 9 }),
  reversePackets: fc.integer({ min: 1, max: 9 }),
  /** Seconds before now that it ended, and that it was long. */
  late: fc.constantFrom(0, 0, 0, 1, 5, 62, 70),
  long: fc.constantFrom(0, 0, 1, 30, 100),
  passed: fc.constantFrom(0, 0, 1, 1, 2, 63, 64, 80),
  looks: fc.boolean(),
});

function contents({ table }: Grouping, now: number): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (let row = 0; row < table.used; row++) {
    if (!table.has(row)) continue;
    const at = row * STRIDE;
    found[table.words.slice(at, at + KEY_WORDS).join()] = {
      packets: [counterOf(table, row, "packets", 0), counterOf(table, row, "packets", 1)],
      bytes: bothOf(table, row, "bytes"),
      times: [firstOf(table, row), lastOf(table, row)],
      flows: [table.words[at + ROW.flows], table.words[at + ROW.liveFlows]],
      seconds: secondsOf(table.words, table.floats, at, now, 60).map((octets) => Math.round(octets)),
    };
  }
  return found;
}

for (const fields of [["addr"], ["srcAddr", "dstAddr"], ["proto", "dstPort"], ["srcAddr/30"]]) {
  test(`by ${fields.join()}`, () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 40 }), (records) => {
        const flows = new FlowRows({ ...LIVE_DEFAULTS, linger: 1e6, idle: 1e6 }, () => {});
        const kept = new Grouping(flows, keyParts(fields));
        const look = () => {
          kept.changed(flows.changedFrom);
          flows.changedFrom = Number.POSITIVE_INFINITY;
          kept.gather(null);
        };
        let now = T;
        flows.advance(now);
        for (const { src, dst, late, long, passed, looks, packets, reversePackets, ...rest } of records) {
          now += passed;
          flows.advance(now);
          const end = now - 1 - late;
          const counters = { packets, bytes: 6000 * packets, reversePackets, reverseBytes: 60 * reversePackets };
          const ends = { src: `10.0.0.${src}`, dst: `10.0.0.${dst}`, dport: 80 };
          flows.write(batchOf([{ ...rest, ...ends, ...counters, start: end - long, end }]), 0, 0, 1);
          if (looks) look();
        }
        look();
        const once = new Grouping(flows, keyParts(fields));
        once.gather(null);
        expect(contents(kept, now)).toEqual(contents(once, now));
      }),
      { numRuns: 300 },
    );
  });
}

test("more groups than there is room for, all with flows: each new one costs a few looks at others, not one at each", () => {
  const flows = new FlowRows({ ...LIVE_DEFAULTS, flows: 4000 }, () => {});
  const kept = new Grouping(flows, keyParts(["srcAddr", "srcPort"]), 64);
  let looks = 0;
  const has = kept.table.has.bind(kept.table);
  kept.table.has = (row: number) => {
    looks++;
    return has(row);
  };
  flows.advance(T);
  for (let n = 0; n < 3000; n++) {
    const ends = { src: `10.0.0.${n % 200}`, dst: "10.0.1.1", sport: 1000 + n, dport: 80 };
    const flow = { ...ends, packets: 1, bytes: 60, reversePackets: 1, reverseBytes: 60, start: T - 1, end: T - 1 };
    flows.write(batchOf([flow]), 0, 0, 1);
  }
  kept.gather(null);
  expect(kept.table.live).toBe(3000);
  expect(looks).toBeLessThan(3000 * 20);
});
