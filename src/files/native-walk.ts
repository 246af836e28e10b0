// Where everything lies in a Native block, found before any of it is read, so that only whole blocks are given.
import { nameNumber } from "../core/other-fields.ts";
import { Damage, type FileCursor } from "./file-cursor.ts";
import { MOST_COLUMNS, type TypeLayout, typeLayout } from "./native-types.ts";

/** Limits that no honest file comes near. */
const MOST_NAME_OCTETS = 1024;
const MOST_TYPE_OCTETS = 8192;
const MOST_DICTIONARY = 1_048_576;

/** Columns of this name and type are names and texts: OtherFields. */
const OTHER_TYPES = new Set(["Map(LowCardinality(String), String)", "Map(String, String)"]);

/** Where the parts of `other` begin in the file. */
export interface OtherPlaces {
  readonly ends: number;
  readonly entries: number;
  /** What stands for each entry's name: an index of so many octets into `names`, or the text itself (0). */
  readonly keys: number;
  readonly keyOctets: number;
  /** Numbers of names (core/other-fields), by index. */
  readonly names: Uint32Array;
  readonly values: number;
}

export interface ColumnPlace {
  readonly name: string;
  readonly type: string;
  readonly layout: TypeLayout;
  /** Where its values begin in the file. */
  readonly offset: number;
  readonly other: OtherPlaces | null;
}

export interface BlockPlaces {
  readonly rows: number;
  readonly columns: readonly ColumnPlace[];
  readonly end: number;
}

/** Walks over the block at the cursor, to its end. Throws Damage. */
export function walkBlock(cursor: FileCursor): BlockPlaces {
  const start = cursor.offset;
  const count = cursor.varuint();
  const rows = cursor.varuint();
  if (count === 0 || count > MOST_COLUMNS) {
    throw new Damage(start, `expected a block of 1 to ${MOST_COLUMNS} columns, found ${count}`);
  }
  const columns: ColumnPlace[] = [];
  for (let i = 0; i < count; i++) columns.push(walkColumn(cursor, rows));
  return { rows, columns, end: cursor.offset };
}

function walkColumn(cursor: FileCursor, rows: number): ColumnPlace {
  const start = cursor.offset;
  const name = text(cursor, MOST_NAME_OCTETS);
  const type = text(cursor, MOST_TYPE_OCTETS);
  const layout = typeLayout(type);
  if (layout === null) {
    throw new Damage(
      start,
      `expected a column of a type of ClickHouse that is known here, found "${printable(name)}" of "${printable(type)}"`,
    );
  }
  const offset = cursor.offset;
  if (name === "other" && OTHER_TYPES.has(type))
    return { name, type, layout, offset, other: walkOther(cursor, rows, type) };
  skipPrefixes(cursor, layout);
  skipValues(cursor, layout, rows);
  return { name, type, layout, offset, other: null };
}

function text(cursor: FileCursor, most: number): string {
  const start = cursor.offset;
  const octets = cursor.varuint();
  if (octets > most) throw new Damage(start, `expected a name of at most ${most} octets, found one of ${octets}`);
  const bytes = new Uint8Array(octets);
  cursor.copy(bytes, 0, octets);
  return new TextDecoder().decode(bytes);
}

/** What somebody else wrote, for a sentence: its beginning, and nothing that does something to a terminal. */
export function printable(word: string): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return (word.length > 60 ? `${word.slice(0, 60)}...` : word).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escaped);
}

/** What stands before the values of all nested types: the version of each LowCardinality. */
function skipPrefixes(cursor: FileCursor, layout: TypeLayout): void {
  if (layout.form === "lowCardinality") keysVersion(cursor);
  else if (layout.form === "map") {
    skipPrefixes(cursor, layout.key);
    skipPrefixes(cursor, layout.value);
  } else if (layout.form === "tuple") {
    for (const member of layout.of) skipPrefixes(cursor, member);
  } else if (layout.form === "array" || layout.form === "nullable") {
    skipPrefixes(cursor, layout.of);
  }
}

function keysVersion(cursor: FileCursor): void {
  const start = cursor.offset;
  const version = cursor.u64();
  if (version !== 1) throw new Damage(start, `expected version 1 of LowCardinality's keys, found ${version}`);
}

function skipValues(cursor: FileCursor, layout: TypeLayout, count: number): void {
  switch (layout.form) {
    case "fixed":
      cursor.skip(count * layout.octets);
      break;
    case "string":
      for (let i = 0; i < count; i++) cursor.skip(cursor.varuint());
      break;
    case "nullable":
      cursor.skip(count);
      skipValues(cursor, layout.of, count);
      break;
    case "array":
      skipValues(cursor, layout.of, lastEnd(cursor, count));
      break;
    case "map": {
      const entries = lastEnd(cursor, count);
      skipValues(cursor, layout.key, entries);
      skipValues(cursor, layout.value, entries);
      break;
    }
    case "tuple":
      for (const member of layout.of) skipValues(cursor, member, count);
      break;
    default:
      for (let done = 0; done < count; ) done += skipIndexes(cursor, layout.of, count - done);
  }
}

/** How many entries the rows have together: the last of their ends. */
function lastEnd(cursor: FileCursor, rows: number): number {
  if (rows === 0) return 0;
  cursor.skip(8 * (rows - 1));
  return cursor.u64();
}

/** A dictionary and the indexes into it; gives how many there are. */
function skipIndexes(cursor: FileCursor, of: TypeLayout, most: number): number {
  const octets = indexOctets(cursor);
  skipValues(cursor, of, cursor.u64());
  const start = cursor.offset;
  const count = cursor.u64();
  if (count === 0 || count > most) throw new Damage(start, `expected 1 to ${most} indexes, found ${count}`);
  cursor.skip(octets * count);
  return count;
}

/** The word before a dictionary: the dictionary stands in the block (bit 9), and the width of the indexes (bits 0 to 7). */
function indexOctets(cursor: FileCursor): number {
  const start = cursor.offset;
  const word = cursor.u64();
  if ((word & 0x300) !== 0x200 || (word & 0xff) > 3) {
    throw new Damage(start, `expected a dictionary of LowCardinality, found the word ${word}`);
  }
  return 2 ** (word & 0xff);
}

/** `other` is not only walked over: the ends of rows and the indexes of names are checked. */
function walkOther(cursor: FileCursor, rows: number, type: string): OtherPlaces {
  const indexed = type.includes("LowCardinality");
  if (indexed) keysVersion(cursor);
  const ends = cursor.offset;
  let entries = 0;
  for (let row = 0; row < rows; row++) {
    const end = cursor.u64();
    if (end < entries)
      throw new Damage(cursor.offset, `expected the end of a row's entries from ${entries} on, found ${end}`);
    entries = end;
  }
  let keys = cursor.offset;
  let keyOctets = 0;
  let names = new Uint32Array(0);
  if (entries > 0 && indexed) {
    keyOctets = indexOctets(cursor);
    names = readNames(cursor);
    const start = cursor.offset;
    const count = cursor.u64();
    if (count !== entries) throw new Damage(start, `expected ${entries} indexes, found ${count}`);
    keys = cursor.offset;
    checkIndexes(cursor, entries, keyOctets, names.length);
  } else {
    for (let entry = 0; entry < entries; entry++) cursor.skip(cursor.varuint());
  }
  const values = cursor.offset;
  for (let entry = 0; entry < entries; entry++) cursor.skip(cursor.varuint());
  return { ends, entries, keys, keyOctets, names, values };
}

function readNames(cursor: FileCursor): Uint32Array<ArrayBuffer> {
  const start = cursor.offset;
  const size = cursor.u64();
  if (size === 0 || size > MOST_DICTIONARY) {
    throw new Damage(start, `expected a dictionary of 1 to ${MOST_DICTIONARY} names, found ${size}`);
  }
  cursor.expect(size);
  const names = new Uint32Array(size);
  // The first entry is the empty text that ClickHouse keeps for a default value.
  for (let i = 0; i < size; i++) names[i] = nameNumber(text(cursor, MOST_NAME_OCTETS));
  return names;
}

/** An index of one to eight octets. */
export function readIndex(cursor: FileCursor, octets: number): number {
  return octets === 1 ? cursor.octet() : octets === 2 ? cursor.u16() : octets === 4 ? cursor.u32() : cursor.u64();
}

function checkIndexes(cursor: FileCursor, count: number, octets: number, size: number): void {
  for (let i = 0; i < count; i++) {
    const index = readIndex(cursor, octets);
    if (index >= size) throw new Damage(cursor.offset, `expected an index below ${size}, found ${index}`);
  }
}
