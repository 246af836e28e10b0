// Interfaces as the live screen's source: one tracker each. One that goes away is tried again until it is back.
import { setTimeout as sleep } from "node:timers/promises";
import type { LiveTable } from "../live/index.ts";
import { FlowStream } from "../track/index.ts";
import { LinkWatch } from "./link-watch.ts";
import { eventOptions, type FeedPlan, streamOptions, type TopFeed, untracked } from "./top-feed.ts";

/** How often interfaces are asked whether they are up. */
const LINK_MS = 1000;
/** How often time passes for the table. */
const TICK_MS = 200;
/** Packets of this second may still be on their way: the helper program hands them over within a second, the tracker in the next one. */
const BEHIND_SECONDS = 2;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;

/** Rejects where an interface cannot be captured from the start. */
export async function watchInterfaces(plan: FeedPlan): Promise<TopFeed> {
  const watched = plan.sources.map((name, number) => new WatchedInterface(name, number, plan));
  const table = plan.table(eventOptions(plan), {
    names: plan.names,
    status: () => ({
      ...untracked(watched.flatMap(({ streams }) => streams)),
      notes: watched.flatMap((one) => one.notes),
      ended: false,
    }),
  });
  const most = Math.max(1, Math.floor(table.options.flows / watched.length));
  try {
    for (const one of watched) await one.open(most);
  } catch (error) {
    for (const one of watched) await one.close();
    throw error;
  }
  const look = setInterval(() => {
    for (const one of watched) one.look();
  }, LINK_MS);
  const tick = setInterval(() => table.advance(Math.floor(Date.now() / 1000) - BEHIND_SECONDS), TICK_MS);
  const ended = Promise.all(watched.map((one) => one.run(table, most))).then(() => {
    clearInterval(tick);
    clearInterval(look);
  });
  const close = async () => {
    for (const one of watched) await one.close();
    await ended;
    table.close();
  };
  plan.signal.addEventListener("abort", () => void close(), { once: true });
  return { table, ended, whole: false, problems: () => [], close };
}

class WatchedInterface {
  /** What a person should know of its capture; null = all is well, and was. */
  private note: string | null = null;
  /** The same of its link. */
  private linkNote: string | null = null;
  private readonly link: LinkWatch;
  /** Every capture of it, for what they lost. */
  readonly streams: FlowStream[] = [];
  private readonly name: string;
  private readonly number: number;
  private readonly plan: FeedPlan;
  private stream: FlowStream | null = null;
  private readonly stop = new AbortController();

  constructor(name: string, number: number, plan: FeedPlan) {
    this.name = name;
    this.number = number;
    this.plan = plan;
    this.link = new LinkWatch(name.replace(/^iface:/, ""), clock);
  }

  get notes(): readonly string[] {
    const { note, linkNote, link, streams } = this;
    const drops =
      streams.at(-1)?.summary().dropsToldAtEnd === true
        ? `${this.name}: what the kernel drops is not known before the end, as dumpcap captures; tcpdump would tell`
        : null;
    // The last one is what a narrow screen shows: what is, before what was.
    return [drops, ...(link.isDown ? [note, linkNote] : [linkNote, note])].filter((one) => one !== null);
  }

  look(): void {
    this.linkNote = this.link.look();
  }

  async open(most: number): Promise<void> {
    this.stream = await FlowStream.open([this.name], streamOptions(this.plan, most));
    this.streams.push(this.stream);
  }

  /** Until it is closed. */
  async run(table: LiveTable, most: number): Promise<void> {
    let pause = FIRST_RETRY_MS;
    while (!this.stop.signal.aborted) {
      const { stream } = this;
      if (stream !== null) {
        this.stream = null;
        const reason = await this.read(stream, table);
        if (this.stop.signal.aborted) return;
        this.note = `${reason}; it is tried again`;
        pause = FIRST_RETRY_MS;
      }
      const since = clock();
      await sleep(pause, undefined, { signal: this.stop.signal }).catch(() => {});
      pause = Math.min(LONGEST_RETRY_MS, 2 * pause);
      if (this.stop.signal.aborted) return;
      try {
        await this.open(most);
        this.note = `${this.name} was away and is back since ${clock()} UTC: what passed meanwhile is not counted`;
      } catch (error) {
        this.note = `${(error as Error).message}; it is tried again (${since} UTC)`;
      }
    }
    await this.stream?.close();
  }

  private async read(stream: FlowStream, table: LiveTable): Promise<string> {
    this.reading = stream;
    try {
      for await (const batch of stream) table.write(batch, this.number);
      return stream.summary().problems.at(-1)?.message ?? `${this.name}: the capture has ended`;
    } catch (error) {
      return (error as Error).message;
    } finally {
      this.reading = null;
    }
  }

  private reading: FlowStream | null = null;

  async close(): Promise<void> {
    this.stop.abort();
    await this.reading?.close();
    await this.stream?.close();
  }
}

function clock(): string {
  return new Date().toISOString().slice(11, 19);
}
