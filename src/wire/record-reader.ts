// RecordReader: records of one set into rows of the batch, as their template's plan says.
import { SAMPLING_SOURCE } from "../core/elements.ts";
import type { Columns } from "../core/flow-batch.ts";
import type { Message } from "../core/message.ts";
import { noTime, writeTime } from "../core/nanoseconds.ts";
import type { BatchWriter } from "./batch-writer.ts";
import { ColumnCopier } from "./column-copier.ts";
import type { ExportClock } from "./export-clock.ts";
import type { ReaderContext } from "./reader-context.ts";
import { type CompiledRecords, MessageConstants, type RecordCompiler, TIME_MARGIN } from "./record-compiler.ts";
import type { RecordPlan } from "./record-plan.ts";
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
  private bytes: Uint8Array = new Uint8Array(0);

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

  /**
   * Reads so many records without variable fields that lie one behind the other, from `at` on. They are all inside `bytes`.
   * `step` is the distance between them.
   */
  readFixed(
    plan: RecordPlan,
    template: Template,
    source: Source,
    message: Message,
    bytes: Uint8Array,
    at: number,
    records: number,
  ): void {
    this.begin(source, message, bytes);
    const step = template.octets;
    let left = records;
    for (let from = at; left > 0; ) {
      if (plan.section >= 0) {
        this.readSection(plan, template.offsets, template.lengths, from);
        from += step;
        left--;
        continue;
      }
      const count = this.writer.begin(plan.set, left);
      const { row } = this.writer;
      const compiled = this.compiler.of(plan, template, count);
      if (compiled === null || (plan.usesUptime && !this.usual)) {
        this.readRows(plan, template.offsets, template.lengths, from, step, row, row + count);
      } else {
        this.runCompiled(compiled, plan, template, from, row, row + count);
      }
      from += count * step;
      left -= count;
    }
    source.page.records += records;
  }

  /** Reads records with variable fields from `at` to `end`; gives how many there were, or -1 - that where one was cut. */
  readVariable(
    plan: RecordPlan,
    template: Template,
    source: Source,
    message: Message,
    bytes: Uint8Array,
    at: number,
    end: number,
  ): number {
    this.begin(source, message, bytes);
    let records = 0;
    let from = at;
    while (end - from >= template.octets) {
      const next = this.locate(template, bytes, from, end);
      if (next < 0) break;
      if (plan.section >= 0) {
        this.readSection(plan, this.offsets, this.lengths, 0);
      } else {
        this.writer.begin(plan.set, 1);
        this.readRows(plan, this.offsets, this.lengths, 0, 0, this.writer.row, this.writer.row + 1);
      }
      records++;
      from = next;
    }
    source.page.records += records;
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

  private begin(source: Source, message: Message, bytes: Uint8Array): void {
    this.source = source;
    this.message = message;
    this.bytes = bytes;
    this.copier.begin(message.view, source.page.remarks);
    this.rows.begin(source, bytes);
    this.setConstants();
  }

  /** A record that holds the beginning of a packet: that is decoded first, and what the record says beside it stands. */
  private readSection(plan: RecordPlan, offsets: Int32Array, lengths: Int32Array, base: number): void {
    const row = this.writer.beginEmpty();
    const { columns, bytes } = this;
    const { headers, limits } = this.context;
    columns.packets[2 * row] = 1;
    const from = base + offsets[plan.section]!;
    const octets = Math.min(lengths[plan.section]!, limits.sampledHeaderOctets);
    const size =
      plan.frameSize < 0 ? 0 : readUnsigned(bytes, base + offsets[plan.frameSize]!, lengths[plan.frameSize]!);
    const found = headers.read(this.writer.batch, row, bytes, from, octets, plan.sectionLink, size);
    if (!found) this.source.page.remarks.samplesCut++;
    const version = columns.ipVersion[row]!;
    this.readRows(plan, offsets, lengths, base, 0, row, row + 1);
    if (plan.ipVersion === 0) columns.ipVersion[row] = version;
    if (noTime(columns.start, row)) this.useReceived(row);
  }

  private useReceived(row: number): void {
    const { seconds, nanoseconds } = this.message;
    writeTime(this.columns.start, row, seconds, nanoseconds);
    writeTime(this.columns.end, row, seconds, nanoseconds);
  }

  /** What `readRows` does, with the plan's own function. */
  private runCompiled(
    compiled: CompiledRecords,
    plan: RecordPlan,
    { offsets, lengths, octets }: Template,
    base: number,
    row: number,
    end: number,
  ): void {
    const { constants, message, copier } = this;
    const { uncompiled } = plan;
    compiled(message.view, base, row, end, constants);
    this.blanks(plan, row, end);
    for (let i = 0; i < uncompiled.length; i++) copier.copy(uncompiled[i]!, plan, offsets, base, octets, row, end);
    const { remarks } = this.source.page;
    remarks.timeUnknown += constants.unknown;
    remarks.uptimeWrapped += constants.wrapped;
    remarks.timeContradicts += constants.contradicting;
    if (plan.timesToCompare && !plan.timesCompiled) this.compareTimes(row, end);
    this.finishRows(plan, offsets, lengths, base, octets, row, end);
  }

  private readRows(
    plan: RecordPlan,
    offsets: Int32Array,
    lengths: Int32Array,
    base: number,
    step: number,
    row: number,
    end: number,
  ): void {
    this.constantColumns(plan, row, end);
    this.blanks(plan, row, end);
    const { copies } = plan;
    const { copier } = this;
    for (let i = 0; i < copies.length; i++) {
      const copy = copies[i]!;
      copier.copy(copy, plan, offsets, base, step, row, end);
    }
    if (plan.timesToCompare) this.compareTimes(row, end);
    this.finishRows(plan, offsets, lengths, base, step, row, end);
  }

  /** What comes behind the columns. */
  private finishRows(
    plan: RecordPlan,
    offsets: Int32Array,
    lengths: Int32Array,
    base: number,
    step: number,
    row: number,
    end: number,
  ): void {
    if (this.source.shared.sampling.byInterface && plan.sampling === null) this.interfaceRates(row, end);
    if (this.clock.shift !== 0) this.source.page.remarks.clockRepaired += end - row;
    if (plan.rowByRow) this.rows.copyRows(plan, offsets, lengths, base, step, row, end);
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
  private constantColumns(plan: RecordPlan, row: number, end: number): void {
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
  private blanks(plan: RecordPlan, row: number, end: number): void {
    const { columns } = this;
    if (plan.noStart) columns.start.fill(0xffff_ffff, 2 * row, 2 * end);
    if (plan.noEnd) columns.end.fill(0xffff_ffff, 2 * row, 2 * end);
    if (plan.noPort) columns.dstPort.fill(0, row, end);
  }

  private compareTimes(row: number, end: number): void {
    const { start, end: ends } = this.columns;
    for (let at = 2 * row; at < 2 * end; at += 2) {
      const high = start[at + 1]! - ends[at + 1]!;
      // A start that is not known contradicts nothing.
      if (start[at + 1] === 0xffff_ffff) continue;
      if (high > 0 || (high === 0 && start[at]! > ends[at]!)) this.source.page.remarks.timeContradicts++;
    }
  }

  /** Rates by interface, for records that say none themselves. */
  private interfaceRates(row: number, end: number): void {
    const { samplingRate, inIf } = this.columns;
    const { sampling } = this.source.shared;
    for (let r = row; r < end; r++) samplingRate[r] = sampling.ofInterface(inIf[r]!);
    this.columns.samplingSource.fill(SAMPLING_SOURCE.options, row, end);
  }
}
