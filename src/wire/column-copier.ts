// ColumnCopier: one field of many records into one column, with the clock of their message.
import type { ExporterLedger } from "../core/collect-ledger.ts";
import {
  copyBeforeExport,
  copyFull64,
  copyIpv4,
  copyIpv6,
  copyLabels,
  copyLow64,
  copyMacs,
  copyMilliseconds,
  copyNtp,
  copySeconds,
  copyUptimeStarts,
  copyUptimes,
  OP as OP_,
  octetsToOctets,
  octetsToShorts,
  octetsToWords,
  shortsToShorts,
  shortsToWords,
  threesToWords,
  wordsTo64,
  wordsToWords,
} from "./column-ops.ts";
import type { ExportClock } from "./export-clock.ts";
import type { ColumnCopy, RecordPlan } from "./record-plan.ts";

const OP = OP_;

export class ColumnCopier {
  private readonly clock: ExportClock;
  private view: DataView = new DataView(new ArrayBuffer(0));
  private remarks!: ExporterLedger["remarks"];

  constructor(clock: ExportClock) {
    this.clock = clock;
  }

  /** The octets that records are read from, and where what is odd about them is booked. */
  begin(view: DataView, remarks: ExporterLedger["remarks"]): void {
    this.view = view;
    this.remarks = remarks;
  }

  /**
   * Copies a field of rows `row` to `end`. `offsets` say where each field of the template lies in a record, `base` where the
   * first record begins, `step` how far they are apart.
   */
  copy(
    { op, field, octets, column }: ColumnCopy,
    plan: RecordPlan,
    offsets: Int32Array,
    base: number,
    step: number,
    row: number,
    end: number,
  ): void {
    const { view } = this;
    const at = base + offsets[field]!;
    switch (op) {
      case OP.u8ToU8:
        octetsToOctets(column as Uint8Array, row, end, view, at, step);
        return;
      case OP.u8ToU16:
        octetsToShorts(column as Uint16Array, row, end, view, at, step);
        return;
      case OP.u16ToU16:
        shortsToShorts(column as Uint16Array, row, end, view, at, step);
        return;
      default:
    }
    this.copyWords(op, field, octets, column as Uint32Array, plan, offsets, base, step, row, end);
  }

  /** Into columns of 32 bits and of several words. */
  private copyWords(
    op: number,
    field: number,
    octets: number,
    column: Uint32Array,
    plan: RecordPlan,
    offsets: Int32Array,
    base: number,
    step: number,
    row: number,
    end: number,
  ): void {
    const { view } = this;
    const at = base + offsets[field]!;
    switch (op) {
      case OP.u8ToU32:
        octetsToWords(column, row, end, view, at, step);
        return;
      case OP.u16ToU32:
        shortsToWords(column, row, end, view, at, step);
        return;
      case OP.u24ToU32:
        threesToWords(column, row, end, view, at, step);
        return;
      case OP.u32ToU32:
        wordsToWords(column, row, end, view, at, step);
        return;
      case OP.u32ToU64:
        wordsTo64(column, row, end, view, at, step);
        return;
      case OP.low64:
        copyLow64(column, row, end, view, at, step, octets);
        return;
      case OP.full64:
        copyFull64(column, row, end, view, at, step, octets);
        return;
      case OP.ipv4:
        copyIpv4(column, row, end, view, at, step);
        return;
      case OP.ipv6:
        copyIpv6(column, row, end, view, at, step);
        return;
      case OP.mac:
        copyMacs(column, row, end, view, at, step);
        return;
      case OP.mpls:
        copyLabels(column, row, end, view, at, step);
        return;
      default:
        this.copyTimes(op, field, column, plan, offsets, base, step, row, end);
    }
  }

  private copyTimes(
    op: number,
    field: number,
    time: Uint32Array,
    plan: RecordPlan,
    offsets: Int32Array,
    base: number,
    step: number,
    row: number,
    end: number,
  ): void {
    const { view, clock, remarks } = this;
    const at = base + offsets[field]!;
    switch (op) {
      case OP.seconds:
        remarks.timeUnknown += copySeconds(time, row, end, view, at, step, clock.shift);
        return;
      case OP.milliseconds:
        remarks.timeUnknown += copyMilliseconds(time, row, end, view, at, step, clock.shift);
        return;
      case OP.ntp:
        remarks.timeUnknown += copyNtp(time, row, end, view, at, step, clock.shift, -1);
        return;
      case OP.ntpMicro:
        remarks.timeUnknown += copyNtp(time, row, end, view, at, step, clock.shift, -2048);
        return;
      case OP.beforeExport:
        remarks.timeUnknown += copyBeforeExport(
          time,
          row,
          end,
          view,
          at,
          step,
          clock.seconds * 1000 + clock.milliseconds,
        );
        return;
      default:
    }
    if (!clock.uptimeKnown) {
      time.fill(0xffff_ffff, 2 * row, 2 * end);
      return;
    }
    const last = plan.uptimeLast;
    const counts =
      field === plan.uptimeFirst
        ? copyUptimeStarts(time, row, end, view, at, base + offsets[last]!, step, clock)
        : copyUptimes(time, row, end, view, at, step, clock);
    remarks.timeUnknown += counts & 0xffff;
    remarks.uptimeWrapped += counts >>> 16;
  }
}
