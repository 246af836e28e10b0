// The last 15 minutes: every few seconds the rows that are on top of one of several orders, as copies of their words.
import type { TopSums } from "../core/top-view.ts";
import { HISTORY } from "./live-options.ts";
import { ROW, STRIDE } from "./row.ts";
import type { Rows } from "./row-table.ts";
import { bothOf, type Moment } from "./row-values.ts";
import { type KeyReader, topRows } from "./top-order.ts";

/** Rows of the past. */
class RowImage implements Rows {
  readonly words: Int32Array;
  readonly wide: Float64Array;
  readonly floats: Float32Array;
  readonly used: number;

  constructor(rows: Rows, chosen: readonly number[]) {
    this.used = chosen.length;
    this.words = new Int32Array(chosen.length * STRIDE);
    this.wide = new Float64Array(this.words.buffer);
    this.floats = new Float32Array(this.words.buffer);
    for (const [i, row] of chosen.entries())
      this.words.set(rows.words.subarray(row * STRIDE, (row + 1) * STRIDE), i * STRIDE);
  }

  has(): boolean {
    return true;
  }
}

/** What is kept of one grouping: its rows, how many there were, and what was in none of them. */
export interface PastRows {
  readonly rows: Rows;
  readonly all: number;
  readonly others: TopSums;
}

export interface Past extends Moment {
  readonly totals: TopSums;
  readonly liveFlows: number;
  readonly peak: { readonly bytes: number; readonly packets: number };
  /** By the name of the grouping: "flows" always, others when they were shown. */
  readonly groups: ReadonlyMap<string, PastRows>;
}

const ORDERS = ["rate", "bytes", "packets"] as const;

/**
 * The rows that a picture keeps of those there are. `sums` is what is counted in all: what is in none of the kept rows is the rest of it,
 * but where flows count `twice` (hosts), there it is what it is.
 */
export function pastRows(rows: Rows, moment: Moment, keys: KeyReader, sums: TopSums, twice = false): PastRows {
  const chosen = new Set<number>();
  let all = 0;
  for (const sort of ORDERS) {
    const top = topRows({ rows, moment, sort, reverse: false, keys }, HISTORY.rows, () => true);
    for (const row of top.rows) chosen.add(row);
    all = top.matching;
  }
  const kept = new RowImage(rows, [...chosen]);
  return { rows: kept, all, others: twice ? sums : rest(sums, kept) };
}

function rest(sums: TopSums, rows: Rows): TopSums {
  let { packets, bytes, flows } = sums;
  for (let row = 0; row < rows.used; row++) {
    packets -= bothOf(rows, row, "packets");
    bytes -= bothOf(rows, row, "bytes");
    flows -= rows.words[row * STRIDE + ROW.flows]!;
  }
  return { packets, bytes, flows };
}

export class History {
  private readonly pasts: Past[] = [];

  get times(): readonly number[] {
    return this.pasts.map(({ now }) => now * 1000);
  }

  /** True when it is time for the next picture. */
  isDue(now: number): boolean {
    const last = this.pasts.at(-1);
    return now > 0 && (last === undefined || now - last.now >= HISTORY.every);
  }

  add(past: Past): void {
    this.pasts.push(past);
    while (this.pasts.length > 0 && past.now - this.pasts[0]!.now > HISTORY.seconds) this.pasts.shift();
    // A clock that stands or jumps makes no more of them.
    while (this.pasts.length > HISTORY.seconds / HISTORY.every + 1) this.pasts.shift();
  }

  /** The newest one of that time (ms) or before; else the oldest; null = there is none. */
  at(time: number): Past | null {
    let found = this.pasts[0] ?? null;
    for (const past of this.pasts) if (past.now * 1000 <= time) found = past;
    return found;
  }
}
