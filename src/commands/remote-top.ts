// The live table of a remote serve: one stream of pictures, of the question that is asked now; the newest one is shown.
import type { UsageError } from "../core/errors.ts";
import type { TopDetails, TopQuestion, TopTable, TopView } from "../core/top-view.ts";
import { serverEvents } from "./event-stream.ts";
import { RemoteRefusal, reachSentence } from "./remote-faults.ts";
import type { RemoteServer } from "./remote-server.ts";
import { noView, readTopView } from "./remote-view.ts";
import { coveringWindow, covers, MOST_ROWS, type RowWindow } from "./remote-window.ts";

/** There is a picture a second: so long without one, the server is lost. */
const SILENT_MS = 15_000;
const WAITS_MS = [1000, 2000, 5000, 10_000];
/** Keys that are held down ask for many things, of which only the last is wanted. */
const SETTLE_MS = 120;
const MORE = "what a remote serve does not tell: flags, MAC addresses, timeouts; flowgauge query asks its store";

export interface RemoteTopOptions {
  readonly server: RemoteServer;
  /** The filter with the named filters of this side in their places. */
  readonly filterText: (filter: string) => string;
  /** Once for each time that the server is lost. */
  readonly lost: (sentence: string) => void;
}

export class RemoteTop implements TopTable {
  /** Rejects where it is of no use to ask on. */
  readonly ended: Promise<void>;
  /** Called at each picture. */
  onNews: () => void = () => {};
  private readonly options: RemoteTopOptions;
  private question = "";
  private window: RowWindow = { from: 0, rows: 0 };
  private stream = new AbortController();
  private picture: { readonly view: TopView; readonly question: string } | null = null;
  /** Why the question cannot be answered, or not now. */
  private fault: UsageError | null = null;
  private outage: string | null = null;
  /** Counted, so that each is waited for. */
  private pictures = 0;
  private given = 0;
  private waiting: (() => void)[] = [];
  private finish: { readonly end: () => void; readonly fail: (error: Error) => void } = { end() {}, fail() {} };

  constructor(options: RemoteTopOptions) {
    this.options = options;
    this.ended = new Promise((resolve, reject) => {
      this.finish = { end: resolve, fail: reject };
    });
    this.ended.catch(() => {});
  }

  /** The newest picture; of the question before, until there is one. Throws a UsageError for words that the server refuses. */
  view(asked: TopQuestion): TopView {
    this.follow(asked, SETTLE_MS);
    if (this.fault !== null) throw this.fault;
    const { name } = this.options.server;
    const { view } = this.picture ?? { view: noView(asked, name) };
    const first = Math.max(0, Math.min((asked.from ?? 0) - view.from, view.rows.length - asked.rows));
    const notes = [
      ...view.notes,
      ...(asked.rows > MOST_ROWS ? [`a remote serve shows ${MOST_ROWS} rows at the most`] : []),
      ...(asked.at === undefined ? [] : ["a remote serve has no pictures of the past to show: this is now"]),
      ...(this.outage === null ? [] : [this.outage]),
    ];
    return { ...view, rows: view.rows.slice(first, first + asked.rows), from: view.from + first, notes };
  }

  /** What the picture has; the rest is not told. */
  expand(id: number): TopDetails | null {
    const row = this.picture?.view.rows.find((one) => one.id === id);
    if (row === undefined) return null;
    const time = (ms: number) => new Date(ms).toISOString().replace("T", " ").replace("Z", " UTC");
    const end = (title: string, packets: number, octets: number) => ({
      title,
      text: `${packets} packets, ${octets} B`,
    });
    const key = row.key.map(({ title, text, name }) => ({ title, text: name === null ? text : `${text} (${name})` }));
    return {
      id,
      lines: [
        ...key,
        { title: "first packet", text: time(row.first) },
        { title: "last packet", text: time(row.last) },
        end("out", row.packetsOut, row.bytesOut),
        end("in", row.packetsIn, row.bytesIn),
        { title: "note", text: MORE },
      ],
    };
  }

  /** Addresses that the picture shows under this name. */
  addressesOf(name: string): readonly string[] {
    const wanted = name.toLowerCase();
    const keys = this.picture?.view.rows.flatMap(({ key }) => key) ?? [];
    return [...new Set(keys.flatMap((part) => (part.name?.toLowerCase() === wanted ? [String(part.value)] : [])))];
  }

  /** Waits for a picture of this question that was not waited for before. Rejects where there will be none. */
  async ready(asked: TopQuestion): Promise<void> {
    this.follow(asked, 0);
    const { question } = this;
    for (;;) {
      if (this.fault !== null) throw this.fault;
      if (this.picture?.question === question && this.pictures > this.given) break;
      if (this.stream.signal.aborted) return;
      await Promise.race([new Promise<void>((resolve) => this.waiting.push(resolve)), this.ended]);
    }
    this.given = this.pictures;
  }

  close(): void {
    this.stream.abort();
    this.finish.end();
    this.tell();
  }

  /** Another question is another stream; other rows of the same are another one only where the stream does not have them. */
  private follow(
    { group, by = [], sort, reverse, filter = "", names, services, ended, ...rest }: TopQuestion,
    ms: number,
  ) {
    const words = new URLSearchParams({ form: "view", group, sort });
    if (by.length > 0) words.set("by", by.join(","));
    if (filter !== "") words.set("filter", this.options.filterText(filter));
    for (const [name, value] of Object.entries({ names, services, ended }))
      if (value === false) words.set(name, "false");
    if (reverse === true) words.set("reverse", "true");
    const question = words.toString();
    const { from = 0, rows } = rest;
    if (question === this.question && covers(this.window, { from, rows })) return;
    if (question !== this.question) this.fault = null;
    this.question = question;
    this.window = coveringWindow({ from, rows });
    this.stream.abort();
    this.stream = new AbortController();
    words.set("from", String(this.window.from));
    words.set("rows", String(this.window.rows));
    const { signal } = this.stream;
    setTimeout(() => void this.run(`live?${words.toString()}`, question, signal), this.picture === null ? 0 : ms);
  }

  /** Until the signal, or until it is of no use. Never rejects. */
  private async run(path: string, question: string, signal: AbortSignal): Promise<void> {
    for (let tries = 0; !signal.aborted; tries++) {
      try {
        await this.read(path, question, signal, () => {
          tries = 0;
        });
      } catch (error) {
        if (signal.aborted || !this.isWorthAnother(error)) return;
        this.lose(reachSentence(this.options.server.name, error).message);
      }
      const wait = WAITS_MS[Math.min(tries, WAITS_MS.length - 1)];
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, wait);
        signal.addEventListener("abort", () => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  private async read(path: string, question: string, signal: AbortSignal, good: () => void): Promise<void> {
    const { server } = this.options;
    const answer = await server.ask({ path, accept: "text/event-stream", signal, timeoutMs: SILENT_MS });
    answer.setTimeout(SILENT_MS, () => answer.destroy(new Error(`nothing for ${SILENT_MS / 1000} s`)));
    for await (const { name, data } of serverEvents(answer)) {
      if (signal.aborted) return;
      if (name === "problem") this.lose(problemOf(data));
      if (name !== "view") continue;
      this.picture = { view: readTopView(data, server.name), question };
      this.pictures++;
      this.outage = null;
      good();
      this.tell();
    }
    throw new Error("that it hung up");
  }

  /** False: it is told, once and for all. */
  private isWorthAnother(error: unknown): boolean {
    if (!(error instanceof RemoteRefusal)) {
      // The first picture is not waited for: the address may be wrong.
      if (this.picture === null) this.finish.fail(reachSentence(this.options.server.name, error));
      return this.picture !== null;
    }
    if (error.ofWords) this.fault = error.asUsage;
    else if (this.picture === null || error.status === 401 || error.status === 403) {
      this.outage = error.message;
      this.finish.fail(error);
    } else return true;
    this.tell();
    return false;
  }

  private lose(sentence: string): void {
    if (this.outage === null) this.options.lost(sentence);
    const since = new Date().toISOString().slice(11, 19);
    this.outage ??= `since ${since} UTC no picture: ${sentence}; trying again`;
    this.tell();
  }

  private tell(): void {
    for (const go of this.waiting.splice(0)) go();
    this.onNews();
  }
}

function problemOf(data: string): string {
  try {
    return String((JSON.parse(data) as { readonly message?: unknown }).message);
  } catch {
    return "the server says that there is no picture now";
  }
}
