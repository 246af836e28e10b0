// Messages out of packets: UDP payloads on any port that are NetFlow, IPFIX or sFlow, and TCP streams of IPFIX.
import { Message, TRANSPORT } from "../core/message.ts";
import { NO_TIME, PacketBlock } from "../core/packet-block.ts";
import { DECODE_DEFAULTS, Decoder, L, LayersBlock, MARK } from "../decode/index.ts";
import { looksLikeFlow } from "../wire/index.ts";
import { CaptureStreams } from "./capture-streams.ts";
import { DatagramFragments } from "./datagram-fragments.ts";

const { kind: KIND, service: SERVICE } = L;
const FRAGMENT = (MARK.firstFragment | MARK.laterFragment) << 16;
const LATER = MARK.laterFragment << 16;
const TCP = 6;
const UDP = 17;
const UDP_OCTETS = 8;
const FRAGMENT_HEADER = 44;
/** Octets that looksLikeFlow looks at. */
const JUDGED_OCTETS = 24;

/** Where the packets of a capture went. */
export interface CaptureMessageCounts {
  packets: number;
  /** Messages found, in datagrams and in streams. */
  messages: number;
  /** What was looked at: packets with UDP (fragments too) and with TCP. */
  datagrams: number;
  segments: number;
  /** Packets that are no part of an export: other protocols, other payloads. */
  otherPackets: number;
  /** Export datagrams of which the capture kept only the beginning: not decoded. */
  cut: number;
  /** Fragments, and datagrams put together out of them or given up. */
  fragments: number;
  reassembled: number;
  incomplete: number;
  /** Places in streams where segments are missing or octets are no messages. */
  gaps: number;
}

export class CaptureMessages {
  readonly counts: CaptureMessageCounts = {
    packets: 0,
    messages: 0,
    datagrams: 0,
    segments: 0,
    otherPackets: 0,
    cut: 0,
    fragments: 0,
    reassembled: 0,
    incomplete: 0,
    gaps: 0,
  };
  private readonly decoder = new Decoder(DECODE_DEFAULTS, false);
  private readonly layers = new LayersBlock(1);
  private readonly single = new PacketBlock();
  private readonly message = new Message();
  private readonly fragments = new DatagramFragments();
  private readonly streams: CaptureStreams;
  private readonly give: (message: Message) => void;

  /** `give` gets each message, which is ours again when it returns; `close` hears when a stream has ended. */
  constructor(give: (message: Message) => void, close: (session: number) => void) {
    this.give = give;
    this.streams = new CaptureStreams(close);
  }

  /** Packets of a block, one by one from the first to the last. */
  read(block: PacketBlock, packet: number): void {
    const { single, layers, counts, message } = this;
    single.bytes = block.bytes;
    single.view = block.view;
    single.interfaces = block.interfaces;
    single.count = 1;
    single.offset[0] = block.offset[packet]!;
    single.capturedLength[0] = block.capturedLength[packet]!;
    single.originalLength[0] = block.originalLength[packet]!;
    single.interfaceIndex[0] = block.interfaceIndex[packet]!;
    this.decoder.decode(single, layers);
    counts.packets++;
    // What has no time of its own came when the packet before it came.
    if (block.nanoseconds[packet] !== NO_TIME) {
      message.seconds = block.seconds[packet]! >>> 0;
      message.nanoseconds = block.nanoseconds[packet]!;
    }
    if (layers.count === 0 || !this.export()) counts.otherPackets++;
  }

  /** Nothing more comes. */
  end(): void {
    this.fragments.end();
    this.streams.end(this.fromStream);
    this.counts.incomplete = this.fragments.incomplete;
    this.counts.gaps = this.streams.gaps;
  }

  /** True when the packet is part of an export. */
  private export(): boolean {
    const row = this.layers.rows;
    const proto = row[KIND]! & 255;
    if (proto !== UDP && proto !== TCP) return false;
    if (proto === UDP) this.counts.datagrams++;
    else this.counts.segments++;
    const { bytes, view } = this.single;
    if ((row[SERVICE]! & FRAGMENT) !== 0) return proto === UDP && this.fragment((row[SERVICE]! & LATER) !== 0);
    const { offset, end } = this.decoder.place;
    if (proto === UDP) return this.datagram(bytes, view, offset, end);
    return this.segment(bytes, view, offset, end);
  }

  /** source port 2 | destination port 2 | length 2 | checksum 2 | payload */
  private datagram(bytes: Uint8Array, view: DataView, offset: number, end: number): boolean {
    const { message, counts } = this;
    if (end - offset < UDP_OCTETS) return false;
    const length = view.getUint16(offset + 4);
    const start = offset + UDP_OCTETS;
    // A length of 0 is a jumbogram's (RFC 2675) or segmentation offload's: the packet is as long as it is.
    const last = length < UDP_OCTETS ? end : Math.min(offset + length, end);
    // What it looks like is in its first octets, and judged by the length that it had on the wire.
    const whole = last - start < JUDGED_OCTETS || length < UDP_OCTETS ? last : offset + length;
    if (!looksLikeFlow(bytes, start, whole)) return false;
    if (whole > last) {
      counts.cut++;
      return true;
    }
    this.setMessage(bytes, view, start, last);
    message.port = view.getUint16(offset);
    message.transport = TRANSPORT.udp;
    message.session = 0;
    counts.messages++;
    this.give(message);
    return true;
  }

  /** source port 2 | destination port 2 | sequence 4 | acknowledgment 4 | header length 4 bits, flags | ... */
  private segment(bytes: Uint8Array, view: DataView, offset: number, end: number): boolean {
    if (end - offset < 20) return false;
    const start = offset + (view.getUint8(offset + 12) >> 4) * 4;
    if (start < offset + 20 || start > end) return false;
    this.setMessage(bytes, view, start, end);
    this.message.port = view.getUint16(offset);
    this.message.transport = TRANSPORT.tcp;
    const key = this.key(view.getUint32(offset));
    const [sequence, flags] = [view.getUint32(offset + 4), view.getUint8(offset + 13)];
    return this.streams.take(key, sequence, flags, bytes, start, end, this.fromStream);
  }

  private readonly fromStream = (bytes: Uint8Array, start: number, end: number, session: number): void => {
    const { message } = this;
    if (message.bytes !== bytes) message.setBytes(bytes);
    message.start = start;
    message.end = end;
    message.session = session;
    this.counts.messages++;
    this.give(message);
  };

  /** A fragment of a datagram, wherever it goes. */
  private fragment(later: boolean): boolean {
    const { bytes, view } = this.single;
    const { ip, end } = this.decoder.place;
    let { offset } = this.decoder.place;
    let place: number;
    let more: boolean;
    let id: number;
    if (view.getUint8(ip) >> 4 === 4) {
      place = (view.getUint16(ip + 6) & 0x1fff) * 8;
      more = (view.getUint16(ip + 6) & 0x2000) !== 0;
      id = view.getUint16(ip + 4);
    } else {
      const header = later ? fragmentHeader(view, ip, end) : offset - 8;
      if (header < 0) return false;
      place = view.getUint16(header + 2) & 0xfff8;
      more = (view.getUint16(header + 2) & 1) !== 0;
      id = view.getUint32(header + 4);
      if (later && view.getUint8(header) !== UDP) return false;
      offset = header + 8;
    }
    this.counts.fragments++;
    const whole = this.fragments.take(this.key(id), bytes, offset, end, place, more);
    if (whole === null) return true;
    this.counts.reassembled++;
    const itsView = new DataView(whole.buffer, whole.byteOffset, whole.byteLength);
    return this.datagram(whole, itsView, 0, whole.length);
  }

  private setMessage(bytes: Uint8Array, view: DataView, start: number, end: number): void {
    const { message } = this;
    message.bytes = bytes;
    message.view = view;
    message.start = start;
    message.end = end;
    writeWords(message.exporter, this.layers.rows);
  }

  /** Source, destination and what else tells datagrams or streams apart. */
  private key(rest: number): string {
    return `${this.layers.rows.subarray(0, 8).join(" ")} ${rest}`;
  }
}

/** The source address of a row: four big-endian words. */
function writeWords(target: Uint8Array, row: Int32Array): void {
  for (let i = 0; i < 16; i++) target[i] = row[i >> 2]! >>> (24 - 8 * (i & 3));
}

/** Where the fragment header is among the extension headers of an IPv6 packet (RFC 8200 section 4.1); -1 = nowhere. */
function fragmentHeader(view: DataView, ip: number, end: number): number {
  let next = view.getUint8(ip + 6);
  let at = ip + 40;
  while (at + 8 <= end) {
    if (next === FRAGMENT_HEADER) return at;
    if (next !== 0 && next !== 43 && next !== 60) return -1;
    next = view.getUint8(at);
    at += (view.getUint8(at + 1) + 1) * 8;
  }
  return -1;
}
