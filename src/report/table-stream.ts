// TableStream: a list that is longer than anybody keeps: Tables of some rows each, of the same columns, printed as one.
import { brokenLines, cellWidth, fitCells, padCells, seenText } from "../core/cell-text.ts";
import type { Table } from "../core/table.ts";
import { ByteWriter } from "./byte-writer.ts";
import { styled } from "./colour.ts";
import { columnsFor, linesOf } from "./table-columns.ts";
import { tableCsv } from "./table-csv.ts";
import { jsonHead, jsonRest, rowWriter, tableNdjson } from "./table-json.ts";
import type { TablePrintOptions } from "./table-printer.ts";
import { headOf, shortened } from "./table-text.ts";
import { PIECE_OCTETS, type TextDestination, TextOutput } from "./text-output.ts";
import { columnWidth, fittingColumns, lineWidth } from "./text-table.ts";
import { ZoneClock } from "./zone-time.ts";

const encoder = new TextEncoder();
const MOST_SPARE = 24;

/** A column as the first rows made it: later ones that are longer push what follows to the right, or are cut on a terminal. */
interface FixedColumn {
  readonly place: number;
  readonly width: number;
  readonly right: boolean;
}

export class TableStream {
  readonly #options: TablePrintOptions;
  readonly #output: TextOutput;
  readonly #out = new ByteWriter(PIECE_OCTETS);
  #rows = 0;
  #begun = false;
  #fixed: readonly FixedColumn[] = [];

  constructor(options: TablePrintOptions, destination: TextDestination) {
    this.#options = options;
    this.#output = new TextOutput(destination);
  }

  /** False: nobody reads any more. Rejects where the stream fails. */
  async write(table: Table): Promise<boolean> {
    this.#hand(this.#pieces(table));
    await this.#output.room();
    return !this.#output.closed;
  }

  /** The last Table: its notes stand at the end, it may have no rows. */
  async end(table: Table): Promise<void> {
    this.#hand([...this.#pieces(table), ...this.#rest(table)]);
    await this.finish();
  }

  /** Waits until the stream has taken everything. */
  async finish(): Promise<void> {
    await this.#output.finish();
  }

  #hand(pieces: Iterable<string>): void {
    const octets = encoder.encode([...pieces].join(""));
    this.#out.reserve(octets.length);
    this.#out.bytes.set(octets, 0);
    this.#out.length = octets.length;
    this.#output.send(this.#out);
  }

  *#pieces(table: Table): Iterable<string> {
    const isFirst = !this.#begun;
    this.#begun = true;
    const { form, header = true, guard = false } = this.#options;
    switch (form) {
      case "json": {
        if (isFirst) yield jsonHead(table);
        const row = rowWriter(table.columns);
        for (const values of table.rows) yield `${this.#rows++ === 0 ? "\n" : ",\n"}${row(values)}`;
        return;
      }
      case "ndjson":
        yield* tableNdjson(table, false);
        return;
      case "csv":
        yield* tableCsv(table, { header: header && isFirst, totals: false, guard });
        return;
      case "text":
        yield* this.#lines(table, isFirst);
    }
  }

  *#lines(table: Table, isFirst: boolean): Iterable<string> {
    const { width = 0, colour = false, raw = false, ascii = false, header = true } = this.#options;
    const clock = new ZoneClock(table.zone);
    if (isFirst && header) yield headOf(table, clock, { width, colour, raw, header, ascii });
    if (table.rows.length === 0) return;
    const all = columnsFor(table, linesOf(table), { clock, raw });
    if (this.#rows === 0) {
      const columns = shortened(fittingColumns(all, width), width, ascii);
      // What comes later may be longer: room that is left is theirs.
      const spare = Math.max(0, Math.floor((width - lineWidth(columns)) / columns.length));
      const more = width > 0 ? Math.min(spare, MOST_SPARE) : 0;
      this.#fixed = columns.map((column) => ({ ...column, width: columnWidth(column) + more }));
      const titles = columns.map((column, i) => padCells(column.title, this.#fixed[i]!.width, column.right));
      if (header) yield `${styled(titles.join("  ").trimEnd(), "bold", colour)}\n`;
    }
    const shown = this.#fixed.map((fixed) => ({
      ...fixed,
      cells: all.find(({ place }) => place === fixed.place)!.cells,
    }));
    for (const i of table.rows.keys()) {
      const cells = shown.map(({ cells: of, width: most, right }) => {
        const cell = of[i]!;
        return padCells(width > 0 && cellWidth(cell) > most ? fitCells(cell, most, ascii) : cell, most, right);
      });
      yield `${cells.join("  ").trimEnd()}\n`;
    }
    this.#rows += table.rows.length;
  }

  *#rest(table: Table): Iterable<string> {
    const { form, width = 0, colour = false } = this.#options;
    if (form === "json") {
      if (this.#rows > 0) yield "\n";
      yield* jsonRest(table);
    }
    if (form !== "text") return;
    if (this.#rows === 0) yield "nothing matched\n";
    for (const note of table.notes)
      for (const line of brokenLines(`note: ${seenText(note)}`, width)) yield `${styled(line, "dim", colour)}\n`;
  }
}
