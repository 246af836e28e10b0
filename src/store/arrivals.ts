// Whose flows a batch holds: rows by exporter and observation domain, for the store's ledger.
import { formatAddress } from "../core/address.ts";
import type { FlowBatch } from "../core/flow-batch.ts";

/** Rows of one exporter and domain; they lie side by side, as a message's records do. */
export interface Arrival {
  readonly exporter: string;
  readonly domain: number;
  rows: number;
}

/** Finds the runs of one exporter and domain; each becomes an entry. */
export function arrivalsOf({ columns, rows }: FlowBatch): Arrival[] {
  const { exporter, domain } = columns;
  const words = new Uint32Array(exporter.buffer, exporter.byteOffset, 4 * rows);
  const found: Arrival[] = [];
  for (let from = 0; from < rows; ) {
    const first = 4 * from;
    const [a, b, c, d, own] = [words[first], words[first + 1], words[first + 2], words[first + 3], domain[from]];
    let to = from + 1;
    while (
      to < rows &&
      words[4 * to + 3] === d &&
      words[4 * to + 2] === c &&
      domain[to] === own &&
      words[4 * to] === a &&
      words[4 * to + 1] === b
    )
      to++;
    found.push({ exporter: nameOf(a! | b! | c! | d!, exporter, from), domain: own!, rows: to - from });
    from = to;
  }
  return found;
}

/** Flows that were made of packets here have no exporter. */
function nameOf(any: number, exporter: Uint8Array, row: number): string {
  return any === 0 ? "" : formatAddress(exporter, 16 * row);
}
