// What a tracker can be told, and what it does untold.
import { parseKey } from "./key.ts";
import type { KeyOptions } from "./key-maker.ts";
import { DEFAULT_TIMEOUTS, type Timeouts } from "./timeouts.ts";

export interface TrackOptions {
  readonly key: KeyOptions;
  readonly timeouts: Timeouts;
  /** Live flows at the most; when another comes, the one whose last packet is the oldest is ended (flowEndReason 5). */
  readonly maxFlows: number;
  /** ICMP errors as flows of their own, or counted to the flow whose packet they quote, in that packet's direction. */
  readonly icmpErrors: "own" | "attach";
  /** Who is the source of a biflow: who sent the SYN (else the first packet), or always who sent the first packet. */
  readonly initiator: "syn" | "first";
  /** Give a record when a flow begins. */
  readonly startEvents: boolean;
  /** Give a record of live flows every so many seconds; 0 = never. */
  readonly updateSeconds: number;
  /** Updates also of flows without packets since the last update. */
  readonly updateSilent: boolean;
}

/** 4 Mi flows take about 600 MB. */
export const DEFAULT_MAX_FLOWS = 4_194_304;

export const TRACK_DEFAULTS: TrackOptions = {
  key: { plan: parseKey("5tuple"), biflow: true, icmp: "typeCode" },
  timeouts: DEFAULT_TIMEOUTS,
  maxFlows: DEFAULT_MAX_FLOWS,
  icmpErrors: "own",
  initiator: "syn",
  startEvents: false,
  updateSeconds: 0,
  updateSilent: false,
};
