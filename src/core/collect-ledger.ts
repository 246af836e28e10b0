// The collector's ledger: where every message and record went, per exporter, observation domain and format.

/** Why a message, a set or a sample was not decoded, or not to its end; what came before it stands. A message can have several. */
export const REFUSED = {
  notFlow: "neither NetFlow v1, v5, v7, v8, v9, IPFIX nor sFlow v2, v4, v5",
  tooShort: "shorter than the header of its format",
  lengthContradicts: "the header says more than the message holds",
  setLength: "a set is shorter than its header or longer than the message",
  setId: "a set has a reserved number",
  templateLength: "a template is cut off",
  templateId: "a template has a number below 256",
  templateFields: "a template has no fields, more than 1,024 of them, more than 16 empty ones, or records of no octets",
  recordLength: "a field of variable length is longer than its set",
  aggregation: "an aggregation scheme of NetFlow v8 that does not exist",
  sample: "a sample of sFlow is longer than its datagram, or there are too many of them",
  noTemplate: "a set of data whose template did not come in time, or until the end",
} as const;
export type Refused = keyof typeof REFUSED;

/** What is noted of messages and records that are decoded all the same. */
export const COLLECT_REMARKS = {
  uptimeWrapped: "records whose sysUpTime times had wrapped (every 49.7 days); repaired",
  clockRepaired:
    "records whose exporter's clock was off by a day and more, or 5 minutes ahead; moved to the time of receipt",
  timeContradicts: "records whose start is after their end; both are kept",
  countDiffers: "messages whose header counts other than what they hold",
  fieldOpaque: "fields of templates with a length that their type cannot have; kept as octets",
  valueCut: "values beyond 4,096 octets; cut there",
  tooDeep: "structured data (RFC 6313) deeper than 4 levels; kept as octets",
  listsTooLong: "structured data beyond 4,096 characters a field or 16,384 values a message; kept as octets",
  setPadding: "sets with more octets left over than padding has",
  samplingUnknown: "records that name a sampler nobody has described",
  templateOtherPort: "sets decoded by a template that came from another port of the exporter",
  withdrawalIgnored: "withdrawals of templates by datagram, which RFC 7011 section 8.4 forbids; the templates stay",
  timeUnknown: "records with a time before 1970 or beyond 2106; it counts as not known",
  samplesPassed: "samples of sFlow that are neither flow nor counter samples (discarded packets, others); left out",
  samplesCut: "sampled headers too short for the addresses in them",
  sequenceIncludesOwn:
    "messages whose sequence number counts their own records, too (RFC 7011: those before it only); taken so, nothing is lost by that",
} as const;
export type CollectRemark = keyof typeof COLLECT_REMARKS;

/** What became of templates. */
export const TEMPLATE_EVENTS = {
  learned: "templates that were new",
  changed: "templates that came again with other fields",
  withdrawn: "templates that the exporter took back",
  expired: "templates not refreshed in time",
  evicted: "templates forgotten because there were too many",
  restored: "templates known from the last run",
} as const;
export type TemplateEvent = keyof typeof TEMPLATE_EVENTS;

function zeros<N extends string>(names: Record<N, string>): Record<N, number> {
  return Object.fromEntries(Object.keys(names).map((name) => [name, 0])) as Record<N, number>;
}

/** Names of the formats. */
export const FORMAT_NAMES = {
  1: "NetFlow v1",
  5: "NetFlow v5",
  7: "NetFlow v7",
  8: "NetFlow v8",
  9: "NetFlow v9",
  10: "IPFIX",
  102: "sFlow v2",
  104: "sFlow v4",
  105: "sFlow v5",
} as const;
/** NetFlow's version number; sFlow's + 100. */
export type Format = keyof typeof FORMAT_NAMES;

/** One exporter, observation domain and format. All counts only rise. */
export class ExporterLedger {
  readonly exporter: string;
  /** Observation Domain Id, Source Id, engine type * 256 + engine id, or sFlow's sub-agent. */
  readonly domain: number;
  readonly format: Format;
  messages = 0;
  /** Octets of messages, without the headers of UDP and IP. */
  bytes = 0;
  /** Flow records given on (sFlow: flow samples). */
  records = 0;
  optionsRecords = 0;
  /** sFlow: counter samples. */
  counterSamples = 0;
  /** Records that sequence numbers say are missing; formats that number messages: missing messages * records per message so far. */
  lostRecords = 0;
  lostMessages = 0;
  /** Messages older than one that was seen before. What they bring is taken off the lost again. */
  outOfOrder = 0;
  /** Sequence numbers that began anew. */
  restarts = 0;
  /**
   * Sets of data that came before their template. waiting is what waits now, the others are what became of them; atEnd waited until the
   * run ended. What was not decoded is in refused.noTemplate, too.
   */
  readonly noTemplate = { waiting: 0, decodedLater: 0, expired: 0, evicted: 0, atEnd: 0 };
  readonly templates = zeros(TEMPLATE_EVENTS);
  readonly refused = zeros(REFUSED);
  readonly remarks = zeros(COLLECT_REMARKS);
  /** Last known sampling: one of so many packets; 0 = not known. */
  samplingRate = 0;
  /** Where that is from, a value of SAMPLING_SOURCE. */
  samplingSource = 0;
  /** Seconds by which the exporter's clock is ahead of ours, in the last message. */
  clockOffset = 0;
  /** First and last message: seconds since 1970 UTC, by the collector's clock. */
  firstSeen = 0;
  lastSeen = 0;

  constructor(exporter: string, domain: number, format: Format) {
    this.exporter = exporter;
    this.domain = domain;
    this.format = format;
  }
}

/** Messages that belong to no exporter's page. */
export const UNBOOKED = {
  notAllowed: "exporters that are not on the list of --allow",
  notFlow: REFUSED.notFlow,
  sinkBehind: "dropped here because what takes the records was too slow",
  tooManyExporters: "from exporters beyond the most that are kept",
  framing: "streams that lost their message borders and were closed",
  peerRefused: "TLS peers without a valid certificate",
} as const;
export type Unbooked = keyof typeof UNBOOKED;

/** Adds all numbers of one page to another. */
function addCounts(sum: object, page: object): void {
  const to = sum as Record<string, unknown>;
  for (const [name, value] of Object.entries(page)) {
    if (typeof value === "number" && name !== "domain" && name !== "format") to[name] = (to[name] as number) + value;
    else if (typeof value === "object" && value !== null) addCounts(to[name] as object, value);
  }
}

export class CollectLedger {
  /** Of exporters that were heard, in the order of their first messages. */
  readonly pages: ExporterLedger[] = [];
  /** Pages of exporters whose templates are known from the last run, and that were not heard in this one. */
  readonly unheard: Set<ExporterLedger> = new Set();
  readonly unbooked = zeros(UNBOOKED);
  /** Messages received in all, unbooked ones included, and their octets. */
  messages = 0;
  bytes = 0;
  /** Datagrams the kernel dropped because nobody took them in time; null = the system does not say. */
  kernelDrops: number | null = null;

  /** The sum of pages that were closed because there were too many exporters; null = none was. */
  forgotten: ExporterLedger | null = null;

  /** Begins a page with the first message of its exporter, at so many seconds since 1970 UTC. */
  begin(page: ExporterLedger, seconds: number): void {
    this.unheard.delete(page);
    page.firstSeen = seconds;
    this.pages.push(page);
  }

  /** Closes a page: what it counted goes to `forgotten`. */
  forget(page: ExporterLedger): void {
    if (this.unheard.delete(page)) return;
    this.pages.splice(this.pages.indexOf(page), 1);
    this.forgotten ??= new ExporterLedger("forgotten", 0, page.format);
    addCounts(this.forgotten, page);
  }

  /** Messages that are on no page and have no reason: zero, or there is a fault in this program. */
  unexplained(): number {
    const booked = this.pages.reduce((sum, page) => sum + page.messages, this.forgotten?.messages ?? 0);
    return this.messages - booked - Object.values(this.unbooked).reduce((sum, count) => sum + count, 0);
  }
}
