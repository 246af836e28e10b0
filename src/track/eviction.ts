// Which flow goes when the table is full: the one whose last packet is the oldest, exactly, at no cost for any packet before.
//
// When the first flow must go, the oldest part of the table is sorted by last packet, once. The list is then eaten from the
// front; a flow that saw a packet since (or is another by now) is passed over, for it is younger than all the untouched ones.
// Each entry is used up by one ended flow or by one packet, so a packet costs O(log n) at the worst.
import { FLOW } from "./flow-row.ts";
import type { FlowTable } from "./flow-table.ts";

/** Entries of a list at the most, and the part of the table it holds. */
const PART = 8;
const FEWEST = 1024;

export class EvictionOrder {
  private rows = new Int32Array(0);
  private seconds = new Int32Array(0);
  private nanoseconds = new Int32Array(0);
  private at = 0;

  /** The row whose last packet is the oldest. The table must not be empty. */
  oldest(table: FlowTable): number {
    for (;;) {
      const { words, stride } = table;
      while (this.at < this.rows.length) {
        const i = this.at++;
        const at = this.rows[i]! * stride;
        if (
          words[at + FLOW.kind] !== 0 &&
          words[at + FLOW.lastSeconds] === this.seconds[i] &&
          words[at + FLOW.lastNanoseconds] === this.nanoseconds[i]
        ) {
          return this.rows[i]!;
        }
      }
      this.list(table);
    }
  }

  private list(table: FlowTable): void {
    const { words, stride, used, live } = table;
    const rows = new Int32Array(live);
    const age = new Float64Array(used);
    let count = 0;
    let first = Number.POSITIVE_INFINITY;
    for (let row = 0; row < used; row++) {
      const at = row * stride;
      if (words[at + FLOW.kind] === 0) continue;
      first = Math.min(first, words[at + FLOW.lastSeconds]! >>> 0);
      rows[count++] = row;
    }
    // Nanoseconds since the oldest second: those since 1970 are more than a double holds exactly.
    for (const row of rows) {
      const at = row * stride;
      age[row] = ((words[at + FLOW.lastSeconds]! >>> 0) - first) * 1e9 + words[at + FLOW.lastNanoseconds]!;
    }
    const wanted = Math.min(count, Math.max(FEWEST, Math.ceil(count / PART)));
    const limit = nth(age, rows, wanted - 1);
    const oldest = rows.filter((row) => age[row]! <= limit).sort((a, b) => age[a]! - age[b]! || a - b);
    this.rows = oldest;
    this.seconds = oldest.map((row) => words[row * stride + FLOW.lastSeconds]!);
    this.nanoseconds = oldest.map((row) => words[row * stride + FLOW.lastNanoseconds]!);
    this.at = 0;
  }
}

/** The value that n others of the rows' ages are not above (0 <= n < rows.length). */
function nth(age: Float64Array, rows: Int32Array, n: number): number {
  return Float64Array.from(rows, (row) => age[row]!).sort()[n]!;
}
