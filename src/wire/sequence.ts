// Sequence numbers of one transport session. Those of records count the records before their message (RFC 7011 section 3.1, NetFlow v5),
// or, as softflowd has it, those of the message itself, too: both are followed until what comes says which.
import type { ExporterLedger } from "../core/collect-ledger.ts";
import { type SequenceCounts, SequenceTrack, type SequenceUnit } from "./sequence-track.ts";

export type { SequenceUnit } from "./sequence-track.ts";

/** Messages that must fit only one way of counting, and how many times as many as fit only the other, to settle it. */
const SETTLING = 4;

const nothing = (): SequenceCounts => ({ lostRecords: 0, lostMessages: 0, outOfOrder: 0, restarts: 0 });

export class Sequence {
  private readonly unit: SequenceUnit;
  /** Takes numbers as of the records before. */
  private before: SequenceTrack;
  /** Takes them as with their own; null until one did not fit the records before. */
  private own: SequenceTrack | null = null;
  private way: "open" | "before" | "own";
  private last = -1;
  /** While it is open: messages that fit one of the two only, what is counted each way, and what of that the page has. */
  private beforeFits = 0;
  private ownFits = 0;
  private beforeCounts = nothing();
  private ownCounts = nothing();
  private shown = nothing();
  /** True when numbers with their own records count those of options, too. softflowd's do not. */
  private withOptions = false;

  constructor(unit: SequenceUnit) {
    this.unit = unit;
    this.way = unit === "messages" ? "before" : "open";
    this.before = new SequenceTrack(unit);
  }

  /**
   * Books a message that carries `sequence` (modulo 2^32) and brings so many units (records, or 1 message), `options` of them records of
   * options. `recordsPerMessage` tells how many records a missing message had, on average.
   */
  check(page: ExporterLedger, sequence: number, units: number, recordsPerMessage: number, options = 0): void {
    if (this.unit === "messages") {
      this.before.check(page, sequence, units, recordsPerMessage);
      return;
    }
    const { restarts } = page;
    if (this.way === "before") this.before.check(page, sequence, units, 0);
    else if (this.way === "own") this.checkOwn(page, sequence, units, options);
    else this.checkBoth(page, sequence, units, options);
    this.last = sequence;
    if (this.way !== "open" && page.restarts > restarts) this.reopen(sequence, units);
  }

  /** As `check`, for a message of which not all units could be counted: what the next one carries is not known. */
  checkOpen(page: ExporterLedger, sequence: number, recordsPerMessage: number): void {
    if (this.way === "own") {
      page.remarks.sequenceIncludesOwn++;
    } else if (this.way === "before") {
      this.before.check(page, sequence, 0, recordsPerMessage);
    } else {
      this.before.check(this.beforeCounts, sequence, 0, 0);
      this.show(page);
    }
    this.before.expected = -1;
    // Numbers with their own say what comes next all the same.
    if (this.own !== null) this.own.expected = sequence;
    this.last = sequence;
  }

  private checkOwn(page: ExporterLedger, sequence: number, units: number, options: number): void {
    page.remarks.sequenceIncludesOwn++;
    const counted = this.ownUnits(sequence, units, options);
    this.own?.check(page, (sequence - counted) >>> 0, counted, 0);
  }

  private checkBoth(page: ExporterLedger, sequence: number, units: number, options: number): void {
    const { before, last } = this;
    const counted = this.ownUnits(sequence, units, options);
    const start = (sequence - counted) >>> 0;
    const known = before.expected >= 0;
    const fitsBefore = known && sequence === before.expected;
    if (known && !fitsBefore && this.own === null) {
      this.own = new SequenceTrack("records");
      this.own.expected = last;
    }
    const fitsOwn = known && start === (this.own?.expected ?? last);
    if (fitsBefore && !fitsOwn) this.beforeFits++;
    if (fitsOwn && !fitsBefore) this.ownFits++;
    before.check(this.beforeCounts, sequence, units, 0);
    this.own?.check(this.ownCounts, start, counted, 0);
    this.show(page);
    this.settle(page);
  }

  /** How many units a number with its own records counts of this message. */
  private ownUnits(sequence: number, units: number, options: number): number {
    const expected = this.own?.expected ?? this.last;
    if (options > 0 && expected >= 0) {
      const step = (sequence - expected) >>> 0;
      if (step === units) this.withOptions = true;
      else if (step === units - options) this.withOptions = false;
    }
    return this.withOptions ? units : units - options;
  }

  /** The page has what the likelier way counts. */
  private show(page: ExporterLedger): void {
    const { shown } = this;
    const counts = this.isOwn() ? this.ownCounts : this.beforeCounts;
    page.lostRecords += counts.lostRecords - shown.lostRecords;
    page.outOfOrder += counts.outOfOrder - shown.outOfOrder;
    page.restarts += counts.restarts - shown.restarts;
    shown.lostRecords = counts.lostRecords;
    shown.outOfOrder = counts.outOfOrder;
    shown.restarts = counts.restarts;
  }

  private isOwn(): boolean {
    const { ownFits, beforeFits, ownCounts, beforeCounts } = this;
    return (
      ownFits > beforeFits &&
      ownCounts.lostRecords <= beforeCounts.lostRecords &&
      ownCounts.restarts <= beforeCounts.restarts
    );
  }

  private settle(page: ExporterLedger): void {
    const { ownFits, beforeFits } = this;
    if (beforeFits >= SETTLING && beforeFits >= SETTLING * ownFits) {
      this.way = "before";
      this.own = null;
    } else if (ownFits >= SETTLING && ownFits >= SETTLING * beforeFits && this.isOwn()) {
      this.way = "own";
      page.remarks.sequenceIncludesOwn += ownFits;
    }
  }

  /** Who began anew may count another way now. */
  private reopen(sequence: number, units: number): void {
    this.way = "open";
    this.own = null;
    this.before = new SequenceTrack("records");
    this.before.expected = (sequence + units) >>> 0;
    this.beforeFits = 0;
    this.ownFits = 0;
    this.beforeCounts = nothing();
    this.ownCounts = nothing();
    this.shown = nothing();
  }
}
