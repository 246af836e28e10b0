// The tracker's clock: packet time in whole seconds, the wheel it turns, and the updates it brings.
import { NO_TIME } from "../core/packet-block.ts";
import { ExpiryWheel } from "./expiry-wheel.ts";
import { FLOW, STATE } from "./flow-row.ts";
import type { FlowTable } from "./flow-table.ts";
import type { IdleRules } from "./idle.ts";

/** A packet older than the newest by more starts the clock anew: another capture, or one stamp was wrong. */
const BACK_SECONDS = 60;

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
  private readonly wheel: ExpiryWheel;
  private readonly updateSeconds: number;
  private readonly updateSilent: boolean;
  /** The wheel has been turned up to this second; the rows of it that are still to be visited begin at `visiting` - 1. */
  private turned = 0;
  private visiting = 0;
  private nextUpdate = Number.POSITIVE_INFINITY;
  private updated = 0;

  constructor(table: FlowTable, rules: IdleRules, clocked: Clocked, updateSeconds: number, updateSilent: boolean) {
    this.table = table;
    this.rules = rules;
    this.clocked = clocked;
    this.wheel = new ExpiryWheel(table);
    this.updateSeconds = updateSeconds;
    this.updateSilent = updateSilent;
  }

  /** Sees to it that the flow is looked at when it may have ended. */
  watch(row: number): void {
    if (this.rules.expires) this.wheel.link(row, this.rules.dueSecond(row), this.now);
  }

  unwatch(row: number): void {
    if (this.rules.expires) this.wheel.unlink(row);
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
      this.turned = second;
      this.nextUpdate = this.updateSeconds > 0 ? second + this.updateSeconds : Number.POSITIVE_INFINITY;
      return true;
    }
    if (second < this.now) return true;
    if (this.rules.expires && !this.expire(second)) return false;
    if (second >= this.nextUpdate && !this.update(second)) return false;
    this.now = second;
    return true;
  }

  private expire(to: number): boolean {
    const { table } = this;
    if (to - this.turned > ExpiryWheel.turn) this.turned = to - ExpiryWheel.turn;
    while (this.turned < to || this.visiting !== 0) {
      if (this.visiting === 0) this.visiting = this.wheel.take(++this.turned);
      while (this.visiting !== 0) {
        if (this.clocked.full()) return false;
        const row = this.visiting - 1;
        const at = row * table.stride;
        this.visiting = table.words[at + FLOW.next]!;
        table.words[at + FLOW.previous] = 0;
        this.visit(row, to);
      }
    }
    return true;
  }

  private visit(row: number, second: number): void {
    const { rules, table } = this;
    if (rules.silence(row, second) >= rules.timeout(row)) {
      this.clocked.onIdle(row);
      return;
    }
    const state = table.words[row * table.stride + FLOW.state]!;
    if ((state & STATE.empty) === 0 && rules.age(row, second) >= rules.timeouts.active) this.clocked.onActive(row);
    this.wheel.link(row, rules.dueSecond(row), second);
  }

  /** Updates of live flows: of all, or of those with packets since the last time. */
  private update(second: number): boolean {
    const { table } = this;
    for (; this.updated < table.used; this.updated++) {
      if (this.clocked.full()) return false;
      const at = this.updated * table.stride;
      if (table.words[at + FLOW.kind] === 0) continue;
      const state = table.words[at + FLOW.state]!;
      if ((state & STATE.fresh) === 0 && !this.updateSilent) continue;
      table.words[at + FLOW.state] = state & ~STATE.fresh;
      if ((state & STATE.empty) === 0) this.clocked.onUpdate(this.updated);
    }
    this.updated = 0;
    const late = Math.floor((second - this.nextUpdate) / this.updateSeconds);
    this.nextUpdate += this.updateSeconds * (late + 1);
    return true;
  }
}
