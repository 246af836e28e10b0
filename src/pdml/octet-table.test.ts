// OctetTable: the same numbers as a Map of texts, growing, and no more than it may.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NOT_THERE, OctetTable } from "./octet-table.ts";

describe("OctetTable", () => {
  it("numbers texts in the order of their coming", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 6, unit: "grapheme" }), { maxLength: 3000 }), (texts) => {
        const table = new OctetTable(1_000_000);
        const known = new Map<string, number>();
        for (const text of texts) {
          const octets = Buffer.from(`[${text}]`);
          if (!known.has(text)) {
            expect(table.find(octets, 1, octets.length - 1)).toBe(NOT_THERE);
            known.set(text, known.size);
          }
          expect(table.take(octets, 1, octets.length - 1)).toBe(known.get(text));
        }
        expect(table.size).toBe(known.size);
        for (const [text, id] of known) expect(table.text(id)).toBe(text);
      }),
      { numRuns: 20 },
    );
  });

  it("takes no more rows than it may, and still finds those it has", () => {
    const table = new OctetTable(100);
    const numbers = Array.from({ length: 150 }, (_, i) => {
      const octets = Buffer.from(`row ${i}`);
      return table.take(octets, 0, octets.length);
    });
    expect(numbers.slice(0, 100)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(numbers.slice(100)).toEqual(Array(50).fill(NOT_THERE));
    expect(table.take(Buffer.from("row 7"), 0, 5)).toBe(7);
  });

  it("holds many and long rows", () => {
    const table = new OctetTable(200_000);
    for (let i = 0; i < 100_000; i++) {
      const octets = Buffer.from(`value number ${i}`);
      expect(table.take(octets, 0, octets.length)).toBe(i);
    }
    const long = Buffer.alloc(1_000_000, "x");
    expect(table.take(long, 0, long.length)).toBe(100_000);
    expect(table.text(99_999)).toBe("value number 99999");
    expect(table.text(100_000).length).toBe(1_000_000);
  });
});
