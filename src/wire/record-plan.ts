// RecordPlan: what becomes of each field of a template. Fields with a column are copied column by column; the rest is done row by row.
import type { Kind } from "../core/elements.ts";
import { WIDTH } from "../core/flow-batch.ts";
import type { AbstractType } from "../core/information-elements.ts";
import type { ColumnSet } from "./batch-writer.ts";
import type { AnyColumn } from "./column-ops.ts";
import type { CompiledRecords } from "./record-compiler.ts";

/** One field copied into one column. */
export interface ColumnCopy {
  readonly op: number;
  /** Place of the field in the template. */
  readonly field: number;
  readonly octets: number;
  /** The column; addresses as words. */
  readonly column: AnyColumn;
}

/** What is done with a field in each row, in the order of the template. */
export const ROW = {
  /** Text in `other`. */
  other: 0,
  /** A second carrier of a column: into the column where that is empty, else, where it says something else, into `other`. */
  second: 1,
  /** A field wider than its column: into the column where it fits, else into `other`. */
  wide: 2,
  /** An uptime that only `other` can keep when the exporter's start is not known. */
  uptime: 3,
  /** ICMP type with its code in another field: into dstPort where that is empty. */
  icmpType: 4,
} as const;

export interface RowCopy {
  readonly way: number;
  readonly field: number;
  readonly type: AbstractType;
  readonly name: number;
  /** Of `second` and `wide`. */
  readonly column: AnyColumn | null;
  readonly kind: Kind;
  readonly op: number;
  /** Of `icmpType`: place of the code. */
  readonly code: number;
}

/** Fields that say how a record was sampled; -1 = none. */
export interface SamplingFields {
  readonly interval: number;
  readonly space: number;
  readonly size: number;
  readonly population: number;
  readonly sampler: number;
}

export interface RecordPlan {
  readonly set: ColumnSet;
  readonly copies: readonly ColumnCopy[];
  readonly rows: readonly RowCopy[];
  /** Start and end as uptimes: places of both fields; -1 = not so. */
  readonly uptimeFirst: number;
  readonly uptimeLast: number;
  readonly usesUptime: boolean;
  /** Constant ipVersion of records; -1 = a field says it, -2 = whichever address is there. */
  readonly ipVersion: number;
  /** A field that holds the beginning of a packet, and its LINKTYPE_; -1 = none. */
  readonly section: number;
  readonly sectionLink: number;
  /** The field of the frame's length on the wire; -1 = none. */
  readonly frameSize: number;
  readonly sampling: SamplingFields | null;
  /** Duration that gives the end where only the start is said: its field and nanoseconds per unit; -1 = none. */
  readonly duration: number;
  readonly durationUnit: number;
  /** Columns that no field is copied to, although they may be written. */
  readonly noStart: boolean;
  readonly noEnd: boolean;
  readonly noPort: boolean;
  /** Both times are said, independently of each other. */
  readonly timesToCompare: boolean;
  /** Copies that a compiled function leaves, and whether it counts contradicting times itself. */
  readonly uncompiled: readonly ColumnCopy[];
  readonly timesCompiled: boolean;
  /** Records read before it was compiled, and the function that does its copies since. */
  records: number;
  compiled: CompiledRecords | null;
  /** There are more octets than the column operations write: rows are looked at one by one. */
  readonly rowByRow: boolean;
}

/** Words of a column that one row takes. */
export function widthOf(kind: Kind): number {
  return kind === "address" ? 4 : WIDTH[kind];
}
