// Where collected records go: any number of sinks, each of which gets each batch.
import type { FlowBatch } from "../core/flow-batch.ts";
import type { FlowSink } from "../report/index.ts";

/** A sink that may find that nobody takes its records any more. */
export interface Outlet extends FlowSink {
  readonly closed?: boolean;
}

/** What lets only some rows of a batch through: a filter of the query room. */
export interface RowFilter {
  select(batch: FlowBatch): number;
}

export class FlowSinks implements FlowSink {
  /** Records given on. */
  records = 0;
  /** Records that came after so many as were asked for: not given on. */
  beyond = 0;
  /** Records that the filter left out. */
  filteredOut = 0;
  private readonly sinks: Outlet[];
  private readonly most: number;
  private readonly done: () => void;
  private readonly filter: RowFilter | null;

  /** `done` is called when so many records have passed, or when no sink takes any more. */
  constructor(sinks: Outlet[], most: number, done: () => void, filter: RowFilter | null = null) {
    this.sinks = sinks;
    this.most = most;
    this.done = done;
    this.filter = filter;
  }

  add(sink: Outlet): void {
    this.sinks.push(sink);
  }

  /** True when there were sinks and none of them takes anything any more. */
  get closed(): boolean {
    return this.sinks.length > 0 && this.sinks.every(({ closed }) => closed === true);
  }

  /** A sink has closed by itself: nothing may be left to do. */
  look(): void {
    if (this.closed) this.done();
  }

  write(batch: FlowBatch): void | Promise<void> {
    if (this.filter !== null) {
      const { rows } = batch;
      this.filteredOut += rows - this.filter.select(batch);
    }
    const given = Math.min(batch.rows, this.most - this.records);
    this.beyond += batch.rows - given;
    if (given === 0) return;
    // The batch is written over afterwards anyway.
    batch.rows = given;
    this.records += batch.rows;
    const open: Promise<void>[] = [];
    for (const sink of this.sinks) {
      const written = sink.closed === true ? undefined : sink.write(batch);
      if (written !== undefined) open.push(written);
    }
    if (this.records >= this.most || this.closed) this.done();
    if (open.length > 0) return open.length === 1 ? open[0] : Promise.all(open).then(nothing);
  }

  /** Ends all of them; throws what the first one says that fails. */
  async end(): Promise<void> {
    const ended = await Promise.allSettled(this.sinks.map((sink) => sink.end()));
    for (const result of ended) if (result.status === "rejected") throw result.reason;
  }
}

function nothing(): void {}
