// Records for machines: NDJSON and CSV (RFC 4180). Both have the same values; docs/output.md says which.
import { isNone } from "../core/address.ts";
import { PRINTED_WORDS } from "../core/element-words.ts";
import type { FieldName, Kind } from "../core/elements.ts";
import { type AnyFieldName, type Field, OTHER, ZERO_IS_ADDRESS } from "../core/fields.ts";
import type { FlowBatch } from "../core/flow-batch.ts";
import { AsciiText, asciiWords } from "./ascii-text.ts";
import { type ByteWriter, VALUE_OCTETS } from "./byte-writer.ts";
import type { FlowLayout } from "./flow-layout.ts";
import { OtherText } from "./other-text.ts";
import { DateText, Instant } from "./time-text.ts";

const noAddress = isNone;
const QUOTE = 34;
const ZERO = 48;

// How a value is read and written: one small number for a field, so that a record is one loop.
const OCTET = 0;
const SHORT = 1;
const LONG = 2;
const LONG_LONG = 3;
const TIME = 4;
const ADDRESS = 5;
const MAC = 6;
const WORD = 7;
const LABEL = 8;
/** An address of which all zero is `::` in a record of IPv6. */
const END = 9;
const BEYOND = 10;
const WAY_OF: Record<Kind, number> = {
  u8: OCTET,
  u16: SHORT,
  u32: LONG,
  u64: LONG_LONG,
  time: TIME,
  address: ADDRESS,
  mac: MAC,
};

function wayOf(field: Field): number {
  if (field.kind === "other") return BEYOND;
  if (PRINTED_WORDS[field.print] !== undefined) return WORD;
  if (field.print === "label") return LABEL;
  return ZERO_IS_ADDRESS.has(field.name) ? END : WAY_OF[field.kind];
}

/** Words of eight octets that a name takes with what stands around it: `,"reverseFrameBytes":` has 21. */
const NAME_WORDS = 3;

/** Texts of a numbered word, by number. */
function wordsOf(field: Field, quote: string): (AsciiText | undefined)[] {
  const values = (field.kind !== "other" && PRINTED_WORDS[field.print]) || {};
  const words: (AsciiText | undefined)[] = [];
  for (const [word, value] of Object.entries(values)) {
    if (value !== 0) words[value] = new AsciiText(quote + word + quote);
  }
  return words;
}

const NO_U8 = new Uint8Array(0);
const NO_U16 = new Uint16Array(0);
const NO_U32 = new Uint32Array(0);

export class RecordLayout implements FlowLayout {
  private readonly head: string;
  private readonly names: readonly AnyFieldName[];
  /** Octets of a record at the most, without `other`. */
  private readonly fixedOctets: number;
  private readonly hasOther: boolean;
  private readonly other: OtherText;
  /** What stands before each value: NAME_WORDS words each, all of them written, and how many octets of them count. */
  private readonly nameWords: Float64Array;
  private readonly nameLengths: Uint8Array;
  private readonly after: AsciiText;
  private readonly none: AsciiText;
  private readonly quoted: boolean;
  private readonly ways: Uint8Array;
  private readonly words: (AsciiText | undefined)[][];
  // A field's column is in the list of its kind; the others have an empty array there.
  private readonly octetColumns: Uint8Array[];
  private readonly shorts: Uint16Array[];
  private readonly longs: Uint32Array[];
  private versions: Uint8Array = NO_U8;
  private readonly time = new Instant();
  private readonly dates = new DateText("T");

  /** `end`: what stands behind the object of a record; `csv` has its own. */
  constructor(fields: readonly Field[], format: "json" | "csv", end = "\n") {
    const json = format === "json";
    this.quoted = json;
    this.names = fields.map(({ name }) => name as AnyFieldName);
    this.hasOther = fields.includes(OTHER);
    this.other = new OtherText(format);
    this.head = json ? "" : `${this.names.join(",")}\r\n`;
    const before = this.names.map((name, field) => {
      if (json) return `${field === 0 ? "{" : ","}"${name}":`;
      return field === 0 ? "" : ",";
    });
    this.nameLengths = Uint8Array.from(before, (text) => text.length);
    this.nameWords = Float64Array.from(before.flatMap((text) => [...asciiWords(text, NAME_WORDS)]));
    this.after = new AsciiText(json ? `}${end}` : "\r\n");
    this.none = new AsciiText(json ? "null" : "");
    this.ways = Uint8Array.from(fields, wayOf);
    this.words = fields.map((field) => wordsOf(field, json ? '"' : ""));
    this.octetColumns = fields.map(() => NO_U8);
    this.shorts = fields.map(() => NO_U16);
    this.longs = fields.map(() => NO_U32);
    this.fixedOctets = before.reduce((sum, text) => sum + text.length + VALUE_OCTETS, this.after.length);
  }

  header(out: ByteWriter): void {
    out.ascii(this.head);
  }

  bind({ columns, other }: FlowBatch): void {
    this.versions = columns.ipVersion;
    this.other.bind(other);
    for (const [field, name] of this.names.entries()) {
      if (name === OTHER.name) continue;
      const column = columns[name as FieldName];
      if (column instanceof Uint8Array) this.octetColumns[field] = column;
      else if (column instanceof Uint16Array) this.shorts[field] = column;
      else this.longs[field] = column;
    }
  }

  octets(row: number): number {
    return this.hasOther ? this.fixedOctets + this.other.octets(row) : this.fixedOctets;
  }

  record(out: ByteWriter, row: number): void {
    const { ways, nameWords, nameLengths, octetColumns, shorts, longs } = this;
    const { bytes, view } = out;
    let at = out.length;
    for (let field = 0; field < ways.length; field++) {
      const name = 3 * field;
      view.setFloat64(at, nameWords[name]!, true);
      view.setFloat64(at + 8, nameWords[name + 1]!, true);
      view.setFloat64(at + 16, nameWords[name + 2]!, true);
      at += nameLengths[field]!;
      const way = ways[field]!;
      let value = 0;
      if (way === OCTET) {
        value = octetColumns[field]![row]! | 0;
      } else if (way === SHORT) {
        value = shorts[field]![row]! | 0;
      } else if (way === LONG) {
        value = longs[field]![row]! | 0;
      } else if (way === LONG_LONG && longs[field]![2 * row + 1] === 0) {
        value = longs[field]![2 * row]! | 0;
      } else {
        out.length = at;
        this.writeOther(out, way, field, row);
        at = out.length;
        continue;
      }
      if (value >>> 0 < 10) {
        bytes[at++] = ZERO + value;
      } else {
        out.length = at;
        out.number(value);
        at = out.length;
      }
    }
    out.length = at;
    out.text(this.after);
  }

  private writeOther(out: ByteWriter, way: number, field: number, row: number): void {
    switch (way) {
      case LONG_LONG:
        out.u64(this.longs[field]![2 * row]!, this.longs[field]![2 * row + 1]!);
        break;
      case TIME:
        this.writeTime(out, this.longs[field]!, row);
        break;
      case ADDRESS:
        this.writeAddress(out, this.octetColumns[field]!, row, false);
        break;
      case END:
        this.writeAddress(out, this.octetColumns[field]!, row, this.versions[row] === 6);
        break;
      case BEYOND:
        this.other.write(out, row);
        break;
      case MAC:
        this.writeMac(out, this.longs[field]!, row);
        break;
      case WORD:
        out.text(this.words[field]![this.octetColumns[field]![row]!] ?? this.none);
        break;
      default:
        this.writeLabel(out, this.longs[field]![row]!);
    }
  }

  private writeTime(out: ByteWriter, column: Uint32Array, row: number): void {
    if (!this.time.read(column, row)) {
      out.text(this.none);
      return;
    }
    if (this.quoted) out.octet(QUOTE);
    this.dates.writeNanoseconds(out, this.time);
    if (this.quoted) out.octet(QUOTE);
  }

  private writeAddress(out: ByteWriter, column: Uint8Array, row: number, zeroIsAddress: boolean): void {
    const from = 16 * row;
    if (noAddress(column, from) && !zeroIsAddress) {
      out.text(this.none);
      return;
    }
    if (this.quoted) out.octet(QUOTE);
    out.address(column, from);
    if (this.quoted) out.octet(QUOTE);
  }

  private writeMac(out: ByteWriter, column: Uint32Array, row: number): void {
    const low = column[2 * row]!;
    const high = column[2 * row + 1]!;
    if (low === 0 && high === 0) {
      out.text(this.none);
      return;
    }
    if (this.quoted) out.octet(QUOTE);
    out.mac(low, high);
    if (this.quoted) out.octet(QUOTE);
  }

  private writeLabel(out: ByteWriter, value: number): void {
    if (value === 0) out.text(this.none);
    else out.number(value - 1);
  }
}
