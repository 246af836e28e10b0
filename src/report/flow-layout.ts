// What every layout of flow records does: a header, and records one by one into a ByteWriter.
import type { Columns } from "../core/flow-batch.ts";
import type { ByteWriter } from "./byte-writer.ts";

export interface FlowLayout {
  /** Octets that one record takes at the most; `record` may be called when so many are reserved. */
  readonly recordOctets: number;
  /** Writes what stands before the first record, if anything. Reserves by itself. */
  header(out: ByteWriter): void;
  /** Takes the columns that the next records are read from. */
  bind(columns: Columns): void;
  record(out: ByteWriter, row: number): void;
}
