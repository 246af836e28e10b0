// FixedWriter: NetFlow v1, v5 and v7 messages. One record has one place, row by row with constant offsets.
import { isIpv4 as isIpv4_, isNone as isNone_ } from "../core/address.ts";
import { EncodeCounts } from "../core/export-ledger.ts";
import { type Columns, type FlowBatch, readU64 as readU64_ } from "../core/flow-batch.ts";
import { FIXED_LAYOUTS, type FixedLayout } from "./fixed-layouts.ts";
import { icmpReply } from "./icmp-reply.ts";
import type { MessageEncoder, MessageEncoderOptions } from "./message-encoder.ts";
import { RowTimes } from "./row-times.ts";
import { UptimeWindow } from "./uptime-window.ts";

// Imported bindings are loaded at each use, module constants are not (npm run bench -- imports).
const isIpv4 = isIpv4_;
const isNone = isNone_;
const readU64 = readU64_;

const MOST_U32 = 0xffff_ffff;
/** Records of one flow at the most. */
const MOST_PARTS = 65_536;
/** RFC 6793 section 4.2.2: stands for AS numbers that do not fit 16 bits. */
const AS_TRANS = 23_456;
/** The v5 header has 14 bits for the interval; the two above them say how: 1 = one packet of so many, in turn. */
const MOST_SAMPLING = 0x3fff;
const SAMPLING_MODE = 0x4000;
/** In the list of records: the one of the other direction. */
const REVERSED = 0x4000_0000;

export class FixedWriter implements MessageEncoder {
  readonly counts: EncodeCounts = new EncodeCounts();
  readonly introductionDue = false;
  pending = 0;
  private readonly layout: FixedLayout;
  private readonly most: number;
  private readonly options: MessageEncoderOptions;
  private readonly window: UptimeWindow;
  private readonly times = new RowTimes();
  private bytes: Uint8Array = new Uint8Array(0);
  private view = new DataView(this.bytes.buffer);
  private batch: FlowBatch | null = null;
  /** Records that are loaded: a row, or a row and REVERSED; and how many of them are written. */
  private list = new Int32Array(0);
  private loaded = 0;
  private written = 0;
  /** Records of the flow at `written` that are in messages already. */
  private parts = 0;
  /** Flows in messages before this one. */
  private sequence = 0;
  private samplingRate = 0;

  constructor(protocol: keyof typeof FIXED_LAYOUTS, options: MessageEncoderOptions) {
    this.layout = FIXED_LAYOUTS[protocol];
    this.options = options;
    const room = Math.floor((options.messageOctets - this.layout.headerOctets) / this.layout.recordOctets);
    this.most = Math.min(this.layout.most, room);
    this.window = new UptimeWindow(options.realClock);
  }

  use(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  load(batch: FlowBatch, rows: Int32Array, from: number, to: number): number {
    this.batch = batch;
    this.loaded = 0;
    this.written = 0;
    this.times.reserve(batch.capacity);
    if (this.list.length < 2 * (to - from)) this.list = new Int32Array(2 * (to - from));
    const { columns } = batch;
    const { counts, times, window } = this;
    let at = from;
    for (; at < to; at++) {
      const row = rows[at]!;
      const reason = this.refusal(columns, row);
      if (reason !== null) {
        counts.flows++;
        counts.notExportable[reason]++;
        continue;
      }
      if (!times.read(columns, row, window.now())) counts.remarks.withoutTime++;
      const start = times.startMs(row);
      const end = Math.max(start, times.endMs(row));
      if (!window.fits(start, end)) {
        if (this.loaded > 0 || this.pending > 0) break;
        if (!window.open(start, end)) counts.remarks.startMoved++;
      }
      window.add(end);
      counts.flows++;
      counts.carried++;
      this.note(columns, row);
    }
    return at;
  }

  private refusal(columns: Columns, row: number): "ipv6" | "nonIp" | null {
    const { ipVersion, srcAddr, dstAddr } = columns;
    if (ipVersion[row] === 4) return null;
    if (ipVersion[row] === 6) return "ipv6";
    if (isIpv4(srcAddr, 16 * row) || isIpv4(dstAddr, 16 * row)) return null;
    return isNone(srcAddr, 16 * row) && isNone(dstAddr, 16 * row) ? "nonIp" : "ipv6";
  }

  private note(columns: Columns, row: number): void {
    const reverse = readU64(columns.reversePackets, row) > 0;
    const forward = !reverse || readU64(columns.packets, row) > 0;
    if (forward) this.list[this.loaded++] = row;
    if (reverse) this.list[this.loaded++] = row | REVERSED;
    if (forward && reverse) this.counts.remarks.reverse++;
  }

  fill(): boolean {
    const { batch, layout, times, window } = this;
    if (batch === null) return false;
    const { columns } = batch;
    while (this.written < this.loaded) {
      if (this.pending === this.most) return true;
      const entry = this.list[this.written]!;
      const row = entry & ~REVERSED;
      const rate = this.options.sampling || columns.samplingRate[row]!;
      if (rate !== this.samplingRate) {
        if (this.pending > 0) return true;
        this.samplingRate = rate;
      }
      const at = layout.headerOctets + this.pending * layout.recordOctets;
      const { view } = this;
      const start = times.startMs(row) - window.start;
      const end = times.endMs(row) - window.start;
      view.setUint32(at + 24, Math.max(start, 0));
      view.setUint32(at + 28, Math.max(end, 0));
      if (entry === row) this.forward(columns, row, at);
      else this.reverse(columns, row, at);
      this.pending++;
      this.counts.records++;
    }
    return false;
  }

  private forward(c: Columns, row: number, at: number): void {
    const { view, layout } = this;
    this.address(c.srcAddr, row, at);
    this.address(c.dstAddr, row, at + 4);
    this.address(c.nextHop, row, at + 8);
    view.setUint16(at + 12, this.interface(c.inIf[row]!));
    view.setUint16(at + 14, this.interface(c.outIf[row]!));
    view.setUint16(at + 32, c.srcPort[row]!);
    view.setUint16(at + 34, c.dstPort[row]!);
    this.kind(at, c.proto[row]!, c.tos[row]!, c.tcpFlags[row]!);
    if (layout.routed) this.route(at, c.srcAs[row]!, c.dstAs[row]!, c.srcMask[row]!, c.dstMask[row]!);
    this.counters(at, readU64(c.packets, row), readU64(c.bytes, row));
  }

  private reverse(c: Columns, row: number, at: number): void {
    const { view, layout } = this;
    const proto = c.proto[row]!;
    this.address(c.dstAddr, row, at);
    this.address(c.srcAddr, row, at + 4);
    view.setUint32(at + 8, 0); // the next hop is that of the other direction
    view.setUint16(at + 12, this.interface(c.outIf[row]!));
    view.setUint16(at + 14, this.interface(c.inIf[row]!));
    view.setUint16(at + 32, proto === 1 ? 0 : c.dstPort[row]!);
    view.setUint16(at + 34, proto === 1 ? icmpReply(c.dstPort[row]!, false) : c.srcPort[row]!);
    this.kind(at, proto, c.reverseTos[row]!, c.reverseTcpFlags[row]!);
    if (layout.routed) this.route(at, c.dstAs[row]!, c.srcAs[row]!, c.dstMask[row]!, c.srcMask[row]!);
    this.counters(at, readU64(c.reversePackets, row), readU64(c.reverseBytes, row));
  }

  private address(column: Uint8Array, row: number, at: number): void {
    const { bytes } = this;
    const from = 16 * row;
    const known = isIpv4(column, from);
    bytes[at] = known ? column[from + 12]! : 0;
    bytes[at + 1] = known ? column[from + 13]! : 0;
    bytes[at + 2] = known ? column[from + 14]! : 0;
    bytes[at + 3] = known ? column[from + 15]! : 0;
  }

  private interface(number: number): number {
    if (number <= 0xffff) return number;
    this.counts.remarks.wideInterface++;
    return 0;
  }

  private as(number: number): number {
    if (number <= 0xffff) return number;
    this.counts.remarks.wideAs++;
    return AS_TRANS;
  }

  private kind(at: number, proto: number, tos: number, flags: number): void {
    const { bytes, layout } = this;
    bytes[at + 36] = 0;
    bytes[at + 37] = 0;
    bytes[at + 38] = proto;
    bytes[at + 39] = tos;
    for (let i = at + 40; i < at + layout.recordOctets; i++) bytes[i] = 0;
    bytes[at + layout.flags] = flags;
  }

  private route(at: number, srcAs: number, dstAs: number, srcMask: number, dstMask: number): void {
    const { view, bytes } = this;
    view.setUint16(at + 40, this.as(srcAs));
    view.setUint16(at + 42, this.as(dstAs));
    bytes[at + 44] = srcMask;
    bytes[at + 45] = dstMask;
  }

  /** What 32 bits cannot hold becomes several records of the same flow, whose sums are right. */
  private counters(at: number, packets: number, bytes: number): void {
    const { view } = this;
    if (packets <= MOST_U32 && bytes <= MOST_U32) {
      view.setUint32(at + 16, packets);
      view.setUint32(at + 20, bytes);
      this.written++;
      return;
    }
    const wanted = Math.ceil(Math.max(packets, bytes) / MOST_U32);
    const all = Math.min(wanted, MOST_PARTS);
    view.setUint32(at + 16, part(packets, wanted, this.parts));
    view.setUint32(at + 20, part(bytes, wanted, this.parts));
    if (this.parts > 0) this.counts.remarks.split++;
    if (++this.parts < all) return;
    if (wanted > all) this.counts.remarks.tooLarge++;
    this.parts = 0;
    this.written++;
  }

  finish(): number {
    const { view, layout, pending, options, window } = this;
    if (pending === 0) return 0;
    const octets = layout.headerOctets + pending * layout.recordOctets;
    const now = window.now();
    view.setUint16(0, layout.version);
    view.setUint16(2, pending);
    view.setUint32(4, now - window.start);
    view.setUint32(8, Math.floor(now / 1000));
    view.setUint32(12, (now % 1000) * 1_000_000);
    if (layout.version !== 1) {
      view.setUint32(16, this.sequence);
      view.setUint32(20, 0);
    }
    if (layout.version === 5) {
      view.setUint16(20, options.domain);
      view.setUint16(22, this.sampling());
    }
    this.sequence = (this.sequence + pending) >>> 0;
    this.pending = 0;
    return octets;
  }

  private sampling(): number {
    const { samplingRate } = this;
    if (samplingRate > MOST_SAMPLING) this.counts.remarks.wideSampling++;
    return samplingRate > 1 && samplingRate <= MOST_SAMPLING ? SAMPLING_MODE | samplingRate : 0;
  }

  renew(): void {}

  restart(): void {
    this.sequence = 0;
  }

  introduce(): number {
    return 0;
  }
}

/** Part number `index` of a sum in so many parts: they differ by one at the most. */
function part(sum: number, parts: number, index: number): number {
  const share = Math.floor(sum / parts);
  return share + (index < sum - share * parts ? 1 : 0);
}
