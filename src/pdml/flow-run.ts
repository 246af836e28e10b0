// FlowRun: frames in, flows out: from a source through the table of flows to printers and observers.
import type { ByteWriter, TextOutput } from "../report/index.ts";
import { PIECE_OCTETS } from "../report/index.ts";
import { FlowTable, type FlowTableOptions } from "./flow-table.ts";
import { FlowOfRun, FrameOfRun } from "./flow-views.ts";
import type { Frame } from "./frame.ts";
import type { FrameCounts, FrameSource } from "./frame-source.ts";
import type { ObjectForm } from "./object-form.ts";
import { ObjectPrinter } from "./object-printer.ts";
import type { ObserverCalls } from "./observer-calls.ts";

/** Why flows ended: silent for the timeout, the input's end, the run was called off, flows held more than they may. */
export type FlowEnd = "idle" | "end" | "interrupted" | "memory";

export interface FlowRunOptions {
  readonly table: FlowTableOptions;
  /** Where the flows go, and in which forms: all of a flow stands together. Whoever else writes there shares the writer. */
  readonly output?: { readonly writer: ByteWriter; readonly stream: TextOutput; readonly forms: readonly ObjectForm[] };
  readonly observers?: ObserverCalls | undefined;
  /** Flows so far are written, and the run is over. */
  readonly signal?: AbortSignal | undefined;
  /** Hears of each frame in a line. */
  readonly debug?: ((line: string) => void) | undefined;
}

/** given = inFlows + withoutTime + withoutKey. */
export interface FlowRunSummary {
  readonly counts: FrameCounts;
  readonly inFlows: number;
  /** Frames without a usable frame.time_epoch, and without any of the key's fields. */
  readonly withoutTime: number;
  readonly withoutKey: number;
  readonly flows: { readonly begun: number; readonly live: number; readonly mostLive: number } & Readonly<
    Record<FlowEnd, number>
  >;
  /** Fields of the key that no frame had. */
  readonly unseenKeys: readonly string[];
  readonly problems: readonly string[];
}

export class FlowRun {
  readonly #source: FrameSource;
  readonly #options: FlowRunOptions;
  readonly #table: FlowTable;
  readonly #printers: readonly ObjectPrinter[];
  readonly #frameView: FrameOfRun;
  readonly #flowView: FlowOfRun;
  readonly #ended: Record<FlowEnd, number> = { idle: 0, end: 0, interrupted: 0, memory: 0 };
  #inFlows = 0;
  #withoutTime = 0;
  #withoutKey = 0;

  constructor(source: FrameSource, options: FlowRunOptions) {
    this.#source = source;
    this.#options = options;
    this.#table = new FlowTable(source.names, options.table);
    const forms = options.output?.forms ?? [];
    this.#printers = forms.map((form) => new ObjectPrinter(source.names, this.#table, form));
    this.#frameView = new FrameOfRun(source.names, options.table);
    this.#flowView = new FlowOfRun(source.names, this.#table);
  }

  /** True when nobody reads the output any more: the run was over then. */
  get closed(): boolean {
    return this.#options.output?.stream.closed === true;
  }

  /** Reads to the end, or until it is called off. Rejects with what a plug-in throws, or what goes wrong with the output. */
  async run(): Promise<void> {
    try {
      await this.#runToEnd();
    } catch (error) {
      // What was good is written.
      if (!this.closed) this.#options.output?.stream.send(this.#options.output.writer);
      throw error;
    }
  }

  async #runToEnd(): Promise<void> {
    const { signal, observers, output } = this.#options;
    for (;;) {
      for (let frame = this.#source.next(); frame !== null; frame = this.#source.next()) {
        const waiting = this.#take(frame);
        if (waiting !== undefined) await waiting;
        // Observers write, too.
        if (output !== undefined && output.writer.length >= PIECE_OCTETS) await this.#handOver();
        if (signal?.aborted || this.closed) break;
      }
      if (signal?.aborted || this.closed) break;
      const room = this.#handOver();
      if (room !== undefined) await room;
      if (!(await this.#source.more())) break;
    }
    this.#table.endAll();
    await this.#endFlows(signal?.aborted ? "interrupted" : "end");
    await observers?.close(this.#table.number);
    if (output === undefined) return;
    output.stream.send(output.writer);
    await output.stream.finish();
  }

  summary(): FlowRunSummary {
    const { size, most, begun } = this.#table;
    return {
      counts: this.#source.counts,
      inFlows: this.#inFlows,
      withoutTime: this.#withoutTime,
      withoutKey: this.#withoutKey,
      flows: { begun, live: size, mostLive: most, ...this.#ended },
      unseenKeys: this.#table.key.unseen,
      problems: this.#source.problems,
    };
  }

  /** One frame. Undefined where there is nothing to wait for. */
  #take(frame: Frame): void | Promise<void> {
    const table = this.#table;
    if (!table.takeTime(frame)) {
      this.#withoutTime++;
      this.#options.debug?.(`frame ${frame.number}: no time`);
      return;
    }
    const over = table.nextOver();
    if (over >= 0) return this.#endFirst(over, frame);
    return this.#join(frame);
  }

  async #endFirst(over: number, frame: Frame): Promise<void> {
    for (let flow = over; flow >= 0; flow = this.#table.nextOver()) {
      const waiting = this.#end(flow, "idle");
      if (waiting !== undefined) await waiting;
    }
    await this.#join(frame);
  }

  #join(frame: Frame): void | Promise<void> {
    const table = this.#table;
    const { observers, debug } = this.#options;
    const flow = table.find(frame);
    if (flow < 0) {
      this.#withoutKey++;
      debug?.(`frame ${frame.number}: none of the key's fields`);
      if (observers?.ofFrames) observers.frame(this.#frameView.show(frame, table.time), null);
      return observers?.kept();
    }
    const { isNew } = table;
    if (isNew && observers?.ofNewFlows) {
      observers.flowNew(this.#flowView.show(flow, null), this.#frameView.show(frame, table.time));
    }
    table.add(flow, frame);
    this.#inFlows++;
    if (observers?.ofFrames) observers.frame(this.#frameView.show(frame, table.time), this.#flowView.show(flow, null));
    debug?.(`frame ${frame.number}: ${isNew ? "new " : ""}flow ${table.serial[flow]}`);
    const waiting = observers?.kept();
    const over = table.nextOver();
    const tooMuch = over >= 0 ? -1 : table.nextTooMuch();
    if (waiting === undefined && over < 0 && tooMuch < 0) return;
    return this.#endNow(over, tooMuch, waiting);
  }

  /** Each frame a flow, or flows that hold too much. */
  async #endNow(over: number, tooMuch: number, waiting: Promise<void> | undefined): Promise<void> {
    if (waiting !== undefined) await waiting;
    for (let flow = over; flow >= 0; flow = this.#table.nextOver()) await this.#end(flow, "idle");
    for (let flow = tooMuch; flow >= 0; flow = this.#table.nextTooMuch()) await this.#end(flow, "memory");
  }

  async #endFlows(reason: FlowEnd): Promise<void> {
    for (let flow = this.#table.nextOver(); flow >= 0; flow = this.#table.nextOver()) {
      const waiting = this.#end(flow, reason);
      if (waiting !== undefined) await waiting;
    }
  }

  /** Tells and prints a flow that is over, and lets it go. */
  #end(flow: number, reason: FlowEnd): void | Promise<void> {
    const { observers, output, debug } = this.#options;
    this.#ended[reason]++;
    debug?.(`flow ${this.#table.serial[flow]} ends: ${reason}`);
    if (observers?.ofEndedFlows) observers.flowEnd(this.#flowView.show(flow, reason), this.#table.number);
    const kept = observers?.kept();
    if (output === undefined || kept !== undefined) return this.#endSlowly(flow, 0, kept);
    for (const [at, printer] of this.#printers.entries()) {
      printer.begin(flow);
      if (!printer.write(output.writer)) return this.#endSlowly(flow, at, undefined);
    }
    this.#table.release(flow);
    if (output.writer.length >= PIECE_OCTETS) return this.#handOver();
  }

  /** What has to wait in between; the printer `at` may have begun. */
  async #endSlowly(flow: number, at: number, kept: Promise<void> | undefined): Promise<void> {
    if (kept !== undefined) await kept;
    for (const [number, printer] of this.#printers.entries()) {
      if (number < at) continue;
      if (number > at || kept !== undefined) printer.begin(flow);
      else await this.#handOver();
      while (!printer.write(this.#options.output!.writer)) await this.#handOver();
    }
    this.#table.release(flow);
    await this.#handOver();
  }

  /** Gives the output what there is. Undefined where it has room for more. */
  #handOver(): Promise<void> | undefined {
    const { output } = this.#options;
    output?.stream.send(output.writer);
    return output?.stream.room();
  }
}
