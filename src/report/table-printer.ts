// Table -> text on a stream: for people, as JSON, NDJSON or CSV.
import type { Table } from "../core/table.ts";
import { ByteWriter } from "./byte-writer.ts";
import { tableCsv } from "./table-csv.ts";
import { tableJson, tableNdjson } from "./table-json.ts";
import { tableText } from "./table-text.ts";
import { PIECE_OCTETS, type TextDestination, TextOutput } from "./text-output.ts";

export const TABLE_FORMS = ["text", "json", "ndjson", "csv"] as const;
export type TableForm = (typeof TABLE_FORMS)[number];

export interface TablePrintOptions {
  readonly form: TableForm;
  /** text: cells of the terminal; 0 (default) = as many as it takes. */
  readonly width?: number | undefined;
  readonly colour?: boolean | undefined;
  /** text: plain numbers without units. */
  readonly raw?: boolean | undefined;
  /** text, csv: false leaves out titles. */
  readonly header?: boolean | undefined;
  /** text: nothing beyond ASCII of our own. */
  readonly ascii?: boolean | undefined;
  /** ndjson, csv: also the rows of the others and the total. */
  readonly totals?: boolean | undefined;
  /** csv: text that a spreadsheet would take for a formula begins with `'`. */
  readonly guard?: boolean | undefined;
}

/** The text in pieces, UTF-8 when it is written. The forms for machines depend on nothing but the Table. */
export function tablePieces(table: Table, options: TablePrintOptions): Generator<string, void, void> {
  const { form, width = 0, colour = false, raw = false, header = true, ascii = false, totals = false } = options;
  switch (form) {
    case "text":
      return tableText(table, { width, colour, raw, header, ascii });
    case "json":
      return tableJson(table);
    case "ndjson":
      return tableNdjson(table, totals);
    case "csv":
      return tableCsv(table, { header, totals, guard: options.guard ?? false });
  }
}

/**
 * Writes a Table to a stream, which stays open. Resolves when the stream has taken everything, or nobody reads it any more; rejects
 * where the stream fails.
 */
export async function printTable(
  table: Table,
  options: TablePrintOptions,
  destination: TextDestination,
): Promise<void> {
  await printPieces(tablePieces(table, options), destination);
}

const encoder = new TextEncoder();
/** Encoded at once: one by one small pieces take twice as long. */
const PIECE_CHARACTERS = 65_536;

/** The same for any pieces of text. */
export async function printPieces(pieces: Iterable<string>, destination: TextDestination): Promise<void> {
  const output = new TextOutput(destination);
  const out = new ByteWriter(PIECE_OCTETS);
  let text = "";
  const hand = () => {
    const octets = encoder.encode(text);
    out.reserve(octets.length);
    out.bytes.set(octets, 0);
    out.length = octets.length;
    text = "";
    output.send(out);
  };
  try {
    for (const piece of pieces) {
      if (output.closed) break;
      text += piece;
      if (text.length < PIECE_CHARACTERS) continue;
      hand();
      await output.room();
    }
    hand();
  } finally {
    await output.finish();
  }
}
