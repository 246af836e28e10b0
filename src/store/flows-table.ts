// Where a question's flows come from: files of the store, or files that a person named, as one table with every field of the one table.
import { basename, dirname } from "node:path";
import { UsageError } from "../core/errors.ts";
import { FIELDS } from "../core/fields.ts";
import { identifier, joinSql, param, type Sql, sql } from "../core/sql.ts";
import { parseSegmentFile } from "./layout.ts";
import { FIELDS_OF_OCTETS, FIELDS_OF_PARQUET, OCTETS_STRUCTURE, PARQUET_STRUCTURE } from "./segment-form.ts";

/** Files of flow records, by format. Paths are absolute. */
export interface FlowFiles {
  readonly native: readonly string[];
  readonly parquet: readonly string[];
}

/** Every field with its ClickHouse type; a file that has no column for one gives zeros. */
const FLOWS_STRUCTURE: string = FIELDS.map(({ name, clickhouse }) => `${name} ${clickhouse}`).join(", ");

/**
 * A FROM expression in parentheses: all rows of the files. Fields that a question does not name are not read. `hint`, a condition on
 * srcAddr and dstAddr as 16 octets, says what the question leaves out anyway: of segments rows for which it is false may be missing.
 */
export function flowsTable(files: FlowFiles, hint: Sql | null = null): Sql {
  if (hint === null) return unionOf(files, sql``);
  // Somebody else's file may have addresses as texts.
  const isSegment = (path: string) => parseSegmentFile(basename(path)) !== null;
  const segments = patterns(files.parquet.filter(isSegment)).map((pattern) => hintedTable(pattern, hint));
  const others = { native: files.native, parquet: files.parquet.filter((path) => !isSegment(path)) };
  if (segments.length === 0) return unionOf(others, sql``);
  return sql`(${joinSql([...partsOf(others, sql``), ...segments], "union all")})`;
}

/** The same with one more column: `_path`, the absolute path of a row's file. */
export function flowsTableWithPaths(files: FlowFiles): Sql {
  return unionOf(files, sql`, _path`);
}

function partsOf({ native, parquet }: FlowFiles, more: Sql): readonly Sql[] {
  return [
    ...patterns(native).map((pattern) => nativeTable(pattern, more)),
    ...patterns(parquet).map((pattern) => parquetTable(pattern, more)),
  ];
}

function unionOf(files: FlowFiles, more: Sql): Sql {
  const parts = partsOf(files, more);
  if (parts.length === 0) return sql`(SELECT * FROM null(${param("String", FLOWS_STRUCTURE)}))`;
  return sql`(${joinSql(parts, "union all")})`;
}

const COLUMNS = joinSql(
  FIELDS.map(({ name }) => identifier(name)),
  ",",
);

function nativeTable(pattern: string, more: Sql): Sql {
  return sql`SELECT ${COLUMNS}${more} FROM file(${param("String", pattern)}, 'Native', ${param("String", FLOWS_STRUCTURE)})`;
}

function parquetTable(pattern: string, more: Sql): Sql {
  return sql`SELECT ${FIELDS_OF_PARQUET}${more} FROM file(${param("String", pattern)}, 'Parquet', ${param("String", PARQUET_STRUCTURE)})`;
}

function hintedTable(pattern: string, hint: Sql): Sql {
  return sql`SELECT ${FIELDS_OF_OCTETS} FROM file(${param("String", pattern)}, 'Parquet', ${param("String", OCTETS_STRUCTURE)}) WHERE ${hint}`;
}

/** What has a meaning in a pattern of file(). */
const SPECIAL = /[{}*?,]/;

/**
 * One pattern for all files below one folder, however many folders they are in: a table for each folder of a year is more than the
 * engine reads as one question. The engine does not take whole paths in braces, and passes over files that are not there without a
 * word, if a pattern names more than one: who asks must know that they are.
 */
function patterns(paths: readonly string[]): readonly string[] {
  for (const path of paths) {
    if (SPECIAL.test(path)) {
      throw new UsageError(
        `expected a path without { } * ? and commas, which the engine cannot read, found ${path}; rename it or link to it.`,
      );
    }
  }
  if (paths.length < 2) return paths;
  const top = commonFolder(paths);
  if (top !== "/") return [`${top}/{${paths.map((path) => path.slice(top.length + 1)).join(",")}}`];
  const groups = new Map<string, string[]>();
  for (const path of paths) {
    const first = path.split("/", 2)[1]!;
    groups.set(first, [...(groups.get(first) ?? []), path]);
  }
  return [...groups.values()].flatMap((group) => (groups.size === 1 ? group : patterns(group)));
}

/** "/" where they have none in common. */
function commonFolder(paths: readonly string[]): string {
  let common = dirname(paths[0]!);
  for (const path of paths) while (common !== "/" && !path.startsWith(`${common}/`)) common = dirname(common);
  return common;
}
