// Live pictures for many readers: who asks the same shares one channel, which asks the collector once a second. A slow reader misses pictures.
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { TopQuestion } from "../core/top-view.ts";
import type { CollectorProcess } from "./collector-process.ts";
import { ServeError } from "./problems.ts";

const EVERY_MS = 1000;
/** Different questions at a time: each costs the collector a look at its table. */
const MOST_CHANNELS = 32;
const MOST_READERS = 400;
const MOST_OF_ONE = 12;
/** Octets that may wait for a reader; beyond it he misses a picture. */
const MOST_WAITING = 262_144;
/** A reader who has taken nothing for so long has gone. */
const SILENT_MS = 60_000;

interface LiveReader {
  readonly response: ServerResponse;
  readonly key: string;
  taken: number;
  missed: number;
}

/** A picture that is asked for; `whole`: as a screen needs it. */
export interface LiveAsked {
  readonly question: TopQuestion;
  readonly whole: boolean;
}

interface Channel {
  readonly asked: LiveAsked;
  readonly readers: Set<LiveReader>;
  last: string | null;
}

export class LiveChannels {
  private readonly collector: CollectorProcess;
  private readonly channels = new Map<string, Channel>();
  private readonly byKey = new Map<string, number>();
  private readers = 0;
  private running = false;
  private closed = false;

  constructor(collector: CollectorProcess) {
    this.collector = collector;
  }

  /** Streams to the response until it closes. Rejects with a ServeError, before `begin`, where there are too many, or for wrong words. */
  async open(asked: LiveAsked, key: string, response: ServerResponse, begin: () => void): Promise<void> {
    const name = JSON.stringify(asked);
    const known = this.channels.get(name);
    if (this.readers >= MOST_READERS || (this.byKey.get(key) ?? 0) >= MOST_OF_ONE) {
      throw new ServeError(429, "busy", "expected fewer live pictures at a time, found too many; close some of them", {
        wait: 10,
      });
    }
    if (known === undefined && this.channels.size >= MOST_CHANNELS) {
      throw new ServeError(
        503,
        "busy",
        "expected fewer different live pictures at a time, found too many; ask for one that is shown already",
        { wait: 10 },
      );
    }
    // Counted before anything is waited for: many at once are not one.
    this.readers++;
    this.byKey.set(key, (this.byKey.get(key) ?? 0) + 1);
    let first: string;
    try {
      first = known?.last ?? (await this.collector.ask({ kind: "view", ...asked })).text;
    } catch (error) {
      this.count(key);
      throw error;
    }
    if (response.destroyed) return this.count(key);
    begin();
    const channel = this.channels.get(name) ?? { asked, readers: new Set<LiveReader>(), last: first };
    this.channels.set(name, channel);
    const reader: LiveReader = { response, key, taken: performance.now(), missed: 0 };
    channel.readers.add(reader);
    response.once("close", () => this.leave(name, channel, reader));
    this.give(reader, event(first));
    void this.run();
  }

  /** All streams end. */
  close(): void {
    this.closed = true;
    for (const { readers } of this.channels.values()) for (const { response } of readers) response.destroy();
  }

  /** One picture after the other, and rests between: whatever is looked at, the collector has two thirds of its time for collecting. */
  private async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    // Who has just come has a picture already.
    let rest = EVERY_MS;
    while (this.channels.size > 0 && !this.closed) {
      await sleep(rest, undefined, { ref: false });
      const began = performance.now();
      for (const channel of [...this.channels.values()]) await this.look(channel);
      const spent = performance.now() - began;
      rest = Math.max(EVERY_MS - spent, 2 * spent);
    }
    this.running = false;
  }

  private async look(channel: Channel): Promise<void> {
    let text: string;
    try {
      channel.last = (await this.collector.ask({ kind: "view", ...channel.asked })).text;
      text = event(channel.last);
    } catch (error) {
      text = `event: problem\ndata: ${JSON.stringify({ message: (error as Error).message })}\n\n`;
    }
    for (const reader of channel.readers) this.give(reader, text);
  }

  private give(reader: LiveReader, text: string): void {
    const { response } = reader;
    if (response.writableLength > MOST_WAITING) {
      reader.missed++;
      if (performance.now() - reader.taken > SILENT_MS) response.destroy();
      return;
    }
    reader.taken = performance.now();
    response.write(text);
  }

  private leave(name: string, channel: Channel, reader: LiveReader): void {
    if (!channel.readers.delete(reader)) return;
    this.count(reader.key);
    if (channel.readers.size > 0) return;
    this.channels.delete(name);
  }

  /** One reader less. */
  private count(key: string): void {
    this.readers--;
    const left = (this.byKey.get(key) ?? 1) - 1;
    if (left > 0) this.byKey.set(key, left);
    else this.byKey.delete(key);
  }
}

function event(text: string): string {
  return `event: view\ndata: ${text}\n\n`;
}
