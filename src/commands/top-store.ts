// A store as the live screen's source: its newest minutes, sealed or not, then each new chunk of its spool.
//
// Every flow of a store is in one file of its catalog when the screen begins, and afterwards in one new chunk of the spool: segments that
// are written later have nothing that was not in a chunk. Chunks that are sealed stay to be read for longer than it takes to look again.
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readNative } from "../files/index.ts";
import { HISTORY, type LiveTable } from "../live/index.ts";
import { CHUNKS_STAY_MS, readCatalog, spoolChunks, takeLease } from "../store/index.ts";
import type { FeedPlan, TopFeed } from "./top-feed.ts";
import { passTo } from "./top-in-time.ts";
import { isEngineMissing, readSealed } from "./top-sealed.ts";

const POLL_MS = 500;

export async function followStore(plan: FeedPlan): Promise<TopFeed> {
  const stop = new AbortController();
  const signal = AbortSignal.any([plan.signal, stop.signal]);
  const stores = plan.sources.map((name) => resolve(name.replace(/^store:/, "")));
  const follower = new StoreFollower(stores, plan.sinceSeconds, signal);
  const table = plan.table(
    { historyFrom: seconds() - HISTORY.seconds },
    { names: plan.names, status: () => ({ lost: [], notes: follower.notes, ended: false }) },
  );
  // Throws where one is no store.
  const past = follower.begin();
  const loaded = follower.readPast(past, table);
  const ended = loaded.then(() => follower.follow(table));
  ended.catch(() => {});
  // A screen fills while it is looked at; a single picture has all of it.
  if (!plan.history) await loaded;
  return {
    table,
    ended,
    whole: false,
    problems: () => follower.problems,
    async close() {
      stop.abort();
      await ended.catch(() => {});
      table.close();
    },
  };
}

/** What there is at the beginning, held by leases. */
interface Past {
  readonly parquet: readonly string[];
  readonly chunks: readonly string[];
  /** Seconds since 1970 UTC. */
  readonly from: number;
  /** The end of the newest sealed interval; 0 = there is none. */
  readonly newest: number;
  readonly release: () => void;
}

class StoreFollower {
  readonly problems: Error[] = [];
  private readonly stores: readonly string[];
  private readonly sinceSeconds: number;
  private readonly signal: AbortSignal;
  /** Chunks whose flows are counted, in chunks or segments. */
  private readonly seen = new Set<string>();
  private rows = 0;
  /** Why something is missing; each stays. */
  private readonly missing: string[] = [];
  private fault: string | null = null;
  private reading: string | null = null;
  /** Where nothing has come for so long. */
  private empty: string | null = null;

  constructor(stores: readonly string[], sinceSeconds: number, signal: AbortSignal) {
    this.stores = stores;
    this.sinceSeconds = sinceSeconds;
    this.signal = signal;
  }

  get notes(): readonly string[] {
    const { missing, reading, fault, empty, rows } = this;
    return [...missing, rows === 0 ? empty : null, reading, fault].filter((note) => note !== null);
  }

  /** Throws a SourceError where a folder is no store. */
  begin(): Past {
    const from = seconds() - this.sinceSeconds;
    const leases = this.stores.map(takeLease);
    const release = () => {
      for (const end of leases) end();
    };
    try {
      // Before the catalog: what is sealed by then is in its segments.
      for (const store of this.stores) for (const chunk of spoolChunks(store)) this.seen.add(chunk);
      const catalogs = this.stores.map((store) => readCatalog(store));
      const segments = catalogs.flatMap((catalog) => catalog.segments);
      const newest = segments.reduce((end, { start, length }) => Math.max(end, start + length), 0);
      const wanted = this.sinceSeconds === 0 ? [] : segments.filter(({ start, length }) => start + length > from);
      const chunks = catalogs.flatMap(({ native }) => native);
      for (const chunk of chunks) this.seen.add(chunk);
      for (const { problems } of catalogs) this.problems.push(...problems);
      return { parquet: wanted.map(({ path }) => path), chunks: chunks.filter(isSince(from)), from, newest, release };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** The table's time goes through it. Never rejects. */
  async readPast({ parquet, chunks, from, newest, release }: Past, table: LiveTable): Promise<void> {
    const { signal, problems } = this;
    table.advance(from);
    const span = spanText(this.sinceSeconds);
    this.reading = parquet.length === 0 ? null : `reading the last ${span} of the store`;
    try {
      const problem = (error: Error) => problems.push(error);
      this.rows += await readSealed({ parquet, from, table, signal, problem });
    } catch (error) {
      if (isEngineMissing(error)) {
        this.missing.push("what is sealed is not shown: the engine is missing; install it with: npm install chdb");
      } else {
        problems.push(error as Error);
        this.missing.push("what is sealed could not be read");
      }
    }
    try {
      for (const chunk of chunks) await this.read(chunk, table);
    } finally {
      release();
      this.reading = null;
    }
    const before = newest === 0 ? "" : `; its newest sealed interval ended ${timeText(newest)} UTC`;
    this.empty = `nothing came into the store in the last ${span}${before}`;
    passTo(table, seconds());
  }

  /** Until the signal. Never rejects. */
  async follow(table: LiveTable): Promise<void> {
    const { signal } = this;
    let looked = Date.now();
    while (!signal.aborted) {
      const now = Date.now();
      if (now - looked >= CHUNKS_STAY_MS) {
        const span = spanText(Math.round((now - looked) / 1000));
        this.missing.push(
          `nobody looked for ${span} until ${timeText(seconds())} UTC: what was sealed meanwhile is not counted`,
        );
      }
      looked = now;
      this.fault = null;
      for (const store of this.stores) {
        try {
          await this.readNew(store, table);
        } catch (error) {
          this.fault = (error as Error).message;
        }
      }
      table.advance(seconds());
      await sleep(POLL_MS, undefined, { signal }).catch(() => {});
    }
  }

  private async readNew(store: string, table: LiveTable): Promise<void> {
    const there = spoolChunks(store);
    const fresh = there.filter((path) => !this.seen.has(path));
    if (fresh.length > 0) {
      const release = takeLease(store);
      try {
        for (const path of fresh) {
          if (this.signal.aborted) return;
          this.seen.add(path);
          await this.read(path, table);
        }
      } finally {
        release();
      }
    }
    if (there.length === 0) readCatalog(store, { from: seconds() });
    // Chunks that have gone never come back.
    const kept = new Set(there);
    for (const path of this.seen) if (path.startsWith(store) && !kept.has(path)) this.seen.delete(path);
  }

  /** A chunk at the time when it came. */
  private async read(path: string, table: LiveTable): Promise<void> {
    const came = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    passTo(table, Math.min(seconds(), Math.floor(came / 1000)));
    const reader = readNative(path);
    for await (const batch of reader) {
      this.rows += batch.rows;
      table.write(batch);
      if (this.signal.aborted) break;
    }
    this.problems.push(...reader.problems);
  }
}

/** Chunks that were written since a second. */
function isSince(from: number): (path: string) => boolean {
  return (path) => (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) >= from * 1000;
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** 2026-11-21 14:03 */
function timeText(second: number): string {
  return new Date(second * 1000).toISOString().slice(0, 16).replace("T", " ");
}

/** 90 s, 10 min, 2 h */
function spanText(span: number): string {
  if (span % 3600 === 0 && span > 0) return `${span / 3600} h`;
  return span % 60 === 0 && span > 0 ? `${span / 60} min` : `${span} s`;
}
