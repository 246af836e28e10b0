// One flow sample of sFlow as one row. Its records come in any order: what they say is put together when the last one was read.
import { SAMPLING_SOURCE } from "../core/elements.ts";
import type { Columns } from "../core/flow-batch.ts";
import { writeTime } from "../core/nanoseconds.ts";
import { nameNumber, type OtherFields } from "../core/other-fields.ts";
import type { ReaderContext } from "./reader-context.ts";
import { clearSample, SFLOW_COLUMNS } from "./sflow-columns.ts";
import { SflowOrigin } from "./sflow-origin.ts";
import { addAddress, addNumber, addPair } from "./sflow-other.ts";
import { linkTypeOf } from "./sflow-protocols.ts";
import type { Source } from "./sources.ts";

const AGENT = nameNumber("agent");
const SEQUENCE = nameNumber("sampleSequence");
const DATA_SOURCE = nameNumber("dataSource");
const POOL = nameNumber("samplePool");
const DROPS = nameNumber("drops");
const HEADER_PROTOCOL = nameNumber("headerProtocol");
const HEADER_LENGTH = nameNumber("headerLength");
const STRIPPED = nameNumber("strippedBytes");
const HEADER_VLAN = nameNumber("headerVlan");
const OUT_INTERFACES = nameNumber("outInterfaces");
const OUT_DISCARD_REASON = nameNumber("outDiscardReason");
const IN_INTERFACES = nameNumber("inInterfaces");
const IN_DISCARD_REASON = nameNumber("inDiscardReason");
const IN_OTHER = nameNumber("inInterface");
const OUT_OTHER = nameNumber("outInterface");

const { configured: CONFIGURED, sample: SAMPLE } = SAMPLING_SOURCE;

/** forwardingStatus (IE 89): dropped for a reason not told; why packets are discarded (sFlow v5 section 5.3) where IANA has it. */
const DROPPED = 128;
const DROP_STATUS: ReadonlyMap<number, number> = new Map([
  [0, 131], // network, host unreachable: no route
  [1, 131],
  [4, 133], // fragmentation needed and not allowed
  [257, 137], // TTL exceeded
  [258, 130], // access list
  [260, 139], // RED
  [261, 138], // shaping, policing
]);

/** An identifier of a VLAN, or 0 for none: 0, 4095 and what does not fit are none. */
export function vlanOf(value: number): number {
  return value < 4095 ? value : 0;
}

export class SampleRow {
  row = 0;
  readonly columns: Columns;
  private readonly context: ReaderContext;
  private readonly other: OtherFields;
  private origin = new SflowOrigin();
  private source: Source | null = null;
  private configured: number | undefined;
  private readonly time = new Uint32Array(2);
  private bytes: Uint8Array = new Uint8Array(0);
  /** What a packet header said: 0 = there was none, 1 = no IP in it, 2 = IP. */
  private header = 0;
  /** Where a sampled Ethernet, IPv4 or IPv6 record lies; -1 = none. */
  private ethernetAt = -1;
  private ipv4At = -1;
  private ipv6At = -1;
  private inVlan = 0;
  /** Outermost and innermost tag of a stack that was stripped. */
  private strippedVlan = 0;
  private strippedInnerVlan = 0;
  private topLabel = 0;
  private tunnel = 0;

  constructor(context: ReaderContext) {
    this.context = context;
    this.columns = context.writer.columns;
    this.other = context.writer.batch.other;
  }

  /** The samples of a datagram begin. */
  open(origin: SflowOrigin): void {
    const { message, source } = origin;
    this.origin = origin;
    this.source = source;
    this.configured = this.context.sampling.get(source!.exporter.text);
    this.bytes = message.bytes;
    writeTime(this.time, 0, message.seconds, message.nanoseconds);
  }

  /** Begins the row of a sample: what stands before its interfaces. */
  begin(sequence: number, sourceClass: number, sourceIndex: number, rate: number, pool: number, drops: number): void {
    const { columns, other, origin } = this;
    const source = this.source!;
    const { writer } = this.context;
    writer.begin(SFLOW_COLUMNS, 1);
    const { row } = writer;
    this.row = row;
    clearSample(columns, row);
    const { time } = this;
    columns.start[2 * row] = columns.end[2 * row] = columns.received[2 * row] = time[0]!;
    columns.start[2 * row + 1] = columns.end[2 * row + 1] = columns.received[2 * row + 1] = time[1]!;
    const { exporter } = origin.message;
    for (let i = 0; i < 16; i++) columns.exporter[16 * row + i] = exporter[i]!;
    columns.domain[row] = source.domain;
    columns.packets[2 * row] = 1;
    columns.packets[2 * row + 1] = 0;
    this.sampling(source, row, rate);
    if (origin.agentDiffers) addAddress(other, row, AGENT, origin.agent, 0);
    addNumber(other, row, SEQUENCE, sequence);
    addPair(other, row, DATA_SOURCE, sourceClass, sourceIndex);
    addNumber(other, row, POOL, pool);
    if (drops !== 0) addNumber(other, row, DROPS, drops);
    this.header = 0;
    this.ethernetAt = -1;
    this.ipv4At = -1;
    this.ipv6At = -1;
    this.inVlan = 0;
    this.strippedVlan = 0;
    this.strippedInnerVlan = 0;
    this.topLabel = 0;
    this.tunnel = 0;
  }

  private sampling(source: Source, row: number, rate: number): void {
    const { columns, configured } = this;
    const { page } = source;
    if (configured !== undefined) {
      columns.samplingRate[row] = configured;
      columns.samplingSource[row] = CONFIGURED;
    } else if (rate !== 0) {
      columns.samplingRate[row] = rate;
      columns.samplingSource[row] = SAMPLE;
    } else {
      return;
    }
    page.samplingRate = columns.samplingRate[row]!;
    page.samplingSource = columns.samplingSource[row]!;
  }

  /** Where the packet came in: format 0 = ifIndex (0x3fffffff: the device itself sent it), 1 = discarded, 2 = several. */
  input(format: number, value: number): void {
    const { row, other } = this;
    if (format === 0) this.columns.inIf[row] = value;
    else if (format === 1) addNumber(other, row, IN_DISCARD_REASON, value);
    else if (format === 2) addNumber(other, row, IN_INTERFACES, value);
    else addPair(other, row, IN_OTHER, format, value);
  }

  /** Where it left (0x3fffffff: it was for the device itself); discarded: the reason; several: how many, 0 = not known. */
  output(format: number, value: number): void {
    const { row, other } = this;
    if (format === 0) this.columns.outIf[row] = value;
    else if (format === 1) {
      addNumber(other, row, OUT_DISCARD_REASON, value);
      this.columns.forwardingStatus[row] = DROP_STATUS.get(value) ?? DROPPED;
    } else if (format === 2) addNumber(other, row, OUT_INTERFACES, value);
    else addPair(other, row, OUT_OTHER, format, value);
  }

  /** A packet header: `bytes[at .. at + length]` of a frame of so many octets, some of which were stripped. */
  packetHeader(protocol: number, frameLength: number, stripped: number, at: number, length: number): void {
    const { row, other, context, columns } = this;
    if (protocol !== 1) addNumber(other, row, HEADER_PROTOCOL, protocol);
    addNumber(other, row, HEADER_LENGTH, length);
    if (stripped !== 0) addNumber(other, row, STRIPPED, stripped);
    const kept = Math.min(length, context.limits.sampledHeaderOctets);
    const linkType = linkTypeOf(protocol);
    if (linkType < 0) {
      columns.frameBytes[2 * row] = frameLength;
      this.header = 1;
      return;
    }
    const found = context.headers.read(context.writer.batch, row, this.bytes, at, kept, linkType, frameLength);
    if (!found && columns.etherType[row] === 0) this.source!.page.remarks.samplesCut++;
    this.header = found ? 2 : 1;
  }

  /** length 4 | source MAC 8 | destination MAC 8 | type 4 */
  ethernet(at: number): void {
    this.ethernetAt = at;
  }

  /** length 4 | protocol 4 | source 4 | destination 4 | ports 4, 4 | TCP flags 4 | ToS 4 */
  ipv4(at: number): void {
    this.ipv4At = at;
  }

  /** length 4 | protocol 4 | source 16 | destination 16 | ports 4, 4 | TCP flags 4 | priority 4 */
  ipv6(at: number): void {
    this.ipv6At = at;
  }

  /** The VLAN that the packet came in with and the one that it left with, as switches say. */
  vlans(inVlan: number, outVlan: number): void {
    this.inVlan = vlanOf(inVlan);
    this.columns.dstVlan[this.row] = vlanOf(outVlan);
  }

  /** Tags that were taken off before the header was sampled. */
  strippedTags(outer: number, inner: number): void {
    this.strippedVlan = outer;
    this.strippedInnerVlan = inner;
  }

  /** The top label that the packet came in with. */
  label(value: number): void {
    this.topLabel = value + 1;
  }

  /** The network (VNI) that the packet came in by, or left by: the row has the first one where both are told. */
  network(ingress: boolean, value: number): void {
    if (ingress || this.tunnel === 0) this.tunnel = value;
  }

  /** Completes the row. */
  finish(view: DataView): void {
    const { row, columns, other } = this;
    if (this.header !== 2) this.withoutHeader(view);
    if (columns.bytes[2 * row] === 0) columns.bytes[2 * row] = columns.frameBytes[2 * row]!;
    const headerVlan = columns.vlan[row]!;
    if (this.strippedVlan !== 0) {
      columns.innerVlan[row] = headerVlan !== 0 ? columns.innerVlan[row]! || headerVlan : this.strippedInnerVlan;
      columns.vlan[row] = this.strippedVlan;
    }
    if (this.inVlan !== 0 && this.inVlan !== columns.vlan[row]) {
      if (columns.vlan[row] !== 0) addNumber(other, row, HEADER_VLAN, columns.vlan[row]!);
      columns.vlan[row] = this.inVlan;
    }
    if (columns.mplsLabel[row] === 0) columns.mplsLabel[row] = this.topLabel;
    if (this.tunnel !== 0) columns.tunnelId[row] = this.tunnel;
    this.source!.page.records++;
  }

  private withoutHeader(view: DataView): void {
    const { row, columns } = this;
    if (this.ethernetAt >= 0) {
      const at = this.ethernetAt;
      if (this.header === 0) columns.frameBytes[2 * row] = view.getUint32(at);
      columns.srcMac[2 * row] = view.getUint32(at + 6);
      columns.srcMac[2 * row + 1] = view.getUint16(at + 4);
      columns.dstMac[2 * row] = view.getUint32(at + 14);
      columns.dstMac[2 * row + 1] = view.getUint16(at + 12);
      columns.etherType[row] = view.getUint32(at + 20);
    }
    if (this.ipv4At >= 0) this.ipRecord(view, this.ipv4At, 4);
    else if (this.ipv6At >= 0) this.ipRecord(view, this.ipv6At, 16);
  }

  private ipRecord(view: DataView, at: number, octets: 4 | 16): void {
    const { row, columns, bytes } = this;
    columns.bytes[2 * row] = view.getUint32(at);
    columns.proto[row] = view.getUint32(at + 4);
    columns.ipVersion[row] = octets === 4 ? 4 : 6;
    columns.etherType[row] = octets === 4 ? 0x0800 : 0x86dd;
    copyAddress(columns.srcAddr, row, bytes, at + 8, octets);
    copyAddress(columns.dstAddr, row, bytes, at + 8 + octets, octets);
    const rest = at + 8 + 2 * octets;
    const source = view.getUint32(rest);
    const destination = view.getUint32(rest + 4);
    if (columns.proto[row] === (octets === 4 ? 1 : 58)) {
      columns.dstPort[row] = icmpPort(source, destination);
    } else {
      columns.srcPort[row] = source;
      columns.dstPort[row] = destination;
    }
    columns.tcpFlags[row] = view.getUint32(rest + 8) & 0xfff;
    columns.tos[row] = view.getUint32(rest + 12);
  }
}

/**
 * Type * 256 + code of ICMP. What agents put into the "equivalent" of ports is not laid down: type and code, nothing and the type, or
 * nothing and both in one.
 */
function icmpPort(source: number, destination: number): number {
  if (destination > 255) return destination;
  return source === 0 ? destination << 8 : (source << 8) | destination;
}

/** Copies an address of 4 or 16 octets into a column. */
export function copyAddress(column: Uint8Array, row: number, bytes: Uint8Array, at: number, octets: number): void {
  const to = 16 * row;
  if (octets === 4) {
    for (let i = 0; i < 10; i++) column[to + i] = 0;
    column[to + 10] = 255;
    column[to + 11] = 255;
  }
  for (let i = 0; i < octets; i++) column[to + 16 - octets + i] = bytes[at + i]!;
}
