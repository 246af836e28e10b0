// SeenColumns: which columns the records so far have said something in. Templates have those, and no others.
import { type FieldName, FLOW_EVENT } from "../core/elements.ts";
import type { FlowBatch } from "../core/flow-batch.ts";
import type { AnyColumn } from "./column-ops.ts";
import { ON_DEMAND } from "./export-template.ts";

export class SeenColumns {
  readonly names: Set<FieldName> = new Set();
  /** True when some record has TCP flags beyond the usual eight. */
  wideFlags = false;
  private readonly unseen = new Set(ON_DEMAND);

  /** Looks through the columns that were empty so far. True when one of them is not any more. `announcedRate`: the sampling rate that options data say. */
  look(batch: FlowBatch, announcedRate: number): boolean {
    const before = this.names.size;
    const narrow = !this.wideFlags;
    if (narrow) this.wideFlags = hasWideFlags(batch);
    for (const { name } of batch.elements) {
      const column = name as FieldName;
      if (!this.unseen.has(column) || !saysSomething(batch, column, announcedRate)) continue;
      this.unseen.delete(column);
      this.names.add(column);
    }
    return this.names.size > before || narrow === this.wideFlags;
  }
}

function saysSomething({ columns, rows, capacity }: FlowBatch, name: FieldName, announcedRate: number): boolean {
  const column: AnyColumn = columns[name];
  if (name === "samplingRate") return differs(column, rows, 0, announcedRate);
  // The end of a flow is what every record says that is not of a firewall.
  if (name === "event") return differs(column, rows, FLOW_EVENT.none, FLOW_EVENT.end);
  const words = wordsOf(column, capacity);
  const end = (rows * words.length) / capacity;
  for (let i = 0; i < end; i++) if (words[i] !== 0) return true;
  return false;
}

function hasWideFlags({ columns, rows }: FlowBatch): boolean {
  const { tcpFlags, reverseTcpFlags } = columns;
  for (let row = 0; row < rows; row++) if ((tcpFlags[row]! | reverseTcpFlags[row]!) > 0xff) return true;
  return false;
}

function differs(column: AnyColumn, rows: number, usual: number, other: number): boolean {
  for (let row = 0; row < rows; row++) if (column[row] !== usual && column[row] !== other) return true;
  return false;
}

/** Addresses four octets at a time, where they lie so. */
function wordsOf(column: AnyColumn, capacity: number): AnyColumn {
  if (column.length !== 16 * capacity || (column.byteOffset & 3) !== 0) return column;
  return new Uint32Array(column.buffer, column.byteOffset, column.length >> 2);
}
