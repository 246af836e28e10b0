// Collected records passed on to other collectors as messages of our own making.
import { FlowBatch, WIDTH } from "../core/flow-batch.ts";
import type { Exporter } from "../export/index.ts";
import type { Outlet } from "./flow-sinks.ts";

/** A collector writes over its batch as soon as it is handed on; an exporter needs it until it has sent it. So it gets a copy. */
export class ExportOutlet implements Outlet {
  private readonly exporter: Exporter;
  private readonly free: FlowBatch[] = [];

  constructor(exporter: Exporter) {
    this.exporter = exporter;
  }

  async write(batch: FlowBatch): Promise<void> {
    const copy = this.free.pop() ?? new FlowBatch(batch.capacity, batch.elements);
    copyBatch(batch, copy);
    try {
      await this.exporter.write(copy);
    } finally {
      this.free.push(copy);
    }
  }

  end(): Promise<void> {
    return this.exporter.end();
  }
}

/** The rows of a batch into another one of the same elements and capacity. */
function copyBatch(from: FlowBatch, to: FlowBatch): void {
  for (const { name, kind } of from.elements) {
    const column = from.columns[name as keyof FlowBatch["columns"]];
    to.columns[name as keyof FlowBatch["columns"]].set(column.subarray(0, from.rows * WIDTH[kind]));
  }
  to.other.copyFrom(from.other);
  to.rows = from.rows;
}
