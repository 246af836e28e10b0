// A store as the live screen's source: what is not sealed yet of its newest minutes, then each new chunk of its spool.

import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readNative } from "../files/index.ts";
import type { LiveTable } from "../live/index.ts";
import { readCatalog } from "../store/index.ts";
import type { FeedPlan, TopFeed } from "./top-feed.ts";

const POLL_MS = 500;
/** A store of another machine's clock, or one that nobody writes, still shows its newest records. */
const NEWEST_SECONDS = 600;

export async function followStore(plan: FeedPlan): Promise<TopFeed> {
  const folders = plan.sources.map((name) => resolve(name.replace(/^store:/, "")));
  // Throws where one is no store.
  for (const folder of folders) readCatalog(folder, newest());
  const problems: Error[] = [];
  const seen = new Set<string>();
  let fault: string | null = null;
  const table = plan.table(
    {},
    {
      names: plan.names,
      status: () => ({ lost: [], notes: fault === null ? [SEALED] : [SEALED, fault], ended: false }),
    },
  );
  const stop = new AbortController();
  const signal = AbortSignal.any([plan.signal, stop.signal]);
  const run = async () => {
    while (!signal.aborted) {
      try {
        await readNew(folders, seen, table, problems, signal);
        fault = null;
      } catch (error) {
        fault = (error as Error).message;
      }
      table.advance(Math.floor(Date.now() / 1000));
      await sleep(POLL_MS, undefined, { signal }).catch(() => {});
    }
  };
  const ended = run();
  return {
    table,
    ended,
    whole: false,
    problems: () => problems,
    async close() {
      stop.abort();
      await ended;
      table.close();
    },
  };
}

const SEALED = "a store's sealed intervals are not shown here: flowgauge query asks for them";

function newest() {
  return { from: Math.floor(Date.now() / 1000) - NEWEST_SECONDS };
}

async function readNew(
  folders: readonly string[],
  seen: Set<string>,
  table: LiveTable,
  problems: Error[],
  signal: AbortSignal,
): Promise<void> {
  const there = new Set<string>();
  for (const folder of folders) {
    for (const path of readCatalog(folder, newest()).native) {
      there.add(path);
      if (seen.has(path)) continue;
      if (signal.aborted) return;
      const reader = readNative(path);
      table.advance(Math.floor(Date.now() / 1000));
      for await (const batch of reader) table.write(batch);
      problems.push(...reader.problems);
      seen.add(path);
    }
  }
  // Chunks that were sealed are gone.
  for (const path of seen) if (!there.has(path)) seen.delete(path);
}
