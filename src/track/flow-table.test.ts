// The flow table against a plain Map, with hashes that spread, that fall together, and that are all one.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EXTRA_WORDS, FAMILY, L, LayersBlock, ROW_WORDS } from "../decode/index.ts";
import { FLOW, FLOW_WORDS } from "./flow-row.ts";
import { FlowTable } from "./flow-table.ts";
import { PRESENT } from "./key-maker.ts";

const WIDTHS = [0, 1, 16];

/** Keys that differ in one word each, IPv4 and others, the words behind the first ten included. */
function keyBlock(keys: number, extraWords: number, hash: (i: number) => number): LayersBlock {
  const block = new LayersBlock(keys);
  block.count = keys;
  for (let i = 0; i < keys; i++) {
    const base = i * ROW_WORDS;
    const four = i % 3 === 0;
    const places = [
      ...(four ? [3, 7, 8] : [0, 1, 2, 3, 4, 5, 6, 7, 8]),
      ...Array.from({ length: extraWords }, (_, w) => 100 + w),
    ];
    block.rows[base + 2] = four ? 0xffff : 0;
    block.rows[base + 6] = four ? 0xffff : 0;
    block.rows[base + L.kind] = ((four ? FAMILY.ipv4 : FAMILY.ipv6) << 8) | PRESENT | 6;
    const place = places[i % places.length]!;
    if (place < 100) block.rows[base + place] = block.rows[base + place]! + i + 1;
    else block.extra[i * EXTRA_WORDS + place - 100] = i + 1;
    block.hashes[i] = hash(i);
  }
  return block;
}

const HASHES: [string, (i: number) => number][] = [
  ["hashes that spread", (i) => Math.imul(i + 1, 0x9e3779b1)],
  ["hashes that fall together", (i) => (i % 7) - 3],
  ["one hash for all", () => -1],
  ["hashes at the end of the index", (i) => 65_534 + (i % 3)],
];

describe.each(HASHES)("%s", (_, hash) => {
  test.each(WIDTHS)("adds, finds and removes as a Map does; %i more words of key", (extraWords) => {
    const KEYS = 40;
    const block = keyBlock(KEYS, extraWords, hash);
    const action = fc.nat(KEYS - 1);
    fc.assert(
      fc.property(fc.array(action, { maxLength: 400 }), (actions) => {
        const table = new FlowTable(extraWords);
        const naive = new Map<number, number>();
        for (const i of actions) {
          const row = table.find(block, i);
          expect(row).toBe(naive.get(i) ?? -1);
          if (row >= 0) {
            table.remove(row);
            naive.delete(i);
          } else {
            const added = table.add(block, i);
            expect([...naive.values()]).not.toContain(added);
            naive.set(i, added);
          }
          expect(table.live).toBe(naive.size);
        }
        for (let i = 0; i < KEYS; i++) expect(table.find(block, i)).toBe(naive.get(i) ?? -1);
        expect(table.used).toBeLessThanOrEqual(KEYS);
      }),
      { numRuns: 60 },
    );
  });
});

test("a row is new: its key, and nothing of the flow before", () => {
  const table = new FlowTable(2);
  const block = keyBlock(2, 2, (i) => i);
  const row = table.add(block, 0);
  const at = row * table.stride;
  const state = Array.from({ length: FLOW_WORDS }, (_, w) => w).filter((w) => w >= FLOW.lastSeconds && w !== FLOW.hash);
  for (const w of state) table.words[at + w] = 7;
  table.remove(row);
  expect(table.add(block, 1)).toBe(row);
  expect([...table.words.subarray(at, at + 10)]).toEqual([...block.rows.subarray(ROW_WORDS, ROW_WORDS + 10)]);
  for (const w of state) expect(table.words[at + w]).toBe(0);
  expect([...table.words.subarray(at + FLOW_WORDS, at + FLOW_WORDS + 2)]).toEqual([
    ...block.extra.subarray(EXTRA_WORDS, EXTRA_WORDS + 2),
  ]);
});

test("grows: all is found afterwards, and rows of removed flows are used again", () => {
  const KEYS = 150_000;
  const table = new FlowTable(1);
  const block = keyBlock(KEYS, 1, (i) => Math.imul(i, 0x85ebca6b) ^ (i >>> 3));
  const rows = Array.from({ length: KEYS }, (_, i) => table.add(block, i));
  expect(new Set(rows).size).toBe(KEYS);
  expect(rows.findIndex((row, i) => table.find(block, i) !== row)).toBe(-1);
  for (let i = 0; i < KEYS; i += 2) table.remove(rows[i]!);
  expect(rows.findIndex((row, i) => table.find(block, i) !== (i % 2 === 0 ? -1 : row))).toBe(-1);
  for (let i = 0; i < KEYS; i += 2) rows[i] = table.add(block, i);
  expect(table).toMatchObject({ live: KEYS, used: KEYS });
  expect(rows.findIndex((row, i) => table.find(block, i) !== row)).toBe(-1);
});
