// Where flow records come from, by what a person names: packets that flows are made of, or records that are there already.
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { UsageError } from "../core/errors.ts";
import type { FlowBatch } from "../core/flow-batch.ts";
import { isNative, NATIVE_OCTETS, readNative } from "../files/index.ts";
import { FlowStream, type FlowStreamOptions } from "../track/index.ts";

/** Records on their way. Iterate it once; a batch is valid until the next one is asked for. */
export interface FlowSource extends AsyncIterable<FlowBatch> {
  /** The packets that the records are made of; null where the source has records. */
  readonly packets: FlowStream | null;
  /** What could not be read, so far. */
  problems(): readonly Error[];
  close(): Promise<void>;
}

/**
 * Opens captures, `-`, interfaces (see FlowStream.open) or Native files, known by their content. Files of records are read one
 * after the other. `options` are for packets, but for the signal, which ends any reading.
 */
export async function openFlows(names: readonly string[], options: FlowStreamOptions): Promise<FlowSource> {
  const native = names.filter(isNativeFile);
  if (native.length === 0) return new PacketFlows(await FlowStream.open(names, options));
  const other = names.find((name) => !native.includes(name));
  if (other === undefined) return new NativeFlows(native, options.signal);
  throw new UsageError(
    `expected only packets or only flow records, found ${other} beside the flow records of ${native[0]}; run them one by one.`,
  );
}

/** False also for what cannot be read: who opens it says why. */
function isNativeFile(name: string): boolean {
  if (name === "-" || name.startsWith("iface:")) return false;
  try {
    // Not a pipe: what is looked at there is gone.
    if (!statSync(name).isFile()) return false;
    const first = new Uint8Array(NATIVE_OCTETS);
    const file = openSync(name, "r");
    try {
      return isNative(first.subarray(0, readSync(file, first)));
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}

class PacketFlows implements FlowSource {
  readonly packets: FlowStream;

  constructor(stream: FlowStream) {
    this.packets = stream;
  }

  problems(): readonly Error[] {
    return this.packets.summary().problems;
  }

  close(): Promise<void> {
    return this.packets.close();
  }

  [Symbol.asyncIterator](): AsyncIterator<FlowBatch> {
    return this.packets[Symbol.asyncIterator]();
  }
}

class NativeFlows implements FlowSource {
  readonly packets = null;
  private readonly names: readonly string[];
  private readonly signal: AbortSignal | undefined;
  private readonly found: Error[] = [];

  constructor(names: readonly string[], signal: AbortSignal | undefined) {
    this.names = names;
    this.signal = signal;
  }

  problems(): readonly Error[] {
    return this.found;
  }

  async close(): Promise<void> {}

  async *[Symbol.asyncIterator](): AsyncGenerator<FlowBatch, void, void> {
    for (const name of this.names) {
      const reader = readNative(name);
      for await (const batch of reader) {
        yield batch;
        if (this.signal?.aborted === true) return;
      }
      this.found.push(...reader.problems);
    }
  }
}
