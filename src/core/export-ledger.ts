// The exporter's ledger: where every flow went. Given = carried + not exportable + dropped; records = sent + failed; for each destination.

/** Why a flow is not exported: the protocol has no words for it. */
export const NOT_EXPORTABLE = {
  ipv6: "flows of IPv6, which this version of NetFlow cannot carry; --protocol v9 or ipfix can",
  nonIp: "flows without IP addresses, which this version of NetFlow cannot carry; --protocol v9 or ipfix can",
} as const;
export type NotExportable = keyof typeof NOT_EXPORTABLE;

/** Why a flow did not come to be sent, though it could have been. */
export const EXPORT_DROPPED = {
  queueFull: "flows that came while no more could be held for the destination, which was away or too slow",
} as const;
export type ExportDropped = keyof typeof EXPORT_DROPPED;

/** What is noted of flows that are exported all the same. */
export const EXPORT_REMARKS = {
  reverse: "biflows that became two records, one for each direction",
  split: "further records of flows that have more than 4,294,967,295 packets or octets",
  tooLarge: "flows of more than 65,536 such records; what is beyond is cut off",
  startMoved: "flows longer than the 49.6 days that NetFlow can say; their start is written as later than it was",
  withoutTime: "flows that have no time; they are given that of their message",
  wideInterface: "interface numbers above 65,535, written as 0",
  wideAs: "AS numbers above 65,535, written as 23456 (RFC 6793)",
  wideSampling: "messages whose sampling rate is above the 16,383 of the v5 header; it is not said",
} as const;
export type ExportRemark = keyof typeof EXPORT_REMARKS;

/** What an encoder made of the flows it was given. */
export class EncodeCounts {
  /** Flows taken, and those of them that are in messages. */
  flows = 0;
  carried = 0;
  /** Records written: carried + remarks.reverse + remarks.split. */
  records = 0;
  readonly notExportable: Record<NotExportable, number> = zeros(NOT_EXPORTABLE);
  readonly remarks: Record<ExportRemark, number> = zeros(EXPORT_REMARKS);
  /** Values beyond the columns of a batch, by name: they are not exported. */
  readonly otherFields: Map<string, number> = new Map();
}

/** Messages of any kind, the data records in them, and their octets without the headers of UDP, TCP and IP. */
export interface SentCount {
  messages: number;
  records: number;
  octets: number;
}

/** One destination's page. */
export class DestinationLedger {
  /** As it was asked for: udp://192.0.2.1:2055. */
  readonly name: string;
  readonly encoded: EncodeCounts;
  /** Flows meant for it, but for those that are held now: dropped ones, and those in `encoded`. */
  given = 0;
  /** Flows that wait for their turn, while the destination is away or slow. */
  held = 0;
  readonly dropped: Record<ExportDropped, number> = zeros(EXPORT_DROPPED);
  sent: SentCount = { messages: 0, records: 0, octets: 0 };
  /** Made, but not handed over: nobody there, a connection that broke, a refusing system. */
  failed: SentCount = { messages: 0, records: 0, octets: 0 };
  /** Messages of templates and options data among the sent ones. */
  introductions = 0;
  /** Answers that nobody listens on the port (UDP): of the messages sent, at least so many arrived nowhere. */
  refused = 0;
  /** Connections made (TCP, TLS). */
  connections = 0;

  constructor(name: string, encoded: EncodeCounts) {
    this.name = name;
    this.encoded = encoded;
  }

  /** Records that wait for their message to be full, while the run goes on. */
  waiting(): number {
    return this.encoded.records - this.sent.records - this.failed.records;
  }

  /** Flows and records without an explanation, at the end: zero, or there is a fault in this program. */
  unexplained(): { flows: number; records: number } {
    const { encoded, given, held, dropped } = this;
    const { notExportable, remarks } = encoded;
    const named = dropped.queueFull + encoded.carried + notExportable.ipv6 + notExportable.nonIp;
    return {
      flows: Math.abs(given - named) + held,
      records: Math.abs(encoded.carried + remarks.reverse + remarks.split - encoded.records) + Math.abs(this.waiting()),
    };
  }
}

/** All that an exporter can tell of itself. */
export interface ExportSummary {
  /** Flows that were given to it. */
  readonly flows: number;
  /** False while records may still be under way. */
  readonly ended: boolean;
  readonly destinations: readonly DestinationLedger[];
  /** Sentences about destinations that failed. */
  readonly problems: readonly Error[];
}

function zeros<N extends string>(names: Readonly<Record<N, string>>): Record<N, number> {
  return Object.fromEntries(Object.keys(names).map((name) => [name, 0])) as Record<N, number>;
}
