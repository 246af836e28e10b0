// What a tracker can be told, and what it does untold.
import { UsageError } from "../core/errors.ts";
import { type KeyPlan, parseKey } from "./key.ts";
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

/** Options as a program gives them: a key by its name, its fields or a plan; what is left out is as TRACK_DEFAULTS has it. */
export type TrackWords = Partial<Omit<TrackOptions, "key" | "timeouts">> & {
  /** A preset, a comma-separated list of fields, a plan (biflows where it allows them), or all that makes a key. */
  readonly key?: string | KeyPlan | KeyOptions;
  readonly timeouts?: Partial<Timeouts>;
};

/** 16 Mi flows fill the memory that rows can have. */
export const MOST_FLOWS = 16_777_216;

/** Checks and completes; wrong words are a UsageError. */
export function trackOptions(words: TrackWords = {}): TrackOptions {
  const { key, timeouts, ...rest } = words;
  for (const name of Object.keys(rest)) {
    if (!(name in TRACK_DEFAULTS)) throw new UsageError(`track: expected one of ${NAMES}, found "${name}".`);
  }
  const options = { ...TRACK_DEFAULTS, ...rest };
  const { maxFlows, updateSeconds } = options;
  if (!(Number.isInteger(maxFlows) && maxFlows >= 1 && maxFlows <= MOST_FLOWS)) {
    throw new UsageError(`track.maxFlows: expected a whole number from 1 to ${MOST_FLOWS}, found ${maxFlows}.`);
  }
  if (!(Number.isInteger(updateSeconds) && updateSeconds >= 0)) {
    throw new UsageError(
      `track.updateSeconds: expected a whole number of seconds, 0 for never, found ${updateSeconds}.`,
    );
  }
  for (const [name, value] of Object.entries(timeouts ?? {})) {
    if (!(name in DEFAULT_TIMEOUTS)) throw new UsageError(`track.timeouts: there is none of the name "${name}".`);
    if (!(typeof value === "number" && value > 0)) {
      throw new UsageError(
        `track.timeouts.${name}: expected milliseconds above 0 (Infinity for never), found ${value}.`,
      );
    }
  }
  return { ...options, key: keyOptions(key), timeouts: { ...DEFAULT_TIMEOUTS, ...timeouts } };
}

const NAMES = Object.keys(TRACK_DEFAULTS).join(", ");

function keyOptions(key: TrackWords["key"]): KeyOptions {
  if (key === undefined) return TRACK_DEFAULTS.key;
  if (typeof key === "string") return keyOptions(parseKey(key));
  return "plan" in key ? key : { plan: key, biflow: true, icmp: "typeCode" };
}
