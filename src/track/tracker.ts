// The tracker: Layers in, flow records out (the Metering Process of RFC 7011). One look-up and one row a packet.
import { END_REASON, type EndReason, FLOW_EVENT } from "../core/elements.ts";
import type { FlowBatch } from "../core/flow-batch.ts";
import type { FlowCounts, Ledger } from "../core/ledger.ts";
import { NO_TIME } from "../core/packet-block.ts";
import { L, LayersBlock, MARK, ROW_WORDS as ROW_WORDS_ } from "../decode/index.ts";
import { EvictionOrder } from "./eviction.ts";
import { type Clocked, FlowClock } from "./flow-clock.ts";
import { Carries, FLOW, STATE } from "./flow-row.ts";
import { FlowTable } from "./flow-table.ts";
import { FlowWriter } from "./flow-writer.ts";
import { IdleRules, milliseconds } from "./idle.ts";
import type { KeyMaker } from "./key-maker.ts";
import type { TrackOptions } from "./options.ts";

// Imported bindings are loaded at each use, module constants are not (npm run bench -- imports).
const ROW_WORDS = ROW_WORDS_;
const { seconds: SECONDS, nanoseconds: NANOSECONDS, bytes: BYTES, frameBytes: FRAME_BYTES, flags: FLAGS } = L;
const { service: SERVICE, identification: IDENTIFICATION } = L;
const { lastSeconds: LAST_SECONDS, lastNanoseconds: LAST_NANOSECONDS, state: FLOW_STATE, tcpFlags: TCP_FLAGS } = FLOW;
const { packets: FLOW_PACKETS, bytes: FLOW_BYTES, frameBytes: FLOW_FRAME_BYTES } = FLOW;
const { startSeconds: START_SECONDS, startNanoseconds: START_NANOSECONDS } = FLOW;
/** Where the service word says that A and B are destination and source. */
const SWAPPED_BIT = 16 + Math.log2(MARK.swapped);
const ICMP_ERROR = MARK.icmpError << 16;
const { fresh: FRESH, finA: FIN_A, finB: FIN_B, rst: RST_SEEN, sourceB: SOURCE_B, sourceSure: SOURCE_SURE } = STATE;
/** The next packet with a time is the record's first. */
const STARTLESS = STATE.empty | STATE.untimed;
const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 16;
/** Flags that change a flow's state. */
const STATE_FLAGS = FIN | SYN | RST;

export class Tracker implements Clocked {
  readonly flows: FlowCounts = {
    started: 0,
    live: 0,
    peakLive: 0,
    ended: { idle: 0, active: 0, end: 0, forced: 0, resources: 0 },
  };
  private readonly options: TrackOptions;
  private readonly attach: boolean;
  private readonly updates: boolean;
  private readonly biflow: boolean;
  /** No option wants more of a packet than its counters: most may take the short way. */
  private readonly plain: boolean;
  private readonly table: FlowTable;
  private readonly rules: IdleRules;
  private readonly clock: FlowClock;
  private readonly carries = new Carries();
  private readonly writer: FlowWriter;
  private evictions = new EvictionOrder();
  private readonly keys: KeyMaker;
  private readonly quoted = new LayersBlock(1);
  private readonly quickSeconds: number;
  private readonly quickAgeSeconds: number;
  /** Where flushing goes on. */
  private flushed = 0;
  private packets = 0;
  private octets = 0;
  private outOfOrder = 0;
  private attached = 0;

  /** `keys` must be of the kind that makes the blocks' keys, with the same seed. */
  constructor(options: TrackOptions, keys: KeyMaker) {
    this.options = options;
    this.attach = options.icmpErrors === "attach";
    this.updates = options.updateSeconds > 0;
    this.plain = !this.attach && !this.updates;
    this.keys = keys;
    const { plan } = options.key;
    const { biflow } = keys;
    this.biflow = biflow;
    this.table = new FlowTable(plan.extraWords);
    this.rules = new IdleRules(this.table, options.timeouts, biflow);
    this.clock = new FlowClock(this.table, this.rules, this, options.updateSeconds, options.updateSilent);
    this.writer = new FlowWriter(this.table, this.carries, plan, biflow);
    this.quickSeconds = this.rules.quickSeconds;
    this.quickAgeSeconds = this.rules.quickAgeSeconds;
  }

  /**
   * Counts the packets of a block from row `from` on, whose keys are made. Returns the first row that was not counted:
   * `block.count`, or less when the records have to be taken first.
   */
  track(block: LayersBlock, from: number): number {
    const { rows, count } = block;
    const { clock, table, quickSeconds, quickAgeSeconds, plain } = this;
    const { stride } = table;
    let { words } = table;
    let clockSecond = clock.now | 0;
    let octets = 0;
    let i = from;
    for (; i < count; i++) {
      const base = i * ROW_WORDS;
      const seconds = rows[base + SECONDS]!;
      const frameBytes = rows[base + FRAME_BYTES]!;
      if (seconds !== clockSecond) {
        if (this.writer.full() || !clock.turn(seconds, rows[base + NANOSECONDS]!)) break;
        clockSecond = clock.now | 0;
        words = table.words;
      }
      // The common case, all of it here and without a call: a flow that goes on with its next packet.
      const row = plain ? table.find(block, i) : -1;
      if (row >= 0) {
        const at = row * stride;
        const nanoseconds = rows[base + NANOSECONDS]!;
        const gap = (seconds - words[at + LAST_SECONDS]!) | 0;
        const flags = rows[base + FLAGS]! & 0xfff;
        if (
          (gap > 0
            ? gap < quickSeconds && nanoseconds >= 0
            : gap === 0 && nanoseconds >= words[at + LAST_NANOSECONDS]!) &&
          (seconds - words[at + START_SECONDS]!) >>> 0 < quickAgeSeconds &&
          (words[at + FLOW_STATE]! & STARTLESS) === 0 &&
          (flags & STATE_FLAGS) === 0
        ) {
          const side = (rows[base + SERVICE]! >>> SWAPPED_BIT) & 1;
          const to = at + side;
          const bytes = rows[base + BYTES]!;
          const packets = (words[to + FLOW_PACKETS]! + 1) | 0;
          const sum = (words[to + FLOW_BYTES]! + bytes) | 0;
          const frameSum = (words[to + FLOW_FRAME_BYTES]! + frameBytes) | 0;
          words[at + LAST_SECONDS] = seconds;
          words[at + LAST_NANOSECONDS] = nanoseconds;
          words[to + FLOW_PACKETS] = packets;
          words[to + FLOW_BYTES] = sum;
          words[to + FLOW_FRAME_BYTES] = frameSum;
          words[at + TCP_FLAGS] = words[at + TCP_FLAGS]! | (flags << (16 * side));
          octets += frameBytes;
          if (packets === 0 || sum >>> 0 < bytes >>> 0 || frameSum >>> 0 < frameBytes >>> 0) {
            this.carry(row, side, packets, sum, bytes, frameSum, frameBytes);
          }
          continue;
        }
      }
      if (this.writer.full()) break;
      this.packet(block, i, base, row);
      octets += frameBytes;
      words = table.words;
    }
    this.packets += i - from;
    this.octets += octets;
    return i;
  }

  /** The records so far: valid until the next but one call; null when there are none. */
  take(): FlowBatch | null {
    return this.writer.take();
  }

  /** Real time has come to this second, also without packets. False when records have to be taken first. */
  advance(second: number): boolean {
    return second <= this.clock.now || this.clock.turn(second, 0);
  }

  /** Ends all live flows. False when records have to be taken and it must be called again. */
  flush(): boolean {
    const { table } = this;
    for (; this.flushed < table.used; this.flushed++) {
      if (this.writer.full()) return false;
      const row = this.flushed;
      if (table.words[row * table.stride + FLOW.kind] === 0) continue;
      this.tell(row, this.rules.finished(row) ? END_REASON.end : END_REASON.forced);
      this.flows.live--;
    }
    // To take them out one by one would be a cache miss each.
    this.flushed = 0;
    this.flows.live = 0;
    this.table.clear();
    this.carries.clear();
    this.evictions = new EvictionOrder();
    return true;
  }

  /** Adds to a ledger what was counted since the last time. */
  book(ledger: Ledger): void {
    ledger.tracked.packets += this.packets;
    ledger.tracked.bytes += this.octets;
    ledger.remarks.outOfOrder += this.outOfOrder;
    ledger.remarks.withoutTime += this.clock.withoutTime;
    ledger.remarks.icmpErrorsAttached += this.attached;
    this.packets = 0;
    this.octets = 0;
    this.outOfOrder = 0;
    this.clock.withoutTime = 0;
    this.attached = 0;
  }

  full(): boolean {
    return this.writer.full();
  }

  onIdle(row: number): void {
    this.end(row, this.rules.finished(row) ? END_REASON.end : END_REASON.idle);
  }

  onUpdate(row: number): void {
    this.writer.write(row, FLOW_EVENT.update, END_REASON.none);
  }

  /** A record of a flow that goes on: what it has counted is given, and it counts from 0. */
  onActive(row: number): void {
    this.writer.write(row, FLOW_EVENT.end, END_REASON.active);
    this.flows.ended.active++;
    const { words, stride } = this.table;
    const at = row * stride;
    words.fill(0, at + FLOW_PACKETS, at + TCP_FLAGS + 1);
    words[at + FLOW_STATE] = words[at + FLOW_STATE]! | STATE.empty;
    this.carries.drop(row);
  }

  /** Any packet, also the first of a flow and one that changes its state. `found`: the flow's row, if it was looked up already. */
  private packet(block: LayersBlock, i: number, base: number, found: number): void {
    const { rows } = block;
    const { table } = this;
    const service = rows[base + SERVICE]!;
    let side = (service >>> SWAPPED_BIT) & 1;
    let row = found;
    let caused = false;
    if (this.attach && (service & ICMP_ERROR) !== 0) {
      row = this.cause(block, i, base);
      caused = row >= 0;
      if (caused) side = (this.quoted.rows[SERVICE]! >>> SWAPPED_BIT) & 1;
    }
    if (row < 0 && !this.plain) row = table.find(block, i);
    if (row < 0) {
      row = this.begin(block, i, base, side);
    } else {
      const at = row * table.stride;
      if (!this.touch(row, at, rows[base + SECONDS]!, rows[base + NANOSECONDS]!)) {
        this.onIdle(row);
        // The flow that caused the error was over: it is found no more, and the error counts for itself.
        if (caused) {
          this.packet(block, i, base, -1);
          return;
        }
        row = this.begin(block, i, base, side);
      }
    }
    if (caused) this.attached++;
    this.count(row, rows, base, side);
  }

  private count(row: number, rows: Int32Array, base: number, side: number): void {
    const { words, stride } = this.table;
    const at = row * stride;
    const to = at + side;
    const bytes = rows[base + BYTES]!;
    const frameBytes = rows[base + FRAME_BYTES]!;
    const packets = (words[to + FLOW_PACKETS]! + 1) | 0;
    const sum = (words[to + FLOW_BYTES]! + bytes) | 0;
    const frameSum = (words[to + FLOW_FRAME_BYTES]! + frameBytes) | 0;
    words[to + FLOW_PACKETS] = packets;
    words[to + FLOW_BYTES] = sum;
    words[to + FLOW_FRAME_BYTES] = frameSum;
    this.carry(row, side, packets, sum, bytes, frameSum, frameBytes);
    const flags = rows[base + FLAGS]! & 0xfff;
    words[at + TCP_FLAGS] = words[at + TCP_FLAGS]! | (flags << (16 * side));
    if ((flags & (SYN | FIN | RST)) !== 0) this.tcpState(at, flags, side);
  }

  /** Notes the counters that have passed 2^32. */
  private carry(
    row: number,
    side: number,
    packets: number,
    sum: number,
    bytes: number,
    frameSum: number,
    frameBytes: number,
  ): void {
    if (packets === 0) this.carries.add(row, side);
    if (sum >>> 0 < bytes >>> 0) this.carries.add(row, 2 + side);
    if (frameSum >>> 0 < frameBytes >>> 0) this.carries.add(row, 4 + side);
  }

  /** The flow whose packet an ICMP error quotes, or -1. */
  private cause(block: LayersBlock, i: number, base: number): number {
    this.keys.prepareQuoted(block, i, block.rows[base + IDENTIFICATION]! - 1, this.quoted);
    return this.table.find(this.quoted, 0);
  }

  /** A packet's time on a flow where it is not simply the next one. False when the flow had ended before it. */
  private touch(row: number, at: number, seconds: number, nanoseconds: number): boolean {
    const { words } = this.table;
    if (this.updates) words[at + FLOW_STATE] = words[at + FLOW_STATE]! | FRESH;
    if (nanoseconds === NO_TIME) {
      words[at + FLOW_STATE] = words[at + FLOW_STATE]! & ~STATE.empty;
      return true;
    }
    const idle = this.rules.timeout(row);
    const late = milliseconds(seconds, nanoseconds, words[at + LAST_SECONDS]!, words[at + LAST_NANOSECONDS]!);
    const timed = words[at + LAST_NANOSECONDS]! !== NO_TIME;
    if (timed && late >= idle) return false;
    const age = milliseconds(seconds, nanoseconds, words[at + START_SECONDS]!, words[at + START_NANOSECONDS]!);
    if (age >= this.rules.timeouts.active && (words[at + FLOW_STATE]! & STARTLESS) === 0) this.onActive(row);
    if ((words[at + FLOW_STATE]! & STARTLESS) !== 0) {
      words[at + FLOW_STATE] = words[at + FLOW_STATE]! & ~STARTLESS;
      words[at + START_SECONDS] = seconds;
      words[at + START_NANOSECONDS] = nanoseconds;
    }
    if (late >= 0 || !timed) {
      words[at + LAST_SECONDS] = seconds;
      words[at + LAST_NANOSECONDS] = nanoseconds;
      return true;
    }
    this.outOfOrder++;
    const early = milliseconds(words[at + START_SECONDS]!, words[at + START_NANOSECONDS]!, seconds, nanoseconds);
    if (early >= idle) return false;
    if (early > 0) {
      words[at + START_SECONDS] = seconds;
      words[at + START_NANOSECONDS] = nanoseconds;
    }
    return true;
  }

  private begin(block: LayersBlock, i: number, base: number, side: number): number {
    const { table, flows } = this;
    if (table.live >= this.options.maxFlows) this.end(this.evictions.oldest(table), END_REASON.resources);
    const { rows } = block;
    const row = table.add(block, i);
    const { words, stride } = table;
    const at = row * stride;
    const nanoseconds = rows[base + NANOSECONDS]!;
    words[at + LAST_SECONDS] = nanoseconds === NO_TIME ? this.clock.now | 0 : rows[base + SECONDS]!;
    words[at + LAST_NANOSECONDS] = nanoseconds;
    words[at + START_SECONDS] = words[at + LAST_SECONDS]!;
    words[at + START_NANOSECONDS] = nanoseconds;
    const service = rows[base + SERVICE]!;
    const tunnel = rows[base + L.tunnel]!;
    // An ICMP reply whose request was not seen: who is answered began it.
    const source = ((service >>> 16) & MARK.reply) !== 0 && this.options.initiator === "syn" ? 1 - side : side;
    words[at + FLOW_STATE] =
      (service & 0xffff) |
      (side === 1 ? STATE.firstFromB : 0) |
      (source === 1 ? SOURCE_B : 0) |
      (tunnel === 0 ? 0 : STATE.tunnel) |
      (nanoseconds === NO_TIME ? STATE.untimed : 0) |
      FRESH;
    words[at + FLOW.vlans] = rows[base + L.vlans]!;
    words[at + FLOW.inIf] = rows[base + L.inIf]!;
    words[at + FLOW.encapsulation] = tunnel === 0 ? rows[base + L.mpls]! : tunnel;
    for (let w = 0; w < 3; w++) words[at + FLOW.macs + w] = rows[base + L.macs + w]!;
    words[at + FLOW.firstPacket] = block.numbers[i]!;
    words[at + FLOW.flowLabel] = rows[base + FLAGS]! >>> 12;
    flows.started++;
    flows.live = table.live;
    if (table.live > flows.peakLive) flows.peakLive = table.live;
    if (this.options.startEvents) this.startEvent(row, at, rows, base, side);
    return row;
  }

  /** The event tells of the first packet, too, which is counted afterwards: it is counted for a moment. */
  private startEvent(row: number, at: number, rows: Int32Array, base: number, side: number): void {
    this.count(row, rows, base, side);
    this.writer.write(row, FLOW_EVENT.start, END_REASON.none);
    this.table.words.fill(0, at + FLOW_PACKETS, at + TCP_FLAGS);
  }

  private end(row: number, reason: EndReason): void {
    this.tell(row, reason);
    this.carries.drop(row);
    this.table.remove(row);
    this.flows.live = this.table.live;
  }

  /** The last record of a flow, unless nothing came since its last active one. */
  private tell(row: number, reason: EndReason): void {
    const { table, flows } = this;
    if ((table.words[row * table.stride + FLOW_STATE]! & STATE.empty) !== 0) return;
    this.writer.write(row, FLOW_EVENT.end, reason);
    if (reason === END_REASON.idle) flows.ended.idle++;
    else if (reason === END_REASON.end) flows.ended.end++;
    else if (reason === END_REASON.forced) flows.ended.forced++;
    else flows.ended.resources++;
  }

  /** SYN tells the source; FIN and RST bring the end nearer. */
  private tcpState(at: number, flags: number, side: number): void {
    const { words } = this.table;
    let state = words[at + FLOW_STATE]!;
    if ((flags & SYN) !== 0 && (state & SOURCE_SURE) === 0 && this.options.initiator === "syn") {
      const source = (flags & ACK) === 0 ? side : 1 - side;
      state |= SOURCE_SURE;
      if (this.biflow) state = source === 1 ? state | SOURCE_B : state & ~SOURCE_B;
    }
    if ((flags & FIN) !== 0) state |= side === 0 ? FIN_A : FIN_B;
    if ((flags & RST) !== 0) state |= RST_SEEN;
    words[at + FLOW_STATE] = state;
  }
}
