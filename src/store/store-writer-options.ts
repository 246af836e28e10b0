// What a StoreWriter is asked for, the limits that it holds, and how it stands.
import type { KeepPolicy } from "./keep-policy.ts";
import type { LedgerSources } from "./ledger-writer.ts";
import type { NotStored } from "./store-ledger.ts";

export interface StoreWriterOptions {
  /** Seconds of an interval, 1 to 86,400. */
  readonly intervalSeconds: number;
  /** A command for each segment (on-seal.ts); null = none. */
  readonly onSeal: string | null;
  /** Octets of flows that wait in memory while the disk does not take them. */
  readonly memoryOctets: number;
  /**
   * Flows come whether we are ready or not: what does not fit into memory is dropped, and the end is quick. Otherwise who writes is
   * asked to wait, a full disk is an error, and the end waits until everything is sealed.
   */
  readonly live: boolean;
  /** What a person should know, and what went wrong: sentences. Not the same one over and over. */
  readonly onNote: (sentence: string) => void;
  /** What is kept from now on; undefined, or without limits = as it was. */
  readonly keep?: KeepPolicy | undefined;
  /** For the store's ledger. */
  readonly ledger?: LedgerSources | undefined;
  /** False: flows stay in the spool until another run seals them. */
  readonly seal?: boolean | undefined;
}

export const STORE_DEFAULTS = { intervalSeconds: 300, memoryOctets: 268_435_456 } as const;
export const STORE_LIMITS = {
  leastIntervalSeconds: 1,
  mostIntervalSeconds: 86_400,
  /** A spool is sealed after so long, however long the interval is: nobody asks many small files. */
  mostSpoolSeconds: 600,
  chunkMs: 900,
  chunkOctets: 67_108_864,
  sweepMs: 10_000,
  /** What could not be sealed is tried again; while nothing is sealed, limits of age hold, too. */
  retryMs: 600_000,
  /** How long the end may take when flows are live: for what waits to be written, then for sealing. */
  endWriteMs: 2000,
  endSealMs: 2000,
} as const;

/** How a store stands that is being written. */
export interface StoreSummary {
  readonly folder: string;
  /** Flows on the disk, and their octets in the spool. */
  readonly stored: number;
  readonly octets: number;
  /** Flows that wait in memory. */
  readonly waiting: number;
  readonly notStored: Readonly<Record<NotStored, number>>;
  /** Segments written by this run and their flows, those that other runs had left included. */
  readonly segments: number;
  readonly sealed: number;
  /** Spools that are not sealed yet. */
  readonly unsealedSpools: number;
  /** Flows of a run that was killed, found in chunks without a name. */
  readonly recovered: number;
  readonly onSeal: { readonly done: number; readonly failed: number; readonly dropped: number } | null;
  /** Sentences about what went wrong. */
  readonly problems: readonly string[];
}
