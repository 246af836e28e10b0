// Files as the live screen's source: captures and Native files, at the pace they were recorded in, faster, or as fast as it goes.
import { setImmediate as nextTurn } from "node:timers/promises";
import type { FlowBatch } from "../core/flow-batch.ts";
import { noTime, readSeconds } from "../core/nanoseconds.ts";
import type { LiveTable } from "../live/index.ts";
import { openFlows } from "./flow-source.ts";
import { eventOptions, type FeedPlan, streamOptions, type TopFeed, untracked } from "./top-feed.ts";
import { Pace } from "./top-speed.ts";

/** Batches after which keys and refreshes have their turn, where nothing is waited for. */
const TURN_BATCHES = 16;
const MOST_ROWS = 131_072;

export async function playFiles(plan: FeedPlan): Promise<TopFeed> {
  const stop = new AbortController();
  const signal = AbortSignal.any([plan.signal, stop.signal]);
  const source = await openFlows(plan.sources, { ...streamOptions(plan, MOST_ROWS), signal });
  const { packets, isRecords } = { packets: source.packets, isRecords: source.packets === null };
  const whole = plan.speed === Number.POSITIVE_INFINITY;
  let over = false;
  const table = plan.table(
    {
      ...(isRecords ? {} : eventOptions(plan)),
      clock: "records",
      flows: MOST_ROWS,
      // Of all that is in the files the largest flows are wanted, whenever they ended.
      ...(whole ? { linger: Number.POSITIVE_INFINITY, idle: Number.POSITIVE_INFINITY, goFirst: "smallest" } : {}),
    },
    {
      names: plan.names,
      status: () => ({ ...untracked(packets === null ? [] : [packets]), notes: [], ended: over }),
    },
  );
  const pace = whole ? null : new Pace(plan.speed, signal);
  const run = async () => {
    let batches = 0;
    try {
      for await (const batch of source) {
        if (pace !== null) await play(batch, table, pace);
        else table.write(batch);
        if (signal.aborted) return;
        if (++batches % TURN_BATCHES === 0) await nextTurn();
      }
    } finally {
      over = true;
    }
  };
  const ended = run();
  ended.catch(() => {});
  return {
    table,
    ended,
    whole,
    problems: () => source.problems(),
    async close() {
      stop.abort();
      await source.close();
      await ended.catch(() => {});
      table.close();
    },
  };
}

/** Gives each second of a batch when it is due: records of a tracker come in the order of their time. */
async function play(batch: FlowBatch, table: LiveTable, pace: Pace): Promise<void> {
  const { end } = batch.columns;
  let from = 0;
  for (let row = 0; row < batch.rows; row++) {
    const second = noTime(end, row) ? 0 : readSeconds(end, row);
    // The second that the table shows as whole is the one before.
    if (second < table.now || second === 0) continue;
    if (row > from) table.write(batch, 0, from, row);
    from = row;
    await pace.until(second + 1);
    table.advance(second + 1);
  }
  if (batch.rows > from) table.write(batch, 0, from, batch.rows);
}
