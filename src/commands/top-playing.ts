// Files as the live screen's source: captures and Native files, at the pace they were recorded in, faster, or as fast as it goes.
import { setImmediate as nextTurn } from "node:timers/promises";
import { openFlows } from "./flow-source.ts";
import { eventOptions, type FeedPlan, streamOptions, type TopFeed, untracked } from "./top-feed.ts";
import { writeInTime } from "./top-in-time.ts";
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
        if (pace !== null) await writeInTime(batch, table, (second) => pace.until(second));
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
