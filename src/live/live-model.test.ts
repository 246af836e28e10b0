// The live table against a plain model: the same sums, rates and groups for any events and any records.
import fc from "fast-check";
import { expect, test } from "vitest";
import { batchOf, type LiveRecord } from "../../test/live-records.ts";
import { FLOW_EVENT } from "../core/elements.ts";
import type { TopRow } from "../core/top-view.ts";
import { LiveTable } from "./live-table.ts";

const T = 1_700_000_000;

interface Step {
  readonly src: number;
  readonly dst: number;
  readonly sport: number;
  readonly reverse: boolean;
  readonly event: "update" | "active" | "end";
  readonly packets: number;
  readonly back: number;
  readonly passed: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  src: fc.integer({ min: 1, max: 3 }),
  dst: fc.integer({ min: 1, max: 3 }),
  sport: fc.integer({ min: 2000, max: 2001 }),
  reverse: fc.boolean(),
  event: fc.constantFrom("update", "active", "end"),
  packets: fc.integer({ min: 0, max: 2 ** 33 }),
  back: fc.integer({ min: 0, max: 50 }),
  passed: fc.constantFrom(0, 0, 1, 1, 2, 7, 70),
});

interface Known {
  readonly total: [number, number];
  /** What the record that goes on has come to. */
  readonly record: [number, number];
  readonly seconds: Map<number, number>;
}

const address = (n: number) => `10.0.0.${n}`;
const BYTES = 7;

/** Without order: the ends of a flow. */
function keyOf({ src, dst, sport }: Step): string {
  return `${address(src)} ${sport} ${address(dst)} 9000`;
}

function rateOf(seconds: Map<number, number>, now: number, since: number, count: number): number {
  const from = Math.max(now - count, Math.min(since, now - 1));
  let sum = 0;
  for (let s = from; s < now; s++) sum += seconds.get(s) ?? 0;
  return sum / Math.max(1, now - from);
}

function shown(row: TopRow) {
  const [, src, sport, dst, dport] = row.key.map(({ text }) => text);
  return { key: `${src} ${sport} ${dst} ${dport}`, out: row.bytesOut, in: row.bytesIn, rate10: row.rate10.bytes };
}

function run(steps: readonly Step[], events: boolean): void {
  const table = new LiveTable({ events, flows: 1000, idle: 1e6, linger: 1e6, history: false });
  const model = new Map<string, Known>();
  let now = T + 1;
  table.advance(now);
  for (const one of steps) {
    now += one.passed;
    table.advance(now);
    const key = keyOf(one);
    const known = model.get(key) ?? { total: [0, 0], record: [0, 0], seconds: new Map() };
    model.set(key, known);
    // Events tell of all so far.
    const add: [number, number] = [one.packets, one.back];
    for (const side of [0, 1] as const) known.record[side] += add[side];
    const told = events ? known.record : add;
    for (const side of [0, 1] as const) known.total[side] += add[side];
    const second = now - 1;
    if (add[0] + add[1] > 0) known.seconds.set(second, (known.seconds.get(second) ?? 0) + BYTES * (add[0] + add[1]));
    const record: LiveRecord = {
      ...{ src: address(one.src), dst: address(one.dst), sport: one.sport, dport: 9000, start: second, end: second },
      ...{ packets: told[0], bytes: BYTES * told[0], reversePackets: told[1], reverseBytes: BYTES * told[1] },
      ...(events
        ? {
            event: one.event === "update" ? FLOW_EVENT.update : FLOW_EVENT.end,
            endReason: one.event === "update" ? 0 : one.event === "active" ? 2 : 1,
          }
        : {}),
    };
    // Records say from which end they tell it.
    const turned: LiveRecord = {
      ...record,
      ...{ src: record.dst, dst: record.src, sport: 9000, dport: record.sport ?? 0 },
      ...{ packets: told[1], bytes: BYTES * told[1], reversePackets: told[0], reverseBytes: BYTES * told[0] },
    };
    table.write(batchOf([one.reverse ? turned : record]));
    if (one.event !== "update") known.record.fill(0);
  }
  const view = table.view({ group: "flows", sort: "bytes", rows: 1000, names: false });
  // The picture begins with its first second, or with what was before it.
  const since = Math.min(T + 1, ...[...model.values()].flatMap(({ seconds }) => [...seconds.keys()]));
  const wanted = [...model].map(([key, { total, seconds }]) => [
    key,
    BYTES * (total[0] + total[1]),
    rateOf(seconds, now, since, 10),
  ]);
  const turn = (key: string) => {
    const [a, b, c, d] = key.split(" ");
    return model.has(key) ? key : `${c} ${d} ${a} ${b}`;
  };
  const found = view.rows.map((row) => {
    const { key, out, in: back, rate10 } = shown(row);
    return [turn(key), out + back, rate10] as const;
  });
  expect(found.map(([key]) => key).sort()).toEqual(wanted.map(([key]) => key).sort());
  for (const [key, bytes, rate] of found) {
    const [, wantedBytes, wantedRate] = wanted.find(([other]) => other === key)!;
    expect(bytes).toBe(wantedBytes);
    // Rings are floats of 32 bits.
    expect(Math.abs(rate - (wantedRate as number))).toBeLessThanOrEqual(1e-5 * (wantedRate as number));
  }
  const all = wanted.reduce((sum, [, bytes]) => sum + (bytes as number), 0);
  expect(view.header.totals.bytes).toBe(all);
  const hosts = new Map<string, number>();
  for (const [key, bytes] of wanted as [string, number, number][]) {
    const [a, , b] = key.split(" ");
    for (const host of new Set([a!, b!])) hosts.set(host, (hosts.get(host) ?? 0) + bytes);
  }
  const groups = table.view({ group: "hosts", sort: "bytes", rows: 1000, names: false });
  expect(Object.fromEntries(groups.rows.map((row) => [row.key[0]!.text, row.bytesOut + row.bytesIn]))).toEqual(
    Object.fromEntries(hosts),
  );
}

test("events of trackers", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => run(steps, true)),
    { numRuns: 300 },
  );
});

test("records of exporters", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => run(steps, false)),
    { numRuns: 300 },
  );
});

test("the order of a page is that of all rows sorted", () => {
  const records = fc.array(
    fc.record({ src: fc.integer({ min: 1, max: 250 }), bytes: fc.integer({ min: 0, max: 5 }) }),
    { maxLength: 80 },
  );
  fc.assert(
    fc.property(records, fc.boolean(), fc.nat(20), fc.nat(90), (list, reverse, from, rows) => {
      const table = new LiveTable({ history: false });
      table.advance(T + 1);
      const record = { dst: "192.0.2.1", start: T, end: T, packets: 1 };
      table.write(batchOf(list.map(({ src, bytes }) => ({ ...record, src: address(src), bytes }))));
      const question = { group: "flows", sort: "bytes", reverse, names: false } as const;
      const all = table.view({ ...question, rows: 1000 }).rows.map(({ id, bytesOut }) => ({ id, bytesOut }));
      for (let i = 1; i < all.length; i++) {
        const [a, b] = [all[i - 1]!.bytesOut, all[i]!.bytesOut];
        expect(reverse ? a <= b : a >= b).toBe(true);
      }
      const page = table.view({ ...question, rows, from }).rows.map(({ id }) => id);
      expect(page).toEqual(all.slice(from, from + rows).map(({ id }) => id));
    }),
    { numRuns: 200 },
  );
});
