// The flows of the live table: records in, rows that are up to date out. What is counted is never lost: rows that go leave their sums.
import { END_REASON, FLOW_EVENT } from "../core/elements.ts";
import { type Columns, type FlowBatch, readU64 } from "../core/flow-batch.ts";
import { noTime, readNanoseconds, readSeconds } from "../core/nanoseconds.ts";
import { TCP } from "../core/protocol-numbers.ts";
import { FlowKeys } from "./flow-key.ts";
import { LinkRates } from "./link-rates.ts";
import type { LiveOptions } from "./live-options.ts";
import { oldestRows } from "./oldest-rows.ts";
import { addSecond, addSpread } from "./rings.ts";
import { BIT, ROW, STRIDE as STRIDE_, WIDE } from "./row.ts";
import { RowTable } from "./row-table.ts";
import { SourceNumbers } from "./source-numbers.ts";

const STRIDE = STRIDE_;
const { end: END } = FLOW_EVENT;
const { active: ACTIVE, none: NONE } = END_REASON;
const FIN = 1;
const SYN = 2;
const RST = 4;
const OVER = BIT.ended | BIT.closed;
const HALF_FIRST = WIDE.first >> 1;
const HALF_LAST = WIDE.last >> 1;
const HALF_PACKETS = WIDE.packets >> 1;
const HALF_BYTES = WIDE.bytes >> 1;
const HALF_BASE_PACKETS = WIDE.basePackets >> 1;
const HALF_BASE_BYTES = WIDE.baseBytes >> 1;
/** Records are spread over so many seconds at the most; the rest of a longer one counts as if it was even. */
const LONGEST_SPREAD = 900;
/** The sweep comes round in so many seconds. */
const ROUND = 8;
/** The part of the table that goes when it is full. */
const PART = 8;

export interface Sums {
  packets: number;
  bytes: number;
  flows: number;
}

export class FlowRows {
  readonly table = new RowTable();
  readonly sources = new SourceNumbers();
  readonly link = new LinkRates();
  readonly totals: Sums = { packets: 0, bytes: 0, flows: 0 };
  /** Of rows that are gone. */
  readonly gone: Sums = { packets: 0, bytes: 0, flows: 0 };
  /** Flows that have not ended, of TCP: that are not closed either. */
  live = 0;
  /** The second that goes on; 0 before the first. */
  now = 0;
  since = 0;
  /** The earliest second that records counted to since somebody set it to Infinity. */
  changedFrom = Number.POSITIVE_INFINITY;
  /** The highest sampling rate that a record said. */
  samplingRate = 0;
  private readonly options: LiveOptions;
  private readonly onGone: (row: number) => void;
  private readonly keys: FlowKeys;
  private hand = 0;
  private evictAt: number;

  /** `onGone` is called with each row before it goes. */
  constructor(options: LiveOptions, onGone: (row: number) => void) {
    this.options = options;
    this.onGone = onGone;
    this.keys = new FlowKeys(this.sources, options.key);
    this.evictAt = options.flows;
  }

  /** Rows from `from` to before `to` of a batch; `stream` tells trackers apart, each of which knows its own flows only. */
  write(batch: FlowBatch, stream: number, from: number, to: number): void {
    this.keys.begin(batch, stream);
    const { columns } = batch;
    if (this.options.clock === "records") this.advance(newestSecond(columns, from, to) + 1);
    for (let r = from; r < to; r++) this.record(columns, r);
  }

  /** The time is this second: what ended long ago goes. */
  advance(second: number): void {
    if (second <= this.now) return;
    const passed = this.now === 0 ? 0 : second - this.now;
    if (this.now === 0) this.since = second - 1;
    this.now = second;
    this.link.turn(second);
    if (passed > 0) this.sweep(Math.min(1, passed / ROUND));
  }

  private record(c: Columns, r: number): void {
    const { table, keys, options } = this;
    const side = keys.make(r);
    let row = table.find(keys.key);
    const event = options.events ? c.event[r]! : 0;
    const isNew = row < 0;
    if (isNew) row = this.begin(c, r, side);
    const at = row * STRIDE;
    const half = at >> 1;
    const { words, wide } = table;
    if ((words[at + ROW.bits]! & OVER) !== 0 && this.beginsAnew(at, side, c, r)) this.revive(at, c, r);
    this.orient(at, side, c, r, isNew);
    let packets = readU64(c.packets, r);
    let bytes = readU64(c.bytes, r);
    let reversePackets = readU64(c.reversePackets, r);
    let reverseBytes = readU64(c.reverseBytes, r);
    const own = half + side;
    const other = half + 1 - side;
    if (options.events) {
      const last = event === END;
      const [p, b, rp, rb] = [packets, bytes, reversePackets, reverseBytes];
      packets = since(p, wide, own + HALF_BASE_PACKETS, last);
      bytes = since(b, wide, own + HALF_BASE_BYTES, last);
      if (options.biflow) {
        reversePackets = since(rp, wide, other + HALF_BASE_PACKETS, last);
        reverseBytes = since(rb, wide, other + HALF_BASE_BYTES, last);
      }
    }
    wide[own + HALF_PACKETS] = wide[own + HALF_PACKETS]! + packets;
    wide[own + HALF_BYTES] = wide[own + HALF_BYTES]! + bytes;
    wide[other + HALF_PACKETS] = wide[other + HALF_PACKETS]! + reversePackets;
    wide[other + HALF_BYTES] = wide[other + HALF_BYTES]! + reverseBytes;
    this.totals.packets += packets + reversePackets;
    this.totals.bytes += bytes + reverseBytes;
    const flags = words[at + ROW.tcpFlags]!;
    const seen = flags | (c.tcpFlags[r]! << (16 * side)) | (c.reverseTcpFlags[r]! << (16 * (1 - side)));
    if (seen !== flags) {
      words[at + ROW.tcpFlags] = seen;
      if (c.proto[r] === TCP && isClosed(seen)) this.close(at);
    }
    this.time(row, half, c, r, bytes + reverseBytes, packets + reversePackets);
    const reason = c.endReason[r]!;
    words[at + ROW.endReason] = reason;
    if (options.events ? event === END && reason !== ACTIVE : reason !== NONE && reason !== ACTIVE) this.end(at);
  }

  private begin(c: Columns, r: number, side: 0 | 1): number {
    const { table, keys } = this;
    if (table.live >= this.evictAt) this.evict();
    const row = table.add(keys.key);
    const at = row * STRIDE;
    const { words, wide } = table;
    wide[(at >> 1) + HALF_FIRST] = Number.POSITIVE_INFINITY;
    const flows = this.options.events ? 1 : Math.max(1, readU64(c.flows, r));
    words[at + ROW.flows] = flows;
    words[at + ROW.liveFlows] = 1;
    if (beginsAtB(c, r, side)) words[at + ROW.bits] = words[at + ROW.bits]! | BIT.fromB;
    this.totals.flows += flows;
    this.live++;
    return row;
  }

  private revive(at: number, c: Columns, r: number): void {
    const { words } = this.table;
    const flows = this.options.events ? 1 : Math.max(1, readU64(c.flows, r));
    words[at + ROW.bits] = words[at + ROW.bits]! & ~OVER;
    words[at + ROW.flows] = words[at + ROW.flows]! + flows;
    words[at + ROW.liveFlows] = 1;
    words[at + ROW.tcpFlags] = 0;
    this.totals.flows += flows;
    this.live++;
  }

  /** Records of trackers go on until they end. Those of exporters have no bounds: a second SYN of one end is another connection. */
  private beginsAnew(at: number, side: 0 | 1, c: Columns, r: number): boolean {
    const { words } = this.table;
    if ((words[at + ROW.bits]! & BIT.ended) !== 0) return true;
    return !this.options.events && (c.tcpFlags[r]! & (words[at + ROW.tcpFlags]! >>> (16 * side)) & SYN) !== 0;
  }

  private end(at: number): void {
    const { words } = this.table;
    words[at + ROW.bits] = words[at + ROW.bits]! | BIT.ended;
    this.leaveLive(at);
  }

  private close(at: number): void {
    const { words } = this.table;
    words[at + ROW.bits] = words[at + ROW.bits]! | BIT.closed;
    this.leaveLive(at);
  }

  private leaveLive(at: number): void {
    const { words } = this.table;
    if (words[at + ROW.liveFlows] === 0) return;
    words[at + ROW.liveFlows] = 0;
    this.live--;
  }

  /** Who began, and what else the record says of the flow as its initiator has it. */
  private orient(at: number, side: 0 | 1, c: Columns, r: number, isNew: boolean): void {
    const { words } = this.table;
    const bits = words[at + ROW.bits]!;
    const knows =
      (this.options.events && this.options.biflow) ||
      c.reversePackets[2 * r] !== 0 ||
      c.reversePackets[2 * r + 1] !== 0;
    if (knows) words[at + ROW.bits] = (bits & ~BIT.fromB) | BIT.sure | (side === 1 ? BIT.fromB : 0);
    const fromB = (words[at + ROW.bits]! & BIT.fromB) !== 0;
    const rate = c.samplingRate[r]!;
    if (rate > this.samplingRate) this.samplingRate = rate;
    // Of records of one direction, those from the initiator say it.
    if (!isNew && fromB !== (side === 1)) return;
    words[at + ROW.vlans] = c.vlan[r]! | (c.innerVlan[r]! << 16);
    words[at + ROW.inIf] = c.inIf[r]!;
    words[at + ROW.outIf] = c.outIf[r]!;
    words[at + ROW.service] = c.tos[r]! | (c.ttl[r]! << 8) | (c.reverseTos[r]! << 16);
    words[at + ROW.srcMac] = c.srcMac[2 * r]!;
    words[at + ROW.srcMac + 1] = c.srcMac[2 * r + 1]!;
    words[at + ROW.dstMac] = c.dstMac[2 * r]!;
    words[at + ROW.dstMac + 1] = c.dstMac[2 * r + 1]!;
    words[at + ROW.srcAs] = c.srcAs[r]!;
    words[at + ROW.dstAs] = c.dstAs[r]!;
    words[at + ROW.tunnelId] = c.tunnelId[r]!;
    words[at + ROW.mplsLabel] = c.mplsLabel[r]!;
    words[at + ROW.samplingRate] = rate;
  }

  private time(row: number, half: number, c: Columns, r: number, bytes: number, packets: number): void {
    const { table, options } = this;
    const { wide } = table;
    if (this.now === 0) this.advance(Math.floor(Date.now() / 1000));
    const newest = this.now - 1;
    const endSecond = noTime(c.end, r) ? newest : readSeconds(c.end, r);
    const startSecond = noTime(c.start, r) ? endSecond : Math.min(endSecond, readSeconds(c.start, r));
    const first = noTime(c.start, r) ? endSecond * 1000 : milliseconds(c.start, r, startSecond);
    const last = noTime(c.end, r) ? endSecond * 1000 : milliseconds(c.end, r, endSecond);
    if (first < wide[half + HALF_FIRST]!) wide[half + HALF_FIRST] = first;
    if (last > wide[half + HALF_LAST]!) wide[half + HALF_LAST] = last;
    if (bytes === 0 && packets === 0) return;
    const to = options.place === "arrival" ? newest : Math.min(endSecond, newest);
    if (options.events) {
      if (to < this.changedFrom) this.changedFrom = to;
      addSecond(table, row, to, bytes, packets);
      this.link.add(to, to, bytes, packets);
      return;
    }
    const from = to - Math.min(LONGEST_SPREAD, endSecond - startSecond);
    if (from < this.changedFrom) this.changedFrom = from;
    addSpread(table, row, from, to, bytes, packets);
    this.link.add(from, to, bytes, packets);
  }

  /** Looks at a part of the rows: those that ended long ago go. */
  private sweep(part: number): void {
    const { table } = this;
    const { used } = table;
    for (let left = Math.ceil(used * part); left > 0; left--) {
      if (this.hand >= used) this.hand = 0;
      const row = this.hand++;
      if (table.has(row)) this.look(row);
    }
  }

  private look(row: number): void {
    const { words, wide } = this.table;
    const at = row * STRIDE;
    const silent = this.now - wide[(at >> 1) + HALF_LAST]! / 1000;
    if ((words[at + ROW.bits]! & BIT.ended) === 0) {
      if (silent > this.options.idle && this.maySetEnded(at >> 1)) {
        words[at + ROW.endReason] = END_REASON.idle;
        this.end(at);
      }
    } else if (silent > this.options.linger) {
      this.remove(row);
    }
  }

  /** A tracker's flow has ended when the tracker says so, as its next record tells of all since the last one that had an end. */
  private maySetEnded(half: number): boolean {
    const { wide } = this.table;
    return !this.options.events || wide[half + HALF_BASE_PACKETS]! + wide[half + HALF_BASE_PACKETS + 1]! === 0;
  }

  private remove(row: number): void {
    const { table, gone } = this;
    const at = row * STRIDE;
    const half = at >> 1;
    const { words, wide } = table;
    this.onGone(row);
    this.leaveLive(at);
    gone.packets += wide[half + HALF_PACKETS]! + wide[half + HALF_PACKETS + 1]!;
    gone.bytes += wide[half + HALF_BYTES]! + wide[half + HALF_BYTES + 1]!;
    gone.flows += words[at + ROW.flows]!;
    table.remove(row);
  }

  /** Makes room: ended flows go first, then the oldest idle ones. Live ones of a tracker stay, whose number the tracker bounds. */
  private evict(): void {
    const { table } = this;
    const { words, wide } = table;
    const may = (row: number) =>
      (words[row * STRIDE + ROW.bits]! & BIT.ended) !== 0 || this.maySetEnded((row * STRIDE) >> 1);
    const { flows, goFirst } = this.options;
    const worth = (half: number) =>
      goFirst === "oldest" ? wide[half + HALF_LAST]! : wide[half + HALF_BYTES]! + wide[half + HALF_BYTES + 1]!;
    const age = (row: number) =>
      worth((row * STRIDE) >> 1) - ((words[row * STRIDE + ROW.bits]! & BIT.ended) !== 0 ? 1e15 : 0);
    for (const row of oldestRows(table, Math.ceil(flows / PART), may, age)) this.remove(row);
    // Where few could go, it is not tried again for each row.
    this.evictAt = Math.max(flows, table.live + Math.ceil(flows / PART / PART));
    if (table.live < flows) this.evictAt = flows;
  }
}

/** What of `value` is new since the last time; the last record of a flow begins it anew. */
function since(value: number, wide: Float64Array, base: number, last: boolean): number {
  const before = wide[base]!;
  wide[base] = last ? 0 : value;
  return value >= before ? value - before : value;
}

/** A RST, or a FIN from both ends: the flags of end A are the lower half. */
function isClosed(flags: number): boolean {
  return ((flags | (flags >>> 16)) & RST) !== 0 || (flags & (flags >>> 16) & FIN) !== 0;
}

function milliseconds(column: Uint32Array, row: number, seconds: number): number {
  return seconds * 1000 + Math.floor(readNanoseconds(column, row, seconds) / 1e6);
}

function newestSecond(c: Columns, from: number, to: number): number {
  let newest = 0;
  for (let r = from; r < to; r++) if (!noTime(c.end, r)) newest = Math.max(newest, readSeconds(c.end, r));
  return newest;
}

/** Records of one direction do not say who began. A well-known port answers; else who was seen first began. */
function beginsAtB(c: Columns, r: number, side: 0 | 1): boolean {
  const answer = c.srcPort[r]! > 0 && c.srcPort[r]! < 1024 && c.dstPort[r]! >= 1024 && c.reversePackets[2 * r] === 0;
  return (side === 1) !== answer;
}
