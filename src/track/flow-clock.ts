// The tracker's clock: packet time in whole seconds, the sweep it drives over the flow table, and the updates it brings.
//
// No list says which flow is due when: to link and unlink a flow costs several cache misses in other flows' rows, a sweep reads
// rows one after the other for a few nanoseconds each (measured: a wheel of linked slots took 400 ns a flow, the sweeps of its
// life take 60). A late sweep changes no record: a packet that comes after the timeout ends the flow by itself.
import { NO_TIME } from "../core/packet-block.ts";
import { FLOW, STATE } from "./flow-row.ts";
import type { FlowTable } from "./flow-table.ts";
import type { IdleRules } from "./idle.ts";

const { kind: KIND, lastSeconds: LAST_SECONDS, state: FLOW_STATE } = FLOW;

/** A packet older than the newest by more starts the clock anew: another capture, or one stamp was wrong. */
const BACK_SECONDS = 60;
/** The end of a silent flow is told late by this part of the shortest timeout at the most, and by a minute. */
const PART_OF_TIMEOUT = 2;
const SLOWEST_SECONDS = 60;

/** What the clock asks of the tracker. */
export interface Clocked {
  /** True when no record can be written before some are taken. */
  full(): boolean;
  /** The flow was silent for its idle timeout. */
  onIdle(row: number): void;
  /** The flow's record has reached the active timeout. */
  onActive(row: number): void;
  /** It is time for an update of the flow. */
  onUpdate(row: number): void;
}

export class FlowClock {
  /** The newest second of packet time; -1 before the first packet. */
  now = -1;
  withoutTime = 0;
  private readonly table: FlowTable;
  private readonly rules: IdleRules;
  private readonly clocked: Clocked;
  private readonly updateSeconds: number;
  private readonly updateSilent: boolean;
  /** Seconds in which the sweep comes round. */
  private readonly round: number;
  /** The sweep has done its share up to this second; of the next share these rows are left, beginning at `hand`. */
  private swept = 0;
  private left = 0;
  private hand = 0;
  /** The earliest second since the clock began: no flow is older. */
  private began = 0;
  private nextUpdate = Number.POSITIVE_INFINITY;
  private updated = 0;

  constructor(table: FlowTable, rules: IdleRules, clocked: Clocked, updateSeconds: number, updateSilent: boolean) {
    this.table = table;
    this.rules = rules;
    this.clocked = clocked;
    this.updateSeconds = updateSeconds;
    this.updateSilent = updateSilent;
    this.round = Math.max(1, Math.min(SLOWEST_SECONDS, Math.floor(rules.shortestMs / 1000 / PART_OF_TIMEOUT)));
  }

  /**
   * Turns to a packet's second, given as the bits of 32. False when records have to be taken first: the same packet comes again.
   */
  turn(bits: number, nanoseconds: number): boolean {
    if (nanoseconds === NO_TIME) {
      this.withoutTime++;
      return true;
    }
    const second = bits >>> 0;
    if (this.now < 0 || this.now - second > BACK_SECONDS) {
      this.now = second;
      this.swept = second;
      this.began = second - BACK_SECONDS;
      this.nextUpdate = this.updateSeconds > 0 ? second + this.updateSeconds : Number.POSITIVE_INFINITY;
      return true;
    }
    if (second < this.now) return true;
    if (this.rules.expires && !this.sweep(second)) return false;
    if (second >= this.nextUpdate && !this.update(second)) return false;
    this.now = second;
    return true;
  }

  /** The share of the table that the time since the last sweep asks for: all of it after a whole round. */
  private sweep(to: number): boolean {
    const { table, rules } = this;
    const { used } = table;
    if (this.left === 0) this.left = Math.min(used, Math.ceil((used * (to - this.swept)) / this.round));
    const { words, stride } = table;
    const { quickSeconds } = rules;
    const someOld = to - this.began >= rules.timeouts.active / 1000;
    for (; this.left > 0; this.left--) {
      if (this.clocked.full()) return false;
      if (this.hand >= used) this.hand = 0;
      const row = this.hand++;
      const at = row * stride;
      if (words[at + KIND] === 0) continue;
      if (someOld || ((to - words[at + LAST_SECONDS]!) | 0) >= quickSeconds) this.visit(row, to);
    }
    this.swept = to;
    return true;
  }

  private visit(row: number, second: number): void {
    const { rules, table } = this;
    if (rules.silence(row, second) >= rules.timeout(row)) {
      this.clocked.onIdle(row);
      return;
    }
    const state = table.words[row * table.stride + FLOW_STATE]!;
    if ((state & STATE.empty) === 0 && rules.age(row, second) >= rules.timeouts.active) this.clocked.onActive(row);
  }

  /** Updates of live flows: of all, or of those with packets since the last time. */
  private update(second: number): boolean {
    const { table } = this;
    for (; this.updated < table.used; this.updated++) {
      if (this.clocked.full()) return false;
      const at = this.updated * table.stride;
      if (table.words[at + KIND] === 0) continue;
      const state = table.words[at + FLOW_STATE]!;
      if ((state & STATE.fresh) === 0 && !this.updateSilent) continue;
      table.words[at + FLOW_STATE] = state & ~STATE.fresh;
      if ((state & STATE.empty) === 0) this.clocked.onUpdate(this.updated);
    }
    this.updated = 0;
    const late = Math.floor((second - this.nextUpdate) / this.updateSeconds);
    this.nextUpdate += this.updateSeconds * (late + 1);
    return true;
  }
}
