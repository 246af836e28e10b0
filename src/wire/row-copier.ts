// RowCopier: what cannot be done column by column: fields without a column, second carriers, sampling rates that records say.
import { SAMPLING_SOURCE } from "../core/elements.ts";
import type { Columns } from "../core/flow-batch.ts";
import { noTime, readNanoseconds, readSeconds, writeTime } from "../core/nanoseconds.ts";
import { MOST_VALUE_OCTETS } from "../core/other-fields.ts";
import type { ColumnCopier } from "./column-copier.ts";
import type { ExportClock } from "./export-clock.ts";
import type { ReaderContext } from "./reader-context.ts";
import {
  type ColumnCopy,
  type RecordPlan,
  ROW as ROW_,
  type RowCopy,
  type SamplingFields,
  widthOf,
} from "./record-plan.ts";
import { RecordRun } from "./record-run.ts";
import type { Source } from "./sources.ts";
import { structuredText } from "./structured-data.ts";
import { readUnsigned, textRoom, writeHex, writeValue } from "./value-text.ts";

const ROW = ROW_;
const ICMP = 1;
const ICMPV6 = 58;
/** Octets of a value that are kept: in hexadecimal they are twice as many. */
const MOST_OCTETS = MOST_VALUE_OCTETS / 2;

export class RowCopier {
  private readonly context: ReaderContext;
  private readonly clock: ExportClock;
  private readonly copier: ColumnCopier;
  private readonly columns: Columns;
  private source!: Source;
  private bytes: Uint8Array = new Uint8Array(0);
  /** A single field of a single record. */
  private readonly once = new RecordRun();

  constructor(context: ReaderContext, clock: ExportClock, copier: ColumnCopier) {
    this.context = context;
    this.clock = clock;
    this.copier = copier;
    this.columns = context.writer.columns;
    this.once.offsets = ONE_FIELD;
  }

  begin(source: Source, bytes: Uint8Array): void {
    this.source = source;
    this.bytes = bytes;
  }

  copyRows(run: RecordRun): void {
    const { plan, offsets, step, end } = run;
    const { rows, sampling } = plan;
    for (let r = run.row, record = run.base; r < end; r++, record += step) {
      for (let i = 0; i < rows.length; i++) this.rowCopy(rows[i]!, run, record, r);
      if (sampling !== null) this.recordRate(sampling, run, record, r);
      if (plan.ipVersion === -2) this.columns.ipVersion[r] = this.familyOf(r);
      if (plan.duration >= 0) this.addDuration(plan, record + offsets[plan.duration]!, r);
    }
  }

  /** One field of the record at `record`. */
  private rowCopy(copy: RowCopy, { offsets, lengths }: RecordRun, record: number, row: number): void {
    const at = record + offsets[copy.field]!;
    const octets = lengths[copy.field]!;
    switch (copy.way) {
      case ROW.second:
        this.second(copy, at, octets, row);
        return;
      case ROW.wide: {
        const value = readUnsigned(this.bytes, at, octets);
        const most = copy.kind === "u8" ? 0xff : copy.kind === "u16" ? 0xffff : 0xffff_ffff;
        copy.column![row] = value <= most ? value : 0;
        if (value > most) this.other(copy, at, octets, row);
        return;
      }
      case ROW.icmpType:
        this.icmpType(copy, at, record + offsets[copy.code]!, row);
        return;
      case ROW.uptime:
        if (!this.clock.uptimeKnown) this.other(copy, at, octets, row);
        return;
      default:
        this.other(copy, at, octets, row);
    }
  }

  /** Another carrier of a column whose first carrier may be empty here (an IPv6 address beside an IPv4 one). */
  private second(copy: RowCopy, at: number, octets: number, row: number): void {
    const { bytes } = this;
    let empty = true;
    for (let i = at; i < at + octets; i++) if (bytes[i] !== 0) empty = false;
    if (empty) return;
    const column = copy.column!;
    const width = widthOf(copy.kind);
    if (isEmpty(column, row, width, copy.kind)) {
      const once: ColumnCopy = { op: copy.op, field: 0, octets, column };
      this.once.setRows(at, row, row + 1);
      this.copier.copy(once, this.once);
      return;
    }
    // Numbers that say the same are not said twice.
    if (width === 1 && readUnsigned(bytes, at, octets) === column[row]) return;
    if (
      copy.kind === "u64" &&
      readUnsigned(bytes, at, octets) === column[2 * row + 1]! * 4_294_967_296 + column[2 * row]!
    )
      return;
    this.other(copy, at, octets, row);
  }

  private icmpType(copy: RowCopy, type: number, code: number, row: number): void {
    const { bytes, columns } = this;
    const port = (bytes[type]! << 8) | bytes[code]!;
    if (port === 0 || columns.dstPort[row] === port) return;
    const { proto, dstPort } = columns;
    if (dstPort[row] === 0 && (proto[row] === ICMP || proto[row] === ICMPV6 || proto[row] === 0)) {
      dstPort[row] = port;
      return;
    }
    const { other } = this.context.writer.batch;
    const at = other.room(8);
    other.add(row, copy.name, writeHex(other.text, at, bytes, type, 1));
  }

  private familyOf(row: number): number {
    const { srcAddr, dstAddr } = this.columns;
    const at = 16 * row;
    const v4 =
      (srcAddr[at + 10] === 255 && srcAddr[at + 11] === 255) || (dstAddr[at + 10] === 255 && dstAddr[at + 11] === 255);
    return v4 ? 4 : 6;
  }

  private addDuration(plan: RecordPlan, at: number, row: number): void {
    const { start, end } = this.columns;
    if (noTime(start, row)) return;
    const seconds = readSeconds(start, row);
    const units = readUnsigned(this.bytes, at, 4);
    const nanoseconds = readNanoseconds(start, row, seconds) + (units % (1e9 / plan.durationUnit)) * plan.durationUnit;
    const more = Math.floor(units / (1e9 / plan.durationUnit)) + (nanoseconds >= 1e9 ? 1 : 0);
    writeTime(end, row, seconds + more, nanoseconds >= 1e9 ? nanoseconds - 1e9 : nanoseconds);
  }

  /** The sampling rate that a record says itself, or the sampler that it names. */
  private recordRate(fields: SamplingFields, { offsets, lengths }: RecordRun, record: number, row: number): void {
    const { sampling } = this.source.shared;
    if (sampling.configured) return;
    const value = (field: number) => readUnsigned(this.bytes, record + offsets[field]!, lengths[field]!);
    let rate = 0;
    let source: number = SAMPLING_SOURCE.record;
    if (fields.interval >= 0) {
      rate = value(fields.interval);
      if (fields.space >= 0 && rate > 0) rate = (rate + value(fields.space)) / rate;
    } else if (fields.size >= 0 && fields.population >= 0) {
      const size = value(fields.size);
      rate = size > 0 ? value(fields.population) / size : 0;
    }
    if (rate === 0 && fields.sampler >= 0) {
      rate = sampling.ofSampler(value(fields.sampler));
      source = SAMPLING_SOURCE.options;
      if (rate === 0 && value(fields.sampler) !== 0) this.source.page.remarks.samplingUnknown++;
    }
    if (rate < 1 || rate > 0xffff_ffff) return;
    this.columns.samplingRate[row] = Math.round(rate);
    this.columns.samplingSource[row] = source;
  }

  /** An entry of `other`. */
  private other(copy: RowCopy, at: number, octets: number, row: number): void {
    if (octets === 0) return;
    const { bytes } = this;
    const { other } = this.context.writer.batch;
    const taken = Math.min(octets, MOST_OCTETS);
    if (taken < octets) this.source.page.remarks.valueCut++;
    if (copy.type === "basicList" || copy.type === "subTemplateList" || copy.type === "subTemplateMultiList") {
      const text = structuredText(this.context, this.source, copy.type, bytes, at, octets);
      if (text !== null) {
        const to = other.room(3 * text.length);
        other.add(row, copy.name, to + ENCODER.encodeInto(text, other.text.subarray(to)).written);
        return;
      }
    }
    const to = other.room(textRoom(taken));
    other.add(row, copy.name, writeValue(other.text, to, copy.type, bytes, at, taken));
  }
}

const ENCODER = new TextEncoder();
/** The only field of a run of one record. */
const ONE_FIELD = new Int32Array(1);

function isEmpty(column: { readonly [row: number]: number }, row: number, width: number, kind: string): boolean {
  const at = row * width;
  // 0.0.0.0 is no more of an address than ::.
  if (kind === "address") {
    const mapped = column[at + 2] === 0xffff_0000 || column[at + 2] === 0;
    return column[at] === 0 && column[at + 1] === 0 && mapped && column[at + 3] === 0;
  }
  for (let i = 0; i < width; i++) if (column[at + i] !== 0) return false;
  return true;
}
