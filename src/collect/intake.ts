// Intake: where every message goes, whether it came by a socket or out of a capture. Allow list, relay, decoder, sink.
import { CollectLedger } from "../core/collect-ledger.ts";
import type { FlowBatch } from "../core/flow-batch.ts";
import { type Message, TRANSPORT } from "../core/message.ts";
import {
  type CounterSample,
  looksLikeFlow,
  MessageDecoder,
  type OptionsRecord,
  type TemplateSnapshot,
} from "../wire/index.ts";
import type { CollectView, RelayCounts } from "./collect-view.ts";
import { Latest } from "./latest.ts";
import { domainOf } from "./message-domain.ts";
import { COLLECT_LIMITS, type CollectOptions, type RecordSink } from "./options.ts";
import { type Peer, Peers } from "./peers.ts";
import type { Relay } from "./relay.ts";
import { createHeaderReader } from "./sampled-headers.ts";

const { udp: UDP } = TRANSPORT;
const PENDING_BATCHES = COLLECT_LIMITS.pendingBatches;
const MOST_PENDING = COLLECT_LIMITS.mostPendingBatches;

export class Intake implements CollectView {
  readonly ledger: CollectLedger = new CollectLedger();
  readonly problems: Error[] = [];
  readonly notes: string[] = [];
  readonly peers: Peers;
  protected readonly decoder: MessageDecoder;
  protected relay: Relay | null = null;
  private readonly telling: Pick<CollectOptions, "onProblem" | "onNote">;
  private readonly sink: RecordSink;
  private readonly counterSamples = new Latest<CounterSample>(COLLECT_LIMITS.counterSources);
  private readonly optionsRecords = new Latest<OptionsRecord>(COLLECT_LIMITS.optionsRecords);
  private readonly drop: boolean;
  private pending = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly drained: (() => void)[] = [];
  /** The sink's own fault: nothing more can be given to it. */
  protected sinkError: Error | null = null;

  /** `drop`: datagrams do not wait while the sink is behind, as nothing but memory could hold them. */
  constructor(options: CollectOptions, drop: boolean) {
    this.drop = drop;
    this.telling = options;
    this.sink = options.sink;
    this.peers = new Peers(options.allow ?? []);
    this.decoder = new MessageDecoder({
      deliver: (batch) => this.deliver(batch),
      ledger: this.ledger,
      headers: createHeaderReader(),
      ...(options.clock === undefined ? {} : { clock: options.clock }),
      ...(options.sampling === undefined ? {} : { sampling: options.sampling }),
      ...(options.limits === undefined ? {} : { limits: options.limits }),
      onOptions: (record) => {
        this.optionsRecords.set(optionsKey(record), record);
        options.onOptions?.(record);
      },
      onCounters: (sample) => {
        this.counterSamples.set(counterKey(sample), sample);
        options.onCounters?.(sample);
      },
    });
  }

  get relays(): readonly RelayCounts[] {
    return this.relay?.counts ?? [];
  }

  aliasOf(exporter: string): string | null {
    return this.peers.find(exporter).alias;
  }

  counters(): readonly CounterSample[] {
    return this.counterSamples.list();
  }

  options(): readonly OptionsRecord[] {
    return this.optionsRecords.list();
  }

  templates(): readonly TemplateSnapshot[] {
    return this.decoder.templates();
  }

  /** True while the sink has more to do than it may keep: streams pause, datagrams are dropped and counted. */
  get behind(): boolean {
    return this.pending >= PENDING_BATCHES;
  }

  /** Judges a message, passes it on and decodes it. `message.exporter` holds the peer's octets. Never throws. */
  protected accept(message: Message, peer: Peer): void {
    if (!peer.allowed || (peer.domains !== null && !isOf(message, peer.domains))) {
      this.unbook(message, "notAllowed");
      return;
    }
    const { relay } = this;
    if (relay !== null && looksLikeFlow(message.bytes, message.start, message.end)) relay.send(message, peer);
    // A stream has been paused by now, and what it still brings was acknowledged to its exporter: it is taken.
    if (this.pending >= MOST_PENDING && this.drop && message.transport === UDP) {
      this.unbook(message, "sinkBehind");
      return;
    }
    this.decoder.decode(message);
  }

  private unbook(message: Message, reason: "notAllowed" | "sinkBehind"): void {
    this.ledger.messages++;
    this.ledger.bytes += message.end - message.start;
    this.ledger.unbooked[reason]++;
  }

  private deliver(batch: FlowBatch): void {
    if (this.sinkError !== null) return;
    try {
      const written = this.sink.write(batch);
      if (written === undefined) return;
      this.pending++;
      written.then(this.written, this.refused);
    } catch (error) {
      this.fail(error as Error);
    }
  }

  private readonly written = (): void => {
    this.pending--;
    if (this.waiting.length > 0 && !this.behind) for (const go of this.waiting.splice(0)) go();
    if (this.pending === 0) for (const go of this.drained.splice(0)) go();
  };

  private readonly refused = (error: Error): void => {
    this.fail(error);
    this.written();
  };

  private fail(error: Error): void {
    if (this.sinkError !== null) return;
    this.sinkError = error;
    this.sinkFailed(error);
  }

  /** A fault, told and kept. */
  readonly problem = (error: Error): void => {
    if (this.problems.length < COLLECT_LIMITS.sentences) this.problems.push(error);
    this.telling.onProblem?.(error);
  };

  /** What a person should know, told and kept. */
  readonly note = (sentence: string): void => {
    if (this.notes.length < COLLECT_LIMITS.sentences) this.notes.push(sentence);
    this.telling.onNote?.(sentence);
  };

  /** One sentence about data that waited for its template in vain until the end. */
  protected tellOfNoTemplate(): void {
    const without = this.ledger.pages.filter(({ noTemplate }) => noTemplate.atEnd > 0);
    const sets = without.reduce((sum, { noTemplate }) => sum + noTemplate.atEnd, 0);
    if (sets === 0) return;
    const exporters = new Set(without.map(({ exporter }) => exporter)).size;
    const [set, exporter] = [sets === 1 ? "set" : "sets", exporters === 1 ? "exporter" : "exporters"];
    this.note(
      `${sets} data ${set} of ${exporters} ${exporter} had no template until the end; collect for longer, or have templates sent more often`,
    );
  }

  protected sinkFailed(_error: Error): void {}

  /** Calls back once, as soon as the sink is not behind any more. */
  whenReady(go: () => void): void {
    if (this.behind) this.waiting.push(go);
    else go();
  }

  /** Resolves when the sink is done with all that it was given. */
  protected sinkDone(): Promise<void> {
    return new Promise((resolve) => {
      if (this.pending === 0) resolve();
      else this.drained.push(resolve);
    });
  }
}

function isOf(message: Message, domains: readonly number[]): boolean {
  return domains.includes(domainOf(message.view, message.start, message.end));
}

function counterKey({ exporter, agent, domain, sourceClass, sourceIndex }: CounterSample): string {
  return `${exporter} ${agent} ${domain} ${sourceClass} ${sourceIndex}`;
}

function optionsKey({ exporter, domain, template, fields, scopes }: OptionsRecord): string {
  return JSON.stringify([exporter, domain, template, ...Object.entries(fields).slice(0, scopes)]);
}
