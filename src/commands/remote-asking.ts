// A remote `flowgauge serve` is asked questions, as `asking.ts` asks stores: Tables and lists of flows, what it could not read, the exit code.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDuration } from "../core/duration.ts";
import { SourceError } from "../core/errors.ts";
import type { FlowBatch } from "../core/flow-batch.ts";
import type { Table } from "../core/table.ts";
import { readNative } from "../files/index.ts";
import { localZone } from "../query/index.ts";
import { parseExactly, readTable } from "../report/index.ts";
import type { DownloadSaid, QueryWords } from "../serve/index.ts";
import type { FilterSettings } from "./filter-language.ts";
import type { QuerySettings } from "./query-plan.ts";
import { QueryRun } from "./query-run.ts";
import { type RemoteSettings, remoteAddress } from "./remote-address.ts";
import { RemoteRefusal } from "./remote-faults.ts";
import { RemoteServer } from "./remote-server.ts";
import { filterFault } from "./remote-words.ts";

/** Of tables, which are held in memory, and of lists and files (octets). */
const MOST_TABLES = 268_435_456;
const MOST_FILE = 2_147_483_648;

export type RemoteQuerySettings = QuerySettings & FilterSettings & RemoteSettings;

export class RemoteAsking {
  readonly run: QueryRun;
  private readonly server: RemoteServer;
  private readonly settings: RemoteQuerySettings;
  private readonly zone: string;
  private readonly timeoutMs: number | undefined;

  constructor(run: QueryRun, server: RemoteServer, settings: RemoteQuerySettings) {
    this.run = run;
    this.server = server;
    this.settings = settings;
    this.zone = settings.utc === true ? "UTC" : localZone();
    const timeout = parseDuration(settings.timeout, "--timeout");
    this.timeoutMs = Number.isFinite(timeout) ? Math.max(1000, timeout) : undefined;
  }

  /** One for each `by`. Says what could not be read. */
  async tables(words: QueryWords): Promise<readonly Table[]> {
    const asked = { path: "query", body: words, timeoutMs: this.timeoutMs };
    const { text } = await this.asked(words, () => this.server.text(asked, MOST_TABLES));
    try {
      const { tables, problems } = parseExactly(text) as { readonly tables: unknown; readonly problems: unknown };
      if (!Array.isArray(tables)) throw new Error("tables: expected a list, found none");
      const read = tables.map((table) => readTable(table, this.zone));
      this.tell(problems);
      return read;
    } catch (error) {
      throw new SourceError({ source: this.server.name }, (error as Error).message, { cause: error });
    }
  }

  /** A list of flows: what is said of it, then its batches, each valid until the next one. */
  async list(
    words: QueryWords,
    print: (said: DownloadSaid, batches: AsyncIterable<FlowBatch>) => Promise<void>,
  ): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), "flowgauge-remote-"));
    const remove = () => rmSync(folder, { recursive: true, force: true });
    process.once("exit", remove);
    try {
      const path = join(folder, "flows.native");
      const said = await this.file(words, "native", path);
      const reader = readNative(path);
      await print(said, reader);
      this.run.tell(reader.problems);
    } finally {
      process.removeListener("exit", remove);
      remove();
    }
  }

  /** An answer into a file that is not there yet. */
  async file(words: QueryWords, format: "native" | "parquet", path: string): Promise<DownloadSaid> {
    const asked = { path: `query?format=${format}`, body: words, timeoutMs: this.timeoutMs };
    const { headers } = await this.asked(words, () => this.server.file(asked, path, MOST_FILE));
    const said = saidOf(headers["flowgauge-said"]);
    this.tell(said.problems);
    return said;
  }

  private async asked<T>(words: QueryWords, ask: () => Promise<T>): Promise<T> {
    try {
      return await this.run.working(ask);
    } catch (error) {
      if (!(error instanceof RemoteRefusal) || !error.ofWords) throw error;
      const fault = error.code === "filter" ? await filterFault(words.filter ?? "", error.said, this.settings) : null;
      throw fault ?? error.asUsage;
    }
  }

  private tell(problems: unknown): void {
    if (!Array.isArray(problems)) return;
    this.run.tell(problems.map((sentence) => new Error(`${this.server.name}: ${String(sentence)}`)));
  }
}

/** Sets the exit code: 1 where the server could not read something, unless that is allowed. */
export async function askRemote(
  remote: string,
  settings: RemoteQuerySettings,
  work: (asking: RemoteAsking) => Promise<void>,
): Promise<void> {
  const run = new QueryRun(process.stderr);
  let server: RemoteServer | null = null;
  try {
    server = new RemoteServer(await remoteAddress(remote, settings, (sentence) => run.note(sentence)));
    await work(new RemoteAsking(run, server, settings));
  } finally {
    server?.close();
    run.stop();
  }
  process.exitCode = run.failed && settings.lenient !== true ? 1 : 0;
}

const NOTHING_SAID: DownloadSaid = { from: null, to: null, notes: [], problems: [], held: null };

function saidOf(header: string | readonly string[] | undefined): DownloadSaid {
  if (typeof header !== "string") return NOTHING_SAID;
  try {
    return { ...NOTHING_SAID, ...(JSON.parse(decodeURIComponent(header)) as Partial<DownloadSaid>) };
  } catch {
    return NOTHING_SAID;
  }
}
