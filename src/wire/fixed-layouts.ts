// The layouts of NetFlow v1, v5 and v7 (Cisco, "NetFlow Export Datagram Formats"): where they differ, in octets.

/** v1, v5 and v7 have the same first 36 octets of a record, and `prot` and `tos` in the same place. */
export interface FixedLayout {
  readonly version: 1 | 5 | 7;
  readonly headerOctets: number;
  readonly recordOctets: number;
  /** Records of a message at the most. */
  readonly most: number;
  readonly flags: number;
  /** AS numbers and prefix lengths at 40 to 45, a flow sequence in the header. */
  readonly routed: boolean;
}

export const FIXED_LAYOUTS = {
  v1: { version: 1, headerOctets: 16, recordOctets: 48, most: 24, flags: 40, routed: false },
  v5: { version: 5, headerOctets: 24, recordOctets: 48, most: 30, flags: 37, routed: true },
  v7: { version: 7, headerOctets: 24, recordOctets: 52, most: 27, flags: 37, routed: true },
} as const satisfies Record<string, FixedLayout>;
