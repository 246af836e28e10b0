// Sequence numbers: what is lost, what comes late after all, what began anew.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ExporterLedger } from "../core/collect-ledger.ts";
import { Sequence } from "./sequence.ts";

function page(): ExporterLedger {
  return new ExporterLedger("192.0.2.1", 0, 9);
}

describe("sequence numbers", () => {
  it("tell the records that are missing, over the end of 32 bits, too", () => {
    const sequence = new Sequence("records");
    const counts = page();
    sequence.check(counts, 0xffff_fff0, 10, 0);
    sequence.check(counts, 4, 5, 0);
    expect(counts).toMatchObject({ lostRecords: 10, lostMessages: 0, outOfOrder: 0, restarts: 0 });
    sequence.check(counts, 0xffff_fffa, 6, 0);
    expect(counts).toMatchObject({ lostRecords: 4, outOfOrder: 1 });
    sequence.check(counts, 9, 1, 0);
    expect(counts).toMatchObject({ lostRecords: 4, outOfOrder: 1, restarts: 0 });
  });

  it("tell a duplicate from a restart", () => {
    const sequence = new Sequence("messages");
    const counts = page();
    for (const number of [100, 101, 101, 102]) sequence.check(counts, number, 1, 3);
    expect(counts).toMatchObject({ lostRecords: 0, outOfOrder: 1, restarts: 0 });
    sequence.check(counts, 5_000_000, 1, 3);
    expect(counts).toMatchObject({ lostMessages: 0, restarts: 1 });
  });

  it("may count the records of their own message, as softflowd's do, until they were seen to count those before it", () => {
    const softflowd = new Sequence("records");
    const counts = page();
    for (const [number, units] of [
      [7, 7],
      [30, 23],
      [31, 1],
      [31 + 12, 12],
    ] as const) {
      softflowd.check(counts, number, units, 0);
    }
    expect(counts).toMatchObject({ lostRecords: 0, outOfOrder: 0, restarts: 0 });
    const sound = new Sequence("records");
    for (const [number, units] of [
      [0, 7],
      [7, 23],
      [31, 24],
    ] as const)
      sound.check(counts, number, units, 0);
    expect(counts).toMatchObject({ lostRecords: 1, outOfOrder: 0, restarts: 0 });
  });

  /** Messages of so many records, `options` of them not counted, each numbered with its own; some do not arrive. */
  function ownNumbers(lost: readonly number[]): ExporterLedger {
    const sequence = new Sequence("records");
    const counts = page();
    let number = 0;
    for (let message = 0; message < 60; message++) {
      const options = message % 16 === 0 ? 1 : 0;
      const flows = options > 0 ? 24 : 31 + (message % 3);
      number += flows;
      if (!lost.includes(message)) sequence.check(counts, number, flows + options, 0, options);
    }
    return counts;
  }

  it("may count their own records without those of options, as softflowd's do", () => {
    const counts = ownNumbers([]);
    expect(counts).toMatchObject({ lostRecords: 0, outOfOrder: 0, restarts: 0 });
    expect(counts.remarks.sequenceIncludesOwn).toBeGreaterThan(40);
  });

  it("tell what is lost of such numbers exactly, whether it was lost before that was known or after", () => {
    for (const [lost, records] of [
      [[2], 33],
      [[40], 32],
      [[3, 16, 17, 48], 31 + 24 + 33 + 24],
    ] as const)
      expect(ownNumbers(lost)).toMatchObject({ lostRecords: records, outOfOrder: 0, restarts: 0 });
  });

  it("may be counted another way after a restart", () => {
    const sequence = new Sequence("records");
    const counts = page();
    let number = 3_000_000_000;
    for (let units = 10; units < 20; units++) {
      number += units;
      sequence.check(counts, number, units, 0);
    }
    number = 0;
    for (let units = 10; units < 20; units++) {
      sequence.check(counts, number, units, 0);
      number += units;
    }
    expect(counts).toMatchObject({ lostRecords: 0, outOfOrder: 0, restarts: 1 });
  });

  it("of records before the message are not taken for others", () => {
    const sequence = new Sequence("records");
    const counts = page();
    let number = 0;
    for (let message = 0; message < 200; message++) {
      const units = 1 + ((message * 7) % 5);
      if (message % 9 !== 4) sequence.check(counts, number, units, 0);
      number += units;
    }
    const sent = (message: number) => 1 + ((message * 7) % 5);
    let lost = 0;
    for (let message = 4; message < 200; message += 9) lost += sent(message);
    expect(counts).toMatchObject({ lostRecords: lost, outOfOrder: 0, restarts: 0 });
    expect(counts.remarks.sequenceIncludesOwn).toBe(0);
  });

  it("count nothing as lost when every message came, in whatever order", () => {
    // A message has a number of units and changes places with those near it; the average number of records changes all the time.
    const messages = fc.array(
      fc.record({ units: fc.integer({ min: 1, max: 30 }), delay: fc.integer({ min: 0, max: 12 }) }),
      {
        minLength: 1,
        maxLength: 60,
      },
    );
    const rates = fc.array(fc.double({ min: 0, max: 40, noNaN: true }), { minLength: 1, maxLength: 7 });
    fc.assert(
      fc.property(fc.constantFrom("records" as const, "messages" as const), messages, rates, (unit, sent, averages) => {
        const sequence = new Sequence(unit);
        const counts = page();
        let next = 1;
        const numbered = sent.map(({ units, delay }, place) => {
          const one = { number: next, units: unit === "records" ? units : 1, due: place === 0 ? -1 : place + delay };
          next += one.units;
          return one;
        });
        numbered.sort((a, b) => a.due - b.due);
        for (const [place, { number, units }] of numbered.entries()) {
          sequence.check(counts, number, units, averages[place % averages.length]!);
          expect(counts.lostRecords).toBeGreaterThanOrEqual(0);
          expect(Number.isInteger(counts.lostRecords)).toBe(true);
          expect(counts.lostMessages).toBeGreaterThanOrEqual(0);
        }
        expect(counts).toMatchObject({ lostRecords: 0, lostMessages: 0, restarts: 0 });
      }),
    );
  });
});
