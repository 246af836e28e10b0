// Numbers that follow one another: what is missing, late, or began anew.

/** Messages back that are remembered, so that what comes late is taken off the lost again. */
const WINDOW = 64;
/** A step further than this forward, or back beyond the window, is an exporter that began anew. */
const RESTART_MESSAGES = 10_000;

/** What a sequence number counts. */
export type SequenceUnit = "records" | "messages";

/** What is counted; a page of the ledger is one. */
export interface SequenceCounts {
  lostRecords: number;
  lostMessages: number;
  outOfOrder: number;
  restarts: number;
}

export class SequenceTrack {
  /** The number that is to come next; -1 = not known. */
  expected = -1;
  private readonly unit: SequenceUnit;
  /** Gaps that are open: first number and how many, the oldest first. */
  private readonly gapStart = new Float64Array(WINDOW);
  private readonly gapLength = new Float64Array(WINDOW);
  /** Records that each of them counts as: whole numbers, so that what is taken off again leaves nothing. */
  private readonly gapRecords = new Float64Array(WINDOW);
  private gaps = 0;

  constructor(unit: SequenceUnit) {
    this.unit = unit;
  }

  /**
   * Books a message whose first unit has the number `sequence` (modulo 2^32) and that brings so many units (records, or 1 message).
   * `recordsPerMessage` tells how many records a missing message had, on average.
   */
  check(counts: SequenceCounts, sequence: number, units: number, recordsPerMessage: number): void {
    const { expected } = this;
    this.expected = (sequence + units) >>> 0;
    if (sequence === expected || expected < 0) return;
    const ahead = (sequence - expected) >>> 0;
    const reach = RESTART_MESSAGES * (this.unit === "messages" ? 1 : 64);
    if (ahead < reach) {
      const records = this.unit === "records" ? ahead : Math.round(ahead * recordsPerMessage);
      this.lose(counts, ahead, records);
      this.open(expected, ahead, records);
      return;
    }
    const behind = (expected - sequence) >>> 0;
    if (behind < reach && this.fill(counts, sequence, units)) {
      counts.outOfOrder++;
      this.expected = expected;
      return;
    }
    if (behind < reach && sequence !== 0 && behind < WINDOW * Math.max(units, 1)) {
      // Late, but nobody missed it: a duplicate.
      counts.outOfOrder++;
      this.expected = expected;
      return;
    }
    counts.restarts++;
    this.gaps = 0;
  }

  private lose(counts: SequenceCounts, units: number, records: number): void {
    counts.lostRecords += records;
    if (this.unit === "messages") counts.lostMessages += units;
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
  private fill(counts: SequenceCounts, sequence: number, units: number): boolean {
    for (let gap = 0; gap < this.gaps; gap++) {
      const length = this.gapLength[gap]!;
      const inside = (sequence - this.gapStart[gap]!) >>> 0;
      if (inside + units > length) continue;
      if (units === 0) return true;
      const records = this.gapRecords[gap]!;
      const found = Math.round((records * units) / length);
      const before = Math.min(Math.round((records * inside) / length), records - found);
      this.lose(counts, -units, -found);
      const rest = length - inside - units;
      this.close(gap);
      if (inside > 0) this.open((sequence - inside) >>> 0, inside, rest > 0 ? before : records - found);
      if (rest > 0) this.open((sequence + units) >>> 0, rest, records - found - (inside > 0 ? before : 0));
      return true;
    }
    return false;
  }
}
