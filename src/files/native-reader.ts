// Reads ClickHouse's Native format: whole blocks, whatever columns they have, into batches.
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { ELEMENTS, type Element, type FieldName, PACKET_ELEMENTS } from "../core/elements.ts";
import { SourceError } from "../core/errors.ts";
import { FlowBatch, WIDTH } from "../core/flow-batch.ts";
import { Damage, FileCursor } from "./file-cursor.ts";
import { OtherReader } from "./native-other.ts";
import { isNative, NATIVE_OCTETS } from "./native-recognise.ts";
import { type BlockPlaces, type ColumnPlace, printable, walkBlock } from "./native-walk.ts";

/** Types that a field's column may have besides its own: the same octets under other names. */
const SAME_OCTETS: Readonly<Record<Element["kind"], RegExp>> = {
  u8: /^(UInt8|Int8|Bool|Enum8\(.*\))$/s,
  u16: /^(UInt16|Int16|Enum16\(.*\))$/s,
  u32: /^(UInt32|Int32|IPv4)$/,
  u64: /^U?Int64$/,
  time: /^(DateTime64\(9(, *'[^']*')?\)|Int64)$/,
  address: /^(IPv6|FixedString\(16\))$/,
  mac: /^U?Int64$/,
};

/** Rows of a batch: as many as the first block has, in these limits. Blocks may have more, or fewer. */
const ROWS = 8192;
const FEWEST_ROWS = 64;
/** A batch ends early when the texts of its `other` take so much. */
const MOST_TEXT_OCTETS = 8_388_608;

/**
 * The flow records of a Native file. A batch is valid until the next one is asked for. Columns that are no fields are passed over,
 * fields that have no column are empty. Blocks are given whole: from a damaged or incomplete one on, nothing is given, and
 * `problems` says where and why.
 */
export class NativeReader implements AsyncIterable<FlowBatch> {
  readonly problems: SourceError[] = [];
  blocks = 0;
  rows = 0;
  private readonly path: string;
  private readonly fd: number;
  private readonly cursor: FileCursor;
  private readonly told = new Set<string>();
  private closed = false;

  constructor(path: string) {
    this.path = path;
    try {
      this.fd = openSync(path, "r");
    } catch (error) {
      throw new SourceError({ source: path }, `expected a Native file, found ${reasonOf(error)}`, { cause: error });
    }
    try {
      this.cursor = new FileCursor(this.fd, recognisedSize(path, this.fd));
    } catch (error) {
      closeSync(this.fd);
      throw error;
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<FlowBatch, void, void> {
    let batch: FlowBatch | null = null;
    try {
      for (let block = this.next(); block !== null; block = this.next()) {
        batch ??= new FlowBatch(Math.min(ROWS, Math.max(FEWEST_ROWS, block.rows)), elementsOf(block));
        for (const rows of this.read(block, batch)) if (rows > 0) yield batch;
        this.blocks++;
      }
    } catch (error) {
      this.note(error);
    } finally {
      this.close();
    }
  }

  close(): void {
    if (!this.closed) closeSync(this.fd);
    this.closed = true;
  }

  /** Where the next block lies; null at the end of what can be understood. */
  private next(): BlockPlaces | null {
    const { cursor } = this;
    const start = cursor.offset;
    if (this.closed || start === cursor.size) return null;
    try {
      return walkBlock(cursor);
    } catch (error) {
      this.note(error, start);
      return null;
    }
  }

  private note(error: unknown, block?: number): void {
    if (!(error instanceof Damage)) {
      const { message } = error as Error;
      this.problems.push(
        new SourceError({ source: this.path }, `expected to read on, found ${message}`, { cause: error }),
      );
      return;
    }
    const place = { source: this.path, offset: error.offset };
    const lost = block === undefined ? "" : `; the block at offset ${block} and what is behind it is left out`;
    this.problems.push(new SourceError(place, `${error.message}${lost}`, { cause: error }));
  }

  private *read(block: BlockPlaces, batch: FlowBatch): Generator<number> {
    const { cursor, fd } = this;
    const columns = this.columnsOf(block);
    const places = block.columns.find(({ other }) => other !== null)?.other ?? null;
    const other = places === null || places.entries === 0 ? null : new OtherReader(places, fd, cursor.size);
    for (let from = 0; from < block.rows; ) {
      batch.other.clear();
      const most = Math.min(block.rows - from, batch.capacity);
      const rows = other === null ? most : other.read(batch.other, most, MOST_TEXT_OCTETS);
      for (const { name, kind } of ELEMENTS as readonly Element[]) {
        const column = batch.columns[name as FieldName];
        const place = columns.get(name);
        if (place === undefined) {
          column.fill(kind === "time" ? 0xffff_ffff : 0, 0, rows * WIDTH[kind]);
          continue;
        }
        const octets = (rows * WIDTH[kind] * column.BYTES_PER_ELEMENT) | 0;
        cursor.readAt(new Uint8Array(column.buffer, column.byteOffset, octets), place.offset + (from * octets) / rows);
      }
      batch.rows = rows;
      from += rows;
      this.rows += rows;
      yield rows;
    }
  }

  /** The columns that are fields, by name. */
  private columnsOf(block: BlockPlaces): ReadonlyMap<string, ColumnPlace> {
    const found = new Map<string, ColumnPlace>();
    for (const column of block.columns) {
      const element = ELEMENTS.find(({ name }) => name === column.name);
      const expected =
        element ?? (column.name === "other" ? { clickhouse: "Map(LowCardinality(String), String)" } : null);
      if (expected === null || column.other !== null) continue;
      if (element !== undefined && SAME_OCTETS[element.kind].test(column.type)) found.set(column.name, column);
      else this.tellType(column, expected.clickhouse);
    }
    return found;
  }

  private tellType({ name, type, offset }: ColumnPlace, expected: string): void {
    if (this.told.has(name)) return;
    this.told.add(name);
    const place = { source: this.path, offset };
    this.problems.push(
      new SourceError(place, `expected ${name} as ${expected}, found ${printable(type)}; the field is left empty`),
    );
  }
}

/** The flow records of a Native file, as AsyncIterable. Throws a SourceError where there is none. */
export function readNative(path: string): NativeReader {
  return new NativeReader(path);
}

/** The size of a file that is Native, or empty, as one is before its first block. */
function recognisedSize(path: string, fd: number): number {
  const stats = fstatSync(fd);
  if (!stats.isFile()) {
    throw new SourceError({ source: path }, "expected a Native file, found no regular file; name one");
  }
  const first = new Uint8Array(NATIVE_OCTETS);
  const octets = readSync(fd, first, 0, NATIVE_OCTETS, 0);
  if (octets > 0 && !isNative(first.subarray(0, octets))) {
    const start = Buffer.from(first.subarray(0, Math.min(octets, 8)))
      .toString("hex")
      .replace(/..(?=.)/g, "$& ");
    throw new SourceError(
      { source: path },
      `expected a Native file (blocks of ClickHouse's FORMAT Native), found something else (first octets ${start}); name another file`,
    );
  }
  return stats.size;
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "no such file; check the name";
  if (code === "EACCES" || code === "EPERM") return "no permission to read it; ask its owner";
  return message;
}

/** The fields that a block has columns for. */
function elementsOf({ columns }: BlockPlaces): readonly Element[] {
  const names = new Set(columns.map(({ name }) => name));
  const found = (ELEMENTS as readonly Element[]).filter(({ name }) => names.has(name));
  const packets =
    found.length === PACKET_ELEMENTS.length && found.every((element, i) => element === PACKET_ELEMENTS[i]);
  return packets && !names.has("other") ? PACKET_ELEMENTS : found;
}
