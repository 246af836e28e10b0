// What a store keeps: limits of age, size, free disk and number of segments. All of them hold at once: the strictest decides.

/** Saved in the store's flowgauge.json as `keep`. Undefined = no such limit. */
export interface KeepPolicy {
  /** Seconds since the end of a segment's interval. */
  readonly ageSeconds?: number | undefined;
  /** Octets of all segments together. */
  readonly octets?: number | undefined;
  /** What shall be free on the disk: a share of it (0 to 1), or octets. */
  readonly freeShare?: number | undefined;
  readonly freeOctets?: number | undefined;
  /** Segments at the most. */
  readonly segments?: number | undefined;
}

const NAMES = ["ageSeconds", "octets", "freeShare", "freeOctets", "segments"] as const;

export function hasLimits(policy: KeepPolicy): boolean {
  return NAMES.some((name) => policy[name] !== undefined);
}

/** The policy in what was parsed from JSON; null where it is none, or says what cannot be. */
export function keepPolicyFrom(value: unknown): KeepPolicy | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const said = value as Record<string, unknown>;
  const policy: Record<string, number> = {};
  for (const [name, limit] of Object.entries(said)) {
    if (!(NAMES as readonly string[]).includes(name)) return null;
    if (typeof limit !== "number" || !(limit >= 0) || (name === "freeShare" && limit >= 1)) return null;
    policy[name] = limit;
  }
  return policy;
}
