// Answers as Parquet files, written by the engine: under a name that says it is not whole yet, then under the one asked for.
import { existsSync, renameSync, rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { SourceError } from "../core/errors.ts";
import type { AnyFieldName } from "../core/fields.ts";
import { param, type Sql, sql } from "../core/sql.ts";
import type { ColumnType, Table } from "../core/table.ts";
import { type Engine, EngineError, type FlowFiles } from "../store/index.ts";
import { chosenFlows } from "./chosen-flows.ts";
import { listSql } from "./list-sql.ts";
import type { FlowChoice, ListQuestion } from "./question.ts";

const TYPES: Readonly<Record<ColumnType, string>> = {
  text: "Nullable(String)",
  integer: "Nullable(UInt64)",
  real: "Nullable(Float64)",
  duration: "Nullable(Float64)",
  time: "Nullable(DateTime64(9, 'UTC'))",
  other: "Nullable(String)",
  counts: "Map(String, UInt64)",
};

/** Flows with all their fields, or with some: such a file is a source of `flowgauge query` again. */
export async function writeFlowsParquet(
  engine: Engine,
  files: FlowFiles,
  choice: FlowChoice,
  question: ListQuestion,
  fields: readonly AnyFieldName[] | null,
  path: string,
): Promise<void> {
  await write(engine, listSql(chosenFlows(files, choice), question, fields), path);
}

/** The rows of a Table: no totals, no others. */
export async function writeTableParquet(engine: Engine, { columns, rows }: Table, path: string): Promise<void> {
  const structure = columns.map(({ name, type }) => `\`${name.replace(/[`\\]/g, "_")}\` ${TYPES[type]}`).join(", ");
  const text = rows.map((row) => JSON.stringify(row.map((value, i) => cell(value, columns[i]!.type)))).join("\n");
  const source = sql`SELECT * FROM format(${param("String", "JSONCompactEachRow")}, ${param("String", structure)}, ${param("String", text)})`;
  await write(engine, source, path);
}

function cell(value: Table["rows"][number][number], type: ColumnType): unknown {
  if (typeof value === "bigint") {
    if (type !== "time") return String(value);
    return `${value / 1_000_000_000n}.${String(value % 1_000_000_000n).padStart(9, "0")}`;
  }
  if (value instanceof Map) return Object.fromEntries(value);
  return value !== null && typeof value === "object" ? JSON.stringify(value) : value;
}

async function write(engine: Engine, rows: Sql, asked: string): Promise<void> {
  const path = resolve(asked);
  if (/[{}*?,]/.test(path)) {
    throw new SourceError({ source: asked }, "expected a path without { } * ? and commas, found some; choose another");
  }
  // The engine would make one.
  if (!existsSync(dirname(path))) {
    throw new SourceError(
      { source: asked },
      `expected to write a Parquet file, found no folder ${dirname(path)}; make it`,
    );
  }
  const part = `${path}.${process.pid}.part`;
  const remove = () => rmSync(part, { force: true });
  process.once("exit", remove);
  try {
    const target = sql`file(${param("String", part)}, ${param("String", "Parquet")})`;
    await engine.query(sql`INSERT INTO FUNCTION ${target} ${rows}`, "Null");
    renameSync(part, path);
  } catch (error) {
    throw told(error, asked);
  } finally {
    process.removeListener("exit", remove);
    remove();
  }
}

function told(error: unknown, path: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  // Faults of what is read are somebody else's to tell.
  if (error instanceof EngineError && !message.includes(".part")) return error;
  const reason = code === "ENOSPC" ? "no space left" : message.split("\n", 1)[0];
  return new SourceError({ source: path }, `expected to write a Parquet file, found ${reason}`, { cause: error });
}
