// The layout of ONICS nftrk(1): one event a line in fields between bars, so that scripts made for it go on working.
import { isNone } from "../core/address.ts";
import { FLOW_EVENT } from "../core/elements.ts";
import { type Columns, FlowBatch } from "../core/flow-batch.ts";
import { TCP, UDP } from "../core/protocol-numbers.ts";
import { AsciiText } from "./ascii-text.ts";
import type { ByteWriter } from "./byte-writer.ts";
import type { FlowLayout } from "./flow-layout.ts";
import { Instant, writeSeconds } from "./time-text.ts";

const ARP = 0x0806;
const COMMA = 44;
const BAR = 124;
const NEWLINE = 10;
const noAddress = isNone;
/** The longest record, and some more. */
const RECORD_OCTETS = 384;

const START = new AsciiText("|FLOW START|");
const UPDATE = new AsciiText("|FLOW UPDATE|");
const END = new AsciiText("|FLOW END|");
const IP_CLIENT = new AsciiText("IP:ca=");
const IP6_CLIENT = new AsciiText("IP6:ca=");
const ARP_CLIENT = new AsciiText("ARP:ca=");
const ETH_CLIENT = new AsciiText("ETH:ca=");
const SERVER = new AsciiText(",sa=");
const PROTOCOL = new AsciiText(",proto=");
const CLIENT_PORT = new AsciiText(",cpt=");
const SERVER_PORT = new AsciiText(",spt=");
const ETHER_TYPE = new AsciiText(",etype=");
const START_TIME = new AsciiText("|Start=");
const END_TIME = new AsciiText(",End=");
const DURATION = new AsciiText(",Dur=");
const SENT = new AsciiText("|SENT:");
const CLIENT_TO_SERVER = new AsciiText("|C2S:");
const SERVER_TO_CLIENT = new AsciiText("|S2C:");
const ANY_IPV4 = new AsciiText("0.0.0.0");

export class NftrkLayout implements FlowLayout {
  private columns: Columns = new FlowBatch(1).columns;
  private readonly start = new Instant();
  private readonly end = new Instant();
  private readonly span = new Instant();

  header(): void {}

  bind({ columns }: FlowBatch): void {
    this.columns = columns;
  }

  octets(): number {
    return RECORD_OCTETS;
  }

  record(out: ByteWriter, row: number): void {
    const event = this.columns.event[row]!;
    out.text(event === FLOW_EVENT.start ? START : event === FLOW_EVENT.update ? UPDATE : END);
    this.writeKey(out, row);
    this.writeTimes(out, event, row);
    this.writeCounts(out, row);
    out.octet(BAR);
    out.octet(NEWLINE);
  }

  private writeKey(out: ByteWriter, row: number): void {
    const { ipVersion, etherType, srcMac, dstMac, proto, srcPort, dstPort } = this.columns;
    const version = ipVersion[row]!;
    if (version === 0 && etherType[row] !== ARP) {
      out.text(ETH_CLIENT);
      out.mac(srcMac[2 * row]!, srcMac[2 * row + 1]!);
      out.text(SERVER);
      out.mac(dstMac[2 * row]!, dstMac[2 * row + 1]!);
      out.text(ETHER_TYPE);
      out.hex4(etherType[row]!);
      return;
    }
    out.text(version === 6 ? IP6_CLIENT : version === 0 ? ARP_CLIENT : IP_CLIENT);
    this.writeAddress(out, this.columns.srcAddr, version, row);
    out.text(SERVER);
    this.writeAddress(out, this.columns.dstAddr, version, row);
    if (version === 0) return;
    const protocol = proto[row]!;
    out.text(PROTOCOL);
    out.number(protocol);
    if (protocol !== TCP && protocol !== UDP) return;
    out.text(CLIENT_PORT);
    out.number(srcPort[row]!);
    out.text(SERVER_PORT);
    out.number(dstPort[row]!);
  }

  private writeAddress(out: ByteWriter, column: Uint8Array, version: number, row: number): void {
    if (version !== 6 && noAddress(column, 16 * row)) out.text(ANY_IPV4);
    else out.address(column, 16 * row);
  }

  /** Times that are not known are 0.000, for the layout has no word for them. */
  private writeTimes(out: ByteWriter, event: number, row: number): void {
    const { start, end, span } = this;
    const known = readOrZero(start, this.columns.start, row);
    const both = readOrZero(end, this.columns.end, row) && known;
    span.setSpan(start, both ? end : start);
    out.text(START_TIME);
    writeSeconds(out, start);
    if (event === FLOW_EVENT.start) return;
    if (event !== FLOW_EVENT.update) {
      out.text(END_TIME);
      writeSeconds(out, end);
    }
    out.text(DURATION);
    writeSeconds(out, span);
  }

  private writeCounts(out: ByteWriter, row: number): void {
    const { packets, frameBytes, reversePackets, reverseFrameBytes } = this.columns;
    const twoWay = (reversePackets[2 * row]! | reversePackets[2 * row + 1]!) !== 0;
    out.text(twoWay ? CLIENT_TO_SERVER : SENT);
    writePair(out, packets, frameBytes, row);
    if (!twoWay) return;
    out.text(SERVER_TO_CLIENT);
    writePair(out, reversePackets, reverseFrameBytes, row);
  }
}

function readOrZero(time: Instant, column: Uint32Array, row: number): boolean {
  if (time.read(column, row)) return true;
  time.seconds = 0;
  time.nanoseconds = 0;
  return false;
}

function writePair(out: ByteWriter, packets: Uint32Array, bytes: Uint32Array, row: number): void {
  out.u64(packets[2 * row]!, packets[2 * row + 1]!);
  out.octet(COMMA);
  out.u64(bytes[2 * row]!, bytes[2 * row + 1]!);
}
