// Where a question's flows come from: files of the store, or files that a person named, as one table with every field of the one table.
import { FIELDS } from "../core/fields.ts";
import { joinSql, param, type Sql, sql } from "../core/sql.ts";

/** Files of flow records, by format. Paths are absolute. */
export interface FlowFiles {
  readonly native: readonly string[];
  readonly parquet: readonly string[];
}

/** Every field with its ClickHouse type; a file that has no column for one gives zeros. */
export const FLOWS_STRUCTURE: string = FIELDS.map(({ name, clickhouse }) => `${name} ${clickhouse}`).join(", ");

/** A FROM expression in parentheses: all rows of the files. Fields that a question does not name are not read. */
export function flowsTable({ native, parquet }: FlowFiles): Sql {
  const parts = [
    ...(native.length > 0 ? [fileTable(native, "Native")] : []),
    ...(parquet.length > 0 ? [fileTable(parquet, "Parquet")] : []),
  ];
  if (parts.length === 0) return sql`(SELECT * FROM null(${param("String", FLOWS_STRUCTURE)}))`;
  return sql`(${joinSql(parts, "union all")})`;
}

function fileTable(paths: readonly string[], format: "Native" | "Parquet"): Sql {
  const columns = joinSql(
    FIELDS.map(({ name }) => sql`${param("Identifier", name)}`),
    ",",
  );
  return sql`SELECT ${columns} FROM file(${param("String", pathPattern(paths))}, ${param("String", format)}, ${param("String", FLOWS_STRUCTURE)})`;
}

/** file() takes a pattern: what a pattern would read otherwise stands for itself. */
function pathPattern(paths: readonly string[]): string {
  const plain = paths.map((path) => {
    if (/[{}*?,]/.test(path)) throw new RangeError(`expected a path without { } * ? and commas, found ${path}`);
    return path;
  });
  return plain.length === 1 ? plain[0]! : `{${plain.join(",")}}`;
}
