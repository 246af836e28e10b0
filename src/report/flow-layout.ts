// What every layout of flow records does: a header, and records one by one into a ByteWriter.
import type { FlowBatch } from "../core/flow-batch.ts";
import type { ByteWriter } from "./byte-writer.ts";

export interface FlowLayout {
  /** Writes what stands before the first record, if anything. Reserves by itself. */
  header(out: ByteWriter): void;
  /** Takes the batch that the next records are read from. */
  bind(batch: FlowBatch): void;
  /** Octets that the record of a row takes at the most; `record` may be called when so many are reserved. */
  octets(row: number): number;
  record(out: ByteWriter, row: number): void;
  /** Writes what stands behind the last record, if anything. Reserves by itself. */
  footer?(out: ByteWriter): void;
}
