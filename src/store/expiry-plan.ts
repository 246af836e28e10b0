// Which segments have to go, by the limits of a KeepPolicy: the oldest ones, as many as the strictest limit asks for, never the newest.
import type { Segment } from "./catalog.ts";
import type { KeepPolicy } from "./keep-policy.ts";

export interface StoredSegment extends Segment {
  readonly octets: number;
}

export interface StoreFacts {
  /** Seconds since 1970 UTC. */
  readonly now: number;
  /** Octets of the store that are no segments: the spool. */
  readonly otherOctets: number;
  /** Octets of files that were replaced or expired already, and are about to be deleted. */
  readonly leavingOctets: number;
  /** Octets of the disk, free ones as this user may fill them. Null where the system does not say. */
  readonly disk: { readonly free: number; readonly total: number } | null;
}

export const EXPIRY_RULES = ["age", "size", "free", "count"] as const;
export type ExpiryRule = (typeof EXPIRY_RULES)[number];

export interface ExpiringSegment extends StoredSegment {
  /** The rules that ask for it, each of which would be enough. */
  readonly rules: readonly ExpiryRule[];
}

export interface ExpiryPlan {
  readonly expiring: readonly ExpiringSegment[];
  readonly kept: readonly StoredSegment[];
  /** Rules that would ask for the newest segment, too, which stays. */
  readonly unmet: readonly ExpiryRule[];
}

export function planExpiry(segments: readonly StoredSegment[], policy: KeepPolicy, facts: StoreFacts): ExpiryPlan {
  const sorted = [...segments].sort(byEnd);
  const asked = EXPIRY_RULES.map((rule) => ({ rule, count: RULES[rule](sorted, policy, facts) }));
  const most = Math.max(...asked.map(({ count }) => count));
  const count = Math.min(most, Math.max(0, sorted.length - 1));
  const expiring = sorted.slice(0, count).map((segment, i) => ({
    ...segment,
    rules: asked.filter((one) => one.count > i).map(({ rule }) => rule),
  }));
  const unmet = asked.filter((one) => one.count > count).map(({ rule }) => rule);
  return { expiring, kept: sorted.slice(count), unmet };
}

/** Seconds since 1970 UTC: flows of the segment ended before. */
export function endOf({ start, length }: Segment): number {
  return start + length;
}

function byEnd(a: StoredSegment, b: StoredSegment): number {
  return endOf(a) - endOf(b) || a.start - b.start || (a.path < b.path ? -1 : 1);
}

/** How many of the oldest segments each rule asks for. */
const RULES: Readonly<
  Record<ExpiryRule, (sorted: readonly StoredSegment[], policy: KeepPolicy, facts: StoreFacts) => number>
> = {
  age(sorted, { ageSeconds }, { now }) {
    if (ageSeconds === undefined) return 0;
    const young = sorted.findIndex((segment) => endOf(segment) > now - ageSeconds);
    return young < 0 ? sorted.length : young;
  },
  size(sorted, { octets }, { otherOctets }) {
    if (octets === undefined) return 0;
    const all = sorted.reduce((sum, segment) => sum + segment.octets, otherOctets);
    return oldestOf(sorted, all - octets);
  },
  free(sorted, policy, { disk, leavingOctets }) {
    const wanted = wantedFree(policy, disk);
    return disk === null || wanted === null ? 0 : oldestOf(sorted, wanted - disk.free - leavingOctets);
  },
  count(sorted, { segments }) {
    return segments === undefined ? 0 : Math.max(0, sorted.length - segments);
  },
};

/** Octets that shall be free on the disk; null = no such limit, or the disk is not known. */
export function wantedFree({ freeShare, freeOctets }: KeepPolicy, disk: StoreFacts["disk"]): number | null {
  if (freeShare === undefined && freeOctets === undefined) return null;
  if (freeShare === undefined || disk === null) return freeOctets ?? null;
  return Math.max(Math.floor(freeShare * disk.total), freeOctets ?? 0);
}

/** How many of the first segments have so many octets. */
function oldestOf(sorted: readonly StoredSegment[], octets: number): number {
  let left = octets;
  let count = 0;
  while (left > 0 && count < sorted.length) left -= sorted[count++]!.octets;
  // More than all there are was asked for.
  return left > 0 ? sorted.length + 1 : count;
}
