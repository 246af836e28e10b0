// A Table as CSV (RFC 4180): a line of the columns' names, then the rows. Comma, CRLF, no byte order mark.
import type { Table } from "../core/table.ts";
import { csvCell, rowsOf } from "./table-values.ts";

export interface CsvOptions {
  readonly header: boolean;
  /** Also the rows of the others and the total; a first column `row` says then what each is. */
  readonly totals: boolean;
  /** For spreadsheets: text that would be a formula begins with `'`. */
  readonly guard: boolean;
}

export function* tableCsv(table: Table, { header, totals, guard }: CsvOptions): Generator<string, void, void> {
  const { columns } = table;
  const names = columns.map((column) => csvCell({ ...column, type: "text" }, column.name, false));
  if (header) yield `${[...(totals ? ["row"] : []), ...names].join(",")}\r\n`;
  for (const [kind, values] of rowsOf(table, totals)) {
    const cells = columns.map((column, i) => csvCell(column, values[i]!, guard));
    yield `${[...(totals ? [kind] : []), ...cells].join(",")}\r\n`;
  }
}
