// When a flow ends: idle timeouts by protocol and TCP state, and the active timeout, named as softflowd names them.
import { parseDuration } from "../core/duration.ts";
import { UsageError } from "../core/errors.ts";

/** Milliseconds; Infinity = never. A flow ends when it was silent for its idle timeout or longer. */
export interface Timeouts {
  readonly general: number;
  readonly tcp: number;
  /** TCP after a RST. */
  readonly "tcp.rst": number;
  /** TCP after a FIN from both ends (uniflows: from the one). */
  readonly "tcp.fin": number;
  readonly udp: number;
  readonly icmp: number;
  /** A record is given when it is this old, however busy the flow is. */
  readonly active: number;
}

const SECOND = 1000;

/** softflowd's defaults (softflowd.h; the active timeout is its maxlife). */
export const DEFAULT_TIMEOUTS: Timeouts = {
  general: 3600 * SECOND,
  tcp: 3600 * SECOND,
  "tcp.rst": 120 * SECOND,
  "tcp.fin": 300 * SECOND,
  udp: 300 * SECOND,
  icmp: 300 * SECOND,
  active: 604_800 * SECOND,
};

const NEVER = Number.POSITIVE_INFINITY;

/** One flow per key, whatever the times. */
export const NO_TIMEOUTS: Timeouts = {
  general: NEVER,
  tcp: NEVER,
  "tcp.rst": NEVER,
  "tcp.fin": NEVER,
  udp: NEVER,
  icmp: NEVER,
  active: NEVER,
};

/** All idle timeouts alike, no active one. */
export function idleTimeouts(milliseconds: number): Timeouts {
  const names = Object.keys(NO_TIMEOUTS).filter((name) => name !== "active");
  return { ...NO_TIMEOUTS, ...Object.fromEntries(names.map((name) => [name, milliseconds])) };
}

/** Applies settings such as `tcp=1h30m`, `maxlife=5m`, `idle=60s` (all idle ones) or `none`, one after the other. */
export function parseTimeouts(settings: readonly string[]): Timeouts {
  let timeouts = DEFAULT_TIMEOUTS;
  for (const setting of settings.flatMap((text) => text.split(","))) {
    if (setting === "none") {
      timeouts = NO_TIMEOUTS;
      continue;
    }
    const [word, value, ...more] = setting.split("=");
    if (word === undefined || value === undefined || more.length > 0) throw wrongName(setting);
    const milliseconds = parseDuration(value, `--timeout ${word}`);
    if (word === "idle") timeouts = { ...idleTimeouts(milliseconds), active: timeouts.active };
    else if (word === "active" || word === "maxlife")
      timeouts = { ...timeouts, active: milliseconds === 0 ? NEVER : milliseconds };
    else if (Object.hasOwn(timeouts, word)) timeouts = { ...timeouts, [word]: milliseconds };
    else throw wrongName(setting);
  }
  return timeouts;
}

function wrongName(setting: string): UsageError {
  const names = [...Object.keys(DEFAULT_TIMEOUTS), "maxlife", "idle"].join(", ");
  return new UsageError(
    `--timeout: expected NAME=DURATION with one of ${names}, or none; found "${setting}" (try --timeout tcp=1h30m).`,
  );
}
