// How long a flow may be silent, by its protocol and its TCP state.
import { FLOW, isIcmp, STATE } from "./flow-row.ts";
import type { FlowTable } from "./flow-table.ts";
import type { Timeouts } from "./timeouts.ts";

const BOTH_FINS = STATE.finA | STATE.finB;

export class IdleRules {
  readonly timeouts: Timeouts;
  /** Some timeout can end a flow. */
  readonly expires: boolean;
  /** A silence of fewer whole seconds ends no flow of any kind. */
  readonly quickSeconds: number;
  /** A record younger than so many whole seconds has not reached the active timeout; none is, where a timeout is below a second. */
  readonly quickAgeSeconds: number;
  /** The shortest of all timeouts, the active one included. */
  readonly shortestMs: number;
  private readonly table: FlowTable;
  private readonly biflow: boolean;

  constructor(table: FlowTable, timeouts: Timeouts, biflow: boolean) {
    this.table = table;
    this.timeouts = timeouts;
    this.biflow = biflow;
    const { active, ...idle } = timeouts;
    const shortest = Math.min(...Object.values(idle));
    this.shortestMs = Math.min(shortest, active);
    this.expires = Number.isFinite(this.shortestMs);
    this.quickSeconds = Math.min(Math.floor(shortest / 1000) - 1, 0x3fff_ffff);
    this.quickAgeSeconds = shortest < 1000 ? -1 : Math.min(Math.floor(active / 1000) - 1, 0x3fff_ffff);
  }

  /** TCP that has said its end: a RST, or a FIN from each end there is a record of. */
  finished(row: number): boolean {
    const { words, stride } = this.table;
    const at = row * stride;
    return (words[at + FLOW.kind]! & 0xff) === 6 && this.said(words[at + FLOW.state]!);
  }

  private said(state: number): boolean {
    if ((state & STATE.rst) !== 0) return true;
    return this.biflow ? (state & BOTH_FINS) === BOTH_FINS : (state & BOTH_FINS) !== 0;
  }

  /** Milliseconds of silence after which a flow has ended. */
  timeout(row: number): number {
    const { words, stride } = this.table;
    const at = row * stride;
    const { timeouts } = this;
    const kind = words[at + FLOW.kind]!;
    const proto = kind & 0xff;
    if (proto === 6) {
      const state = words[at + FLOW.state]!;
      if ((state & STATE.rst) !== 0) return timeouts["tcp.rst"];
      return this.said(state) ? timeouts["tcp.fin"] : timeouts.tcp;
    }
    if (proto === 17) return timeouts.udp;
    return isIcmp(kind) ? timeouts.icmp : timeouts.general;
  }

  /** Milliseconds of silence at a second. */
  silence(row: number, second: number): number {
    const { words, stride } = this.table;
    const at = row * stride;
    return milliseconds(second, 0, words[at + FLOW.lastSeconds]!, words[at + FLOW.lastNanoseconds]!);
  }

  /** Milliseconds since the start of the record at a second. */
  age(row: number, second: number): number {
    const { words, stride } = this.table;
    const at = row * stride;
    return milliseconds(second, 0, words[at + FLOW.startSeconds]!, words[at + FLOW.startNanoseconds]!);
  }
}

/** Milliseconds from the second time to the first; seconds are unsigned 32 bits. */
export function milliseconds(
  seconds: number,
  nanoseconds: number,
  fromSeconds: number,
  fromNanoseconds: number,
): number {
  return ((seconds >>> 0) - (fromSeconds >>> 0)) * 1000 + (nanoseconds - Math.max(0, fromNanoseconds)) / 1e6;
}
