// flowgauge sql: any question to the engine over the table `flows`; a shell where a person types.
import { Command } from "commander";
import { UsageError } from "../core/errors.ts";
import { Sql } from "../core/sql.ts";
import {
  askFiles,
  formatOf,
  localZone,
  parseTime,
  SqlSession,
  sqlSentence,
  sqlStatements,
  sqlTable,
  type TimeWindow,
} from "../query/index.ts";
import { printTable, type TableForm, type TablePrintOptions } from "../report/index.ts";
import type { Engine } from "../store/index.ts";
import { limitsOf } from "./query-plan.ts";
import { QueryRun } from "./query-run.ts";
import { openQuerySources, type QuerySources } from "./query-sources.ts";
import { runShell } from "./sql-shell.ts";

const EXAMPLES = `Examples:
  flowgauge sql "SELECT src, sum(bytes) AS b FROM flows GROUP BY src ORDER BY b DESC LIMIT 10"
  flowgauge sql "SELECT toStartOfHour(start) AS hour, sum(bytes) FROM flows GROUP BY hour ORDER BY hour FORMAT CSV" day.native
  flowgauge sql --from 2h --json "SELECT proto, count() FROM flows GROUP BY proto"
  flowgauge sql                                        a shell: statements end with ;  \\q leaves it
`;
const NOTES = `
The table is flows: the fields of docs/elements.md, and duration (seconds), src and dst (addresses as text). bytes and packets are
those of the source, reverseBytes and reversePackets those of the destination. A SOURCE is a store, a file of flow records or a
capture; none = the default store. Statements only read; files and networks are refused (--unsafe lets statements read them).
Exit codes: 0 answered, 1 something could not be read, 2 the statement was refused, 130 interrupted.`;

export interface SqlOptions {
  readonly store?: string;
  readonly from?: string;
  readonly to?: string;
  readonly json?: true;
  readonly ndjson?: true;
  readonly csv?: true;
  readonly raw?: true;
  readonly header: boolean;
  readonly utc?: true;
  readonly unsafe?: true;
  readonly memory: string;
  readonly timeout: string;
  readonly lenient?: true;
}

export function sqlCommand(): Command {
  return new Command("sql")
    .description("Ask stored flows in SQL.")
    .argument("[statement]", "SQL; - = from standard input; none = a shell, or standard input")
    .argument("[source...]", "stores, files of flow records, captures")
    .option("--store <folder>", "this store, too")
    .option("--from <time>", "flows of this time only: 2h (ago), yesterday, 10:30, ISO 8601")
    .option("--to <time>", "until then (not included)")
    .option("--json", "JSON")
    .option("--ndjson", "one JSON object a row")
    .option("--csv", "CSV with a header line")
    .option("--raw", "plain numbers without units")
    .option("--no-header", "no titles")
    .option("--utc", "times are read and shown in UTC")
    .option("--unsafe", "statements may read other files and the network")
    .option("--memory <octets>", "memory of the engine at the most", "2G")
    .option("--timeout <duration>", "an answer after so long at the most", "none")
    .option("--lenient", "exit code 0 although damaged files were left out")
    .addHelpText("before", EXAMPLES)
    .addHelpText("after", NOTES)
    .action(runSql);
}

async function runSql(statement: string | undefined, names: string[], options: SqlOptions): Promise<void> {
  const run = new QueryRun(process.stderr);
  const time = timeOf(options);
  const shell = statement === undefined && process.stdin.isTTY === true;
  const text = shell ? "" : statement === undefined || statement === "-" ? await standardInput() : statement;
  const session = new SqlSession({ limits: limitsOf(options), time, unsafe: options.unsafe === true });
  let sources: QuerySources | null = null;
  try {
    sources = await openQuerySources(names, options.store, run.signal);
    const asking = new Asking(session, sources, run, options, time);
    if (shell) await runShell((line) => asking.all(line), run);
    else await asking.all(text);
    run.tell(sources.problems);
  } finally {
    session.close();
    sources?.close();
    run.stop();
  }
  process.exitCode = run.failed && options.lenient !== true ? 1 : 0;
}

async function standardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function timeOf({ from, to, utc }: SqlOptions): TimeWindow {
  const zone = utc === true ? "UTC" : localZone();
  const now = Date.now();
  return {
    from: from === undefined ? null : parseTime(from, "--from", zone, now),
    to: to === undefined ? null : parseTime(to, "--to", zone, now, true),
    within: "any",
  };
}

class Asking {
  private readonly session: SqlSession;
  private readonly sources: QuerySources;
  private readonly run: QueryRun;
  private readonly options: SqlOptions;
  private readonly time: TimeWindow;
  private readonly print: TablePrintOptions;

  constructor(session: SqlSession, sources: QuerySources, run: QueryRun, options: SqlOptions, time: TimeWindow) {
    this.session = session;
    this.sources = sources;
    this.run = run;
    this.options = options;
    this.time = time;
    this.print = printOptions(options);
  }

  /** Each statement of a text, one after the other. */
  async all(text: string): Promise<void> {
    const statements = sqlStatements(text);
    if (statements.length === 0)
      throw new UsageError('sql: expected a statement such as "SELECT count() FROM flows", found nothing.');
    for (const statement of statements) {
      try {
        await this.one(statement);
      } catch (error) {
        throw sqlSentence(error, statement);
      }
    }
  }

  private async one(statement: string): Promise<void> {
    const { session, sources, run, time, print, options } = this;
    const asked = run.askedFiles(sources, time);
    let engine: Engine | null = null;
    const said = formatOf(statement);
    const format =
      said ??
      (print.form === "csv"
        ? options.header
          ? "CSVWithNames"
          : "CSV"
        : print.form === "ndjson"
          ? "JSONEachRow"
          : "JSONCompact");
    const work = async (files: Parameters<SqlSession["open"]>[0]) => {
      engine = await session.open(files, statement);
      return engine.query(new Sql([statement]), format);
    };
    // Damaged files are looked for with the session's own engine: there is one at a time.
    const probe = { query: (question: Sql, form: string) => (engine as Engine).query(question, form) } as Engine;
    const octets = await run.working(() => askFiles(probe, asked, work));
    if (said !== null || format !== "JSONCompact") await write(octets);
    else
      await printTable(
        sqlTable(Buffer.from(octets).toString("utf8"), statement, options.utc === true ? "UTC" : localZone()),
        print,
        process.stdout,
      );
  }
}

function printOptions({ json, ndjson, csv, raw, header }: SqlOptions): TablePrintOptions {
  const chosen = [json && "json", ndjson && "ndjson", csv && "csv"].filter((form) => typeof form === "string");
  if (chosen.length > 1)
    throw new UsageError(`expected one output format, found --${chosen.join(" and --")}; choose one.`);
  const terminal = process.stdout.isTTY === true;
  return {
    form: (chosen[0] ?? "text") as TableForm,
    raw: raw === true,
    header,
    width: terminal ? process.stdout.columns || 80 : 0,
    colour: terminal && process.env.NO_COLOR === undefined && process.stdout.hasColors?.() === true,
  };
}

function write(octets: Uint8Array): Promise<void> {
  return new Promise((resolve) => process.stdout.write(octets, () => resolve()));
}
