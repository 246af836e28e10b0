// Objects as NDJSON on a file or standard output, as they come: options records and counter samples of exporters.
import { createWriteStream, openSync, type WriteStream } from "node:fs";
import { SourceError } from "../core/errors.ts";
import { safeJson } from "../core/safe-json.ts";
import { timeText } from "../report/index.ts";
import type { CounterSample, OptionsRecord } from "../wire/index.ts";

export { safeJson };

/** Octets on their way; what comes while a slow reader has so many before it is dropped and counted. */
const MOST_PENDING = 8_388_608;

export class JsonLines {
  /** Objects that were not written because the reader was too slow. */
  dropped = 0;
  private readonly stream: WriteStream | NodeJS.WriteStream;
  private readonly name: string;
  private failure: Error | null = null;
  private gone = false;

  /** Opens a file for appending, or `-`. Throws a SourceError where that cannot be. */
  constructor(path: string) {
    this.name = path === "-" ? "standard output" : path;
    this.stream = path === "-" ? process.stdout : openForAppending(path);
    this.stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") this.gone = true;
      else this.failure ??= error;
    });
  }

  /** True when nobody reads it any more. */
  get closed(): boolean {
    return this.gone;
  }

  write(object: object): void {
    if (this.gone || this.failure !== null) return;
    if (this.stream.writableLength > MOST_PENDING) this.dropped++;
    else this.stream.write(`${safeJson(object)}\n`);
  }

  /** Resolves when all of it is out; throws a SourceError where something could not be written. */
  async end(): Promise<void> {
    if (!this.gone && this.failure === null) {
      await new Promise<void>((resolve) => {
        this.stream.once("error", () => resolve());
        // Standard output stays open.
        if (this.stream === process.stdout) this.stream.write("", () => resolve());
        else this.stream.end(() => resolve());
      });
    }
    if (this.failure === null) return;
    throw new SourceError({ source: this.name }, `expected to write to it, found ${this.failure.message}`, {
      cause: this.failure,
    });
  }
}

function openForAppending(path: string): WriteStream {
  try {
    return createWriteStream(path, { fd: openSync(path, "a") });
  } catch (error) {
    throw new SourceError({ source: path }, `expected to write to it, found ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** `{time, exporter, domain, template, scope: {...}, fields: {...}}` */
export function optionsObject({ received, exporter, domain, template, fields, scopes }: OptionsRecord): object {
  const entries = Object.entries(fields);
  return {
    time: timeText(received),
    exporter,
    domain,
    template,
    scope: Object.fromEntries(entries.slice(0, scopes)),
    fields: Object.fromEntries(entries.slice(scopes)),
  };
}

/** `{time, exporter, agent, domain, sourceClass, sourceIndex, counters: {...}}` */
export function countersObject({ received, ...sample }: CounterSample): object {
  const { exporter, agent, domain, sourceClass, sourceIndex, counters } = sample;
  return { time: timeText(received), exporter, agent, domain, sourceClass, sourceIndex, counters };
}
