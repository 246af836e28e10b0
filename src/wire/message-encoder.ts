// FlowBatch in, messages out: what the writers of all formats have in common, and the one that a protocol asks for.
import type { EncodeCounts, SentCount } from "../core/export-ledger.ts";
import type { FlowBatch } from "../core/flow-batch.ts";
import { FixedWriter } from "./fixed-writer.ts";
import { TemplateWriter } from "./template-writer.ts";

export const EXPORT_PROTOCOLS = ["v1", "v5", "v7", "v9", "ipfix"] as const;
export type ExportProtocol = (typeof EXPORT_PROTOCOLS)[number];

/** Units of the times in IPFIX (RFC 7011 section 6.1.7 to 6.1.10). */
export const EXPORT_TIMES = ["sec", "milli", "micro", "nano"] as const;
export type ExportTimes = (typeof EXPORT_TIMES)[number];

export interface MessageEncoderOptions {
  readonly protocol: ExportProtocol;
  /** Observation domain, source id, or engine type * 256 + engine id. v1 and v7 have no place for it. */
  readonly domain: number;
  /** IPFIX only: both directions in one record (RFC 5103). Else a biflow becomes two records. */
  readonly biflow: boolean;
  /** IPFIX only. */
  readonly times: ExportTimes;
  /** One of so many packets was counted, to be announced; 0 = as the records say. */
  readonly sampling: number;
  /** Octets of a message at the most. */
  readonly messageOctets: number;
  /** Messages have the time when they are made, as of an interface; else that of the latest record in them. */
  readonly realClock: boolean;
}

/**
 * Writes messages one after the other into octets that its user gives it. The way of a batch: `load` rows; while `introductionDue`,
 * send what `introduce` writes; while `fill` says that the message is full, `finish` and send it; what is left stays for the next batch.
 */
export interface MessageEncoder {
  readonly counts: EncodeCounts;
  /** Records in the message that is being written. */
  readonly pending: number;
  /** True when templates and options data have to be sent before anything else. */
  readonly introductionDue: boolean;
  /** The next message is written to these octets, `messageOctets` long at least. Not while records are pending. */
  use(bytes: Uint8Array): void;
  /**
   * Takes the rows `rows[from..to)` of a batch, which must stay as it is until they are in messages. Gives the first row that is not
   * taken: less than `to` where times lie too far apart for one message; `from` itself when the pending message has to go first.
   */
  load(batch: FlowBatch, rows: Int32Array, from: number, to: number): number;
  /** Writes what is loaded. True when the message is full and there is more. */
  fill(): boolean;
  /** Completes the message and gives its length in octets; 0 when there is none. */
  finish(): number;
  /** Templates and options data are to be sent again. */
  renew(): void;
  /** The same over a new connection, where sequence numbers begin again (RFC 7011 section 3.1). */
  restart(): void;
  /**
   * Writes one message of templates and options data to other octets; gives its length, 0 when there is no more to say.
   * `sent` is what the options data tell of the exporter.
   */
  introduce(bytes: Uint8Array, sent: SentCount): number;
}

export function createMessageEncoder(options: MessageEncoderOptions): MessageEncoder {
  const { protocol } = options;
  if (protocol === "v9" || protocol === "ipfix") return new TemplateWriter(protocol, options);
  return new FixedWriter(protocol, options);
}
