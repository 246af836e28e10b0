// What can be seen of collecting while it runs, whether its messages come from sockets or from captures.
import type { CollectLedger } from "../core/collect-ledger.ts";
import type { CounterSample, OptionsRecord, TemplateSnapshot } from "../wire/index.ts";

/** What became of the messages passed on to one target. */
export interface RelayCounts {
  /** host:port as it was given. */
  readonly target: string;
  /** Handed to the system, and their octets. */
  sent: number;
  bytes: number;
  /** Not sent: too many were on their way, or the system refused. */
  failed: number;
  /** Answers that nobody listens on the port: of the messages sent, at least so many arrived nowhere. */
  refused: number;
  /** The system's last reason; null = none. */
  reason: string | null;
}

export interface CollectView {
  readonly ledger: CollectLedger;
  /** Faults of sockets, files and helper programs, the first one first, at most COLLECT_LIMITS.sentences. */
  readonly problems: readonly Error[];
  /** What a person should know and may change, in sentences. */
  readonly notes: readonly string[];
  readonly relays: readonly RelayCounts[];
  /** The alias that the allow list gives an exporter (address as in the ledger); null = none. */
  aliasOf(exporter: string): string | null;
  /** The last counter sample of each exporter, agent, data source and kind of counters. */
  counters(): readonly CounterSample[];
  /** The last options record of each exporter, domain, template and scope. */
  options(): readonly OptionsRecord[];
  templates(): readonly TemplateSnapshot[];
}
