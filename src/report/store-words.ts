// Words of a store's reports: spans as people set them, times of UTC, what is kept.
import type { ForecastLimit, KeepPolicy } from "../store/index.ts";
import { counted, withUnit } from "./quantity.ts";

const UNITS = [
  [86_400, "d"],
  [3600, "h"],
  [60, "min"],
] as const;

/** Of an interval: "5 min", "1 h", "90 d", "7 s". */
export function spanText(seconds: number): string {
  for (const [length, unit] of UNITS)
    if (seconds >= length && seconds % length === 0) return `${seconds / length} ${unit}`;
  for (const [length, unit] of UNITS) if (seconds >= 10 * length) return `${Math.round(seconds / length)} ${unit}`;
  return `${seconds} s`;
}

/** "2026-11-21 12:00:00": UTC, as names of segments have it. */
export function utcText(seconds: number): string {
  return isoText(seconds).slice(0, 19).replace("T", " ");
}

/** "2026-11-21T12:00:00Z" */
export function isoText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.000Z$/, "Z");
}

/** "now", "5 hours", "12 days" */
export function daysText(days: number): string {
  if (days === 0) return "now";
  if (days < 2) return counted(Math.max(1, Math.round(days * 24)), "hour");
  return counted(Math.round(days), "day");
}

/** Each limit of a policy in words. */
export function keepWords({ ageSeconds, octets, freeShare, freeOctets, segments }: KeepPolicy): string[] {
  return [
    ...(ageSeconds === undefined ? [] : [`flows of ${spanText(ageSeconds)}`]),
    ...(octets === undefined ? [] : [`${withUnit(octets, "B")} at the most`]),
    ...(freeShare === undefined ? [] : [`${Number((freeShare * 100).toFixed(2))}% of the disk free`]),
    ...(freeOctets === undefined ? [] : [`${withUnit(freeOctets, "B")} of the disk free`]),
    ...(segments === undefined ? [] : [`${counted(segments, "segment")} at the most`]),
  ];
}

export const LIMIT_WORDS: Readonly<Record<ForecastLimit, string>> = {
  size: "the limit of size",
  free: "the limit of free disk",
  disk: "the end of the disk",
};
