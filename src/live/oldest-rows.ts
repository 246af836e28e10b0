// Which rows go when a table is full.
import type { RowTable } from "./row-table.ts";

/** Up to `count` rows that may go, those of the least age value. Once for an eighth of a table: it sorts. */
export function oldestRows(
  table: RowTable,
  count: number,
  may: (row: number) => boolean,
  age: (row: number) => number,
): number[] {
  const rows: number[] = [];
  for (let row = 0; row < table.used; row++) if (table.has(row) && may(row)) rows.push(row);
  if (rows.length <= count) return rows;
  const limit = Float64Array.from(rows, age).sort()[count - 1]!;
  const older = rows.filter((row) => age(row) < limit);
  const same = rows.filter((row) => age(row) === limit);
  return [...older, ...same.slice(0, count - older.length)];
}
