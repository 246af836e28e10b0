// Collected records passed on to other collectors as messages of our own making.
import { copyBatch } from "../core/batch-copy.ts";
import { FlowBatch } from "../core/flow-batch.ts";
import type { Exporter, LiveExporter } from "../export/index.ts";
import type { Outlet } from "./flow-sinks.ts";

/** Captures can wait. A collector writes over its batch as soon as it is handed on; an exporter needs it until it has sent it. So it gets a copy. */
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

/** Sockets cannot: nobody waits for a destination. */
export class LiveOutlet implements Outlet {
  private readonly exporter: LiveExporter;

  constructor(exporter: LiveExporter) {
    this.exporter = exporter;
  }

  write(batch: FlowBatch): void {
    this.exporter.hand(batch);
  }

  end(): Promise<void> {
    return this.exporter.end();
  }
}
