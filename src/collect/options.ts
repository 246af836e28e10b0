// What collecting is told: where to listen, whom to believe, where records go.
import type { FlowBatch } from "../core/flow-batch.ts";
import type { CounterSample, OptionsRecord, WireLimits } from "../wire/index.ts";
import type { AllowEntry } from "./allow-list.ts";
import type { ListenAddress } from "./listen-address.ts";
import type { RelayTarget } from "./relay-target.ts";

/** What takes the records. */
export interface RecordSink {
  /**
   * Takes all rows of the batch before it returns: the batch is written over afterwards. A promise says that the rows are on
   * their way and when they are out; while more than COLLECT_LIMITS.pendingBatches of them are open, the sink is behind.
   */
  write(batch: FlowBatch): void | Promise<void>;
}

/** What collecting from sockets and from captures have in common. */
export interface CollectOptions {
  readonly sink: RecordSink;
  /** Exporters that are taken; none given = all. */
  readonly allow?: readonly AllowEntry[];
  /** Collectors that messages are passed on to, unchanged. */
  readonly relay?: readonly RelayTarget[];
  /** The relay's datagrams carry the exporter's address and port as source. Needs root (CAP_NET_RAW). */
  readonly spoof?: boolean;
  /** Sampling rates that a person set, by exporter address as text. */
  readonly sampling?: ReadonlyMap<string, number>;
  /** repair (default): times of an exporter whose clock is far off are moved to the time of receipt, and counted. */
  readonly clock?: "repair" | "keep";
  readonly limits?: Partial<WireLimits>;
  /** A fault while running, and what a person should know: one sentence each. They are kept in `problems` and `notes`, too. */
  readonly onProblem?: (problem: Error) => void;
  readonly onNote?: (sentence: string) => void;
  /** Called for each options record, for those who show them as they come. */
  readonly onOptions?: (record: OptionsRecord) => void;
  /** The same for each counter sample of sFlow. */
  readonly onCounters?: (sample: CounterSample) => void;
}

/** PEM texts. */
export interface TlsFiles {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
  /** Who must have signed an exporter's certificate; none = exporters need no certificate. */
  readonly ca?: string | Buffer;
}

export interface CollectorOptions extends CollectOptions {
  readonly listen: readonly ListenAddress[];
  /** Octets that the kernel is asked to hold of datagrams not yet taken, for each socket. */
  readonly receiveBuffer?: number;
  /** Needed to listen on tls://. */
  readonly tls?: TlsFiles;
  /** Where templates are kept over a restart. */
  readonly templatesFile?: string;
  /** Records are handed to the sink after this time at the latest. */
  readonly flushMs?: number;
  /**
   * The thread sleeps so long each time it has taken all datagrams there were, which halves the cost of receiving at some ten
   * thousand a second. For programs that do nothing else; default 0.
   */
  readonly restMilliseconds?: number;
}

/** What collecting keeps at the most; docs/limits.md. */
export const COLLECT_LIMITS = {
  /** Batches on their way to the sink from which on it is behind: streams pause, datagrams are taken slowly; then dropped. */
  pendingBatches: 128,
  mostPendingBatches: 256,
  receiveBuffer: 67_108_864,
  flushMs: 500,
  /** Stream connections in all, and of one address. */
  connections: 1024,
  connectionsPerAddress: 64,
  /** Octets held of a message that is not whole yet, and seconds without any: then the connection is closed. */
  streamOctets: 65_536,
  streamIdleSeconds: 300,
  handshakeSeconds: 5,
  /** Exporter addresses whose octets, alias and permission are remembered. */
  addresses: 16_384,
  /** Counter samples kept: the last of each source. */
  counterSources: 16_384,
  /** Options records kept: the last of each scope. */
  optionsRecords: 4096,
  /** Datagrams of the relay on their way to one target. */
  relayPending: 1024,
  /** Octets of templates in a file. */
  templatesFileOctets: 67_108_864,
  /** The longest time between two writings; after a change it is a second, while changes do not end ever more. */
  templatesFileSeconds: 30,
  /** Sentences kept of problems and notes. */
  sentences: 100,
  /** Captures: fragmented datagrams and their octets, TCP streams and octets waiting in each. */
  fragmentedDatagrams: 256,
  fragmentOctets: 16_777_216,
  captureStreams: 256,
  captureStreamOctets: 262_144,
} as const;
