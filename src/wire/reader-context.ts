// What the readers of all formats share: where records go, where they are booked, and how much they may keep.
import type { CollectLedger } from "../core/collect-ledger.ts";
import type { FlowBatch } from "../core/flow-batch.ts";
import type { BatchWriter } from "./batch-writer.ts";
import type { Sources } from "./sources.ts";

/** Decodes a sampled packet header into the columns of a row (sFlow, PSAMP and IPFIX frame sections). */
export interface HeaderReader {
  /**
   * `bytes[from .. from + length]` is the beginning of a packet of a LINKTYPE_, which had `frameLength` octets on the wire
   * (0 = not known). Writes what it finds to the row's columns and leaves the others; gives false where it finds no IP.
   */
  read(
    batch: FlowBatch,
    row: number,
    bytes: Uint8Array,
    from: number,
    length: number,
    linkType: number,
    frameLength: number,
  ): boolean;
}

/** One record of options data (RFC 7011 section 3.4.2.2): what an exporter says of itself. */
export interface OptionsRecord {
  /** Time of receipt, seconds since 1970 UTC. */
  readonly received: number;
  readonly exporter: string;
  readonly domain: number;
  readonly template: number;
  /** Values by element name; the first `scopes` of them are the scope. */
  readonly fields: Readonly<Record<string, string | number | null>>;
  readonly scopes: number;
}

/** One counter sample of sFlow: the counters of an interface or of a whole agent at one time. */
export interface CounterSample {
  readonly received: number;
  readonly exporter: string;
  /** The agent's own address, and its sub-agent. */
  readonly agent: string;
  readonly domain: number;
  /** Class and index of the data source: 0 = interface (its ifIndex), 1 = VLAN, 2 = physical entity. */
  readonly sourceClass: number;
  readonly sourceIndex: number;
  /** Names as in the sFlow structures: ifInOctets, ... Counters of 64 bits beyond 2^53 as text. */
  readonly counters: Readonly<Record<string, number | string>>;
}

/** What one decoder keeps at the most; beyond it the oldest goes first and is counted (docs/limits.md). */
export const WIRE_LIMITS = {
  /** Exporter, port, domain and format together. */
  sources: 10_000,
  templatesPerExporter: 4096,
  templates: 65_536,
  /** Fields of all templates together. */
  templateFields: 524_288,
  fieldsPerTemplate: 1024,
  /** Seconds that a template of a datagram session lives without being sent again (RFC 7011 section 8.4). */
  templateSeconds: 86_400,
  /** Data that came before its template. */
  waitingSeconds: 30,
  waitingOctetsPerExporter: 1_048_576,
  waitingOctets: 33_554_432,
  /** Samplers and interfaces with a sampling rate, and names learned (RFC 5610), per exporter. */
  samplersPerExporter: 1024,
  namesPerExporter: 4096,
  /** Records that a template brings before a function is compiled for it, and such functions in all. */
  compileAfterRecords: 512,
  compiledTemplates: 512,
  structuredDepth: 4,
  /** Values in lists of one message: a template of empty fields makes many out of few octets. */
  listValuesPerMessage: 16_384,
  samplesPerDatagram: 1000,
  sampledHeaderOctets: 4096,
} as const;
export type WireLimits = { readonly [N in keyof typeof WIRE_LIMITS]: number };

export interface ReaderContext {
  readonly writer: BatchWriter;
  readonly sources: Sources;
  readonly ledger: CollectLedger;
  readonly headers: HeaderReader;
  readonly limits: WireLimits;
  /** repair: times of an exporter whose clock is far off are moved to the time of receipt. */
  readonly clock: "repair" | "keep";
  /** Sampling rates that a person set, by exporter address as text; they win over what the exporter says. */
  readonly sampling: ReadonlyMap<string, number>;
  /** Values in lists that the message may still have. */
  readonly lists: { left: number };
  readonly onOptions: ((record: OptionsRecord) => void) | null;
  readonly onCounters: ((sample: CounterSample) => void) | null;
}
