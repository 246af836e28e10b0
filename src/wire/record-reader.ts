// RecordReader: records of one set into rows of the batch, as their template's plan says.
import { SAMPLING_SOURCE } from "../core/elements.ts";
import type { Columns } from "../core/flow-batch.ts";
import type { Message } from "../core/message.ts";
import { noTime, writeTime } from "../core/nanoseconds.ts";
import type { BatchWriter } from "./batch-writer.ts";
import { ColumnCopier } from "./column-copier.ts";
import type { ExportClock } from "./export-clock.ts";
import type { ReaderContext } from "./reader-context.ts";
import {
  type CompiledRecords,
  isCompiled,
  MessageConstants,
  type RecordCompiler,
  TIME_MARGIN,
} from "./record-compiler.ts";
import type { RecordPlan } from "./record-plan.ts";
import { RecordRun } from "./record-run.ts";
import { RowCopier } from "./row-copier.ts";
import type { Source } from "./sources.ts";
import { type Template, VARIABLE } from "./template.ts";
import { readUnsigned } from "./value-text.ts";

/** Fields of the longest template. */
const MOST_FIELDS = 1024;

export class RecordReader {
  private readonly context: ReaderContext;
  private readonly writer: BatchWriter;
  private readonly columns: Columns;
  private readonly clock: ExportClock;
  private readonly copier: ColumnCopier;
  private readonly rows: RowCopier;
  private readonly run = new RecordRun();
  private readonly compiler: RecordCompiler;
  private readonly constants = new MessageConstants();
  /** False where the message's clock makes what compiled functions do with uptimes wrong. */
  private usual = false;
  private readonly receivedWords = new Uint32Array(2);
  private readonly exporterWords: Uint32Array;
  /** Where `locate` found each field of a record with variable fields, and how long it is. */
  readonly offsets: Int32Array = new Int32Array(MOST_FIELDS);
  readonly lengths: Int32Array = new Int32Array(MOST_FIELDS);
  private source!: Source;
  private message!: Message;

  constructor(context: ReaderContext, clock: ExportClock, compiler: RecordCompiler) {
    this.context = context;
    this.compiler = compiler;
    this.writer = context.writer;
    this.columns = context.writer.columns;
    this.clock = clock;
    this.copier = new ColumnCopier(clock);
    this.rows = new RowCopier(context, clock, this.copier);
    this.exporterWords = new Uint32Array(this.columns.exporter.buffer);
  }

  /** The source and the message of the records that are read next; the clock is set to it. */
  begin(source: Source, message: Message): void {
    this.source = source;
    this.message = message;
    this.copier.begin(message.view, source.page.remarks);
    this.rows.begin(source, message.bytes);
    this.setConstants();
  }

  /** Reads so many records without variable fields that lie one behind the other, from `at` on. They are all inside the message. */
  readFixed(plan: RecordPlan, template: Template, at: number, records: number): void {
    const { run, writer } = this;
    const step = template.octets;
    run.setLayout(plan, template.offsets, template.lengths, step);
    let left = records;
    for (let from = at; left > 0; ) {
      if (plan.section >= 0) {
        this.readSection(from);
        from += step;
        left--;
        continue;
      }
      const count = writer.begin(plan.set, left);
      run.setRows(from, writer.row, writer.row + count);
      const compiled = this.compiler.of(plan, template, count);
      if (compiled === null || (plan.usesUptime && !this.usual)) this.readRows();
      else this.runCompiled(compiled);
      from += count * step;
      left -= count;
    }
    this.source.page.records += records;
  }

  /** Reads records with variable fields from `at` to `end`; gives how many there were, or -1 - that where one was cut. */
  readVariable(plan: RecordPlan, template: Template, at: number, end: number): number {
    const { run, writer } = this;
    const { bytes } = this.message;
    run.setLayout(plan, this.offsets, this.lengths, 0);
    let records = 0;
    let from = at;
    while (end - from >= template.octets) {
      const next = this.locate(template, bytes, from, end);
      if (next < 0) break;
      if (plan.section >= 0) {
        this.readSection(0);
      } else {
        writer.begin(plan.set, 1);
        run.setRows(0, writer.row, writer.row + 1);
        this.readRows();
      }
      records++;
      from = next;
    }
    this.source.page.records += records;
    return end - from >= template.octets ? -1 - records : records;
  }

  /** Finds the fields of the record at `from` (RFC 7011 section 7); gives where the next one begins, -1 where it is cut. */
  locate(template: Template, bytes: Uint8Array, from: number, end: number): number {
    const { offsets, lengths } = this;
    const fixed = template.lengths;
    let at = from;
    for (let field = 0; field < fixed.length; field++) {
      let length = fixed[field]!;
      if (length === VARIABLE) {
        if (at >= end) return -1;
        length = bytes[at++]!;
        if (length === 255) {
          if (at + 2 > end) return -1;
          length = (bytes[at]! << 8) | bytes[at + 1]!;
          at += 2;
        }
      }
      offsets[field] = at;
      lengths[field] = length;
      at += length;
      if (at > end) return -1;
    }
    return at;
  }

  /** A record that holds the beginning of a packet: that is decoded first, and what the record says beside it stands. */
  private readSection(base: number): void {
    const { columns, run, message } = this;
    const { plan, offsets, lengths } = run;
    const { headers, limits, writer } = this.context;
    const row = writer.beginEmpty();
    columns.packets[2 * row] = 1;
    const from = base + offsets[plan.section]!;
    const octets = Math.min(lengths[plan.section]!, limits.sampledHeaderOctets);
    const size =
      plan.frameSize < 0 ? 0 : readUnsigned(message.bytes, base + offsets[plan.frameSize]!, lengths[plan.frameSize]!);
    const found = headers.read(writer.batch, row, message.bytes, from, octets, plan.sectionLink, size);
    if (!found) this.source.page.remarks.samplesCut++;
    const version = columns.ipVersion[row]!;
    run.setRows(base, row, row + 1);
    this.readRows();
    if (plan.ipVersion === 0) columns.ipVersion[row] = version;
    if (noTime(columns.start, row)) this.useReceived(row);
  }

  private useReceived(row: number): void {
    const { seconds, nanoseconds } = this.message;
    writeTime(this.columns.start, row, seconds, nanoseconds);
    writeTime(this.columns.end, row, seconds, nanoseconds);
  }

  /** What `readRows` does, with the plan's own function. */
  private runCompiled(compiled: CompiledRecords): void {
    const { constants, message, copier, run } = this;
    const { plan, base, row, end } = run;
    const { uncompiled } = plan;
    compiled(message.view, base, row, end, constants);
    this.blanks();
    for (let i = 0; i < uncompiled.length; i++) copier.copy(uncompiled[i]!, run);
    const { remarks } = this.source.page;
    remarks.uptimeWrapped += constants.wrapped;
    remarks.timeContradicts += constants.contradicting;
    if (constants.unknown > 0) this.noteUnsaid();
    if (plan.timesToCompare && !plan.timesCompiled) this.compareTimes();
    this.finishRows();
  }

  private readRows(): void {
    const { copier, run } = this;
    const { copies, timesToCompare } = run.plan;
    this.constantColumns();
    this.blanks();
    for (let i = 0; i < copies.length; i++) copier.copy(copies[i]!, run);
    if (timesToCompare) this.compareTimes();
    this.finishRows();
  }

  /** A compiled function found times that cannot be said, in any of the columns that it wrote. */
  private noteUnsaid(): void {
    const { start, end } = this.columns;
    for (const copy of this.run.plan.copies) {
      if ((copy.column === start || copy.column === end) && isCompiled(copy)) this.copier.noteUnsaid(copy.column);
    }
  }

  /** What comes behind the columns. */
  private finishRows(): void {
    const { run, source } = this;
    const { plan } = run;
    this.copier.bookUnsaid(run);
    if (source.shared.sampling.byInterface && plan.sampling === null) this.interfaceRates();
    if (this.clock.shift !== 0) source.page.remarks.clockRepaired += run.end - run.row;
    if (plan.rowByRow) this.rows.copyRows(run);
  }

  /** Sets what is the same in all records of the message that begins. */
  private setConstants(): void {
    const { constants, source, message, clock } = this;
    const { words } = source.exporter;
    [constants.a, constants.b, constants.c, constants.d] = [words[0]!, words[1]!, words[2]!, words[3]!];
    writeTime(this.receivedWords, 0, message.seconds, message.nanoseconds);
    constants.low = this.receivedWords[0]!;
    constants.high = this.receivedWords[1]!;
    constants.domain = source.domain;
    const { sampling } = source.shared;
    constants.rate = sampling.rate;
    constants.said = sampling.source;
    constants.seconds = clock.seconds;
    constants.milliseconds = clock.milliseconds;
    constants.sysUpTime = clock.sysUpTime;
    constants.shift = clock.shift;
    const farFromEnds = clock.seconds > TIME_MARGIN && clock.seconds < 0xffff_ffff - TIME_MARGIN;
    this.usual = clock.uptimeKnown && farFromEnds;
  }

  /** What is the same in all records of a message. One loop: a fill of a column costs as much as its values. */
  private constantColumns(): void {
    const { plan, row, end } = this.run;
    const { columns, exporterWords } = this;
    const { received, domain, samplingRate, samplingSource } = columns;
    const { a, b, c, d, low, high, domain: number, rate, said } = this.constants;
    for (let r = row; r < end; r++) {
      exporterWords[4 * r] = a;
      exporterWords[4 * r + 1] = b;
      exporterWords[4 * r + 2] = c;
      exporterWords[4 * r + 3] = d;
      received[2 * r] = low;
      received[2 * r + 1] = high;
      domain[r] = number;
      samplingRate[r] = rate;
      samplingSource[r] = said;
    }
    if (plan.ipVersion >= 0) columns.ipVersion.fill(plan.ipVersion, row, end);
  }

  /** Columns of the set that no field is copied to. */
  private blanks(): void {
    const { columns } = this;
    const { plan, row, end } = this.run;
    if (plan.noStart) columns.start.fill(0xffff_ffff, 2 * row, 2 * end);
    if (plan.noEnd) columns.end.fill(0xffff_ffff, 2 * row, 2 * end);
    if (plan.noPort) columns.dstPort.fill(0, row, end);
  }

  private compareTimes(): void {
    const { row, end: last } = this.run;
    const { start, end: ends } = this.columns;
    for (let at = 2 * row; at < 2 * last; at += 2) {
      const high = start[at + 1]! - ends[at + 1]!;
      // A start that is not known contradicts nothing.
      if (start[at + 1] === 0xffff_ffff) continue;
      if (high > 0 || (high === 0 && start[at]! > ends[at]!)) this.source.page.remarks.timeContradicts++;
    }
  }

  /** Rates by interface, for records that say none themselves. */
  private interfaceRates(): void {
    const { row, end } = this.run;
    const { samplingRate, inIf } = this.columns;
    const { sampling } = this.source.shared;
    for (let r = row; r < end; r++) samplingRate[r] = sampling.ofInterface(inIf[r]!);
    this.columns.samplingSource.fill(SAMPLING_SOURCE.options, row, end);
  }
}
