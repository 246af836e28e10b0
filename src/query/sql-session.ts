// The engine for SQL that a person writes: a view `flows` over the files, nothing else, and nothing is written.
import { SourceError, UsageError } from "../core/errors.ts";
import { FIELDS } from "../core/fields.ts";
import { identifier, joinSql, Sql, sql } from "../core/sql.ts";
import { Engine, EngineError, type EngineLimits, type FlowFiles, flowsTable } from "../store/index.ts";
import { timeCondition } from "./chosen-flows.ts";
import { engineSentence } from "./engine-sentence.ts";
import type { TimeWindow } from "./question.ts";
import { ROW_VALUES } from "./row-values.ts";
import { guardSql } from "./sql-guard.ts";
import { sqlWords } from "./sql-words.ts";

export interface SqlSettings {
  readonly limits: Partial<EngineLimits>;
  readonly time: TimeWindow;
  readonly unsafe: boolean;
}

/** Asks with the newest files: where they changed, a new engine has a new view. */
export class SqlSession {
  private readonly settings: SqlSettings;
  private engine: Engine | null = null;
  private listed = "";
  private tableFunctions: ReadonlySet<string> = new Set();

  constructor(settings: SqlSettings) {
    this.settings = settings;
  }

  /** Made ready for a statement, which is looked at first. Throws a UsageError where it is not let through. */
  async open(files: FlowFiles, statement: string): Promise<Engine> {
    const listed = JSON.stringify(files);
    if (this.engine === null || this.listed !== listed) {
      this.close();
      this.engine = Engine.open(this.settings.limits);
      await this.prepare(this.engine, files);
      this.listed = listed;
    }
    guardSql(statement, { tableFunctions: this.tableFunctions, unsafe: this.settings.unsafe });
    return this.engine;
  }

  close(): void {
    this.engine?.close();
    this.engine = null;
  }

  private async prepare(engine: Engine, files: FlowFiles): Promise<void> {
    const names = await engine.rows<{ name: string }>(sql`SELECT name FROM system.table_functions`);
    this.tableFunctions = new Set(names.map(({ name }) => name.toLowerCase()));
    const columns = joinSql(
      FIELDS.map(({ name }) => identifier(name)),
      ",",
    );
    const made = sql`${ROW_VALUES.duration} AS duration, replaceOne(toString(srcAddr), '::ffff:', '') AS src, replaceOne(toString(dstAddr), '::ffff:', '') AS dst`;
    const view = sql`SELECT ${columns}, ${made} FROM ${flowsTable(files)} WHERE ${timeCondition(this.settings.time)}`;
    // The database that is there at first has each file of the machine as a table, by its path.
    await engine.query(sql`CREATE DATABASE asked ENGINE = Memory`, "Null");
    await engine.query(sql`USE asked`, "Null");
    await engine.query(sql`DROP DATABASE default`, "Null");
    await engine.query(sql`CREATE VIEW flows AS ${withLiterals(view)}`, "Null");
    // Times without a zone are UTC, whatever the machine's.
    await engine.query(sql`SET session_timezone = 'UTC'`, "Null");
    // 1 would refuse to read files at all; what 2 lets be changed, guardSql does not.
    await engine.query(sql`SET readonly = 2`, "Null");
  }
}

/** A view cannot have bound values: they are written so that no text of theirs can be taken for SQL. */
function withLiterals({ pieces }: Sql): Sql {
  return new Sql(pieces.map((piece) => (typeof piece === "string" ? piece : literal(piece.type, piece.value))));
}

function literal(type: string, value: unknown): string {
  if (type === "String") return `base64Decode('${Buffer.from(String(value)).toString("base64")}')`;
  if (/^U?Int(8|16|32|64)$/.test(type) && /^-?\d+$/.test(String(value))) return `to${type}(${value})`;
  throw new RangeError(`no literal of ${type}`);
}

/** Which format a statement asks for itself; null = none. */
export function formatOf(statement: string): string | null {
  const words = sqlWords(statement);
  const place = words.findLastIndex(({ kind, text }) => kind === "word" && text.toUpperCase() === "FORMAT");
  const name = words[place + 1];
  return place < 1 || name?.kind !== "word" ? null : name.text;
}

/** What the engine says of a statement: one sentence, with the place where it says one. */
export function sqlSentence(error: unknown, statement: string): unknown {
  if (!(error instanceof EngineError)) return error;
  const sentence = engineSentence(error);
  if (!(sentence instanceof UsageError)) return sentence;
  const offset = Number(/at position (\d+)/.exec(error.message)?.[1] ?? 0);
  const before = statement.slice(0, Math.max(0, offset - 1)).split("\n");
  const place = offset === 0 ? "" : `, line ${before.length}, column ${before.at(-1)!.length + 1}`;
  const short = error.message
    .split("\n", 1)[0]!
    .replace(/Expected one of: .*$/, "")
    .replace(/ in scope .*?(?=\. Maybe you meant|\. \(|$)/, "")
    .replace(/\s*\([A-Z_]+\)\.?$/, "")
    .replace(/\.? *$/, "");
  return error.code === 0
    ? new SourceError({ source: "sql" }, error.message)
    : new UsageError(`sql${place}: ${short.slice(0, 500)}.`);
}
