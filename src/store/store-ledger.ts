// The store's ledger: what became of everything that was received, by exporter and hour, as lines of ledger/DAY.ndjson.

/**
 * What was counted since the line before: who reads adds up the lines of one hour, exporter, domain and format. Counts that are zero
 * are left out.
 */
export interface LedgerLine {
  /** Beginning of the hour of receipt, RFC 3339 UTC: "2026-11-21T12:00:00Z". */
  readonly hour: string;
  /** Address as the collector's ledger has it; "" = what belongs to no exporter. */
  readonly exporter: string;
  readonly domain: number;
  /** "NetFlow v9"; "packets" = flows made of packets here; "" = what belongs to none. */
  readonly format: string;
  readonly counts: LedgerCounts;
  /** Spools whose flows are counted from here on: recovery does not count them again. */
  readonly spools?: readonly string[] | undefined;
}

/** Names and counts; all of them only add up. */
export interface LedgerCounts {
  readonly messages?: number;
  /** Octets of messages. */
  readonly bytes?: number;
  /** Flow records given on by the decoder. */
  readonly records?: number;
  /** Records that sequence numbers say are missing. What comes late is taken off again: may be negative. */
  readonly lostRecords?: number;
  readonly lostMessages?: number;
  /** Datagrams that the kernel dropped (exporter ""). */
  readonly kernelDrops?: number;
  /** By reason: those of REFUSED, and for exporter "" those of UNBOOKED. */
  readonly refused?: Readonly<Record<string, number>>;
  /** Sets of data whose template never came, by what became of them. */
  readonly noTemplate?: Readonly<Record<string, number>>;
  /** Records that a filter left out. */
  readonly filtered?: number;
  readonly deduplicated?: number;
  /** Records beyond --count. */
  readonly beyond?: number;
  /** Flow records written to the spool. */
  readonly stored?: number;
  /** Flow records not written, by reason: those of NOT_STORED. */
  readonly notStored?: Readonly<Record<string, number>>;
}

/** Why flows that were to be stored are not. */
export const NOT_STORED = {
  diskFull: "the disk was full for longer than memory lasted (--store-memory)",
  writeFailed: "the disk could not be written to",
  tooSlow: "the disk was slower than what came, for longer than memory lasted (--store-memory)",
} as const;
export type NotStored = keyof typeof NOT_STORED;
