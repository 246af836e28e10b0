// Packets in, flow records out: the whole way of this room as one async iterable of batches.
import { statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type OpenOptions, openSources } from "../capture/index.ts";
import type { FlowBatch } from "../core/flow-batch.ts";
import { Ledger, type TrackSummary } from "../core/ledger.ts";
import { DECODE_DEFAULTS, type DecodeOptions } from "../decode/index.ts";
import type { NameSink } from "./dns-watch.ts";
import { KeyMaker } from "./key-maker.ts";
import { InlineLayers, type LayersSource } from "./layers-source.ts";
import { type TrackWords, trackOptions } from "./options.ts";
import { Tracker } from "./tracker.ts";
import { WorkerLayers } from "./worker-layers.ts";

export interface FlowStreamOptions {
  readonly open?: OpenOptions;
  readonly decode?: Partial<DecodeOptions>;
  readonly track?: TrackWords;
  /** A second thread for decoding; by default where files are large and there is a second core. */
  readonly worker?: boolean;
  /** Hears which names addresses have, by answers of DNS in the packets (then decoding has no thread of its own). */
  readonly names?: NameSink;
  /** Ends the reading; what was tracked so far is still given. */
  readonly signal?: AbortSignal;
}

/** Octets of files from which on a second thread saves more than its start costs. */
const WORKER_BYTES = 24 * 1024 * 1024;

/** How often flows on an interface are looked at for their end while no packet comes. */
const LIVE_TICK_MS = 500;

/** The flow records of captures. Iterate it once; a batch is valid until the next one is asked for. */
export class FlowStream implements AsyncIterable<FlowBatch> {
  private readonly layers: LayersSource;
  private readonly tracker: Tracker;
  private readonly ledger = new Ledger();
  private readonly realTime: boolean;
  private readonly began = performance.now();
  private ended: number | null = null;

  /** Opens files, `-` or `iface:NAME` (see openSources) and tracks their packets. */
  static async open(names: string | readonly string[], options: FlowStreamOptions = {}): Promise<FlowStream> {
    if (typeof names === "string") return FlowStream.open([names], options);
    const track = trackOptions(options.track);
    const decode: DecodeOptions = {
      ...DECODE_DEFAULTS,
      ...options.decode,
      quoteIcmpErrors: track.icmpErrors === "attach",
    };
    const keys = new KeyMaker(track.key);
    const source = await openSources([...names], options.open ?? {});
    let layers: LayersSource;
    if (options.names === undefined && (options.worker ?? worthWorker(names))) {
      await source.close(); // it was opened to know that it can be: the thread opens it again
      layers = new WorkerLayers(names, options.open ?? {}, decode, track.key, keys.seed);
    } else {
      layers = new InlineLayers(source, decode, keys, options.names);
    }
    const stream = new FlowStream(layers, new Tracker(track, keys), isInterface(names));
    options.signal?.addEventListener("abort", () => void stream.close(), { once: true });
    if (options.signal?.aborted === true) await stream.close();
    return stream;
  }

  private constructor(layers: LayersSource, tracker: Tracker, realTime: boolean) {
    this.layers = layers;
    this.tracker = tracker;
    this.realTime = realTime;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<FlowBatch, void, void> {
    const { tracker } = this;
    try {
      let pending = this.layers.next();
      for (;;) {
        if (this.realTime) yield* this.whileSilent(pending);
        const block = await pending;
        if (block === null) break;
        for (let row = tracker.track(block, 0); ; row = tracker.track(block, row)) {
          const batch = tracker.take();
          if (batch !== null) yield batch;
          if (row === block.count) break;
        }
        this.book();
        pending = this.layers.next();
      }
      this.book();
      for (let done = false; !done; ) {
        done = tracker.flush();
        const batch = tracker.take();
        if (batch !== null) yield batch;
        // Millions of flows take their time: signals are heard meanwhile.
        await nextTurn();
      }
    } finally {
      await this.layers.close();
      this.ended = performance.now();
    }
  }

  /** On an interface time passes without packets, too: flows end, updates are due. */
  private async *whileSilent(pending: Promise<unknown>): AsyncGenerator<FlowBatch, void, void> {
    let arrived = false;
    const arrival = pending.then(
      () => {
        arrived = true;
      },
      () => {
        arrived = true;
      },
    );
    for (;;) {
      let timer: NodeJS.Timeout | undefined;
      const tick = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, LIVE_TICK_MS);
      });
      await Promise.race([arrival, tick]);
      clearTimeout(timer);
      if (arrived) return;
      // A second behind: packets of this one may still be on their way through the helper.
      const second = Math.floor(Date.now() / 1000) - 1;
      for (let done = false; !done; ) {
        done = this.tracker.advance(second);
        const batch = this.tracker.take();
        if (batch !== null) yield batch;
      }
    }
  }

  /** Ends the reading soon; the records of what was read are still given. */
  async close(): Promise<void> {
    await this.layers.close();
  }

  /** Done between blocks only: so the ledger adds up whenever it is asked for. */
  private book(): void {
    this.layers.book(this.ledger);
    this.tracker.book(this.ledger);
  }

  /** Where every packet went so far, and what became of the flows. */
  summary(): TrackSummary {
    const { counts, problems } = this.layers;
    return {
      ledger: this.ledger,
      flows: this.tracker.flows,
      kernelDrops: counts.kernelDrops,
      interfaceDrops: counts.interfaceDrops,
      dropsToldAtEnd: counts.dropsToldAtEnd === true,
      elapsedSeconds: ((this.ended ?? performance.now()) - this.began) / 1000,
      problems,
    };
  }

  progress(): { done: number; total: number } | null {
    return this.layers.progress();
  }
}

function isInterface(names: readonly string[]): boolean {
  return names.length > 0 && names.every((name) => name.startsWith("iface:"));
}

function worthWorker(names: readonly string[]): boolean {
  if (availableParallelism() < 2 || names.some((name) => name === "-" || name.startsWith("iface:"))) return false;
  return names.reduce((sum, name) => sum + (statSync(name, { throwIfNoEntry: false })?.size ?? 0), 0) >= WORKER_BYTES;
}
