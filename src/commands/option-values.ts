// Values of options as people write them, for every command: numbers, sizes, durations.
import { parseDuration } from "../core/duration.ts";
import { UsageError } from "../core/errors.ts";

export { fieldList } from "../core/field-list.ts";

/** For options that may be given several times. */
export function repeated(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

export function whole(text: string, option: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`${option}: expected a whole number from ${least} to ${most}, found "${text}".`);
}

const SIZES: Record<string, number> = { "": 1, K: 1024, M: 1_048_576, G: 1_073_741_824, T: 1024 ** 4 };

/** Octets: 65536, 512K, 64M. */
export function octets(text: string, option: string, least: number, most: number): number {
  const [, digits = "", unit = ""] = /^(\d+)([KMGT]?)(?:i?B)?$/i.exec(text) ?? [];
  const value = Number(digits) * SIZES[unit.toUpperCase()]!;
  if (digits !== "" && value >= least && value <= most) return value;
  throw new UsageError(`${option}: expected octets from ${least} to ${most}, such as 512K or 64M, found "${text}".`);
}

/** What a timer of the system can wait: beyond 2^31 milliseconds it would not wait at all. */
const LONGEST = "24d";
const LONGEST_MS = 24 * 86_400_000;

/** Milliseconds that are waited, `least` (a duration) at the least; Infinity where that is said. */
export function waitingTime(text: string, option: string, least: string): number {
  const milliseconds = parseDuration(text, option);
  if (milliseconds === Number.POSITIVE_INFINITY) return milliseconds;
  if (milliseconds >= parseDuration(least, option) && milliseconds <= LONGEST_MS) return milliseconds;
  throw new UsageError(`${option}: expected a duration from ${least} to ${LONGEST}, or none, found "${text}".`);
}
