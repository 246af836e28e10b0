// Decoding in a thread of its own, for files that are worth it: reading, decoding and keys there, the flow table here.
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { OpenOptions } from "../capture/index.ts";
import { SourceError } from "../core/errors.ts";
import type { Ledger } from "../core/ledger.ts";
import type { CaptureCounts } from "../core/packet-block.ts";
import type { DecodeOptions, LayersBlock } from "../decode/index.ts";
import type { DecodeWorkerData, DecodeWorkerReport } from "./decode-worker.ts";
import type { KeyOptions } from "./key-maker.ts";
import { createRingMemory, RingReader } from "./layers-ring.ts";
import type { LayersSource } from "./layers-source.ts";

export class WorkerLayers implements LayersSource {
  private readonly ring: RingReader;
  private readonly report: Promise<DecodeWorkerReport>;
  private ended: DecodeWorkerReport | null = null;

  constructor(names: readonly string[], open: OpenOptions, decode: DecodeOptions, key: KeyOptions, seed: number) {
    const memory = createRingMemory();
    this.ring = new RingReader(memory);
    const workerData: DecodeWorkerData = { names, open, decode, key, seed, ring: memory };
    const worker = new Worker(new URL("./decode-worker.js", import.meta.url), {
      workerData,
      // The thread holds one block and no flows: a small heap is enough and keeps the process small.
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
    });
    this.report = this.outcome(worker);
    this.report.catch(() => this.ring.stop());
  }

  private async outcome(worker: Worker): Promise<DecodeWorkerReport> {
    const [report] = (await once(worker, "message")) as [DecodeWorkerReport];
    this.ended = report;
    return report;
  }

  async next(): Promise<LayersBlock | null> {
    const block = await this.ring.next();
    if (block === null) await this.report;
    return block;
  }

  book(ledger: Ledger): void {
    const mine = { ...ledger.remarks };
    this.ring.readLedger(ledger);
    ledger.remarks.outOfOrder = mine.outOfOrder;
    ledger.remarks.withoutTime = mine.withoutTime;
    ledger.remarks.icmpErrorsAttached = mine.icmpErrorsAttached;
  }

  get counts(): CaptureCounts {
    return this.ended?.counts ?? { packets: 0, bytes: 0, kernelDrops: null, interfaceDrops: null };
  }

  get problems(): readonly Error[] {
    const { problems = [] } = this.ended ?? {};
    return problems.map(({ place, sentence }) =>
      place === null ? new Error(sentence) : new SourceError(place, sentence),
    );
  }

  progress(): { done: number; total: number } {
    return this.ring.progress();
  }

  async close(): Promise<void> {
    this.ring.stop();
    await this.report.catch(() => undefined);
  }
}
