// sFlow: the datagram of every version, and the samples of version 5 (https://sflow.org/sflow_version_5.txt).
import type { Format } from "../core/collect-ledger.ts";
import type { Message } from "../core/message.ts";
import type { ReaderContext } from "./reader-context.ts";
import { type Counters, readCounters } from "./sflow-counters.ts";
import { OldSflowSamples } from "./sflow-old.ts";
import { giveCounters, SflowOrigin } from "./sflow-origin.ts";
import { FlowRecords, MOST_RECORDS } from "./sflow-records.ts";
import { SampleRow } from "./sflow-sample-row.ts";
import { XdrCursor } from "./xdr-cursor.ts";

/** What became of a sample: read, not whole, or of a kind that is passed over. */
const READ = 0;
const BROKEN = 1;
const PASSED = 2;

/** Tags of samples (enterprise 0). */
const FLOW = 1;
const COUNTERS = 2;
const EXPANDED_FLOW = 3;
const EXPANDED_COUNTERS = 4;

export class SflowReader {
  private readonly context: ReaderContext;
  private readonly row: SampleRow;
  private readonly records: FlowRecords;
  private readonly cursor = new XdrCursor();
  private readonly old: OldSflowSamples;
  private readonly origin = new SflowOrigin();
  /** Where the last sample's records ended. */
  private recordsEnd = 0;

  constructor(context: ReaderContext) {
    this.context = context;
    this.row = new SampleRow(context);
    this.records = new FlowRecords(this.row, context.writer.batch.other);
    this.old = new OldSflowSamples(context, this.row, this.records, this.origin, this.cursor);
  }

  /**
   * Reads a datagram of version 2, 4 or 5 and books it.
   *   version 4 | agent's address: type 4 and 4 or 16 octets | [v5: sub-agent 4] | sequence 4 | uptime 4 | count of samples 4 | samples
   */
  read(message: Message): void {
    const { cursor, context } = this;
    cursor.open(message.bytes, message.view, message.start, message.end);
    const version = cursor.u32();
    if (cursor.whole && version !== 5 && version !== 4 && version !== 2) {
      context.ledger.unbooked.notFlow++;
      return;
    }
    const type = cursor.u32();
    if (cursor.whole && !(type === 1 || type === 2 || (type === 0 && version === 5))) {
      context.ledger.unbooked.notFlow++;
      return;
    }
    const agentOctets = type === 1 ? 4 : type === 2 ? 16 : 0;
    const agentAt = cursor.skip(agentOctets);
    const domain = version === 5 ? cursor.u32() : 0;
    const sequence = cursor.u32();
    cursor.u32();
    const samples = cursor.u32();
    const format = (version === 0 ? 105 : 100 + version) as Format;
    const source = context.sources.find(message, cursor.whole ? domain : 0, format);
    if (source === null) return;
    const { page } = source;
    if (!cursor.whole) {
      page.refused.tooShort++;
      return;
    }
    const before = page.messages - 1;
    source.sequence.check(page, sequence, 1, before > 0 ? page.records / before : 0);
    this.origin.open(message, source, agentAt, agentOctets);
    this.row.open(this.origin);
    if (version === 5) this.samples(samples);
    else this.old.read(samples, version as 2 | 4);
  }

  /** Samples of version 5: tag 4 | length 4 | sample. A length keeps what is not understood from spoiling the rest. */
  private samples(count: number): void {
    const { cursor, context } = this;
    const { page } = this.origin.source!;
    const { view, end } = cursor;
    const most = Math.min(count, context.limits.samplesPerDatagram);
    let at = cursor.at;
    let broken = count > most;
    let missing = false;
    let differs = false;
    for (let i = 0; i < most; i++) {
      if (end - at < 8) {
        if (at === end) missing = true;
        else broken = true;
        break;
      }
      const stop = at + 8 + view.getUint32(at + 4);
      // The last one may go on to the end of the datagram whatever its length says: agents err in counting its padding.
      const last = i === count - 1;
      if (stop > end && !last) {
        broken = true;
        break;
      }
      const outcome = this.sample(view.getUint32(at), at + 8, last ? end : stop);
      if (outcome === BROKEN) broken = true;
      else if (outcome === PASSED && stop > end) broken = true;
      else if (outcome === READ && (stop > end || this.recordsEnd > stop + 3)) differs = true;
      if (outcome === PASSED) page.remarks.samplesPassed++;
      at = stop + ((4 - ((stop - at) % 4)) % 4);
      if (at > end) at = end;
    }
    if (broken) page.refused.sample++;
    else if (missing) page.refused.lengthContradicts++;
    else if (differs || at < end) page.remarks.countDiffers++;
  }

  private sample(tag: number, at: number, end: number): number {
    switch (tag) {
      case FLOW:
      case EXPANDED_FLOW:
        return this.flowSample(at, end, tag === EXPANDED_FLOW);
      case COUNTERS:
      case EXPANDED_COUNTERS:
        return this.counterSample(at, end, tag === EXPANDED_COUNTERS);
      default:
        return PASSED;
    }
  }

  /**
   * sequence 4 | source 4 | rate 4 | pool 4 | drops 4 | input 4 | output 4 | count of records 4. The source is its class in 8 bits and
   * its index in 24; an interface is its format in 2 bits and its value in 30. Expanded samples have each of them in four octets.
   */
  private flowSample(at: number, end: number, expanded: boolean): number {
    const octets = expanded ? 44 : 32;
    if (end - at < octets) return BROKEN;
    const { row } = this;
    const { view } = this.cursor;
    const first = at + octets;
    const count = view.getUint32(first - 4);
    if (!this.holds(first, count, end)) return BROKEN;
    const where = view.getUint32(at + 4);
    const rest = at + (expanded ? 12 : 8);
    row.begin(
      view.getUint32(at),
      expanded ? where : where >>> 24,
      expanded ? view.getUint32(at + 8) : where & 0xff_ffff,
      view.getUint32(rest),
      view.getUint32(rest + 4),
      view.getUint32(rest + 8),
    );
    if (expanded) {
      row.input(view.getUint32(rest + 12), view.getUint32(rest + 16));
      row.output(view.getUint32(rest + 20), view.getUint32(rest + 24));
    } else {
      const input = view.getUint32(rest + 12);
      const output = view.getUint32(rest + 16);
      row.input(input >>> 30, input & 0x3fff_ffff);
      row.output(output >>> 30, output & 0x3fff_ffff);
    }
    this.flowRecords(first, count, end);
    row.finish(view);
    return READ;
  }

  /** tag 4 | length 4 | record, padded; all of them were seen to lie before `end`. */
  private flowRecords(first: number, count: number, end: number): void {
    const { records, cursor } = this;
    const { view, bytes } = cursor;
    const { remarks } = this.origin.source!.page;
    let at = first;
    for (let i = 0; i < count; i++) {
      const length = view.getUint32(at + 4);
      if (!records.read(bytes, view, view.getUint32(at), at + 8, length)) remarks.valueCut++;
      at = afterRecord(at, length, end);
    }
  }

  /** True when so many records lie between `first` and `end`; `recordsEnd` is then where they end. */
  private holds(first: number, count: number, end: number): boolean {
    const { view } = this.cursor;
    if (count > MOST_RECORDS) return false;
    let at = first;
    for (let i = 0; i < count; i++) {
      if (end - at < 8) return false;
      const length = view.getUint32(at + 4);
      if (length > end - at - 8) return false;
      at = afterRecord(at, length, end);
    }
    this.recordsEnd = at;
    return true;
  }

  /** sequence 4 | source 4 (expanded: class 4, index 4) | count of records 4 | records */
  private counterSample(at: number, end: number, expanded: boolean): number {
    const octets = expanded ? 16 : 12;
    if (end - at < octets) return BROKEN;
    const { view, bytes } = this.cursor;
    const first = at + octets;
    const count = view.getUint32(first - 4);
    if (!this.holds(first, count, end)) return BROKEN;
    this.origin.source!.page.counterSamples++;
    if (this.context.onCounters === null) return READ;
    const where = view.getUint32(at + 4);
    const counters: Counters = {};
    const { cursor } = this.records;
    let record = first;
    for (let i = 0; i < count; i++) {
      const length = view.getUint32(record + 4);
      cursor.open(bytes, view, record + 8, record + 8 + length);
      readCounters(counters, cursor, view.getUint32(record));
      if (cursor.cut) this.origin.source!.page.remarks.valueCut++;
      record = afterRecord(record, length, end);
    }
    const { origin } = this;
    if (expanded) giveCounters(this.context, origin, where, view.getUint32(at + 8), counters);
    else giveCounters(this.context, origin, where >>> 24, where & 0xff_ffff, counters);
    return READ;
  }
}

/** Where the record after the one at `at` begins: behind its padding, which may lack at the end. */
function afterRecord(at: number, length: number, end: number): number {
  const next = at + 8 + length + ((4 - (length % 4)) % 4);
  return Math.min(next, end);
}
