// RowTimes: start and end of a batch's rows as seconds and nanoseconds, ready to be written in any unit.
import type { Columns } from "../core/flow-batch.ts";
import { noTime, readNanoseconds, readSeconds } from "../core/nanoseconds.ts";

export class RowTimes {
  /** By row: seconds since 1970 UTC, and the nanoseconds beyond. */
  startSeconds: Float64Array = new Float64Array(0);
  startNanoseconds: Int32Array = new Int32Array(0);
  endSeconds: Float64Array = new Float64Array(0);
  endNanoseconds: Int32Array = new Int32Array(0);

  /** Makes room for so many rows. What is in it is lost. */
  reserve(rows: number): void {
    if (rows <= this.startSeconds.length) return;
    this.startSeconds = new Float64Array(rows);
    this.startNanoseconds = new Int32Array(rows);
    this.endSeconds = new Float64Array(rows);
    this.endNanoseconds = new Int32Array(rows);
  }

  /** Reads a row's times; one that is not known is taken from the other. False where neither is: `fallbackMs` stands for both. */
  read(columns: Columns, row: number, fallbackMs: number): boolean {
    const { start, end } = columns;
    const startless = noTime(start, row);
    const endless = noTime(end, row);
    if (startless && endless) {
      const seconds = Math.floor(fallbackMs / 1000);
      this.startSeconds[row] = seconds;
      this.endSeconds[row] = seconds;
      this.startNanoseconds[row] = (fallbackMs - seconds * 1000) * 1_000_000;
      this.endNanoseconds[row] = (fallbackMs - seconds * 1000) * 1_000_000;
      return false;
    }
    const from = startless ? end : start;
    const to = endless ? start : end;
    const startSeconds = readSeconds(from, row);
    const endSeconds = readSeconds(to, row);
    this.startSeconds[row] = startSeconds;
    this.startNanoseconds[row] = readNanoseconds(from, row, startSeconds);
    this.endSeconds[row] = endSeconds;
    this.endNanoseconds[row] = readNanoseconds(to, row, endSeconds);
    return true;
  }

  /** Whole milliseconds since 1970 UTC. */
  startMs(row: number): number {
    return this.startSeconds[row]! * 1000 + ((this.startNanoseconds[row]! / 1_000_000) | 0);
  }

  endMs(row: number): number {
    return this.endSeconds[row]! * 1000 + ((this.endNanoseconds[row]! / 1_000_000) | 0);
  }
}
