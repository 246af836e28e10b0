// Names that DNS in the traffic gives: packets from port 53 and mDNS are opened once more, all others cost one comparison.
import { formatAddress } from "../core/address.ts";
import { PacketBlock } from "../core/packet-block.ts";
import {
  DECODE_DEFAULTS,
  Decoder,
  L,
  LayersBlock,
  MARK,
  ROW_WORDS as ROW_WORDS_,
  readDnsAnswers,
} from "../decode/index.ts";

const ROW_WORDS = ROW_WORDS_;
const { ports: PORTS, kind: KIND, service: SERVICE } = L;
const UDP = 17;
const UDP_OCTETS = 8;
const DNS = 53;
const MDNS = 5353;
const FRAGMENT = (MARK.firstFragment | MARK.laterFragment) << 16;
/** Answers opened of one block: a flood of them must not take the time of what is counted. */
const MOST_OF_BLOCK = 64;

/** Hears that an address (text) has a name for so many seconds. The name is as somebody sent it. */
export type NameSink = (address: string, name: string, seconds: number) => void;

export class DnsWatch {
  private readonly sink: NameSink;
  private readonly decoder = new Decoder(DECODE_DEFAULTS, false);
  private readonly layers = new LayersBlock(1);
  private readonly single = new PacketBlock();
  private readonly octets = new Uint8Array(16);

  constructor(sink: NameSink) {
    this.sink = sink;
  }

  /** `layers` are the rows of `block`, before their keys are made. */
  look(block: PacketBlock, layers: LayersBlock): void {
    const { rows, count, numbers } = layers;
    let left = MOST_OF_BLOCK;
    for (let row = 0; row < count && left > 0; row++) {
      const base = row * ROW_WORDS;
      const port = rows[base + PORTS]! >>> 16;
      if (port !== DNS && port !== MDNS) continue;
      if ((rows[base + KIND]! & 0xff) !== UDP || (rows[base + SERVICE]! & FRAGMENT) !== 0) continue;
      left--;
      this.open(block, ((numbers[row]! | 0) - (block.firstPacket | 0)) | 0);
    }
  }

  private open(block: PacketBlock, packet: number): void {
    const { single, layers, octets } = this;
    if (packet < 0 || packet >= block.count) return;
    single.bytes = block.bytes;
    single.view = block.view;
    single.interfaces = block.interfaces;
    single.count = 1;
    single.offset[0] = block.offset[packet]!;
    single.capturedLength[0] = block.capturedLength[packet]!;
    single.originalLength[0] = block.originalLength[packet]!;
    single.interfaceIndex[0] = block.interfaceIndex[packet]!;
    this.decoder.decode(single, layers);
    if (layers.count === 0) return;
    const { offset, end } = this.decoder.place;
    readDnsAnswers(block.bytes, offset + UDP_OCTETS, end, (bytes, at, length, name, seconds) => {
      octets.fill(0);
      octets.set(bytes.subarray(at, at + length), 16 - length);
      if (length === 4) octets.fill(255, 10, 12);
      this.sink(formatAddress(octets), name, seconds);
    });
  }
}
