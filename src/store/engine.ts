// The engine: chDB (ClickHouse in this process), an optional package that is loaded when first asked for. The only file that knows it.
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sql } from "../core/sql.ts";

export interface EngineLimits {
  /** Octets of memory at the most; groups and sorts beyond a half of it are spilled to disk. */
  readonly memoryOctets: number;
  /** Seconds of one question at the most; 0 = no limit. */
  readonly seconds: number;
  /** Processors used; 0 = all. */
  readonly threads: number;
}

const DEFAULT_LIMITS: EngineLimits = { memoryOctets: 2_147_483_648, seconds: 0, threads: 0 };

/** What the engine refuses or cannot do. `code` is ClickHouse's, 0 where it has none. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly code: number;

  constructor(message: string, code: number, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What is used of chDB's Session. */
interface Session {
  query(text: string, format: string): string;
  queryBindAsync(text: string, params: object, options: { format: string }): Promise<{ bytes(): Uint8Array }>;
  queryStreamBind(
    text: string,
    params: object,
    options: { format: string; signal?: AbortSignal },
  ): AsyncIterable<{ raw(): Uint8Array }>;
  close(): void;
}

export class Engine {
  private readonly session: Session;
  private readonly folder: string;
  private readonly removeFolder = () => rmSync(this.folder, { recursive: true, force: true });

  private constructor(session: Session, folder: string) {
    this.session = session;
    this.folder = folder;
    process.once("exit", this.removeFolder);
  }

  /** Loads chDB (0.2 s) and begins a session in a private folder of its own. Throws an EngineError where chDB is missing. */
  static open(limits: Partial<EngineLimits> = {}): Engine {
    const { Session } = load();
    const folder = mkdtempSync(join(tmpdir(), "flowgauge-engine-"));
    // chDB takes config.xml from the working directory: it shall be a folder that nobody else can write to.
    const before = process.cwd();
    process.chdir(folder);
    try {
      const session = new Session(join(folder, "session"));
      for (const [name, value] of settings({ ...DEFAULT_LIMITS, ...limits }))
        session.query(`SET ${name} = ${value}`, "");
      return new Engine(session, folder);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw engineError(error);
    } finally {
      process.chdir(before);
    }
  }

  /** The whole answer in one of ClickHouse's formats. Nothing else of this process waits for it. */
  async query(question: Sql, format: string): Promise<Uint8Array> {
    const { text, params } = question.compile();
    try {
      return (await this.session.queryBindAsync(text, params, { format })).bytes();
    } catch (error) {
      this.forgetAnswer();
      throw engineError(error);
    }
  }

  /** The rows of an answer as objects of numbers and texts; 64-bit integers are texts of digits. */
  async rows<Row>(question: Sql): Promise<readonly Row[]> {
    const lines = new TextDecoder().decode(await this.query(question, "JSONEachRow")).split("\n");
    return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Row);
  }

  /** The answer piece by piece, as it is found: whole blocks of the format. One stream at a time. Ends early at the signal. */
  async *stream(question: Sql, format: string, signal?: AbortSignal): AsyncGenerator<Uint8Array, void, void> {
    const { text, params } = question.compile();
    try {
      const options = signal === undefined ? { format } : { format, signal };
      for await (const chunk of this.session.queryStreamBind(text, params, options)) yield chunk.raw();
    } catch (error) {
      this.forgetAnswer();
      if (signal?.aborted !== true) throw engineError(error);
    }
  }

  /** chDB 3.4 puts what a failed question had answered so far before the answer to the next one: this is the next one. */
  private forgetAnswer(): void {
    try {
      this.session.query("SELECT 1", "Null");
    } catch {
      // What is wrong with the session the next question says.
    }
  }

  close(): void {
    this.session.close();
    process.removeListener("exit", this.removeFolder);
    this.removeFolder();
  }
}

function load(): { Session: new (path: string) => Session } {
  try {
    return createRequire(import.meta.url)("chdb") as { Session: new (path: string) => Session };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const found = code === "MODULE_NOT_FOUND" ? "none installed" : message.split("\n", 1)[0];
    throw new EngineError(
      `expected the package chdb, the engine of the store and of queries, found ${found}; install it with: npm install chdb`,
      0,
      { cause: error },
    );
  }
}

function settings({ memoryOctets, seconds, threads }: EngineLimits): readonly (readonly [string, number])[] {
  const half = Math.floor(memoryOctets / 2);
  return [
    ["max_memory_usage", memoryOctets],
    ["max_bytes_before_external_group_by", half],
    ["max_bytes_before_external_sort", half],
    ["max_execution_time", seconds],
    ...(threads > 0 ? [["max_threads", threads] as const] : []),
    // The engine loses parts of expressions that two conditions share ("Not found column", chDB 3.4) where it moves all of them before reading.
    ["move_all_conditions_to_prewhere", 0],
    ["output_format_json_quote_64bit_integers", 1],
    // `sum(bytes) AS bytes ... WHERE bytes > 1` means the field.
    ["prefer_column_name_to_alias", 1],
  ];
}

/** "Query failed: Code: 159. DB::Exception: Timeout exceeded: ... (TIMEOUT_EXCEEDED)" */
const ENGINE_MESSAGE = /Code: (\d+)\. DB::\w+: (?:\w+: )?([\s\S]*)$/;

function engineError(error: unknown): Error {
  if (error instanceof EngineError) return error;
  const { message } = error as Error;
  const found = ENGINE_MESSAGE.exec(message);
  const sentence = (found?.[2] ?? message).trim();
  return new EngineError(sentence, Number(found?.[1] ?? 0), { cause: error });
}
