// ColumnCopier: one field of many records into one column, with the clock of their message.
import type { ExporterLedger } from "../core/collect-ledger.ts";
import { noTime } from "../core/nanoseconds.ts";
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
import type { ColumnCopy } from "./record-plan.ts";
import type { RecordRun } from "./record-run.ts";

const OP = OP_;

export class ColumnCopier {
  private readonly clock: ExportClock;
  private view: DataView = new DataView(new ArrayBuffer(0));
  private remarks!: ExporterLedger["remarks"];
  /** Columns of the run with times that cannot be said. */
  private readonly unsaid: Uint32Array[] = [];

  constructor(clock: ExportClock) {
    this.clock = clock;
  }

  /** The octets that records are read from, and where what is odd about them is booked. */
  begin(view: DataView, remarks: ExporterLedger["remarks"]): void {
    this.view = view;
    this.remarks = remarks;
  }

  /** Copies one field of all records of the run. */
  copy(copy: ColumnCopy, run: RecordRun): void {
    const { op, field, column } = copy;
    const { view } = this;
    const { row, end, step } = run;
    const at = run.base + run.offsets[field]!;
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
        this.copyWords(copy, run, at);
    }
  }

  /** Into columns of 32 bits and of several words. */
  private copyWords(copy: ColumnCopy, run: RecordRun, at: number): void {
    const { op, octets } = copy;
    const { view } = this;
    const { row, end, step } = run;
    const column = copy.column as Uint32Array;
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
        if (this.copyTimes(copy, run, at, column) > 0) this.noteUnsaid(column);
    }
  }

  /** Gives how many of the times cannot be said. */
  private copyTimes({ op, field }: ColumnCopy, run: RecordRun, at: number, time: Uint32Array): number {
    const { view, clock } = this;
    const { row, end, step } = run;
    switch (op) {
      case OP.seconds:
        return copySeconds(time, row, end, view, at, step, clock.shift);
      case OP.milliseconds:
        return copyMilliseconds(time, row, end, view, at, step, clock.shift);
      case OP.ntp:
        return copyNtp(time, row, end, view, at, step, clock.shift, -1);
      case OP.ntpMicro:
        return copyNtp(time, row, end, view, at, step, clock.shift, -2048);
      case OP.beforeExport:
        return copyBeforeExport(time, row, end, view, at, step, clock.seconds * 1000 + clock.milliseconds);
      default:
    }
    if (!clock.uptimeKnown) {
      time.fill(0xffff_ffff, 2 * row, 2 * end);
      return 0;
    }
    const { plan, base, offsets } = run;
    if (field === plan.uptimeFirst) {
      return copyUptimeStarts(time, row, end, view, at, base + offsets[plan.uptimeLast]!, step, clock);
    }
    const counts = copyUptimes(time, row, end, view, at, step, clock);
    this.remarks.uptimeWrapped += counts >>> 16;
    return counts & 0xffff;
  }

  /** A column of the run has times that cannot be said. */
  noteUnsaid(column: Uint32Array): void {
    if (!this.unsaid.includes(column)) this.unsaid.push(column);
  }

  /** Behind all copies of a run: books its records with such times, each once, however many of its times are so. */
  bookUnsaid({ row, end }: RecordRun): void {
    const { unsaid, remarks } = this;
    if (unsaid.length === 0) return;
    for (let r = row; r < end; r++) {
      for (let i = 0; i < unsaid.length; i++) {
        if (!noTime(unsaid[i]!, r)) continue;
        remarks.timeUnknown++;
        break;
      }
    }
    unsaid.length = 0;
  }
}
