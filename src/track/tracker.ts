// The tracker: Layers in, flow records out (the Metering Process of RFC 7011). One look-up and one row a packet.
import { END_REASON, type EndReason, FLOW_EVENT } from "../core/elements.ts";
import type { FlowBatch } from "../core/flow-batch.ts";
import type { FlowCounts, Ledger } from "../core/ledger.ts";
import { NO_TIME } from "../core/packet-block.ts";
import { FAMILY, L, LayersBlock, MARK, ROW_WORDS as ROW_WORDS_ } from "../decode/index.ts";
import { EvictionOrder } from "./eviction.ts";
import { ExpiryWheel } from "./expiry-wheel.ts";
import { Carries, COLD, HOT, HOT_WORDS as HOT_WORDS_, STATE } from "./flow-row.ts";
import { FlowTable, WARM_ROWS as WARM_ROWS_ } from "./flow-table.ts";
import { FlowWriter } from "./flow-writer.ts";
import { KeyMaker } from "./key-maker.ts";
import type { TrackOptions } from "./options.ts";
import type { Timeouts } from "./timeouts.ts";

const ROW_WORDS = ROW_WORDS_;
const HOT_WORDS = HOT_WORDS_;
const WARM_ROWS = WARM_ROWS_;
const { seconds: SECONDS, nanoseconds: NANOSECONDS, bytes: BYTES, frameBytes: FRAME_BYTES, flags: FLAGS } = L;
const { service: SERVICE, kind: KIND, identification: IDENTIFICATION } = L;
const { lastSeconds: LAST_SECONDS, lastNanoseconds: LAST_NANOSECONDS, packets: HOT_PACKETS, bytes: HOT_BYTES } = HOT;
const { tcpFlags: COLD_FLAGS, frameBytes: COLD_FRAME_BYTES, state: COLD_STATE } = COLD;
const SWAPPED = MARK.swapped << 16;
const ICMP_ERROR = MARK.icmpError << 16;
const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 16;
/** A packet older than the newest by more starts the clock anew: another capture, or one stamp was wrong. */
const CLOCK_BACK_SECONDS = 60;

export class Tracker {
  readonly flows: FlowCounts = {
    started: 0,
    live: 0,
    peakLive: 0,
    ended: { idle: 0, active: 0, end: 0, forced: 0, resources: 0 },
  };
  private readonly options: TrackOptions;
  private readonly timeouts: Timeouts;
  private readonly table: FlowTable;
  private readonly carries = new Carries();
  private readonly wheel: ExpiryWheel;
  private readonly writer: FlowWriter;
  private readonly evictions = new EvictionOrder();
  private readonly keys: KeyMaker;
  private readonly quoted = new LayersBlock(1);
  /** Some timeout can end a flow. */
  private readonly expires: boolean;
  /** A silence shorter than this ends no flow of any kind: whole seconds. */
  private readonly quickSeconds: number;
  /** The newest second of packet time; -1 before the first packet. */
  private clock = -1;
  /** The wheel has been turned up to this second; of the next one these rows are still to be visited. */
  private turned = 0;
  private visiting = 0;
  private nextUpdate = Number.POSITIVE_INFINITY;
  /** Where flushing and updating go on. */
  private flushed = 0;
  private updated = -1;
  /** Read by nobody: see FlowTable.warm. */
  warmth = 0;
  private packets = 0;
  private octets = 0;
  private outOfOrder = 0;
  private withoutTime = 0;
  private attached = 0;

  constructor(options: TrackOptions, keys: KeyMaker) {
    this.options = options;
    this.timeouts = options.timeouts;
    this.keys = keys;
    this.table = new FlowTable(options.key.plan.extraWords);
    this.wheel = new ExpiryWheel(this.table);
    this.writer = new FlowWriter(this.table, this.carries, options.key.plan, options.key.biflow);
    const { active, ...idle } = options.timeouts;
    const shortest = Math.min(...Object.values(idle));
    this.expires = Number.isFinite(Math.min(shortest, active));
    this.quickSeconds = Math.min(Math.floor(shortest / 1000) - 1, 0x3fff_ffff);
  }

  /**
   * Counts the packets of a block from row `from` on, whose keys are made. Returns the first row that was not counted:
   * `block.count`, or less when the records have to be taken first.
   */
  track(block: LayersBlock, from: number): number {
    const { rows, count } = block;
    let warm = from;
    for (let i = from; i < count; i++) {
      if (i === warm) {
        warm = Math.min(count, i + WARM_ROWS);
        this.warmth = this.table.warm(block, i, warm);
      }
      if (this.writer.full()) return i;
      const base = i * ROW_WORDS;
      const seconds = rows[base + SECONDS]!;
      if (seconds !== (this.clock | 0) && !this.setClock(seconds, rows[base + NANOSECONDS]!)) return i;
      this.packet(block, i, base);
    }
    return count;
  }

  /** The records so far: valid until the next but one call; null when there are none. */
  take(): FlowBatch | null {
    return this.writer.take();
  }

  /** Real time has come to this second, also without packets. False when records have to be taken first. */
  advance(seconds: number): boolean {
    return seconds <= this.clock || this.setClock(seconds | 0, 0);
  }

  /** Ends all live flows. False when records have to be taken and it must be called again. */
  flush(): boolean {
    const { table } = this;
    for (; this.flushed < table.used; this.flushed++) {
      if (this.writer.full()) return false;
      if (table.hot[this.flushed * HOT_WORDS + HOT.kind] !== 0) this.end(this.flushed, END_REASON.forced);
    }
    this.flushed = 0;
    return true;
  }

  /** Adds to a ledger what was counted since the last time. */
  book(ledger: Ledger): void {
    ledger.tracked.packets += this.packets;
    ledger.tracked.bytes += this.octets;
    ledger.remarks.outOfOrder += this.outOfOrder;
    ledger.remarks.withoutTime += this.withoutTime;
    ledger.remarks.icmpErrorsAttached += this.attached;
    this.packets = 0;
    this.octets = 0;
    this.outOfOrder = 0;
    this.withoutTime = 0;
    this.attached = 0;
  }

  private packet(block: LayersBlock, i: number, base: number): void {
    const { rows } = block;
    const { table } = this;
    this.packets++;
    this.octets += rows[base + FRAME_BYTES]!;
    let row = -1;
    let side = (rows[base + SERVICE]! & SWAPPED) !== 0 ? 1 : 0;
    if ((rows[base + SERVICE]! & ICMP_ERROR) !== 0 && this.options.icmpErrors === "attach") {
      const index = rows[base + IDENTIFICATION]! - 1;
      this.keys.prepareQuoted(block, i, index, this.quoted);
      row = table.find(this.quoted, 0);
      if (row >= 0) {
        this.attached++;
        side = (this.quoted.rows[SERVICE]! & SWAPPED) !== 0 ? 1 : 0;
      }
    }
    if (row < 0) row = table.find(block, i);
    if (row < 0) {
      row = this.begin(block, i, base, side);
    } else {
      const { hot } = table;
      const h = row * HOT_WORDS;
      const gap = (rows[base + SECONDS]! - hot[h + LAST_SECONDS]!) | 0;
      const nanoseconds = rows[base + NANOSECONDS]!;
      if (gap > 0 ? gap < this.quickSeconds : gap === 0 && nanoseconds >= hot[h + LAST_NANOSECONDS]!) {
        hot[h + LAST_SECONDS] = rows[base + SECONDS]!;
        hot[h + LAST_NANOSECONDS] = nanoseconds;
      } else if (!this.touch(row, h, rows[base + SECONDS]!, nanoseconds)) {
        this.end(row, END_REASON.idle);
        row = this.begin(block, i, base, side);
      }
    }
    this.count(row, rows, base, side);
  }

  private count(row: number, rows: Int32Array, base: number, side: number): void {
    const { hot, cold, coldWords } = this.table;
    const h = row * HOT_WORDS + side;
    const at = row * coldWords;
    const bytes = rows[base + BYTES]!;
    const frameBytes = rows[base + FRAME_BYTES]!;
    const packets = (hot[h + HOT_PACKETS]! + 1) | 0;
    const sum = (hot[h + HOT_BYTES]! + bytes) | 0;
    const frameSum = (cold[at + COLD_FRAME_BYTES + side]! + frameBytes) | 0;
    hot[h + HOT_PACKETS] = packets;
    hot[h + HOT_BYTES] = sum;
    cold[at + COLD_FRAME_BYTES + side] = frameSum;
    if (packets === 0) this.carries.add(row, side);
    if (sum >>> 0 < bytes >>> 0) this.carries.add(row, 2 + side);
    if (frameSum >>> 0 < frameBytes >>> 0) this.carries.add(row, 4 + side);
    const flags = rows[base + FLAGS]! & 0xfff;
    if (flags !== 0) {
      cold[at + COLD_FLAGS] = cold[at + COLD_FLAGS]! | (flags << (16 * side));
      if ((flags & (SYN | FIN | RST)) !== 0) this.tcpState(row, at, flags, side);
    }
    if (this.options.updateSeconds > 0) cold[at + COLD_STATE] = cold[at + COLD_STATE]! | STATE.fresh;
  }

  /** A packet's time on a flow that is not simply the next one. False when the flow had ended before it. */
  private touch(row: number, h: number, seconds: number, nanoseconds: number): boolean {
    const { hot, cold, coldWords } = this.table;
    const at = row * coldWords;
    if (nanoseconds === NO_TIME) return true;
    if (cold[at + COLD.startNanoseconds] === NO_TIME || (cold[at + COLD_STATE]! & STATE.empty) !== 0) {
      cold[at + COLD.startSeconds] = seconds;
      cold[at + COLD.startNanoseconds] = nanoseconds;
    }
    const idle = this.idleTimeout(row);
    const late = milliseconds(seconds, nanoseconds, hot[h + LAST_SECONDS]!, hot[h + LAST_NANOSECONDS]!);
    if (late >= 0 || hot[h + LAST_NANOSECONDS] === NO_TIME) {
      if (late >= idle && hot[h + LAST_NANOSECONDS] !== NO_TIME) return false;
      hot[h + LAST_SECONDS] = seconds;
      hot[h + LAST_NANOSECONDS] = nanoseconds;
      return true;
    }
    this.outOfOrder++;
    const early = milliseconds(cold[at + COLD.startSeconds]!, cold[at + COLD.startNanoseconds]!, seconds, nanoseconds);
    if (early >= idle) return false;
    if (early > 0) {
      cold[at + COLD.startSeconds] = seconds;
      cold[at + COLD.startNanoseconds] = nanoseconds;
    }
    return true;
  }

  private begin(block: LayersBlock, i: number, base: number, side: number): number {
    const { table } = this;
    if (table.live >= this.options.maxFlows) this.end(this.evictions.oldest(table), END_REASON.resources);
    const { rows } = block;
    const row = table.add(block, i);
    const { hot, cold } = table;
    const h = row * HOT_WORDS;
    const at = row * table.coldWords;
    const seconds = rows[base + SECONDS]!;
    const nanoseconds = rows[base + NANOSECONDS]!;
    hot[h + LAST_SECONDS] = nanoseconds === NO_TIME ? this.clock | 0 : seconds;
    hot[h + LAST_NANOSECONDS] = nanoseconds;
    cold[at + COLD.startSeconds] = seconds;
    cold[at + COLD.startNanoseconds] = nanoseconds;
    const service = rows[base + SERVICE]!;
    let state = (service & 0xffff) | (side === 1 ? STATE.firstFromB : 0);
    // An ICMP reply whose request was not seen: who is answered began it.
    const source = ((service >>> 16) & MARK.reply) !== 0 && this.options.initiator === "syn" ? 1 - side : side;
    if (source === 1) state |= STATE.sourceB;
    cold[at + COLD_STATE] = state;
    cold[at + COLD.vlans] = rows[base + L.vlans]!;
    cold[at + COLD.inIf] = rows[base + L.inIf]!;
    cold[at + COLD.mpls] = rows[base + L.mpls]!;
    cold[at + COLD.macs] = rows[base + L.macs]!;
    cold[at + COLD.macs + 1] = rows[base + L.macs + 1]!;
    cold[at + COLD.macs + 2] = rows[base + L.macs + 2]!;
    cold[at + COLD.tunnel] = rows[base + L.tunnel]!;
    cold[at + COLD.firstPacket] = block.numbers[i]!;
    cold[at + COLD.flowLabel] = rows[base + FLAGS]! >>> 12;
    if (this.expires) this.wheel.link(row, this.dueSecond(row), this.clock);
    this.flows.started++;
    if (table.live > this.flows.peakLive) this.flows.peakLive = table.live;
    this.flows.live = table.live;
    if (this.options.startEvents) {
      // The event tells of the packet, too: it is counted for a moment.
      this.count(row, rows, base, side);
      this.writer.write(row, FLOW_EVENT.start, END_REASON.none);
      this.uncount(row, side);
    }
    return row;
  }

  private uncount(row: number, side: number): void {
    const { hot, cold, coldWords } = this.table;
    hot[row * HOT_WORDS + HOT_PACKETS + side] = 0;
    hot[row * HOT_WORDS + HOT_BYTES + side] = 0;
    cold[row * coldWords + COLD_FRAME_BYTES + side] = 0;
  }

  private end(row: number, reason: EndReason): void {
    const { cold, coldWords } = this.table;
    if ((cold[row * coldWords + COLD_STATE]! & STATE.empty) === 0) {
      this.writer.write(row, FLOW_EVENT.end, reason);
      this.countEnd(reason);
    }
    if (this.expires) this.wheel.unlink(row);
    this.carries.drop(row);
    this.table.remove(row);
    this.flows.live = this.table.live;
  }

  private countEnd(reason: EndReason): void {
    const { ended } = this.flows;
    if (reason === END_REASON.idle) ended.idle++;
    else if (reason === END_REASON.active) ended.active++;
    else if (reason === END_REASON.end) ended.end++;
    else if (reason === END_REASON.forced) ended.forced++;
    else ended.resources++;
  }

  /** A record of a flow that goes on: what it has counted is given, and it counts from 0. */
  private cut(row: number): void {
    this.writer.write(row, FLOW_EVENT.end, END_REASON.active);
    this.countEnd(END_REASON.active);
    const { hot, cold, coldWords } = this.table;
    const h = row * HOT_WORDS;
    const at = row * coldWords;
    hot.fill(0, h + HOT_PACKETS, h + HOT_WORDS);
    cold[at + COLD_FRAME_BYTES] = 0;
    cold[at + COLD_FRAME_BYTES + 1] = 0;
    cold[at + COLD_FLAGS] = 0;
    cold[at + COLD_STATE] = cold[at + COLD_STATE]! | STATE.empty;
    this.carries.drop(row);
  }

  /** SYN tells the source; FIN and RST bring the end nearer. */
  private tcpState(row: number, at: number, flags: number, side: number): void {
    const { cold } = this.table;
    const before = cold[at + COLD_STATE]!;
    let state = before;
    if ((flags & SYN) !== 0 && (state & STATE.sourceSure) === 0 && this.options.initiator === "syn") {
      const source = (flags & ACK) === 0 ? side : 1 - side;
      state = (source === 1 ? state | STATE.sourceB : state & ~STATE.sourceB) | STATE.sourceSure;
      if (!this.options.key.biflow) state &= ~STATE.sourceB;
    }
    if ((flags & FIN) !== 0) state |= side === 0 ? STATE.finA : STATE.finB;
    if ((flags & RST) !== 0) state |= STATE.rst;
    if (state === before) return;
    cold[at + COLD_STATE] = state;
    if (this.expires && (state & ~before & (STATE.finA | STATE.finB | STATE.rst)) !== 0) {
      this.wheel.unlink(row);
      this.wheel.link(row, this.dueSecond(row), this.clock);
    }
  }

  private finished(state: number): boolean {
    const fins = STATE.finA | STATE.finB;
    return this.options.key.biflow ? (state & fins) === fins : (state & fins) !== 0;
  }

  /** Milliseconds of silence after which a flow has ended. */
  private idleTimeout(row: number): number {
    const { hot, cold, coldWords } = this.table;
    const kind = hot[row * HOT_WORDS + HOT.kind]!;
    const proto = kind & 0xff;
    const { timeouts } = this;
    if (proto === 6) {
      const state = cold[row * coldWords + COLD_STATE]!;
      if ((state & STATE.rst) !== 0) return timeouts["tcp.rst"];
      return this.finished(state) ? timeouts["tcp.fin"] : timeouts.tcp;
    }
    if (proto === 17) return timeouts.udp;
    const family = (kind >>> 8) & 7;
    const isIcmp = (proto === 1 && family === FAMILY.ipv4) || (proto === 58 && family === FAMILY.ipv6);
    return isIcmp ? timeouts.icmp : timeouts.general;
  }

  /** The first whole second at which the flow has to be looked at. */
  private dueSecond(row: number): number {
    const { hot, cold, coldWords } = this.table;
    const h = row * HOT_WORDS;
    const at = row * coldWords;
    const last = (hot[h + LAST_SECONDS]! >>> 0) + hot[h + LAST_NANOSECONDS]! / 1e9;
    const idle = last + this.idleTimeout(row) / 1000;
    if ((cold[at + COLD_STATE]! & STATE.empty) !== 0) return Math.ceil(idle);
    const start = (cold[at + COLD.startSeconds]! >>> 0) + cold[at + COLD.startNanoseconds]! / 1e9;
    return Math.ceil(Math.min(idle, start + this.timeouts.active / 1000));
  }

  /** Turns clock and wheel to a packet's second. False when records have to be taken first; the packet comes again then. */
  private setClock(second: number, nanoseconds: number): boolean {
    if (nanoseconds === NO_TIME) {
      this.withoutTime++;
      return true;
    }
    const seconds = second >>> 0;
    if (this.clock < 0 || this.clock - seconds > CLOCK_BACK_SECONDS) {
      this.clock = seconds;
      this.turned = seconds;
      this.nextUpdate = this.options.updateSeconds > 0 ? seconds + this.options.updateSeconds : Number.POSITIVE_INFINITY;
      return true;
    }
    if (seconds < this.clock) return true;
    if (this.expires && !this.turn(seconds)) return false;
    if (seconds >= this.nextUpdate && !this.update(seconds)) return false;
    this.clock = seconds;
    return true;
  }

  private turn(to: number): boolean {
    const { table } = this;
    if (to - this.turned > ExpiryWheel.turn) this.turned = to - ExpiryWheel.turn;
    while (this.turned < to || this.visiting !== 0) {
      if (this.visiting === 0) this.visiting = this.wheel.take(++this.turned);
      while (this.visiting !== 0) {
        if (this.writer.full()) return false;
        const row = this.visiting - 1;
        const at = row * table.coldWords;
        this.visiting = table.cold[at + COLD.next]!;
        table.cold[at + COLD.previous] = 0;
        this.visit(row, to);
      }
    }
    return true;
  }

  private visit(row: number, now: number): void {
    const { hot, cold, coldWords } = this.table;
    const h = row * HOT_WORDS;
    const at = row * coldWords;
    const silence = milliseconds(now, 0, hot[h + LAST_SECONDS]!, Math.max(0, hot[h + LAST_NANOSECONDS]!));
    if (silence >= this.idleTimeout(row)) {
      const state = cold[at + COLD_STATE]!;
      const closed = (hot[h + HOT.kind]! & 0xff) === 6 && ((state & STATE.rst) !== 0 || this.finished(state));
      this.end(row, closed ? END_REASON.end : END_REASON.idle);
      return;
    }
    const age = milliseconds(now, 0, cold[at + COLD.startSeconds]!, Math.max(0, cold[at + COLD.startNanoseconds]!));
    if (age >= this.timeouts.active && (cold[at + COLD_STATE]! & STATE.empty) === 0) this.cut(row);
    this.wheel.link(row, this.dueSecond(row), now);
  }

  /** Gives an update event of each live flow (all of them, or those with packets since the last). */
  private update(now: number): boolean {
    const { table } = this;
    if (this.updated < 0) this.updated = 0;
    for (; this.updated < table.used; this.updated++) {
      if (this.writer.full()) return false;
      const row = this.updated;
      if (table.hot[row * HOT_WORDS + HOT.kind] === 0) continue;
      const at = row * table.coldWords;
      const state = table.cold[at + COLD_STATE]!;
      if ((state & STATE.fresh) === 0 && !this.options.updateSilent) continue;
      table.cold[at + COLD_STATE] = state & ~STATE.fresh;
      if ((state & STATE.empty) === 0) this.writer.write(row, FLOW_EVENT.update, END_REASON.none);
    }
    this.updated = -1;
    const every = this.options.updateSeconds;
    this.nextUpdate += every * Math.max(1, Math.floor((now - this.nextUpdate) / every) + 1);
    return true;
  }
}

/** Milliseconds from the second time to the first; seconds are unsigned 32 bits. */
function milliseconds(seconds: number, nanoseconds: number, fromSeconds: number, fromNanoseconds: number): number {
  return ((seconds >>> 0) - (fromSeconds >>> 0)) * 1000 + (nanoseconds - fromNanoseconds) / 1e6;
}
