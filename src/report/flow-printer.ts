// FlowBatch -> text on a stream, in any of the layouts.
import type { Element } from "../core/elements.ts";
import { UsageError } from "../core/errors.ts";
import { type AnyFieldName, type Field, fieldsFrom, findField } from "../core/fields.ts";
import type { FlowBatch } from "../core/flow-batch.ts";
import { ByteWriter } from "./byte-writer.ts";
import { ColumnLayout } from "./column-layout.ts";
import type { FlowLayout } from "./flow-layout.ts";
import { LineLayout } from "./line-layout.ts";
import { type ListHead, ListTableLayout } from "./list-table-layout.ts";
import { NftrkLayout } from "./nftrk-layout.ts";
import { RecordLayout } from "./record-layout.ts";
import { PIECE_OCTETS, type TextDestination, TextOutput } from "./text-output.ts";

export const FLOW_FORMATS = ["line", "events", "nftrk", "json", "csv", "table"] as const;
export type FlowFormat = (typeof FLOW_FORMATS)[number];

export interface FlowPrinterOptions {
  readonly format: FlowFormat;
  /** Where the records come from (default: packets); decides which fields `json` and `csv` have, and the columns of lines. */
  readonly from?: Element["from"] | undefined;
  /** Exactly these columns in this order; without it the layout's own. */
  readonly fields?: readonly AnyFieldName[] | undefined;
  /** False leaves out the titles of `line`, `events` and `csv`. */
  readonly header?: boolean | undefined;
  readonly colour?: boolean | undefined;
  /** Columns of the terminal that `line` and `events` are to fit, by leaving out what is needed least; 0 = all is shown. */
  readonly width?: number | undefined;
  /** `table`: what the one object says beside its rows. */
  readonly head?: ListHead | undefined;
}

/** Anything that takes flow records. A batch is its owner's again when `write` has returned. */
export interface FlowSink {
  write(batch: FlowBatch): void | Promise<void>;
  end(): Promise<void>;
}

export interface FlowPrinter extends FlowSink {
  /** True when nobody reads the text any more (EPIPE): `write` does nothing then, and the caller may stop. */
  readonly closed: boolean;
}

/**
 * A sink that prints records. `write` turns the whole batch into text before it returns and hands all of it over; what it
 * returns resolves when the stream has room again, and rejects when it fails (EPIPE is no failure, see `closed`).
 * `end` resolves when the stream has taken everything; the stream itself stays open.
 */
export function createFlowPrinter(options: FlowPrinterOptions, destination: TextDestination): FlowPrinter {
  return new Printer(
    layoutOf(options),
    options.format === "table" || (options.header ?? true),
    new TextOutput(destination),
  );
}

const NO_HEAD: ListHead = { title: "flows", from: null, to: null, sortedBy: null, notes: [] };

function layoutOf({
  format,
  fields,
  from = "packets",
  colour = false,
  width = 0,
  head,
}: FlowPrinterOptions): FlowLayout {
  const chosen = fields?.map((word) => fieldOf(word, from));
  if (chosen?.length === 0) throw new UsageError("at least one field was expected, but the list is empty");
  switch (format) {
    case "json":
    case "csv":
      return new RecordLayout(chosen ?? fieldsFrom(from), format);
    case "table":
      return new ListTableLayout(chosen ?? fieldsFrom(from), head ?? NO_HEAD);
    case "nftrk":
      if (chosen !== undefined)
        throw new UsageError("the nftrk layout has its own fields: leave out the list of fields");
      return new NftrkLayout();
    default: {
      const options = { event: format === "events", colour, exported: from !== "packets", width };
      return chosen === undefined ? new LineLayout(options) : new ColumnLayout(chosen, options);
    }
  }
}

function fieldOf(word: string, from: Element["from"]): Field {
  const field = findField(word);
  if (field !== undefined) return field;
  const names = fieldsFrom(from).map(({ name }) => name);
  throw new UsageError(`a field was expected, but found "${word}"; the fields are ${names.join(" ")}`);
}

class Printer implements FlowPrinter {
  private readonly layout: FlowLayout;
  private readonly output: TextOutput;
  private readonly out = new ByteWriter(PIECE_OCTETS);
  private headerDue: boolean;

  constructor(layout: FlowLayout, header: boolean, output: TextOutput) {
    this.layout = layout;
    this.output = output;
    this.headerDue = header;
  }

  get closed(): boolean {
    return this.output.closed;
  }

  write(batch: FlowBatch): void | Promise<void> {
    const { layout, out, output } = this;
    if (output.closed) return;
    this.writeHeader();
    layout.bind(batch);
    const { rows } = batch;
    for (let row = 0; row < rows; row++) {
      const octets = layout.octets(row);
      if (out.length + octets > PIECE_OCTETS) output.send(out);
      out.reserve(octets);
      layout.record(out, row);
    }
    output.send(out);
    return output.room();
  }

  async end(): Promise<void> {
    this.writeHeader();
    this.layout.footer?.(this.out);
    this.output.send(this.out);
    await this.output.finish();
  }

  private writeHeader(): void {
    if (this.headerDue) this.layout.header(this.out);
    this.headerDue = false;
  }
}
