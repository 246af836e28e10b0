// Figures of one row: rates, times, state.
import { TOP_STATES, type TopRates, type TopState } from "../core/top-view.ts";
import { STATE_SECONDS } from "./live-options.ts";
import { sumSeconds } from "./rings.ts";
import { BIT, FLOAT, ROW, STRIDE, WIDE } from "./row.ts";
import type { Rows } from "./row-table.ts";

/** The time that rows are looked at: the second that goes on, and the table's first one. */
export interface Moment {
  readonly now: number;
  readonly since: number;
}

/** Octets or packets a second of the last `seconds` whole ones, less where the table is younger. */
export function rateOf(rows: Rows, row: number, which: number, seconds: number, { now, since }: Moment): number {
  const from = Math.max(now - seconds, Math.min(since, now - 1));
  return sumSeconds(rows.words, rows.floats, row * STRIDE, which, from, now) / (now - from);
}

export function ratesOf(rows: Rows, row: number, seconds: number, moment: Moment): TopRates {
  return {
    bytes: rateOf(rows, row, FLOAT.bytes, seconds, moment),
    packets: rateOf(rows, row, FLOAT.packets, seconds, moment),
  };
}

/** 0 = from who began, 1 = to it. Of groups: out and in. */
export function counterOf(rows: Rows, row: number, which: "packets" | "bytes", direction: 0 | 1): number {
  const at = row * STRIDE;
  const fromB = (rows.words[at + ROW.bits]! & BIT.fromB) !== 0;
  return rows.wide[((at + WIDE[which]) >> 1) + (fromB === (direction === 0) ? 1 : 0)]!;
}

export function bothOf(rows: Rows, row: number, which: "packets" | "bytes"): number {
  const half = (row * STRIDE + WIDE[which]) >> 1;
  return rows.wide[half]! + rows.wide[half + 1]!;
}

export function firstOf(rows: Rows, row: number): number {
  return rows.wide[(row * STRIDE + WIDE.first) >> 1]!;
}

export function lastOf(rows: Rows, row: number): number {
  return rows.wide[(row * STRIDE + WIDE.last) >> 1]!;
}

export function stateOf(rows: Rows, row: number, now: number): TopState {
  return TOP_STATES[stateRank(rows, row, now)]!;
}

/** Index into TOP_STATES. */
export function stateRank(rows: Rows, row: number, now: number): number {
  const at = row * STRIDE;
  if (rows.words[at + ROW.liveFlows] === 0) return 3;
  if (now - lastOf(rows, row) / 1000 >= STATE_SECONDS.idle) return 2;
  return now - firstOf(rows, row) / 1000 < STATE_SECONDS.fresh ? 0 : 1;
}

/** Seconds. */
export function ageOf(rows: Rows, row: number, now: number): number {
  const ended = rows.words[row * STRIDE + ROW.liveFlows] === 0;
  const to = ended ? lastOf(rows, row) : Math.max(now * 1000, lastOf(rows, row));
  return Math.max(0, to - firstOf(rows, row)) / 1000;
}

export function idleOf(rows: Rows, row: number, now: number): number {
  return Math.max(0, now - lastOf(rows, row) / 1000);
}
