// Flow records of any files -> Parquet segments, one for each interval of time that they ended in. Sealing and compaction write them.
import { join } from "node:path";
import { UsageError } from "../core/errors.ts";
import { identifier, joinSql, param, type Sql, sql } from "../core/sql.ts";
import type { Engine } from "./engine.ts";
import { fileCrc32 } from "./file-checksum.ts";
import { type FlowFiles, flowsTable, flowsTableWithPaths } from "./flows-table.ts";
import type { JobOutput } from "./jobs.ts";
import { type SegmentName, segmentFile, segmentFolder } from "./layout.ts";
import { STORED_COLUMNS, STORED_ORDER, type StoredColumn } from "./segment-form.ts";

export interface SegmentWork {
  readonly files: FlowFiles;
  /** Absolute: where the segments are written. They are not on the disk for sure yet (Job.commit has that done). */
  readonly folder: string;
  /** Seconds of an interval. Flows of absurdly many intervals come into longer ones. */
  readonly intervalSeconds: number;
  /** Of the job, for the segments' names. */
  readonly job: string;
  /** Seconds since 1970 UTC: where flows belong that have neither an end nor a time of receipt. */
  readonly arrival: number;
}

/** `temporary` is below the folder that was given, `path` below the store's. */
export interface SegmentOutput extends JobOutput {
  readonly name: SegmentName;
}

/** Segments that one piece of work makes at the most; longer intervals are taken until there are not more. */
const MOST_SEGMENTS = 300;
/** Longer intervals: an hour, a day, 30 days, a year, a century, all there is. */
const LONGER = [3600, 86_400, 2_592_000, 31_536_000, 3_153_600_000, 31_536_000_000];
/** Rows whose segments are written at once: the last row group of each waits in memory. */
const ROWS_AT_ONCE = 1_000_000;

interface Slot {
  readonly start: number;
  readonly rows: number;
  /** Seconds since 1970 of the earliest beginning, rounded down; null where none is known. */
  readonly earliest: number | null;
  /** Files that have some of its rows. */
  readonly paths: readonly string[];
  /** By STORED_COLUMNS: whether anything but zeros is in it. */
  readonly used: readonly boolean[];
}

/** Rejects with an EngineError where a file cannot be read or a segment not be written. */
export async function writeSegments(engine: Engine, work: SegmentWork): Promise<readonly SegmentOutput[]> {
  if (/[{}*?]/.test(work.folder)) {
    throw new UsageError(`expected a store's folder without { } * and ?, found ${work.folder}; rename it.`);
  }
  const { length, slots } = await findSlots(engine, work);
  const outputs: SegmentOutput[] = [];
  for (const group of groupsOf(slots)) {
    await writeGroup(engine, work, length, group);
    for (const slot of group) outputs.push(await output(work, length, slot));
  }
  return outputs;
}

/** The time that a flow belongs to, in seconds. */
function secondOf(arrival: number): Sql {
  const [end, received] = ["end", "received"].map((name) => sql`toUnixTimestamp64Nano(${identifier(name)})`);
  return chosenSecond(end!, received!, arrival);
}

/** Of nanoseconds: what is not known is -1, and 0 where a file has no column for it. */
function chosenSecond(end: Sql, received: Sql, arrival: number): Sql {
  const [ended, came] = [end, received].map((time) => sql`intDiv(${time}, 1000000000)`);
  return sql`multiIf(${end} > 0, ${ended!}, ${received} > 0, ${came!}, ${param("Int64", arrival)})`;
}

function slotOf(second: Sql, length: number): Sql {
  const seconds = param("Int64", length);
  return sql`(intDiv(${second}, ${seconds}) * ${seconds})`;
}

async function findSlots(
  engine: Engine,
  { files, arrival, intervalSeconds }: SegmentWork,
): Promise<{ readonly length: number; readonly slots: readonly Slot[] }> {
  const used = joinSql(
    STORED_COLUMNS.map((column) => sql`max(${column.used})`),
    ",",
  );
  for (const length of [intervalSeconds, ...LONGER.filter((longer) => longer > intervalSeconds)]) {
    const rows = await engine.rows<{
      slot: string;
      flows: string;
      earliest: string;
      paths: string[];
      used: number[];
    }>(sql`
      SELECT ${slotOf(secondOf(arrival), length)} AS slot, count() AS flows,
        minIf(toUnixTimestamp64Nano(start), toUnixTimestamp64Nano(start) > 0) AS earliest, groupUniqArray(_path) AS paths, [${used}] AS used
      FROM ${flowsTableWithPaths(files)} GROUP BY slot ORDER BY slot LIMIT ${param("UInt32", MOST_SEGMENTS + 1)}`);
    if (rows.length <= MOST_SEGMENTS) return { length, slots: rows.map(slotFrom) };
  }
  throw new RangeError("flows of more intervals than there are");
}

function slotFrom(row: { slot: string; flows: string; earliest: string; paths: string[]; used: number[] }): Slot {
  const nanoseconds = BigInt(row.earliest);
  return {
    start: Number(row.slot),
    rows: Number(row.flows),
    earliest: nanoseconds > 0n ? Number(nanoseconds / 1_000_000_000n) : null,
    paths: row.paths,
    used: row.used.map((flag) => flag !== 0),
  };
}

function* groupsOf(slots: readonly Slot[]): Generator<readonly Slot[]> {
  let group: Slot[] = [];
  let rows = 0;
  for (const slot of slots) {
    if (group.length > 0 && rows + slot.rows > ROWS_AT_ONCE) {
      yield group;
      group = [];
      rows = 0;
    }
    group.push(slot);
    rows += slot.rows;
  }
  if (group.length > 0) yield group;
}

/** The segments of some neighbouring slots in one pass over the files. */
async function writeGroup(engine: Engine, work: SegmentWork, length: number, group: readonly Slot[]): Promise<void> {
  const columns = STORED_COLUMNS.filter((_, i) => group.some(({ used }) => used[i] === true));
  const structure = columns.map(({ name, clickhouse }) => `${name} ${clickhouse}`).join(", ");
  const second = secondOf(work.arrival);
  const [from, to] = [group[0]!.start, group.at(-1)!.start + length].map((time) => param("Int64", time));
  const target = param("String", join(work.folder, temporaryFile("{_partition_id}")));
  // The slot is part of the file's name and no column of it.
  await engine.query(
    sql`INSERT INTO FUNCTION file(${target}, 'Parquet', ${param("String", structure)})
      PARTITION BY ${slotOf(storedSecond(columns, work.arrival), length)}
      SELECT ${joinSql(columns.map(aliased), ",")} FROM ${flowsTable(filesOf(work.files, group))}
      WHERE ${second} >= ${from!} AND ${second} < ${to!} ORDER BY ${STORED_ORDER}
      SETTINGS ${parquetSettings(work.files)}`,
    "Null",
  );
}

function filesOf({ native, parquet }: FlowFiles, group: readonly Slot[]): FlowFiles {
  const paths = new Set(group.flatMap((slot) => slot.paths));
  const has = (path: string): boolean => paths.has(path);
  return { native: native.filter(has), parquet: parquet.filter(has) };
}

/** zstd: sealing shall be quick; what is put together stays for long, and a tenth less of it costs a third more time. */
const SEALING_LEVEL = 3;
const LASTING_LEVEL = 8;

/** No Bloom filters: they would be of all columns, and cost an octet a flow. */
function parquetSettings({ parquet }: FlowFiles): Sql {
  const level = param("UInt8", parquet.length > 0 ? LASTING_LEVEL : SEALING_LEVEL);
  return sql`output_format_parquet_compression_method = 'zstd', output_format_compression_level = ${level},
    output_format_parquet_row_group_size = 2000000, output_format_parquet_data_page_size = 2097152,
    output_format_parquet_write_bloom_filter = 0, engine_file_truncate_on_insert = 1`;
}

function aliased({ name, value }: StoredColumn): Sql {
  return sql`${value} AS ${identifier(name)}`;
}

/** As secondOf, out of stored columns: PARTITION BY sees nothing else. */
function storedSecond(columns: readonly StoredColumn[], arrival: number): Sql {
  const has = (name: string): Sql => (columns.some((column) => column.name === name) ? identifier(name) : sql`0`);
  const end = sql`(toUnixTimestamp64Milli(endSecond) * 1000000 + ${has("endNanosecond")})`;
  const received = sql`(${end} + ${has("receivedAfterSecond")} * 1000000000 + ${has("receivedAfterNanosecond")})`;
  return chosenSecond(end, received, arrival);
}

function temporaryFile(slot: number | string): string {
  return `${slot}.parquet`;
}

async function output(work: SegmentWork, length: number, slot: Slot): Promise<SegmentOutput> {
  const temporary = temporaryFile(slot.start);
  const name: SegmentName = {
    start: slot.start,
    length,
    reach: slot.earliest === null ? 0 : Math.max(0, slot.start - slot.earliest),
    rows: slot.rows,
    job: work.job,
    crc32: await fileCrc32(join(work.folder, temporary)),
  };
  return { temporary, path: join(segmentFolder(slot.start), segmentFile(name)), name };
}
