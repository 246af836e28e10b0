// What the records of an exporter look like as a whole: which fields it fills, and values that cannot be or should not be.
import { formatAddress, isNone } from "../core/address.ts";
import { ELEMENTS, type FieldName } from "../core/elements.ts";
import type { Columns, FlowBatch } from "../core/flow-batch.ts";
import { noTime } from "../core/nanoseconds.ts";
import { SharedFlows } from "./shared-flows.ts";

/** Exporters and domains whose records are looked at; those that come later are not. */
const MOST_SOURCES = 4096;
const TCP = 6;
const UDP = 17;
/** A router gives records of long flows at least this often, or graphs show them as bursts. */
const LONG_MS = 310_000;
const FUTURE_MS = 60_000;
const LATE_MS = 900_000;
/** No IPv4 header is shorter. */
const LEAST_PACKET = 20;
const MOST_PACKET = 65_575;
const WORD = 4_294_967_296;

/** Fields that are looked at for whether any record says something in them. */
const WATCHED = [
  "proto",
  "srcPort",
  "dstPort",
  "tcpFlags",
  "tos",
  "inIf",
  "outIf",
  "srcAs",
  "dstAs",
  "nextHop",
  "srcMask",
  "dstMask",
  "vlan",
  "srcMac",
  "samplingRate",
  "endReason",
] as const satisfies readonly FieldName[];
export type WatchedField = (typeof WATCHED)[number];

/** Counts of one exporter address and observation domain. */
export class FlowFacts {
  readonly exporter: string;
  readonly domain: number;
  records = 0;
  /** Records of TCP, and of TCP and UDP: those that have flags and ports. */
  tcp = 0;
  withPortsExpected = 0;
  ipv4 = 0;
  ipv6 = 0;
  /** Records that have no start or no end. */
  withoutTimes = 0;
  longestMs = 0;
  /** Records of flows longer than 5 minutes. */
  long = 0;
  /** Records whose end is more than a minute after they were received, or more than 15 minutes before. */
  future = 0;
  late = 0;
  /** Records that count packets or octets. */
  counting = 0;
  /** Records without packets or without octets. */
  withoutPackets = 0;
  withoutBytes = 0;
  /** Records with fewer octets than their packets' headers have, or more than packets can have. */
  impossible = 0;
  /** Records of both directions. */
  biflows = 0;
  /** Records that say something in a field. */
  readonly filled: Record<WatchedField, number>;

  constructor(exporter: string, domain: number) {
    this.exporter = exporter;
    this.domain = domain;
    this.filled = Object.fromEntries(WATCHED.map((name) => [name, 0])) as Record<WatchedField, number>;
  }
}

type NumberColumn = Uint8Array | Uint16Array | Uint32Array;
const KINDS = new Map(ELEMENTS.map(({ name, kind }) => [name as FieldName, kind]));
const PLAIN = WATCHED.filter((name) => ["u8", "u16", "u32"].includes(KINDS.get(name)!));

/** Looks at every record that passes. */
export class FlowObservation {
  readonly shared: SharedFlows = new SharedFlows();
  private readonly sources = new Map<string, FlowFacts>();
  /** Address and domain of the row before, and what is known of them: rows of one message stand together. */
  private readonly lastAddress = new Uint8Array(16);
  private lastDomain = -1;
  private last: FlowFacts | null = null;
  private readonly addressNumbers = new Map<string, number>();
  private lastNumber = 0;

  observe(batch: FlowBatch): void {
    const { columns, rows } = batch;
    for (let row = 0; row < rows; row++) {
      const facts = this.find(columns, row);
      if (facts === null) continue;
      facts.records++;
      note(facts, columns, row);
      this.shared.observe(columns, row, this.lastNumber);
    }
    this.noteFilled(batch);
  }

  /** All there are, in the order they appeared. */
  facts(): FlowFacts[] {
    return [...this.sources.values()];
  }

  /** Exporter addresses as text, by their number in `shared`. */
  addresses(): string[] {
    return [...this.addressNumbers.keys()];
  }

  private find({ exporter, domain }: Columns, row: number): FlowFacts | null {
    const { lastAddress } = this;
    const from = 16 * row;
    let same = domain[row] === this.lastDomain && this.last !== null;
    for (let i = 0; same && i < 16; i++) same = exporter[from + i] === lastAddress[i];
    if (same) return this.last;
    const address = formatAddress(exporter, from);
    const key = `${address} ${domain[row]}`;
    let facts = this.sources.get(key) ?? null;
    if (facts === null && this.sources.size < MOST_SOURCES) {
      facts = new FlowFacts(address, domain[row]!);
      this.sources.set(key, facts);
      if (!this.addressNumbers.has(address)) this.addressNumbers.set(address, this.addressNumbers.size);
    }
    this.last = facts;
    this.lastDomain = domain[row]!;
    this.lastNumber = this.addressNumbers.get(address) ?? 0;
    lastAddress.set(exporter.subarray(from, from + 16));
    return facts;
  }

  /** Column by column: fields that hold nothing are one quick pass. */
  private noteFilled({ columns, rows }: FlowBatch): void {
    for (const name of PLAIN) {
      const column = columns[name] as NumberColumn;
      for (let row = 0; row < rows; row++) {
        if (column[row] !== 0) this.fill(columns, row, name);
      }
    }
    for (let row = 0; row < rows; row++) {
      if (!isNone(columns.nextHop, 16 * row)) this.fill(columns, row, "nextHop");
      if ((columns.srcMac[2 * row]! | columns.srcMac[2 * row + 1]!) !== 0) this.fill(columns, row, "srcMac");
    }
  }

  private fill(columns: Columns, row: number, name: WatchedField): void {
    const facts = this.find(columns, row);
    if (facts !== null) facts.filled[name]++;
  }
}

function note(facts: FlowFacts, columns: Columns, row: number): void {
  const proto = columns.proto[row]!;
  if (proto === TCP) facts.tcp++;
  if (proto === TCP || proto === UDP) facts.withPortsExpected++;
  const version = columns.ipVersion[row]!;
  if (version === 4) facts.ipv4++;
  else if (version === 6) facts.ipv6++;
  noteTimes(facts, columns, row);
  noteCounters(facts, columns, row);
}

function milliseconds(column: Uint32Array, row: number): number {
  return (column[2 * row + 1]! * WORD + column[2 * row]!) / 1_000_000;
}

function noteTimes(facts: FlowFacts, { start, end, received }: Columns, row: number): void {
  if (noTime(start, row) || noTime(end, row)) {
    facts.withoutTimes++;
    return;
  }
  const endMs = milliseconds(end, row);
  const spanMs = endMs - milliseconds(start, row);
  if (spanMs > facts.longestMs) facts.longestMs = spanMs;
  if (spanMs > LONG_MS) facts.long++;
  if (noTime(received, row)) return;
  const lateMs = milliseconds(received, row) - endMs;
  if (lateMs < -FUTURE_MS) facts.future++;
  else if (lateMs > LATE_MS) facts.late++;
}

/** NAT and firewall events have no counters; they are not held against anybody. */
function noteCounters(facts: FlowFacts, columns: Columns, row: number): void {
  const packets = columns.packets[2 * row + 1]! * WORD + columns.packets[2 * row]!;
  const bytes = columns.bytes[2 * row + 1]! * WORD + columns.bytes[2 * row]!;
  const back = columns.reversePackets[2 * row]! | columns.reversePackets[2 * row + 1]!;
  if (back !== 0) facts.biflows++;
  if (packets > 0 || bytes > 0 || back !== 0) facts.counting++;
  if (columns.natEvent[row] !== 0 || columns.event[row] !== 0) return;
  if (packets === 0 && back === 0) facts.withoutPackets++;
  if (bytes === 0 && back === 0) facts.withoutBytes++;
  const octets = columns.ipVersion[row] === 0 ? 1 : LEAST_PACKET;
  if (packets > 0 && bytes > 0 && (bytes < packets * octets || bytes > packets * MOST_PACKET)) facts.impossible++;
}
