// Durations as people write them: 90, 90s, 1h30m, 500ms. Units as softflowd has them: s m h d w, and ms.
import { UsageError } from "./errors.ts";

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Milliseconds of a duration; a bare number is seconds, `none` and `off` are Infinity. `what` names it in the error. */
export function parseDuration(text: string, what: string): number {
  const word = text.trim().toLowerCase();
  if (word === "none" || word === "off") return Number.POSITIVE_INFINITY;
  if (/^\d+(\.\d+)?$/.test(word)) return Number(word) * 1000;
  if (!/^(\d+(\.\d+)?(ms|[smhdw]))+$/.test(word)) {
    throw new UsageError(`${what}: expected a duration such as 30, 90s, 1h30m, 500ms or none, found "${text}".`);
  }
  let sum = 0;
  for (const [, number, unit] of word.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g)) sum += Number(number) * UNITS[unit!]!;
  return sum;
}
