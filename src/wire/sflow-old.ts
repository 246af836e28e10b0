// Samples of sFlow versions 2 and 4 (RFC 3176 section 4).
import type { ReaderContext } from "./reader-context.ts";
import { type Counters, readOldCounters } from "./sflow-counters.ts";
import { giveCounters, type SflowOrigin } from "./sflow-origin.ts";
import { type FlowRecords, MOST_RECORDS } from "./sflow-records.ts";
import type { SampleRow } from "./sflow-sample-row.ts";
import type { XdrCursor } from "./xdr-cursor.ts";

export class OldSflowSamples {
  private readonly context: ReaderContext;
  private readonly row: SampleRow;
  private readonly records: FlowRecords;
  private readonly origin: SflowOrigin;
  private readonly cursor: XdrCursor;

  /** `cursor` stands behind the datagram's header when `read` is called. */
  constructor(context: ReaderContext, row: SampleRow, records: FlowRecords, origin: SflowOrigin, cursor: XdrCursor) {
    this.context = context;
    this.row = row;
    this.records = records;
    this.origin = origin;
    this.cursor = cursor;
  }

  /** Samples of versions 2 and 4: type 4 | sample. Nothing says how long one is: the first that is not understood ends the datagram. */
  read(count: number, version: 2 | 4): void {
    const { cursor, context } = this;
    const { page } = this.origin.source!;
    const most = Math.min(count, context.limits.samplesPerDatagram);
    for (let i = 0; i < most; i++) {
      if (cursor.at === cursor.end) {
        page.refused.lengthContradicts++;
        return;
      }
      const type = cursor.u32();
      const understood =
        cursor.whole && (type === 1 ? this.oldFlowSample(version) : type === 2 && this.oldCounterSample());
      if (!understood) {
        page.refused.sample++;
        return;
      }
    }
    if (count > most) page.refused.sample++;
    else if (cursor.at < cursor.end) page.remarks.countDiffers++;
  }

  /**
   * sequence 4 | source 4 | rate 4 | pool 4 | drops 4 | input 4 | output 4 | type of packet data 4 | packet data | count of extended
   * data 4 | extended data, each its type 4 and itself. The first bit of output: several interfaces, the rest is their number.
   */
  private oldFlowSample(version: 2 | 4): boolean {
    const { cursor, row } = this;
    const { view } = cursor;
    const at = cursor.skip(28);
    const kind = cursor.u32();
    const packet = cursor.at;
    if (!this.passPacket(kind)) return false;
    const where = view.getUint32(at + 4);
    row.begin(
      view.getUint32(at),
      where >>> 24,
      where & 0xff_ffff,
      view.getUint32(at + 8),
      view.getUint32(at + 12),
      view.getUint32(at + 16),
    );
    const output = view.getUint32(at + 24);
    row.input(0, view.getUint32(at + 20));
    row.output(output >>> 31 === 1 ? 2 : 0, output & 0x7fff_ffff);
    if (kind === 1) {
      row.packetHeader(view.getUint32(packet), view.getUint32(packet + 4), 0, packet + 12, view.getUint32(packet + 8));
    } else if (kind === 2) row.ipv4(packet);
    else row.ipv6(packet);
    const whole = this.oldExtendedData(version);
    row.finish(view);
    return whole;
  }

  /** Header: protocol 4 | frame length 4 | octets 4 | header, padded. IPv4: 32 octets, IPv6: 56. False where it is not all there. */
  private passPacket(kind: number): boolean {
    const { cursor } = this;
    if (kind === 1) {
      cursor.skip(8);
      cursor.opaque();
    } else if (kind === 2) cursor.skip(32);
    else if (kind === 3) cursor.skip(56);
    else return false;
    return cursor.whole;
  }

  private oldExtendedData(version: 2 | 4): boolean {
    const { cursor, records } = this;
    const count = cursor.u32();
    if (!cursor.whole || count > MOST_RECORDS) return false;
    for (let i = 0; i < count; i++) {
      const type = cursor.u32();
      records.cursor.open(cursor.bytes, cursor.view, cursor.at, cursor.end);
      if (!cursor.whole || !records.old(type, version)) return false;
      if (records.cursor.cut) this.origin.source!.page.remarks.valueCut++;
      cursor.at = records.cursor.at;
    }
    return true;
  }

  /** sequence 4 | source 4 | interval 4 | type 4 | counters */
  private oldCounterSample(): boolean {
    const { cursor } = this;
    const at = cursor.skip(12);
    const type = cursor.u32();
    const counters: Counters = {};
    if (!cursor.whole || !readOldCounters(counters, cursor, type)) return false;
    this.origin.source!.page.counterSamples++;
    const where = cursor.view.getUint32(at + 4);
    giveCounters(this.context, this.origin, where >>> 24, where & 0xff_ffff, counters);
    return true;
  }
}
