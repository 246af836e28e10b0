// One flow a line for people, and one event a line: aligned columns; on a terminal those that fit it where addresses are IPv4.
import { isNone } from "../core/address.ts";
import { END_REASON, FLOW_EVENT } from "../core/elements.ts";
import { type Columns, FlowBatch } from "../core/flow-batch.ts";
import { TCP } from "../core/protocol-numbers.ts";
import { AsciiText } from "./ascii-text.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { type Style, styled, styledText } from "./colour.ts";
import { DESTINATION, ENDPOINT_WIDTH, SOURCE, writeEndpoint } from "./endpoint-text.ts";
import type { FlowLayout } from "./flow-layout.ts";
import { icmpWord } from "./icmp-words.ts";
import { FULL_LINE, fittingLine, type LineParts } from "./line-parts.ts";
import { PROTOCOL_NAMES } from "./protocol-names.ts";
import { FLAGS_WIDTH, writeTcpFlags } from "./tcp-flags.ts";
import { DATE_WIDTH, DateText, Instant, SPAN_WIDTH, writeSpan } from "./time-text.ts";

const ARP = 0x0806;
const SPACE = 32;
const DASH = 45;
const NEWLINE = 10;
const PROTOCOL_WIDTH = 6;
const EVENT_WIDTH = 6;
/** `2023-11-14 ` and `.000` of a time. */
const DATE_OCTETS = 11;
const FRACTION_OCTETS = 4;
const GREATER = 62;
const DENIED = FLOW_EVENT.denied;
const ALERT = FLOW_EVENT.alert;
const noAddress = isNone;
const PACKETS_WIDTH = 5;
const BYTES_WIDTH = 7;
const INTERFACES_WIDTH = 9;
const START_EVENT = FLOW_EVENT.start;
/** The longest record, and some more. */
const RECORD_OCTETS = 448;

const PROTOCOLS = PROTOCOL_NAMES.map((name) => new AsciiText(`${name.padEnd(PROTOCOL_WIDTH)} `));
const ARP_NAME = new AsciiText("ARP    ");
const ETHER_TYPE = new AsciiText("0x");
const ONE_WAY = new AsciiText("  -> ");
const TWO_WAY = new AsciiText(" <-> ");
const NO_FLAGS = new AsciiText("-".padEnd(FLAGS_WIDTH));

const EVENT_STYLES = { start: "green", update: "yellow", end: "blue", denied: "red", alert: "red" } as const;
const EVENT_WORDS = Object.keys(EVENT_STYLES) as (keyof typeof EVENT_STYLES)[];
const REASON_STYLES: Record<string, Style | null> = { forced: "yellow", resources: "red" };

export interface LineOptions {
  /** One event a line: its time and its name come first. */
  readonly event: boolean;
  readonly colour: boolean;
  /** Records that exporters sent: interfaces and exporter stand last, where else the reason stands why the record ended. */
  readonly exported: boolean;
  /** Columns of the terminal; 0 = as many as it takes. */
  readonly width?: number;
}

export class LineLayout implements FlowLayout {
  private columns: Columns = new FlowBatch(1).columns;
  private readonly event: boolean;
  private readonly colour: boolean;
  private readonly exported: boolean;
  private readonly parts: LineParts;
  private readonly timeWidth: number;
  private readonly events: AsciiText[];
  private readonly reasons: AsciiText[];
  private readonly start = new Instant();
  private readonly end = new Instant();
  private readonly span = new Instant();
  private readonly dates = new DateText(" ");

  constructor({ event, colour, exported, width = 0 }: LineOptions) {
    this.event = event;
    this.colour = colour;
    this.exported = exported;
    this.parts = width === 0 ? FULL_LINE : fittingLine(width, event, exported);
    this.timeWidth = DATE_WIDTH - (this.parts.date ? 0 : DATE_OCTETS) - (this.parts.milliseconds ? 0 : FRACTION_OCTETS);
    this.events = Array.from({ length: 256 }, () => new AsciiText("-".padEnd(EVENT_WIDTH)));
    for (const name of EVENT_WORDS) {
      this.events[FLOW_EVENT[name]] = styledText(name.toUpperCase().padEnd(EVENT_WIDTH), EVENT_STYLES[name], colour);
    }
    this.reasons = Array.from({ length: 256 }, () => new AsciiText("-"));
    for (const [name, value] of Object.entries(END_REASON)) {
      if (value !== 0) this.reasons[value] = styledText(name, REASON_STYLES[name] ?? null, colour);
    }
  }

  header(out: ByteWriter): void {
    const { parts, timeWidth } = this;
    const titles = [
      ...(this.event ? ["Time".padEnd(timeWidth), "Event".padEnd(EVENT_WIDTH)] : ["Start".padEnd(timeWidth)]),
      ...(parts.duration ? ["Duration".padStart(SPAN_WIDTH)] : []),
      "Proto".padEnd(PROTOCOL_WIDTH),
      "Source".padStart(ENDPOINT_WIDTH),
      "   ",
      "Destination".padEnd(ENDPOINT_WIDTH),
      ...(parts.flags ? ["Flags".padEnd(FLAGS_WIDTH)] : []),
      ...(parts.packets ? ["Pkts".padStart(PACKETS_WIDTH)] : []),
      "Bytes".padStart(BYTES_WIDTH),
      ...(parts.reverse ? ["RPkts".padStart(PACKETS_WIDTH), "RBytes".padStart(BYTES_WIDTH)] : []),
      ...(parts.interfaces && this.exported ? ["In>Out".padEnd(INTERFACES_WIDTH)] : []),
      ...(parts.last ? [this.exported ? "Exporter" : "Reason"] : []),
    ];
    out.ascii(`${styled(titles.join(" "), "bold", this.colour)}\n`);
  }

  bind({ columns }: FlowBatch): void {
    this.columns = columns;
  }

  octets(): number {
    return RECORD_OCTETS;
  }

  record(out: ByteWriter, row: number): void {
    const { columns } = this;
    this.writeTimes(out, row);
    this.writeProtocol(out, row);
    const source = out.length;
    writeEndpoint(out, columns, row, SOURCE);
    out.padLeft(source, ENDPOINT_WIDTH);
    const { reversePackets, reverseBytes } = columns;
    const answered =
      reversePackets[2 * row]! | reversePackets[2 * row + 1]! | reverseBytes[2 * row]! | reverseBytes[2 * row + 1]!;
    out.text(answered === 0 ? ONE_WAY : TWO_WAY);
    const destination = out.length;
    writeEndpoint(out, columns, row, DESTINATION);
    out.padRight(destination, ENDPOINT_WIDTH);
    if (this.parts.flags) this.writeFlags(out, row);
    if (this.parts.packets) writeCount(out, columns.packets, row, PACKETS_WIDTH);
    writeCount(out, columns.bytes, row, BYTES_WIDTH);
    if (this.parts.reverse) {
      writeCount(out, reversePackets, row, PACKETS_WIDTH);
      writeCount(out, reverseBytes, row, BYTES_WIDTH);
    }
    if (this.exported) this.writeExporter(out, row);
    else if (this.parts.last) {
      out.octet(SPACE);
      out.text(this.reasons[columns.endReason[row]!]!);
    }
    out.octet(NEWLINE);
  }

  /** Of ICMP what the message is. Exporters that do not say it leave 0, which would be an answer to an echo. */
  private writeFlags(out: ByteWriter, row: number): void {
    const { proto, ipVersion, tcpFlags, dstPort } = this.columns;
    out.octet(SPACE);
    if (proto[row] === TCP && ipVersion[row] !== 0) {
      writeTcpFlags(out, tcpFlags[row]!);
      return;
    }
    const port = dstPort[row]!;
    const word = this.exported && port === 0 ? undefined : icmpWord(proto[row]!, port >>> 8);
    out.text(word ?? NO_FLAGS);
  }

  /** Where the packets came in and went out, who says so, and what is told only of packets that a firewall stopped. */
  private writeExporter(out: ByteWriter, row: number): void {
    const { inIf, outIf, exporter, event } = this.columns;
    if (this.parts.interfaces) {
      out.octet(SPACE);
      const from = out.length;
      out.number(inIf[row]!);
      out.octet(GREATER);
      out.number(outIf[row]!);
      out.padRight(from, INTERFACES_WIDTH);
    }
    if (this.parts.last) {
      out.octet(SPACE);
      if (noAddress(exporter, 16 * row)) out.octet(DASH);
      else out.address(exporter, 16 * row);
    }
    if (this.event || (event[row] !== DENIED && event[row] !== ALERT)) return;
    out.octet(SPACE);
    out.text(this.events[event[row]!]!);
  }

  /** The first packet's time; of an event its own: an update or end is told with the time of the last packet. */
  private writeTimes(out: ByteWriter, row: number): void {
    const { start, end, span } = this;
    const startKnown = start.read(this.columns.start, row);
    const endKnown = end.read(this.columns.end, row);
    const event = this.columns.event[row]!;
    const ofEnd = this.event && event !== START_EVENT;
    const from = out.length;
    if (ofEnd ? endKnown : startKnown) {
      this.dates.writeMilliseconds(out, ofEnd ? end : start);
      if (this.timeWidth < DATE_WIDTH) this.shorten(out, from);
    } else out.octet(DASH);
    out.padRight(from, this.timeWidth);
    out.octet(SPACE);
    if (this.event) {
      out.text(this.events[event]!);
      out.octet(SPACE);
    }
    if (!this.parts.duration) return;
    if (startKnown && endKnown) {
      span.setSpan(start, end);
      writeSpan(out, span);
    } else {
      out.spaces(SPAN_WIDTH - 1);
      out.octet(DASH);
    }
    out.octet(SPACE);
  }

  /** Takes the date off the time, and the fraction of the second. */
  private shorten(out: ByteWriter, from: number): void {
    if (!this.parts.milliseconds) out.length -= FRACTION_OCTETS;
    if (this.parts.date) return;
    out.bytes.copyWithin(from, from + DATE_OCTETS, out.length);
    out.length -= DATE_OCTETS;
  }

  private writeProtocol(out: ByteWriter, row: number): void {
    const { ipVersion, etherType, proto } = this.columns;
    if (ipVersion[row] !== 0) {
      out.text(PROTOCOLS[proto[row]!]!);
    } else if (etherType[row] === ARP) {
      out.text(ARP_NAME);
    } else if (etherType[row] === 0) {
      out.text(PROTOCOLS[proto[row]!]!);
    } else {
      out.text(ETHER_TYPE);
      out.hex4(etherType[row]!);
      out.octet(SPACE);
    }
  }
}

function writeCount(out: ByteWriter, column: Uint32Array, row: number, width: number): void {
  out.octet(SPACE);
  out.paddedU64(column[2 * row]!, column[2 * row + 1]!, width);
}
