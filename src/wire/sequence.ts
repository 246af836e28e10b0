// Sequence numbers of one transport session: what is missing, late, or began anew.
import type { ExporterLedger } from "../core/collect-ledger.ts";

/** Messages back that are remembered, so that what comes late is taken off the lost again. */
const WINDOW = 64;
/** A step further than this forward, or back beyond the window, is an exporter that began anew. */
const RESTART_MESSAGES = 10_000;

/** What a sequence number counts. */
export type SequenceUnit = "records" | "messages";

export class Sequence {
  private expected = -1;
  private readonly unit: SequenceUnit;
  /** Gaps that are open: first number and how many, the oldest first. */
  private readonly gapStart = new Float64Array(WINDOW);
  private readonly gapLength = new Float64Array(WINDOW);
  /** Records that each of them counts as: whole numbers, so that what is taken off again leaves nothing. */
  private readonly gapRecords = new Float64Array(WINDOW);
  private gaps = 0;
  private last = 0;
  private lastUnits = 0;
  /**
   * True as soon as numbers were seen to count the records before their message, as RFC 7011 section 3.1 has it. Until then they may
   * count those of their own message, too, as softflowd has it.
   */
  private countsBefore = false;

  constructor(unit: SequenceUnit) {
    this.unit = unit;
  }

  /**
   * Books a message that carries `sequence` (modulo 2^32) and brings so many units (records, or 1 message).
   * `recordsPerMessage` tells how many records a missing message had, on average.
   */
  check(page: ExporterLedger, sequence: number, units: number, recordsPerMessage: number): void {
    const { expected, last, lastUnits } = this;
    this.expected = (sequence + units) >>> 0;
    this.last = sequence;
    this.lastUnits = units;
    if (sequence === expected || expected < 0) {
      if (expected >= 0 && units !== lastUnits) this.countsBefore = true;
      return;
    }
    if (!this.countsBefore && units > 0 && (sequence - last) >>> 0 === units) return;
    const ahead = (sequence - expected) >>> 0;
    const reach = RESTART_MESSAGES * (this.unit === "messages" ? 1 : 64);
    if (ahead < reach) {
      const records = this.unit === "records" ? ahead : Math.round(ahead * recordsPerMessage);
      this.lose(page, ahead, records);
      this.open(expected, ahead, records);
      return;
    }
    const behind = (expected - sequence) >>> 0;
    if (behind < reach && this.fill(page, sequence, units)) {
      page.outOfOrder++;
      this.expected = expected;
      this.last = last;
      this.lastUnits = lastUnits;
      return;
    }
    if (behind < reach && sequence !== 0 && behind < WINDOW * Math.max(units, 1)) {
      // Late, but nobody missed it: a duplicate.
      page.outOfOrder++;
      this.expected = expected;
      this.last = last;
      this.lastUnits = lastUnits;
      return;
    }
    page.restarts++;
    this.gaps = 0;
  }

  /** As `check`, for a message of which not all units could be counted: what the next one carries is not known. */
  checkOpen(page: ExporterLedger, sequence: number, recordsPerMessage: number): void {
    this.check(page, sequence, 0, recordsPerMessage);
    this.expected = -1;
  }

  private lose(page: ExporterLedger, units: number, records: number): void {
    page.lostRecords += records;
    if (this.unit === "messages") page.lostMessages += units;
  }

  private open(start: number, length: number, records: number): void {
    if (this.gaps === WINDOW) {
      this.gapStart.copyWithin(0, 1);
      this.gapLength.copyWithin(0, 1);
      this.gapRecords.copyWithin(0, 1);
      this.gaps--;
    }
    this.gapStart[this.gaps] = start;
    this.gapRecords[this.gaps] = records;
    this.gapLength[this.gaps++] = length;
  }

  private close(gap: number): void {
    this.gapStart.copyWithin(gap, gap + 1);
    this.gapLength.copyWithin(gap, gap + 1);
    this.gapRecords.copyWithin(gap, gap + 1);
    this.gaps--;
  }

  /** Closes the part of a gap that these units are, and takes it off the lost; false when there is none. */
  private fill(page: ExporterLedger, sequence: number, units: number): boolean {
    for (let gap = 0; gap < this.gaps; gap++) {
      const length = this.gapLength[gap]!;
      const inside = (sequence - this.gapStart[gap]!) >>> 0;
      if (inside + units > length) continue;
      if (units === 0) return true;
      const records = this.gapRecords[gap]!;
      const found = Math.round((records * units) / length);
      const before = Math.min(Math.round((records * inside) / length), records - found);
      this.lose(page, -units, -found);
      const rest = length - inside - units;
      this.close(gap);
      if (inside > 0) this.open((sequence - inside) >>> 0, inside, rest > 0 ? before : records - found);
      if (rest > 0) this.open((sequence + units) >>> 0, rest, records - found - (inside > 0 ? before : 0));
      return true;
    }
    return false;
  }
}
