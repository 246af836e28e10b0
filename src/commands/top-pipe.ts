// A pipe of packets as the live screen's source: time is that of the packets, and goes on while none comes.
import { FlowStream } from "../track/index.ts";
import { eventOptions, type FeedPlan, streamOptions, type TopFeed, untracked } from "./top-feed.ts";

const TICK_MS = 250;
/** Who writes the pipe writes in blocks. */
const BEHIND_SECONDS = 2;

export async function watchPipe(plan: FeedPlan): Promise<TopFeed> {
  const streams: FlowStream[] = [];
  let over = false;
  const table = plan.table(
    { ...eventOptions(plan), clock: "records" },
    {
      names: plan.names,
      status: () => ({ ...untracked(streams), notes: [], ended: over }),
    },
  );
  const stream = await FlowStream.open(plan.sources, {
    ...streamOptions(plan, table.options.flows),
    signal: plan.signal,
  });
  streams.push(stream);
  /** When the newest record came, and its second. */
  let newest = { came: 0, second: 0 };
  const tick = setInterval(() => {
    const { came, second } = newest;
    if (second > 0) table.advance(second + Math.floor((performance.now() - came) / 1000) - BEHIND_SECONDS);
  }, TICK_MS);
  const run = async () => {
    try {
      for await (const batch of stream) {
        const before = table.now;
        table.write(batch);
        if (table.now > before) newest = { came: performance.now(), second: table.now };
      }
    } finally {
      clearInterval(tick);
      over = true;
    }
  };
  const ended = run();
  ended.catch(() => {});
  return {
    table,
    ended,
    whole: false,
    problems: () => stream.summary().problems,
    async close() {
      await stream.close();
      await ended.catch(() => {});
      table.close();
    },
  };
}
