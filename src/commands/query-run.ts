// One run of a query: Ctrl-C, the sign that it is still working, and what it says of files that it could not read.
import type { AskedFiles, TimeWindow } from "../query/index.ts";
import type { QuerySources } from "./query-sources.ts";

const FIRST_MS = 1500;
const EVERY_MS = 500;
const CLEAR_LINE = "\r\u001b[K";

export class QueryRun {
  /** True when something could not be read. */
  failed = false;
  private readonly terminal: NodeJS.WriteStream;
  private readonly controller = new AbortController();
  private readonly told = new Set<string>();

  constructor(terminal: NodeJS.WriteStream) {
    this.terminal = terminal;
    process.on("SIGINT", this.end);
    process.on("SIGTERM", this.end);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  stop(): void {
    process.off("SIGINT", this.end);
    process.off("SIGTERM", this.end);
  }

  /** Says each problem once. */
  tell(problems: readonly Error[]): void {
    for (const { message } of problems) {
      this.failed = true;
      if (this.told.has(message)) continue;
      this.told.add(message);
      this.terminal.write(`${this.terminal.isTTY === true ? CLEAR_LINE : ""}flowgauge: ${message}\n`);
    }
  }

  /** What a reader of a list must know. */
  note(text: string): void {
    this.terminal.write(`flowgauge: ${text}\n`);
  }

  /** On a terminal: a line that says how long it has been working. */
  async working<T>(work: () => Promise<T>): Promise<T> {
    const { terminal } = this;
    if (terminal.isTTY !== true) return work();
    const began = performance.now();
    let drawn = false;
    const timer = setInterval(() => {
      const ms = performance.now() - began;
      if (ms < FIRST_MS) return;
      drawn = true;
      terminal.write(`${CLEAR_LINE}asking ... ${Math.floor(ms / 1000)} s (Ctrl-C ends it)`);
    }, EVERY_MS);
    try {
      return await work();
    } finally {
      clearInterval(timer);
      if (drawn) terminal.write(CLEAR_LINE);
    }
  }

  askedFiles(sources: QuerySources, time: TimeWindow): AskedFiles {
    return {
      list: () => sources.files(time),
      damaged: (_path, error) => {
        this.tell([error]);
        return null;
      },
    };
  }

  interrupt(): void {
    this.end("SIGINT");
  }

  /**
   * The engine cannot be interrupted, and an exit waits for it: what is left lying is put away, and the signal does what it does to any
   * program (130, 143).
   */
  private readonly end = (signal: NodeJS.Signals): void => {
    if (this.terminal.isTTY === true) this.terminal.write("\n");
    this.controller.abort();
    process.emit("exit", signal === "SIGTERM" ? 143 : 130);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  };
}
