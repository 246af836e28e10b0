// Sampled packet headers (sFlow, PSAMP) through decode/: the beginning of one packet into the columns of one row.
import type { FlowBatch } from "../core/flow-batch.ts";
import { type CaptureInterface, PacketBlock } from "../core/packet-block.ts";
import { Decoder, FAMILY, L, LayersBlock } from "../decode/index.ts";
import type { HeaderReader } from "../wire/index.ts";

const { src: SRC, dst: DST, ports: PORTS, kind: KIND, bytes: BYTES, flags: FLAGS, service: SERVICE } = L;
const { vlans: VLANS, mpls: MPLS, macs: MACS, tunnel: TUNNEL } = L;
const { ipv4: IPV4, ipv6: IPV6, arp: ARP } = FAMILY;

/** A reader for one thread. What a header is cut before is 0; the fields of link layers are there even where IP is not. */
export function createHeaderReader(): HeaderReader {
  return new SampledHeaders();
}

class SampledHeaders implements HeaderReader {
  private readonly decoder = new Decoder({
    tunnel: "outer",
    nonIp: true,
    quoteIcmpErrors: false,
    plainEthernet: false,
  });
  private readonly block = new PacketBlock();
  private readonly layers = new LayersBlock(1);
  /** One interface for each link type that was asked for; its place by link type. */
  private readonly interfaces: CaptureInterface[] = [];
  private readonly places = new Map<number, number>();
  private lastLinkType = -1;

  constructor() {
    this.block.count = 1;
    this.block.interfaces = this.interfaces;
  }

  read(
    batch: FlowBatch,
    row: number,
    bytes: Uint8Array,
    from: number,
    length: number,
    linkType: number,
    frameLength: number,
  ): boolean {
    const { block, layers } = this;
    if (block.bytes !== bytes) block.setBytes(bytes);
    if (linkType !== this.lastLinkType) this.choose(linkType);
    block.offset[0] = from;
    block.capturedLength[0] = length;
    block.originalLength[0] = Math.max(frameLength, length);
    this.decoder.decode(block, layers);
    const { rows } = layers;
    const c = batch.columns;
    c.frameBytes[2 * row] = frameLength;
    c.srcMac[2 * row] = rows[MACS + 2]!;
    c.srcMac[2 * row + 1] = rows[MACS + 1]! & 0xffff;
    c.dstMac[2 * row] = (rows[MACS]! << 16) | (rows[MACS + 1]! >>> 16);
    c.dstMac[2 * row + 1] = rows[MACS]! >>> 16;
    c.vlan[row] = rows[VLANS]! & 0xffff;
    c.innerVlan[row] = rows[VLANS]! >>> 16;
    c.mplsLabel[row] = rows[MPLS]!;
    if (layers.count === 0) return false;

    const kind = rows[KIND]!;
    const family = (kind >>> 8) & 7;
    c.etherType[row] = kind >>> 16;
    c.bytes[2 * row] = rows[BYTES]!;
    if (family === IPV4 || family === IPV6 || family === ARP) {
      writeAddress(c.srcAddr, 16 * row, rows, SRC);
      writeAddress(c.dstAddr, 16 * row, rows, DST);
    }
    if (family !== IPV4 && family !== IPV6) return false;
    c.ipVersion[row] = family === IPV4 ? 4 : 6;
    c.proto[row] = kind & 0xff;
    c.srcPort[row] = rows[PORTS]! >>> 16;
    c.dstPort[row] = rows[PORTS]! & 0xffff;
    c.tos[row] = rows[SERVICE]! & 0xff;
    c.ttl[row] = (rows[SERVICE]! >>> 8) & 0xff;
    c.flowLabel[row] = rows[FLAGS]! >>> 12;
    c.tcpFlags[row] = rows[FLAGS]! & 0xfff;
    c.tunnelId[row] = rows[TUNNEL]!;
    return true;
  }

  private choose(linkType: number): void {
    let place = this.places.get(linkType);
    if (place === undefined) {
      place = this.interfaces.push({ index: 0, name: null, linkType, snapLength: 0 }) - 1;
      this.places.set(linkType, place);
    }
    this.block.interfaceIndex[0] = place;
    this.lastLinkType = linkType;
  }
}

function writeAddress(column: Uint8Array, at: number, words: Int32Array, from: number): void {
  for (let i = 0; i < 4; i++) {
    const word = words[from + i]!;
    column[at + 4 * i] = word >>> 24;
    column[at + 4 * i + 1] = word >>> 16;
    column[at + 4 * i + 2] = word >>> 8;
    column[at + 4 * i + 3] = word;
  }
}
