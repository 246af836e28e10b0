// Where a query's flows are: stores, files of flow records, and captures, of which flows are made into a private file first.
import { closeSync, mkdtempSync, openSync, readSync, rmSync, type Stats, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { SourceError } from "../core/errors.ts";
import { isNative, NATIVE_OCTETS, NativeWriter } from "../files/index.ts";
import {
  catalogTime,
  type KnownSpans,
  knownSpans,
  type SecondsSpan,
  spansIn,
  type TimeWindow,
} from "../query/index.ts";
import { type Catalog, defaultStore, type FlowFiles, readCatalog, takeLease } from "../store/index.ts";

/** Where to ask. `files` lists anew each time: a store's files come and go. */
export interface QuerySources {
  files(time: TimeWindow): FlowFiles;
  /** What could not be read, so far. */
  readonly problems: readonly Error[];
  /** What a reader of the answer must know. */
  readonly notes: readonly string[];
  /** Parquet files that were named, absolute. */
  readonly parquet: readonly string[];
  /** Folders of stores, absolute. */
  readonly store: readonly string[];
  /** True where all flows are made of packets. */
  readonly packets: boolean;
  /** The spans that the stores have data of (ns); null = cannot be told, as there are files. */
  known(): KnownSpans;
  close(): void;
}

type Kind = "store" | "native" | "parquet" | "packets";

/** Opens what is named, or the default store where nothing is. */
export async function openQuerySources(
  names: readonly string[],
  store: string | undefined,
  signal: AbortSignal,
): Promise<QuerySources> {
  const sources = new Sources();
  const named = [...names, ...(store === undefined ? [] : [`store:${store}`])];
  const found = named.length === 0 ? [`store:${defaultStore()}`] : named;
  const packets: string[] = [];
  for (const name of found) {
    const kind = kindOf(name);
    const path = resolve(name.replace(/^store:/, ""));
    if (kind === "packets") packets.push(name);
    else sources[kind].push(path);
  }
  try {
    if (packets.length > 0) await sources.track(packets, signal);
  } catch (error) {
    sources.close();
    throw error;
  }
  return sources;
}

function kindOf(name: string): Kind {
  if (name.startsWith("store:")) return "store";
  if (name.startsWith("iface:") || /^[a-z]+:\/\//.test(name)) {
    throw new SourceError(
      { source: name },
      "expected flows that are there already (a store, files of flow records, captures, -), found a live source; `flowgauge track` and `flowgauge collect` show it",
    );
  }
  if (name === "-") return "packets";
  const stats = statsOf(name);
  if (stats === undefined) return "packets";
  if (stats.isDirectory()) return "store";
  if (!stats.isFile()) return "packets";
  if (stats.size === 0 && /\.(parquet|native)$/i.test(name)) {
    throw new SourceError({ source: name }, "expected flow records, found an empty file; was it written to its end?");
  }
  const first = firstOctets(name);
  if (Buffer.from(first.subarray(0, 4)).toString("latin1") === "PAR1") return "parquet";
  return isNative(first) ? "native" : "packets";
}

/** undefined = it is not there. */
function statsOf(name: string): Stats | undefined {
  try {
    return statSync(name, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EACCES") return undefined;
    throw new SourceError(
      { source: name },
      "expected a store, flow records or a capture, found no permission to read it; ask its owner, or run as a user who may",
    );
  }
}

function firstOctets(name: string): Uint8Array {
  const first = new Uint8Array(Math.max(NATIVE_OCTETS, 4));
  try {
    const file = openSync(name, "r");
    try {
      return first.subarray(0, readSync(file, first));
    } finally {
      closeSync(file);
    }
  } catch {
    // Who opens it as a capture says why it cannot be read.
    return first.subarray(0, 0);
  }
}

class Sources implements QuerySources {
  readonly store: string[] = [];
  readonly native: string[] = [];
  readonly parquet: string[] = [];
  readonly problems: Error[] = [];
  readonly notes: string[] = [];
  private folder: string | null = null;
  /** Seconds, of which the stores have data. */
  private spans: readonly SecondsSpan[] = [];
  private readonly told = new Set<string>();
  /** Of the files that were listed last; null = none were. */
  private leases: readonly (() => void)[] | null = null;

  get packets(): boolean {
    return this.folder !== null && this.store.length + this.native.length + this.parquet.length === 1;
  }

  known(): KnownSpans {
    if (this.native.length + this.parquet.length > 0) return null;
    return knownSpans(this.spans);
  }

  files(time: TimeWindow): FlowFiles {
    const before = this.leases;
    this.leases = this.store.map(takeLease);
    if (before === null) process.once("exit", this.endLeases);
    else for (const end of before) end();
    const catalogs = this.store.map((folder) => readCatalog(folder, catalogTime(time)));
    for (const { problems } of catalogs) this.tell(problems);
    this.spans = catalogs.flatMap(spansIn);
    return {
      native: [...this.native, ...catalogs.flatMap(({ native }: Catalog) => native)],
      parquet: [...this.parquet, ...catalogs.flatMap(({ parquet }: Catalog) => parquet)],
    };
  }

  /** Makes flows of packets and keeps them for as long as the query takes. */
  async track(names: readonly string[], signal: AbortSignal): Promise<void> {
    this.folder = mkdtempSync(join(tmpdir(), "flowgauge-query-"));
    process.once("exit", this.remove);
    const path = join(this.folder, "flows.native");
    // The way of packets is half of what would be loaded, and most questions are about stores.
    const { FlowStream } = await import("../track/index.ts");
    const stream = await FlowStream.open(names, { signal });
    const writer = new NativeWriter(path);
    for await (const batch of stream) await writer.write(batch);
    await writer.end();
    this.tell(stream.summary().problems);
    this.native.push(path);
    this.notes.push(`flows are made of the packets of ${names.join(", ")}, as flowgauge track makes them`);
  }

  close(): void {
    process.removeListener("exit", this.remove);
    this.remove();
    process.removeListener("exit", this.endLeases);
    this.endLeases();
  }

  private tell(problems: readonly Error[]): void {
    for (const problem of problems) {
      if (!this.told.has(problem.message)) this.problems.push(problem);
      this.told.add(problem.message);
    }
  }

  private readonly endLeases = (): void => {
    for (const end of this.leases ?? []) end();
    this.leases = null;
  };

  private readonly remove = (): void => {
    if (this.folder !== null) rmSync(this.folder, { recursive: true, force: true });
    this.folder = null;
  };
}
