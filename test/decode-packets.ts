// Built packets through the decoder: blocks of them, and the rows that come out as objects that read well.
import { formatAddress } from "../src/core/address.ts";
import { Ledger } from "../src/core/ledger.ts";
import { PacketBlock } from "../src/core/packet-block.ts";
import { DECODE_DEFAULTS, type DecodeOptions, Decoder, L, LayersBlock, ROW_WORDS } from "../src/decode/index.ts";
import { type Layer, octets } from "./packets.ts";

export interface Sent {
  readonly octets: Uint8Array;
  readonly linkType?: number;
  /** Octets on the wire, where that is more than there are. */
  readonly original?: number;
  /** Nanoseconds since 1970; none = a packet without time. */
  readonly time?: bigint | null;
}

/** A block with the packets in it, each one between octets of `around`. */
export function packetBlock(packets: readonly Sent[], { around = 0xff, firstPacket = 1 } = {}): PacketBlock {
  const block = new PacketBlock();
  const linkTypes = [...new Set(packets.map((packet) => packet.linkType ?? 1))];
  block.interfaces = linkTypes.map((linkType, i) => ({ index: i + 1, name: null, linkType, snapLength: 0 }));
  const between = new Uint8Array(64).fill(around);
  const bytes = octets(between, ...packets.flatMap((packet) => [packet.octets, between]));
  // Not at the buffer's start: offsets into the block are not offsets into its buffer.
  const buffer = octets(new Uint8Array(24).fill(around), bytes);
  block.setBytes(buffer.subarray(24));
  block.count = packets.length;
  block.firstPacket = firstPacket;
  let offset = between.length;
  for (const [i, packet] of packets.entries()) {
    block.offset[i] = offset;
    block.capturedLength[i] = packet.octets.length;
    block.originalLength[i] = packet.original ?? packet.octets.length;
    const time = packet.time === undefined ? 0n : packet.time;
    block.seconds[i] = time === null ? 0 : Number(time / 1_000_000_000n) | 0;
    block.nanoseconds[i] = time === null ? -1 : Number(time % 1_000_000_000n);
    block.interfaceIndex[i] = linkTypes.indexOf(packet.linkType ?? 1);
    offset += packet.octets.length + between.length;
  }
  return block;
}

/** One row with all that decoding found. */
export function readRow(block: LayersBlock, row: number) {
  const words = block.rows.subarray(row * ROW_WORDS, (row + 1) * ROW_WORDS);
  const at = (offset: number) => words[offset]!;
  const address = (from: number) => formatAddress(octets(...[0, 1, 2, 3].map((i) => bigEndian(at(from + i)))));
  const [high, middle, low] = [at(L.macs), at(L.macs + 1), at(L.macs + 2)];
  return {
    src: address(L.src),
    dst: address(L.dst),
    sport: at(L.ports) >>> 16,
    dport: at(L.ports) & 0xffff,
    etherType: at(L.kind) >>> 16,
    family: (at(L.kind) >>> 8) & 255,
    proto: at(L.kind) & 255,
    bytes: at(L.bytes) >>> 0,
    frameBytes: at(L.frameBytes) >>> 0,
    flowLabel: at(L.flags) >>> 12,
    tcpFlags: at(L.flags) & 0xfff,
    identification: at(L.identification) >>> 0,
    marks: at(L.service) >>> 16,
    ttl: (at(L.service) >>> 8) & 255,
    tos: at(L.service) & 255,
    vlan: at(L.vlans) & 0xffff,
    innerVlan: at(L.vlans) >>> 16,
    inIf: at(L.inIf) >>> 0,
    mpls: at(L.mpls),
    dstMac: macText((BigInt(high >>> 0) << 16n) | BigInt(middle >>> 16)),
    srcMac: macText((BigInt(middle & 0xffff) << 32n) | BigInt(low >>> 0)),
    tunnel: at(L.tunnel) >>> 0,
    number: block.numbers[row]!,
  };
}

export type Row = ReturnType<typeof readRow>;

function bigEndian(word: number): number[] {
  return [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255];
}

function macText(value: bigint): string {
  return value.toString(16).padStart(12, "0").match(/../g)!.join(":");
}

export interface Decoded {
  readonly rows: readonly Row[];
  readonly layers: LayersBlock;
  readonly ledger: Ledger;
  /** Why the packets without rows have none: names of the ledger, one a packet. */
  readonly reasons: readonly string[];
}

export function decodePackets(
  packets: readonly Sent[],
  options: Partial<DecodeOptions> = {},
  { around = 0xff, decoder = new Decoder({ ...DECODE_DEFAULTS, ...options }) } = {},
): Decoded {
  const layers = new LayersBlock(Math.max(1, packets.length));
  const ledger = new Ledger();
  decoder.decode(packetBlock(packets, { around }), layers);
  decoder.book(ledger);
  const reasons = Object.entries(ledger.untracked).flatMap(([name, count]) =>
    new Array<string>(count.packets).fill(name),
  );
  return { rows: Array.from({ length: layers.count }, (_, i) => readRow(layers, i)), layers, ledger, reasons };
}

/** The row of one packet, or the reason why it has none. */
export function decodeOne(
  packet: Layer | Uint8Array,
  linkType = 1,
  options: Partial<DecodeOptions> = {},
): Row | string {
  const { rows, reasons } = decodePackets([{ octets: "octets" in packet ? packet.octets : packet, linkType }], options);
  return rows[0] ?? reasons[0] ?? "lost";
}
