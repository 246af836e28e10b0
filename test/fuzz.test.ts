// A short fuzzing of the message decoder (npm run fuzz is the long one): the same datagrams each time.
import { describe, expect, it } from "vitest";
import { corpusDatagrams } from "../bench/fuzz/corpus-datagrams.ts";
import { fuzz, looksOnly } from "../bench/fuzz/fuzz.ts";
import { ownDatagrams } from "../bench/fuzz/own-datagrams.ts";
import { Collected } from "./corpus/decoded-messages.ts";

const MEGABYTE = 2 ** 20;

describe("fuzzing of the message decoder", () => {
  it("starts from datagrams that are right, of every format", () => {
    const collected = new Collected();
    const exporter = new Uint8Array(16).fill(1);
    for (const [index, payload] of ownDatagrams().entries()) {
      const seconds = 1_700_000_000;
      collected.decode({
        frame: index + 1,
        seconds,
        nanoseconds: 0,
        exporter,
        port: 2000,
        collectorPort: 2055,
        payload,
      });
    }
    const formats = new Set(collected.ledger.pages.map((page) => page.format));
    expect([...formats].sort((a, b) => a - b)).toEqual([1, 5, 7, 8, 9, 10, 102, 104, 105]);
    expect(collected.ledger.unbooked.notFlow).toBe(0);
    expect(collected.sum((page) => page.records)).toBeGreaterThan(40);
    expect(collected.sum((page) => page.optionsRecords)).toBe(3);
    expect(collected.sum((page) => page.counterSamples)).toBe(2);
    const refused = collected.ledger.pages.flatMap((page) =>
      Object.entries(page.refused).filter(([, count]) => count > 0),
    );
    expect(refused).toEqual([]);
  });

  it.each([
    ["our own", ownDatagrams(), 60_000],
    ["the corpus'", corpusDatagrams(), 40_000],
  ])(
    "survives what is made of %s datagrams",
    (_, seeds, datagrams) => {
      if (seeds.length === 0) return console.log("corpus not here: nothing is made of its datagrams");
      const result = fuzz({ seeds, headers: looksOnly, datagrams, seed: 2055, mostGrowth: 1024 * MEGABYTE });
      expect(result.failure).toBeNull();
      expect(result.datagrams).toBe(datagrams);
      expect(result.records).toBeGreaterThan(10_000);
      expect(result.options).toBeGreaterThan(100);
    },
    120_000,
  );

  it("gives the same result each time", () => {
    const once = () =>
      fuzz({ seeds: ownDatagrams(), headers: looksOnly, datagrams: 3000, seed: 9, mostGrowth: 2 ** 40 });
    const [first, second] = [once(), once()];
    expect(second.records).toBe(first.records);
    expect(second.ledger.pages).toEqual(first.ledger.pages);
  });
});
