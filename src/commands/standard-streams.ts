// Standard output and error as a command meets them: nobody may be reading, the disk behind them may be full.
import { SourceError } from "../core/errors.ts";
import type { FlowPrinter } from "../report/index.ts";

/** Nothing that happens to them becomes an uncaught error: who writes records hears of it, words to nobody are lost. */
export function guardStandardStreams(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", ignore);
}

function ignore(): void {}

/** A printer whose failures are sentences. */
export function withSentences(printer: FlowPrinter): FlowPrinter {
  return {
    get closed() {
      return printer.closed;
    },
    write(batch) {
      return told(() => printer.write(batch));
    },
    end: () => told(() => printer.end()) as Promise<void>,
  };
}

/** Work that writes on standard output, whose failures are sentences; others stay as they are. */
export async function writing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === "write") fail(error);
    throw error;
  }
}

function told(work: () => void | Promise<void>): void | Promise<void> {
  try {
    return work()?.catch(fail);
  } catch (error) {
    fail(error);
  }
}

function fail(error: unknown): never {
  const { code, message } = error as NodeJS.ErrnoException;
  const reason = code === "ENOSPC" ? "no space left where it goes; make room" : message;
  throw new SourceError({ source: "standard output" }, `expected to write the flows, found ${reason}`, {
    cause: error,
  });
}
