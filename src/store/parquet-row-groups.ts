// The row groups of a Parquet file, and the same file with only some of them: how what is whole of a damaged file is read.
// The footer is Thrift's compact protocol: FileMetaData { 3: num_rows, 4: list<RowGroup { 3: num_rows }> }. The rest is passed over.
import { closeSync, copyFileSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";

export interface RowGroups {
  /** Names in the schema, those of nested parts included. */
  readonly names: readonly string[];
  /** Rows of each. */
  readonly rows: readonly number[];
  /** Writes a copy of the file that has only the row groups of these numbers. */
  writeOnly(groups: readonly number[], path: string): void;
}

const MAGIC = "PAR1";
const TAIL = 8;
const MOST_FOOTER = 67_108_864;

/** Null where the footer cannot be understood. Throws what the system says where the file cannot be read. */
export function readRowGroups(path: string): RowGroups | null {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    const tail = Buffer.alloc(TAIL);
    if (size < 2 * TAIL || readSync(file, tail, 0, TAIL, size - TAIL) < TAIL) return null;
    const length = tail.readUInt32LE(0);
    if (tail.toString("latin1", 4) !== MAGIC || length > Math.min(size - TAIL, MOST_FOOTER)) return null;
    const footer = Buffer.alloc(length);
    const start = size - TAIL - length;
    readSync(file, footer, 0, length, start);
    return parse(path, footer, start);
  } finally {
    closeSync(file);
  }
}

function parse(path: string, footer: Buffer, dataOctets: number): RowGroups | null {
  try {
    const cursor = new Compact(footer);
    const fields = cursor.struct();
    const [schema, rows, list] = [fields.get(2), fields.get(3), fields.get(4)];
    if (schema?.type !== LIST || rows === undefined || list?.type !== LIST) return null;
    const names = new Compact(footer, schema.from).listOfStructs().map(({ from }) => {
      const name = new Compact(footer, from).struct().get(4);
      return name === undefined ? "" : new Compact(footer, name.from).text();
    });
    const groups = new Compact(footer, list.from).listOfStructs();
    const counts = groups.map(({ from }) => {
      const count = new Compact(footer, from).struct().get(3);
      return count === undefined ? Number.NaN : new Compact(footer, count.from).zigzag();
    });
    if (!counts.every((count) => Number.isSafeInteger(count) && count >= 0)) return null;
    const writeOnly = (chosen: readonly number[], to: string) => {
      const total = chosen.reduce((sum, group) => sum + counts[group]!, 0);
      const parts = [
        footer.subarray(0, rows.from),
        varint(2 * total),
        footer.subarray(rows.to, list.from),
        listHeader(chosen.length),
        ...chosen.map((group) => footer.subarray(groups[group]!.from, groups[group]!.to)),
        footer.subarray(list.to),
      ];
      writeFile(path, to, dataOctets, Buffer.concat(parts));
    };
    return { names, rows: counts, writeOnly };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function writeFile(from: string, to: string, dataOctets: number, footer: Buffer): void {
  copyFileSync(from, to);
  const file = openSync(to, "r+");
  try {
    const tail = Buffer.alloc(TAIL);
    tail.writeUInt32LE(footer.length);
    tail.write(MAGIC, 4, "latin1");
    ftruncateSync(file, dataOctets);
    writeSync(file, Buffer.concat([footer, tail]), 0, footer.length + TAIL, dataOctets);
  } finally {
    closeSync(file);
  }
}

const LIST = 9;
const STRUCT = 12;
const DEPTH = 32;

interface Place {
  readonly type: number;
  readonly from: number;
  readonly to: number;
}

/** A cursor over Thrift's compact protocol. Throws RangeErrors on what is none. */
class Compact {
  private readonly octets: Buffer;
  private at: number;

  constructor(octets: Buffer, at = 0) {
    this.octets = octets;
    this.at = at;
  }

  /** The values of a struct by field id. */
  struct(depth = 0): Map<number, Place> {
    const fields = new Map<number, Place>();
    let id = 0;
    for (let header = this.octet(); header !== 0; header = this.octet()) {
      id = header >> 4 === 0 ? this.zigzag() : id + (header >> 4);
      const type = header & 15;
      const from = this.at;
      // Booleans of a struct are in the header.
      if (type > 2) this.skip(type, depth + 1);
      fields.set(id, { type, from, to: this.at });
    }
    return fields;
  }

  listOfStructs(): readonly Place[] {
    const { size, type } = this.listStart();
    if (type !== STRUCT) throw new RangeError("a list of something else");
    return Array.from({ length: size }, () => {
      const from = this.at;
      this.struct();
      return { type, from, to: this.at };
    });
  }

  zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  text(): string {
    const length = this.varint();
    const from = this.at;
    this.at += length;
    return this.octets.toString("utf8", from, this.at);
  }

  private skip(type: number, depth: number): void {
    if (depth > DEPTH) throw new RangeError("too deep");
    if (type <= 3) this.at++;
    else if (type <= 6) this.varint();
    else if (type === 7) this.at += 8;
    else if (type === 8) this.text();
    else if (type === LIST || type === 10) {
      const { size, type: inside } = this.listStart();
      for (let i = 0; i < size; i++) this.skip(inside, depth + 1);
    } else if (type === 11) {
      const size = this.varint();
      const types = size === 0 ? 0 : this.octet();
      for (let i = 0; i < size; i++) for (const one of [types >> 4, types & 15]) this.skip(one, depth + 1);
    } else if (type === STRUCT) this.struct(depth);
    else throw new RangeError(`type ${type}`);
    if (this.at > this.octets.length) throw new RangeError("beyond the end");
  }

  private listStart(): { size: number; type: number } {
    const header = this.octet();
    const size = header >> 4 === 15 ? this.varint() : header >> 4;
    // Each element has an octet at the least.
    if (size > this.octets.length) throw new RangeError("more than there is");
    return { size, type: header & 15 };
  }

  private octet(): number {
    const value = this.octets[this.at++];
    if (value === undefined) throw new RangeError("beyond the end");
    return value;
  }

  private varint(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 64; scale *= 128) {
      const octet = this.octet();
      value += (octet & 127) * scale;
      if (octet < 128) return value;
    }
    throw new RangeError("a number without an end");
  }
}

function varint(value: number): Buffer {
  const octets: number[] = [];
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) octets.push((left % 128) | 128);
  return Buffer.from([...octets, left]);
}

function listHeader(size: number): Buffer {
  return size < 15 ? Buffer.of((size << 4) | STRUCT) : Buffer.concat([Buffer.of(0xf0 | STRUCT), varint(size)]);
}
