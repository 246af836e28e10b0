// One flow a line for people, with the columns that they chose (`--fields`), aligned under their titles.
import { isNone } from "../core/address.ts";
import { PRINTED_WORDS } from "../core/element-words.ts";
import { type Element, type FieldName, FLOW_EVENT } from "../core/elements.ts";
import { type Field, OTHER, ZERO_IS_ADDRESS } from "../core/fields.ts";
import { type Columns, FlowBatch } from "../core/flow-batch.ts";
import { AsciiText } from "./ascii-text.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { styled } from "./colour.ts";
import type { FlowLayout } from "./flow-layout.ts";
import type { LineOptions } from "./line-layout.ts";
import { OtherText } from "./other-text.ts";
import { PROTOCOL_NAMES } from "./protocol-names.ts";
import { FLAGS_WIDTH, writeTcpFlags } from "./tcp-flags.ts";
import { DATE_WIDTH, DateText, Instant } from "./time-text.ts";

const SPACE = 32;
const DASH = 45;
const NEWLINE = 10;
const HEX = new AsciiText("0x");
const noAddress = isNone;

const NUMBER_WIDTHS = { u8: 3, u16: 5, u32: 7, u64: 8 } as const;
const PROTOCOLS = PROTOCOL_NAMES.map((name) => new AsciiText(name));

/** The words of a numbered field, by number. */
function wordsOf(values: Readonly<Record<string, number>>): (AsciiText | undefined)[] {
  const words: (AsciiText | undefined)[] = [];
  for (const [word, value] of Object.entries(values)) if (value !== 0) words[value] = new AsciiText(word);
  return words;
}
/** As the `events` layout has them. */
const EVENT_NAMES = wordsOf(Object.fromEntries(Object.entries(FLOW_EVENT).map(([word, n]) => [word.toUpperCase(), n])));

type Write = (layout: ColumnLayout, out: ByteWriter, columns: Columns, row: number) => void;

interface Column {
  readonly title: string;
  readonly width: number;
  readonly right: boolean;
  readonly write: Write;
}

export class ColumnLayout implements FlowLayout {
  readonly other = new OtherText("line");
  readonly time = new Instant();
  readonly dates = new DateText(" ");
  private columns: Columns = new FlowBatch(1).columns;
  private readonly chosen: readonly Column[];
  /** Octets of a record at the most, without `other`. */
  private readonly fixedOctets: number;
  private readonly hasOther: boolean;
  private readonly colour: boolean;

  constructor(fields: readonly Field[], { event, colour }: LineOptions) {
    this.chosen = [...(event ? [EVENT_TIME, EVENT] : []), ...fields.map(columnOf)];
    this.colour = colour;
    this.hasOther = fields.includes(OTHER);
    this.fixedOctets = this.chosen.reduce((sum, column) => sum + 42 + column.width, 1);
  }

  header(out: ByteWriter): void {
    const last = this.chosen.length - 1;
    const titles = this.chosen.map(({ title, width, right }, place) => {
      if (right) return title.padStart(width);
      return place === last ? title : title.padEnd(width);
    });
    out.ascii(`${styled(titles.join(" "), "bold", this.colour)}\n`);
  }

  bind({ columns, other }: FlowBatch): void {
    this.columns = columns;
    this.other.bind(other);
  }

  octets(row: number): number {
    return this.hasOther ? this.fixedOctets + this.other.octets(row) : this.fixedOctets;
  }

  record(out: ByteWriter, row: number): void {
    const last = this.chosen.length - 1;
    for (let place = 0; place <= last; place++) {
      const { width, right, write } = this.chosen[place]!;
      const from = out.length;
      write(this, out, this.columns, row);
      if (right) out.padLeft(from, width);
      else if (place < last) out.padRight(from, width);
      out.octet(place < last ? SPACE : NEWLINE);
    }
  }
}

/** The time of an event: of a start the first packet's, of an update or end the last one's. */
const EVENT_TIME: Column = {
  title: "Time",
  width: DATE_WIDTH,
  right: false,
  write: (layout, out, columns, row) =>
    writeTime(layout, out, columns.event[row] === FLOW_EVENT.start ? columns.start : columns.end, row),
};
const EVENT: Column = {
  title: "Event",
  width: 6,
  right: false,
  write: (_, out, columns, row) => writeWord(out, EVENT_NAMES[columns.event[row]!]),
};

const OTHER_COLUMN: Column = {
  title: OTHER.title,
  width: OTHER.title.length,
  right: false,
  write: (layout, out, _, row) => layout.other.write(out, row),
};

function columnOf(field: Field): Column {
  if (field.kind === "other") return OTHER_COLUMN;
  const element: Element = field;
  const name = element.name as FieldName;
  const { title, kind } = element;
  const left = (width: number, write: Write): Column => ({
    title,
    width: Math.max(width, title.length),
    right: false,
    write,
  });
  switch (element.print) {
    case "time":
      return left(DATE_WIDTH, (layout, out, columns, row) => writeTime(layout, out, columns[name] as Uint32Array, row));
    case "address":
      return left(
        15,
        ZERO_IS_ADDRESS.has(name)
          ? (_, out, columns, row) => writeEnd(out, columns[name] as Uint8Array, columns.ipVersion[row]!, row)
          : (_, out, columns, row) => writeAddress(out, columns[name] as Uint8Array, row),
      );
    case "mac":
      return left(17, (_, out, columns, row) => writeMac(out, columns[name] as Uint32Array, row));
    case "tcpFlags":
      return left(FLAGS_WIDTH, (_, out, columns, row) => writeTcpFlags(out, columns[name][row]!));
    case "etherType":
      return left(6, (_, out, columns, row) => writeHex(out, columns[name][row]!));
    default:
  }
  const named = PRINTED_WORDS[element.print];
  if (named !== undefined) {
    const words = wordsOf(named);
    const width = Math.max(...Object.keys(named).map((word) => word.length));
    return left(width, (_, out, columns, row) => writeWord(out, words[columns[name][row]!]));
  }
  if (name === "proto") return left(6, (_, out, columns, row) => writeProtocol(out, columns, row));
  const width = Math.max(NUMBER_WIDTHS[kind as keyof typeof NUMBER_WIDTHS], title.length);
  if (element.print === "label") {
    return { title, width, right: true, write: (_, out, columns, row) => writeLabel(out, columns[name][row]!) };
  }
  if (kind === "u64") {
    return {
      title,
      width,
      right: true,
      write: (_, out, columns, row) => out.u64(columns[name][2 * row]!, columns[name][2 * row + 1]!),
    };
  }
  return { title, width, right: true, write: (_, out, columns, row) => out.number(columns[name][row]!) };
}

function writeTime(layout: ColumnLayout, out: ByteWriter, column: Uint32Array, row: number): void {
  if (layout.time.read(column, row)) layout.dates.writeMilliseconds(out, layout.time);
  else out.octet(DASH);
}

function writeAddress(out: ByteWriter, column: Uint8Array, row: number): void {
  if (noAddress(column, 16 * row)) out.octet(DASH);
  else out.address(column, 16 * row);
}

function writeEnd(out: ByteWriter, column: Uint8Array, version: number, row: number): void {
  if (version === 6) out.address(column, 16 * row);
  else writeAddress(out, column, row);
}

function writeMac(out: ByteWriter, column: Uint32Array, row: number): void {
  const low = column[2 * row]!;
  const high = column[2 * row + 1]!;
  if (low === 0 && high === 0) out.octet(DASH);
  else out.mac(low, high);
}

function writeProtocol(out: ByteWriter, columns: Columns, row: number): void {
  const protocol = columns.proto[row]!;
  if (protocol === 0 && columns.ipVersion[row] === 0) out.octet(DASH);
  else out.text(PROTOCOLS[protocol]!);
}

function writeHex(out: ByteWriter, value: number): void {
  out.text(HEX);
  out.hex4(value);
}

function writeWord(out: ByteWriter, word: AsciiText | undefined): void {
  if (word === undefined) out.octet(DASH);
  else out.text(word);
}

function writeLabel(out: ByteWriter, value: number): void {
  if (value === 0) out.octet(DASH);
  else out.number(value - 1);
}
