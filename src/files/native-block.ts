// A block of ClickHouse's Native format out of a FlowBatch: each column's octets are copied as they lie.
import type { FieldName } from "../core/elements.ts";
import type { Field } from "../core/fields.ts";
import { type Columns, type FlowBatch, WIDTH } from "../core/flow-batch.ts";
import { nameOf, type OtherFields } from "../core/other-fields.ts";

const encoder = new TextEncoder();

/** Octets of a column that one row takes. */
export function rowOctets(field: Field): number {
  if (field.kind === "other") return 0;
  const { kind } = field;
  const word = kind === "u8" || kind === "address" ? 1 : kind === "u16" ? 2 : 4;
  return word * WIDTH[kind];
}

function octetsOf(column: Columns[FieldName], octets: number): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, octets);
}

/** Whether anything but zeros is in a column. */
function hasValues({ columns, other, rows }: FlowBatch, field: Field): boolean {
  if (field.kind === "other") return other.end(rows - 1) > 0;
  // Zero is a time, and one that is not known is no zero.
  if (field.kind === "time") return true;
  const octets = rows * rowOctets(field);
  const { buffer, byteOffset } = columns[field.name as FieldName];
  return !Buffer.from(buffer, byteOffset, octets).equals(zeros(octets));
}

let zeroOctets = new Uint8Array(65_536);

function zeros(octets: number): Uint8Array {
  if (octets > zeroOctets.length) zeroOctets = new Uint8Array(octets);
  return zeroOctets.subarray(0, octets);
}

/** SerializationLowCardinality: the version of keys, which stands before everything else in a column. */
const KEYS_VERSION = 1;
/** The dictionary stands in the block itself (bit 9), and is a new one (bit 10); below them the width of the indexes. */
const OWN_DICTIONARY = 0x600;
const INDEX_U8 = 0;
const INDEX_U16 = 1;
/** A varuint of a value's length takes so many octets at the most (values have 4,096). */
const LENGTH_OCTETS = 3;

/** Names of `other` in one block: their place in the block's dictionary, whose first entry is the empty text. */
class Dictionary {
  size = 1;
  octets = 1;
  private readonly texts: Uint8Array[] = [];
  private readonly order: number[] = [];
  private places = new Int32Array(256);

  clear(): void {
    for (const number of this.order) this.places[number] = 0;
    this.order.length = 0;
    this.size = 1;
    this.octets = 1;
  }

  add(number: number): void {
    if (number >= this.places.length) {
      const grown = new Int32Array(2 * number);
      grown.set(this.places);
      this.places = grown;
    }
    if (this.places[number] !== 0) return;
    this.places[number] = this.size++;
    this.order.push(number);
    this.octets += this.text(number).length + 5;
  }

  place(number: number): number {
    return this.places[number]!;
  }

  *entries(): Generator<Uint8Array> {
    yield new Uint8Array(0);
    for (const number of this.order) yield this.text(number);
  }

  private text(number: number): Uint8Array {
    this.texts[number] ??= encoder.encode(nameOf(number));
    return this.texts[number];
  }
}

/** Encodes one batch after the other into a buffer of its own. */
export class NativeBlock {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  length = 0;
  rows = 0;
  private view = new DataView(this.bytes.buffer);
  private readonly fields: readonly Field[];
  /** Name and type of each column as they stand before it. */
  private readonly titles: readonly Uint8Array[];
  /** 1 = the field's column is in the block. */
  private readonly chosen: Uint8Array;
  private readonly dictionary = new Dictionary();

  constructor(fields: readonly Field[]) {
    this.fields = fields;
    this.chosen = new Uint8Array(fields.length);
    this.titles = fields.map(({ name, clickhouse }) => {
      const texts = [name, clickhouse].map((text) => encoder.encode(text));
      return Uint8Array.from(texts.flatMap((text) => [text.length, ...text]));
    });
  }

  /**
   * `bytes[0 .. length]` become the block of a batch that has rows. Unless it is to be `whole`, columns in which all is zero are left
   * out: who reads it fills them with zeros (most records have a quarter of all fields, and disks are slower than this is).
   */
  encode(batch: FlowBatch, whole: boolean): void {
    const { fields, titles, chosen } = this;
    const { rows, columns, other } = batch;
    let octets = 20;
    let count = 0;
    for (let i = 0; i < fields.length; i++) {
      const field = fields[i]!;
      // A block needs a column at the least.
      chosen[i] = whole || i === 0 || hasValues(batch, field) ? 1 : 0;
      if (chosen[i] === 0) continue;
      count++;
      octets += titles[i]!.length + (field.kind === "other" ? this.otherOctets(other, rows) : rows * rowOctets(field));
    }
    this.length = 0;
    this.rows = rows;
    this.reserve(octets);
    this.varuint(count);
    this.varuint(rows);
    for (let i = 0; i < fields.length; i++) {
      if (chosen[i] === 0) continue;
      const field = fields[i]!;
      this.copy(titles[i]!);
      if (field.kind === "other") this.writeOther(other, rows);
      else this.copy(octetsOf(columns[field.name as FieldName], rows * rowOctets(field)));
    }
  }

  private reserve(octets: number): void {
    if (octets <= this.bytes.length) return;
    this.bytes = new Uint8Array(Math.max(octets, Math.min(2 * this.bytes.length, 67_108_864)));
    this.view = new DataView(this.bytes.buffer);
  }

  /** Octets that `other` takes at the most; fills the dictionary on the way. */
  private otherOctets(other: OtherFields, rows: number): number {
    const { dictionary } = this;
    dictionary.clear();
    const entries = other.end(rows - 1);
    for (let entry = 0; entry < entries; entry++) dictionary.add(other.names[entry]!);
    const text = entries === 0 ? 0 : other.valueEnds[entries - 1]!;
    return 32 + 8 * rows + dictionary.octets + (2 + LENGTH_OCTETS) * entries + text;
  }

  /** Map(LowCardinality(String), String): version, ends of the rows' entries, dictionary, its indexes, values. */
  private writeOther(other: OtherFields, rows: number): void {
    const { dictionary, view, bytes } = this;
    this.u64(KEYS_VERSION);
    for (let row = 0; row < rows; row++) this.u64(other.end(row));
    const entries = other.end(rows - 1);
    if (entries === 0) return;
    const wide = dictionary.size > 256;
    this.u64(OWN_DICTIONARY | (wide ? INDEX_U16 : INDEX_U8));
    this.u64(dictionary.size);
    for (const name of dictionary.entries()) {
      this.varuint(name.length);
      this.copy(name);
    }
    this.u64(entries);
    let at = this.length;
    for (let entry = 0; entry < entries; entry++) {
      const place = dictionary.place(other.names[entry]!);
      if (wide) view.setUint16(at, place, true);
      else bytes[at] = place;
      at += wide ? 2 : 1;
    }
    this.length = at;
    this.writeValues(other, entries);
  }

  private writeValues({ text, valueEnds }: OtherFields, entries: number): void {
    const { bytes } = this;
    let from = 0;
    for (let entry = 0; entry < entries; entry++) {
      const to = valueEnds[entry]!;
      this.varuint(to - from);
      let at = this.length;
      for (let i = from; i < to; i++) bytes[at++] = text[i]!;
      this.length = at;
      from = to;
    }
  }

  private u64(value: number): void {
    this.view.setUint32(this.length, value, true);
    this.view.setUint32(this.length + 4, Math.floor(value / 4_294_967_296), true);
    this.length += 8;
  }

  private varuint(value: number): void {
    let rest = value;
    while (rest > 127) {
      this.bytes[this.length++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.bytes[this.length++] = rest;
  }

  private copy(octets: Uint8Array): void {
    this.bytes.set(octets, this.length);
    this.length += octets.length;
  }
}
