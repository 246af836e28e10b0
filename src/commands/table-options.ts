// The options of every command that prints a Table: its form, and what is left out.
import { UsageError } from "../core/errors.ts";
import type { TableForm, TablePrintOptions } from "../report/index.ts";

/** The options as commander gives them. */
export interface TableSettings {
  readonly json?: true;
  readonly ndjson?: true;
  readonly csv?: true;
  readonly excel?: true;
  readonly raw?: true;
  readonly header: boolean;
  readonly totals?: true;
}

/** Throws a UsageError where they do not go together. */
export function printOptions({ json, ndjson, csv, excel, raw, header, totals }: TableSettings): TablePrintOptions {
  const chosen = [json && "json", ndjson && "ndjson", csv && "csv"].filter((form) => typeof form === "string");
  if (chosen.length > 1) {
    throw new UsageError(`expected one output format, found --${chosen.join(" and --")}; choose one.`);
  }
  const form = (chosen[0] ?? "text") as TableForm;
  if (excel === true && form !== "csv") throw new UsageError("--excel: expected --csv, found another form of output.");
  const terminal = process.stdout.isTTY === true;
  return {
    form,
    raw: raw === true,
    header,
    totals: totals === true,
    guard: excel === true,
    width: terminal ? process.stdout.columns || 80 : 0,
    colour: terminal && process.env.NO_COLOR === undefined && process.stdout.hasColors?.() === true,
  };
}
