// Feeds datagrams to a MessageDecoder and keeps all that comes out, message by message, in a form that can be compared.
import { formatAddress } from "../../src/core/address.ts";
import { CollectLedger } from "../../src/core/collect-ledger.ts";
import { ELEMENTS, type Element, type FieldName } from "../../src/core/elements.ts";
import type { FlowBatch } from "../../src/core/flow-batch.ts";
import { Message } from "../../src/core/message.ts";
import {
  type HeaderReader,
  MessageDecoder,
  type MessageDecoderOptions,
  type OptionsRecord,
  type TemplateSnapshot,
} from "../../src/wire/index.ts";
import type { Datagram } from "./netflow-samples.ts";

/**
 * One decoded record. Values are text: numbers in decimal, times as nanoseconds since 1970 ("" = not known), addresses and MACs as
 * hexadecimal digits.
 */
export interface DecodedRow {
  readonly columns: Readonly<Record<FieldName, string>>;
  readonly other: Readonly<Record<string, string>>;
  /** Sampled headers that were handed to the header reader for this row, in hexadecimal. */
  readonly sections: readonly string[];
}

export interface DecodedMessage {
  readonly frame: number;
  /** Time of receipt as in a column. */
  readonly received: string;
  readonly rows: readonly DecodedRow[];
  readonly options: readonly OptionsRecord[];
  /** The templates known after the message; only where they were asked for. */
  readonly templates: readonly TemplateSnapshot[];
}

export function hex(octets: Uint8Array): string {
  return Buffer.from(octets).toString("hex");
}

/** A column's value of one row; see `DecodedRow`. */
export function columnText(batch: FlowBatch, element: Element, row: number): string {
  const column = batch.columns[element.name as FieldName] as Uint8Array | Uint16Array | Uint32Array;
  switch (element.kind) {
    case "address":
      return hex((column as Uint8Array).subarray(16 * row, 16 * row + 16));
    case "mac":
    case "u64":
    case "time": {
      const value = (BigInt(column[2 * row + 1]!) << 32n) | BigInt(column[2 * row]!);
      if (element.kind === "mac") return value.toString(16).padStart(12, "0");
      if (element.kind === "u64") return String(value);
      return value === 0xffff_ffff_ffff_ffffn ? "" : String(BigInt.asIntN(64, value));
    }
    default:
      return String(column[row]!);
  }
}

/** How an empty column reads. */
export function emptyText(element: Element): string {
  if (element.kind === "time") return "";
  if (element.kind === "address") return "0".repeat(32);
  return element.kind === "mac" ? "0".repeat(12) : "0";
}

/** A header reader that decodes nothing and remembers what it was asked to decode, by row. */
class SectionRecorder implements HeaderReader {
  private readonly byRow = new Map<number, string[]>();

  read(_batch: FlowBatch, row: number, bytes: Uint8Array, from: number, length: number): boolean {
    const before = this.byRow.get(row) ?? [];
    this.byRow.set(row, [...before, hex(bytes.subarray(from, from + length))]);
    return false;
  }

  take(row: number): readonly string[] {
    return this.byRow.get(row) ?? [];
  }

  clear(): void {
    this.byRow.clear();
  }
}

/** A decoder whose output is kept. */
export class Collected {
  readonly ledger: CollectLedger = new CollectLedger();
  readonly decoder: MessageDecoder;
  private readonly message = new Message();
  private readonly sections = new SectionRecorder();
  private rows: DecodedRow[] = [];
  private options: OptionsRecord[] = [];

  constructor(options: Partial<MessageDecoderOptions> = {}) {
    this.decoder = new MessageDecoder({
      ledger: this.ledger,
      headers: this.sections,
      clock: "keep",
      deliver: (batch) => this.keep(batch),
      onOptions: (record) => this.options.push(record),
      ...options,
    });
  }

  /** Decodes one datagram and gives what came of it at once. */
  decode(datagram: Datagram, withTemplates = false): DecodedMessage {
    const { message } = this;
    message.setBytes(datagram.payload);
    message.exporter.set(datagram.exporter);
    message.port = datagram.port;
    message.seconds = datagram.seconds;
    message.nanoseconds = datagram.nanoseconds;
    this.rows = [];
    this.options = [];
    this.decoder.decode(message);
    this.decoder.flush();
    const templates = withTemplates ? this.decoder.templates() : [];
    const received = String(BigInt(datagram.seconds) * 1_000_000_000n + BigInt(datagram.nanoseconds));
    return { frame: datagram.frame, received, rows: this.rows, options: this.options, templates };
  }

  /** The sum of a count over all pages. */
  sum(count: (page: CollectLedger["pages"][number]) => number): number {
    return this.ledger.pages.reduce((sum, page) => sum + count(page), 0);
  }

  private keep(batch: FlowBatch): void {
    for (let row = 0; row < batch.rows; row++) {
      const columns = Object.fromEntries(
        ELEMENTS.map((element: Element) => [element.name, columnText(batch, element, row)]),
      ) as Record<FieldName, string>;
      this.rows.push({ columns, other: batch.other.read(row), sections: this.sections.take(row) });
    }
    this.sections.clear();
  }
}

/** Text of an address that a column's value stands for. */
export function addressOf(text: string): string {
  return formatAddress(Uint8Array.from(Buffer.from(text, "hex")));
}
