// The first rows of an order out of many: one pass with a heap of those that are wanted, nothing is sorted as a whole.
import type { TopSort } from "../core/top-view.ts";
import { FLOAT, KEY_WORDS, ROW, STRIDE } from "./row.ts";
import type { Rows } from "./row-table.ts";
import { ageOf, bothOf, counterOf, idleOf, type Moment, rateOf, stateRank } from "./row-values.ts";

/** How rows are told apart that have no number to sort by: the words of a row's key, in the order of its parts, and its protocol. */
export interface KeyReader {
  read(row: number, key: Int32Array): void;
  protocol(row: number): number;
}

export interface Order {
  readonly rows: Rows;
  readonly moment: Moment;
  readonly sort: TopSort;
  readonly reverse: boolean;
  readonly keys: KeyReader;
}

/** Smallest first unless it is reversed. */
const UPWARDS: ReadonlySet<TopSort> = new Set(["key", "proto", "state"]);

/** Indexes of the first `count` rows, and how many there are that `accept` takes. */
export function topRows(
  order: Order,
  count: number,
  accept: (row: number) => boolean,
): { readonly rows: number[]; readonly matching: number } {
  const { rows, sort, reverse } = order;
  const value = sortValue(order);
  const sign = UPWARDS.has(sort) !== reverse ? 1 : -1;
  const before = comparison(order, sort === "key" ? sign : 1);
  /** The worst of those that are wanted is at the top. */
  const heap: number[] = [];
  const values: number[] = [];
  let matching = 0;
  const isBefore = (v: number, row: number, w: number, other: number) => (v === w ? before(row, other) < 0 : v < w);
  for (let row = 0; row < rows.used; row++) {
    if (!rows.has(row) || !accept(row)) continue;
    matching++;
    if (count === 0) continue;
    const v = sign * value(row);
    if (heap.length < count) {
      heap.push(row);
      values.push(v);
      up(heap.length - 1);
    } else if (isBefore(v, row, values[0]!, heap[0]!)) {
      heap[0] = row;
      values[0] = v;
      down();
    }
  }
  const sorted = heap.map((row, i) => ({ row, v: values[i]! }));
  sorted.sort((a, b) => (isBefore(a.v, a.row, b.v, b.row) ? -1 : 1));
  return { rows: sorted.map(({ row }) => row), matching };

  function up(from: number): void {
    for (let i = from; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (!isBefore(values[parent]!, heap[parent]!, values[i]!, heap[i]!)) return;
      swap(parent, i);
      i = parent;
    }
  }

  function down(): void {
    for (let i = 0; ; ) {
      let worst = i;
      for (const child of [2 * i + 1, 2 * i + 2]) {
        if (child < heap.length && isBefore(values[worst]!, heap[worst]!, values[child]!, heap[child]!)) worst = child;
      }
      if (worst === i) return;
      swap(i, worst);
      i = worst;
    }
  }

  function swap(i: number, j: number): void {
    [heap[i], heap[j]] = [heap[j]!, heap[i]!];
    [values[i], values[j]] = [values[j]!, values[i]!];
  }
}

function sortValue({ rows, moment, sort, keys }: Order): (row: number) => number {
  const { now } = moment;
  switch (sort) {
    case "rate":
      return (row) => rateOf(rows, row, FLOAT.bytes, 2, moment);
    case "rate10":
      return (row) => rateOf(rows, row, FLOAT.bytes, 10, moment);
    case "rate40":
      return (row) => rateOf(rows, row, FLOAT.bytes, 40, moment);
    case "peak":
      return (row) => rows.floats[row * STRIDE + FLOAT.peakBytes]!;
    case "bytes":
      return (row) => bothOf(rows, row, "bytes");
    case "packets":
      return (row) => bothOf(rows, row, "packets");
    case "out":
      return (row) => counterOf(rows, row, "bytes", 0);
    case "in":
      return (row) => counterOf(rows, row, "bytes", 1);
    case "flows":
      return (row) => rows.words[row * STRIDE + ROW.flows]!;
    case "age":
      return (row) => ageOf(rows, row, now);
    case "idle":
      return (row) => idleOf(rows, row, now);
    case "state":
      return (row) => stateRank(rows, row, now);
    case "proto":
      return (row) => keys.protocol(row);
    case "key":
      return () => 0;
  }
}

/** Rows of one value: the more octets the earlier, then by key, so that an order is always the same. */
function comparison({ rows, sort, keys }: Order, sign: number): (row: number, other: number) => number {
  const [mine, theirs] = [new Int32Array(KEY_WORDS), new Int32Array(KEY_WORDS)];
  const byKey = (row: number, other: number) => {
    keys.read(row, mine);
    keys.read(other, theirs);
    for (let w = 0; w < KEY_WORDS; w++) if (mine[w] !== theirs[w]) return (mine[w]! >>> 0) - (theirs[w]! >>> 0);
    return row - other;
  };
  if (sort === "key") return (row, other) => sign * byKey(row, other);
  return (row, other) => bothOf(rows, other, "bytes") - bothOf(rows, row, "bytes") || byKey(row, other);
}
