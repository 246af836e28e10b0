// The field `other` as text: an object of JSON, the same in a cell of CSV, or words for people.
import { nameOf, OtherFields } from "../core/other-fields.ts";
import { ByteWriter } from "./byte-writer.ts";
import { FOREIGN_GROWTH, writeJsonText, writeWord } from "./foreign-text.ts";

const QUOTE = 34;
const COMMA = 44;
const DASH = 45;
const EQUALS = 61;
const COLON = 58;
const SPACE = 32;
const OPEN = 123;
const CLOSE = 125;
/** Octets around a value and its name at the most, and around the whole. */
const AROUND = 8;

export type OtherForm = "json" | "csv" | "line";

export class OtherText {
  private readonly form: OtherForm;
  private other: OtherFields = new OtherFields(1);
  /** Names as they stand before their values, by number; each is made once. */
  private readonly names: Uint8Array[] = [];

  constructor(form: OtherForm) {
    this.form = form;
  }

  bind(other: OtherFields): void {
    this.other = other;
  }

  /** Octets that the entries of a row take at the most. */
  octets(row: number): number {
    const { other } = this;
    const first = other.first(row);
    const end = other.end(row);
    if (first === end) return AROUND;
    const from = first === 0 ? 0 : other.valueEnds[first - 1]!;
    let octets = AROUND + FOREIGN_GROWTH * (other.valueEnds[end - 1]! - from);
    for (let entry = first; entry < end; entry++) octets += this.name(other.names[entry]!).length + AROUND;
    return octets;
  }

  write(out: ByteWriter, row: number): void {
    const { other } = this;
    const first = other.first(row);
    const end = other.end(row);
    if (this.form === "line") this.writeWords(out, first, end);
    else this.writeObject(out, first, end, this.form === "csv" && first < end);
  }

  private writeObject(out: ByteWriter, first: number, end: number, cell: boolean): void {
    const { valueEnds, text, names } = this.other;
    if (cell) out.octet(QUOTE);
    out.octet(OPEN);
    for (let entry = first; entry < end; entry++) {
      if (entry > first) out.octet(COMMA);
      this.writeName(out, names[entry]!);
      out.octet(QUOTE);
      if (cell) out.octet(QUOTE);
      writeJsonText(out, text, entry === 0 ? 0 : valueEnds[entry - 1]!, valueEnds[entry]!, cell);
      out.octet(QUOTE);
      if (cell) out.octet(QUOTE);
    }
    out.octet(CLOSE);
    if (cell) out.octet(QUOTE);
  }

  private writeWords(out: ByteWriter, first: number, end: number): void {
    const { valueEnds, text, names } = this.other;
    if (first === end) out.octet(DASH);
    for (let entry = first; entry < end; entry++) {
      if (entry > first) out.octet(SPACE);
      this.writeName(out, names[entry]!);
      writeWord(out, text, entry === 0 ? 0 : valueEnds[entry - 1]!, valueEnds[entry]!);
    }
  }

  private writeName(out: ByteWriter, number: number): void {
    const name = this.name(number);
    const { bytes, length } = out;
    for (let i = 0; i < name.length; i++) bytes[length + i] = name[i]!;
    out.length = length + name.length;
  }

  private name(number: number): Uint8Array {
    const known = this.names[number];
    if (known !== undefined) return known;
    const octets = new TextEncoder().encode(nameOf(number));
    const out = new ByteWriter(FOREIGN_GROWTH * octets.length + AROUND);
    if (this.form === "line") {
      writeWord(out, octets, 0, octets.length);
      out.octet(EQUALS);
    } else {
      const cell = this.form === "csv";
      out.octet(QUOTE);
      if (cell) out.octet(QUOTE);
      writeJsonText(out, octets, 0, octets.length, cell);
      out.octet(QUOTE);
      if (cell) out.octet(QUOTE);
      out.octet(COLON);
    }
    const made = out.bytes.slice(0, out.length);
    this.names[number] = made;
    return made;
  }
}
