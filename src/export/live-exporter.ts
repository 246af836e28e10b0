// LiveExporter: records as they come, to all destinations. Nobody waits: each destination has an exporter and a bounded queue of its own.
import { copyBatch } from "../core/batch-copy.ts";
import { SourceError } from "../core/errors.ts";
import type { ExportSummary } from "../core/export-ledger.ts";
import { FlowBatch } from "../core/flow-batch.ts";
import { type ExportEars, Exporter } from "./exporter.ts";
import { HeldQueue, type SharedBatch } from "./held-queue.ts";
import { destinationsOf, type ExporterOptions, exportOptions, HELD_TEXT } from "./options.ts";

/** How long destinations that are there may take at the end for what is held. */
const END_MS = 5000;
const LEAST_CAPACITY = 64;
/** Copies kept for later. */
const MOST_FREE = 16;

interface Lane {
  readonly exporter: Exporter;
  readonly queue: HeldQueue;
}

export class LiveExporter {
  private readonly lanes: Lane[] = [];
  private readonly ears: ExportEars;
  private readonly problems: Error[] = [];
  private readonly free: FlowBatch[] = [];
  private flows = 0;
  private ended = false;

  /** As Exporter.open. `balance` is not for records that come from exporters: each goes to all destinations. */
  static async open(
    words: Partial<Omit<ExporterOptions, "balance">> & { readonly to: readonly string[] },
    ears: ExportEars,
  ): Promise<LiveExporter> {
    const names = destinationsOf(exportOptions(words));
    const live = new LiveExporter(ears);
    try {
      for (const { name } of names)
        live.add(name, await Exporter.open({ ...words, to: [name], live: true }, live.told));
    } catch (error) {
      await live.end();
      throw error;
    }
    return live;
  }

  private constructor(ears: ExportEars) {
    this.ears = ears;
  }

  private readonly told: ExportEars = {
    problem: (error) => {
      this.problems.push(error);
      this.ears.problem(error);
    },
    note: (sentence) => this.ears.note(sentence),
  };

  private add(name: string, exporter: Exporter): void {
    let toldFull = false;
    const full = `expected to hold all flows that cannot be sent yet, found that ${HELD_TEXT} wait already; what comes now is dropped for this destination and counted`;
    const queue = new HeldQueue(exporter.summary().destinations[0]!, {
      send: (batch) => exporter.write(batch).catch((error: Error) => this.told.problem(error)),
      free: (copy) => this.takeBack(copy),
      full: () => {
        if (toldFull) this.told.note(`${name}: ${full}`);
        else this.told.problem(new SourceError({ source: name }, full));
        toldFull = true;
      },
      roomAgain: (dropped) => this.told.note(`${name}: there is room again; ${dropped} flows were dropped meanwhile`),
    });
    this.lanes.push({ exporter, queue });
  }

  /** Takes all rows of the batch before it returns; never waits. */
  hand(batch: FlowBatch): void {
    const { rows } = batch;
    this.flows += rows;
    let copy: SharedBatch | null = null;
    for (const { queue } of this.lanes) {
      if (!queue.admits(rows)) continue;
      copy ??= this.copyOf(batch);
      queue.add(copy);
    }
  }

  private copyOf(batch: FlowBatch): SharedBatch {
    let capacity = LEAST_CAPACITY;
    while (capacity < batch.rows) capacity *= 2;
    const at = this.free.findIndex((one) => one.capacity === capacity);
    const copy = at < 0 ? new FlowBatch(capacity, batch.elements) : this.free.splice(at, 1)[0]!;
    copyBatch(batch, copy);
    return { batch: copy, readers: 0 };
  }

  private takeBack({ batch }: SharedBatch): void {
    if (this.free.length < MOST_FREE) this.free.push(batch);
  }

  /** Sends what is held to those that are there, for some seconds at the most; all else counts as lost. */
  async end(): Promise<void> {
    const { lanes } = this;
    const late = setTimeout(() => {
      for (const { exporter } of lanes) exporter.abandon();
    }, END_MS);
    await Promise.all(
      lanes.map(async ({ exporter, queue }) => {
        exporter.hurry();
        await queue.empty();
        await exporter.end();
      }),
    );
    clearTimeout(late);
    this.ended = true;
  }

  failed(): boolean {
    return this.lanes.some(({ exporter }) => exporter.failed());
  }

  summary(): ExportSummary {
    return {
      flows: this.flows,
      ended: this.ended,
      destinations: this.lanes.flatMap(({ exporter }) => exporter.summary().destinations),
      problems: this.problems,
    };
  }
}
