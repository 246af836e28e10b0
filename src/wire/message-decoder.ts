// Message in, FlowBatch out: recognises the format by content and hands the message to its reader.
import { parseAddress } from "../core/address.ts";
import type { CollectLedger } from "../core/collect-ledger.ts";
import type { FlowBatch } from "../core/flow-batch.ts";
import { Message, readU32 } from "../core/message.ts";
import { BatchWriter } from "./batch-writer.ts";
import { ExportClock } from "./export-clock.ts";
import { type FixedFormat, FixedReader } from "./fixed-format.ts";
import { readIpfix } from "./ipfix.ts";
import { NETFLOW_V1 } from "./netflow-v1.ts";
import { NETFLOW_V5 } from "./netflow-v5.ts";
import { NETFLOW_V7 } from "./netflow-v7.ts";
import { NETFLOW_V8 } from "./netflow-v8.ts";
import { readNetflowV9 } from "./netflow-v9.ts";
import {
  type CounterSample,
  type HeaderReader,
  type OptionsRecord,
  type ReaderContext,
  WIRE_LIMITS,
  type WireLimits,
} from "./reader-context.ts";
import { RecordCompiler } from "./record-compiler.ts";
import { RecordReader } from "./record-reader.ts";
import { SetReader } from "./set-reader.ts";
import { SflowReader } from "./sflow.ts";
import { type Source, Sources } from "./sources.ts";
import { describeField, numbered, Template } from "./template.ts";
import { isTemplateSnapshot, snapshotsOf, type TemplateSnapshot } from "./template-snapshot.ts";
import { TemplateStore } from "./template-store.ts";
import { WaitingData } from "./waiting-data.ts";

export interface MessageDecoderOptions {
  /** Takes records. The batch is the decoder's again when it returns. */
  readonly deliver: (batch: FlowBatch) => void;
  readonly ledger: CollectLedger;
  readonly headers: HeaderReader;
  /** repair (default): times of an exporter whose clock is far off are moved to the time of receipt, and counted. */
  readonly clock?: "repair" | "keep";
  /** Sampling rates that a person set, by exporter address as text. */
  readonly sampling?: ReadonlyMap<string, number>;
  readonly onOptions?: (record: OptionsRecord) => void;
  readonly onCounters?: (sample: CounterSample) => void;
  readonly limits?: Partial<WireLimits>;
}

/** Formats with records of a constant layout, by version. */
const FIXED: (FixedFormat | undefined)[] = [];
for (const format of [NETFLOW_V1, NETFLOW_V5, NETFLOW_V7, NETFLOW_V8]) FIXED[format.format] = format;

/** Seconds between two searches for templates that are too old. */
const TEMPLATES_EVERY = 60;

/** Decodes the messages of any number of exporters. Never throws for what is in a message. */
export class MessageDecoder {
  private readonly context: ReaderContext;
  private readonly ledger: CollectLedger;
  private readonly sources: Sources;
  private readonly clock: ExportClock;
  private readonly fixed: FixedReader;
  private readonly sets: SetReader;
  private readonly sflow: SflowReader;
  private readonly store: TemplateStore;
  private readonly waiting: WaitingData;
  private templatesChecked = 0;

  constructor(options: MessageDecoderOptions) {
    const limits: WireLimits = { ...WIRE_LIMITS, ...options.limits };
    const sampling = options.sampling ?? new Map<string, number>();
    this.ledger = options.ledger;
    this.sources = new Sources(options.ledger, limits.sources, sampling, (source) => this.forget(source));
    this.context = {
      writer: new BatchWriter(options.deliver),
      sources: this.sources,
      ledger: options.ledger,
      headers: options.headers,
      limits,
      clock: options.clock ?? "repair",
      sampling,
      lists: { left: 0 },
      onOptions: options.onOptions ?? null,
      onCounters: options.onCounters ?? null,
    };
    this.clock = new ExportClock(this.context.clock === "repair");
    const compiler = new RecordCompiler(this.context.writer, limits.compileAfterRecords, limits.compiledTemplates);
    const records = new RecordReader(this.context, this.clock, compiler);
    this.store = new TemplateStore(limits, this.sources, ({ plan }) => compiler.drop(plan));
    this.waiting = new WaitingData(limits);
    this.fixed = new FixedReader(this.context, this.clock, records);
    this.sets = new SetReader(this.context, this.clock, records, this.store, this.waiting);
    this.sflow = new SflowReader(this.context);
  }

  /** Decodes one message and books it. Records are delivered when a batch is full, or by `flush`. */
  decode(message: Message): void {
    const { ledger } = this;
    const { bytes, start, end } = message;
    ledger.messages++;
    ledger.bytes += end - start;
    const version = end - start >= 4 ? (bytes[start]! << 8) | bytes[start + 1]! : -1;
    if (version === 9) {
      readNetflowV9(message, this.context, this.clock, this.sets);
    } else if (version === 10) {
      readIpfix(message, this.context, this.clock, this.sets);
    } else if (version === 0) {
      // sFlow numbers its versions in four octets.
      this.sflow.read(message);
    } else {
      const format = version > 0 && version < FIXED.length ? FIXED[version] : undefined;
      if (format !== undefined) this.fixed.read(message, format);
      else ledger.unbooked.notFlow++;
    }
  }

  /** Delivers the records that there are. */
  flush(): void {
    this.context.writer.flush();
  }

  /** Lets go what is too old: waiting data, templates. Call it about once a second. */
  tick(nowSeconds: number): void {
    this.waiting.expire(nowSeconds);
    if (nowSeconds - this.templatesChecked < TEMPLATES_EVERY) return;
    this.templatesChecked = nowSeconds;
    this.store.expire(this.sources, nowSeconds);
  }

  /** The run ends: data that still waits for its template is refused. */
  end(): void {
    this.waiting.end();
  }

  /** A stream was closed: its templates are gone (RFC 7011 section 8.4). */
  closeSession(session: number): void {
    for (const source of this.sources) if (source.session === session) this.sources.remove(source);
  }

  /** Rises with each template that comes or goes. */
  get templateChanges(): number {
    return this.store.changes;
  }

  /** The templates of datagram sessions, to be kept over a restart. */
  templates(): TemplateSnapshot[] {
    return snapshotsOf(this.sources);
  }

  /** Takes templates of the last run; what does not make sense among them is left out. Gives how many were taken. */
  restore(templates: readonly unknown[]): number {
    let taken = 0;
    for (const snapshot of templates) if (isTemplateSnapshot(snapshot) && this.take(snapshot)) taken++;
    return taken;
  }

  private take({ exporter, port, domain, format, id, scopes, fields, seen }: TemplateSnapshot): boolean {
    const message = new Message();
    const address = parseAddress(exporter);
    if (address === null) return false;
    message.exporter.set(address);
    message.port = port;
    const source = this.sources.open(message, domain, format);
    if (source === null || source.templates.has(id)) return false;
    const described = fields.map((field, place) => ({
      id: field.id,
      pen: field.pen,
      length: field.length,
      ...describeField(field.id, field.pen, format, place < scopes, source.exporter.names),
    }));
    const template = new Template(id, numbered(described), scopes);
    if (template.octets === 0) return false;
    this.store.put(source, template, seen);
    source.page.templates.learned--;
    source.page.templates.restored++;
    return true;
  }

  private forget(source: Source): void {
    this.waiting.forget(source);
    this.store.forget(source);
  }
}

/** Records that fit a datagram of the formats with constant layouts, about. */
const MOST_RECORDS = 128;

/** A version of sFlow with an agent's address of a type there is: none (v5 only), IPv4, IPv6. */
function isSflow(version: number, agentType: number): boolean {
  if (version === 5) return agentType <= 2;
  return (version === 2 || version === 4) && (agentType === 1 || agentType === 2);
}

/** A set of templates or data that fits. */
function isFirstSet(bytes: Uint8Array, at: number, end: number): boolean {
  const id = (bytes[at]! << 8) | bytes[at + 1]!;
  const length = (bytes[at + 2]! << 8) | bytes[at + 3]!;
  return (id < 2 || id >= 256) && length >= 4 && length <= end - at;
}

/** True when the message is of a format that is read: what `decode` would not refuse as `notFlow`. For finding messages in captures. */
export function looksLikeFlow(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < 16) return false;
  const version = (bytes[start]! << 8) | bytes[start + 1]!;
  const second = (bytes[start + 2]! << 8) | bytes[start + 3]!;
  switch (version) {
    case 0:
      return isSflow(second, readU32(bytes, start + 4));
    case 1:
    case 5:
    case 7:
    case 8:
      return second > 0 && second <= MOST_RECORDS;
    case 9:
      return end - start >= 24 && isFirstSet(bytes, start + 20, end);
    case 10:
      return second >= 16 && second <= end - start;
    default:
      return false;
  }
}
