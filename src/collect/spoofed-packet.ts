// UDP datagrams in IP packets with any source: IPv4 (RFC 791), IPv6 (RFC 8200), UDP (RFC 768), cut into fragments where needed.
import { isIpv4 } from "../core/address.ts";

/** Octets of a packet at the most: what every Ethernet carries, and what every link with IPv6 does (RFC 8200). */
export const MTU = 1500;
export const SMALLEST_MTU = 1280;
const IPV4_OCTETS = 20;
const IPV6_OCTETS = 40;
const FRAGMENT_OCTETS = 8;
const UDP_OCTETS = 8;
const HOP_LIMIT = 64;
const UDP = 17;
const FRAGMENT_HEADER = 44;
const MORE_IPV4 = 0x2000;
const MORE_IPV6 = 1;

/** Identification of fragments; what is whole needs none (RFC 6864). */
let identification = Date.now() & 0xffff;

/**
 * The IP packets of one datagram, none longer than `mtu`. Addresses are 16 octets (IPv4 as ::ffff:a.b.c.d), both of one family.
 * IPv4's header checksum is left 0, as the kernel fills it in.
 */
export function spoofedPackets(
  source: Uint8Array,
  sourcePort: number,
  target: Uint8Array,
  targetPort: number,
  payload: Uint8Array,
  mtu = MTU,
): Buffer[] {
  const datagram = Buffer.allocUnsafe(UDP_OCTETS + payload.length);
  datagram.writeUInt16BE(sourcePort, 0);
  datagram.writeUInt16BE(targetPort, 2);
  datagram.writeUInt16BE(datagram.length, 4);
  datagram.writeUInt16BE(0, 6);
  datagram.set(payload, UDP_OCTETS);
  const ipv4 = isIpv4(source, 0);
  const [from, to] = ipv4 ? [source.subarray(12), target.subarray(12)] : [source, target];
  // A checksum that comes out as 0 is sent as its other zero (RFC 768).
  datagram.writeUInt16BE(checksum(from, to, datagram) || 0xffff, 6);
  return ipv4 ? ipv4Packets(from, to, datagram, mtu) : ipv6Packets(from, to, datagram, mtu);
}

/** One's complement of the sum of pseudo header and datagram. */
function checksum(from: Uint8Array, to: Uint8Array, datagram: Uint8Array): number {
  const total = sum(from) + sum(to) + UDP + datagram.length + sum(datagram);
  const once = (total & 0xffff) + (total >>> 16);
  return ~((once & 0xffff) + (once >>> 16)) & 0xffff;
}

/** Less than 2^31 for 64 KB. */
function sum(octets: Uint8Array): number {
  let total = 0;
  const even = octets.length & ~1;
  for (let i = 0; i < even; i += 2) total += (octets[i]! << 8) | octets[i + 1]!;
  return even < octets.length ? total + (octets[even]! << 8) : total;
}

/** version, header length 1 | ToS 1 | total length 2 | id 2 | flags, offset 2 | TTL 1 | protocol 1 | checksum 2 | source 4 | destination 4 */
function ipv4Packets(from: Uint8Array, to: Uint8Array, datagram: Uint8Array, mtu: number): Buffer[] {
  const pieces = cut(datagram, mtu - IPV4_OCTETS);
  const id = pieces.length > 1 ? nextIdentification() : 0;
  return pieces.map(({ offset, octets, more }) => {
    const packet = Buffer.alloc(IPV4_OCTETS + octets.length);
    packet[0] = 0x45;
    packet.writeUInt16BE(packet.length, 2);
    packet.writeUInt16BE(id, 4);
    packet.writeUInt16BE((more ? MORE_IPV4 : 0) | (offset >> 3), 6);
    packet[8] = HOP_LIMIT;
    packet[9] = UDP;
    packet.set(from, 12);
    packet.set(to, 16);
    packet.set(octets, IPV4_OCTETS);
    return packet;
  });
}

/** version, class, label 4 | payload length 2 | next header 1 | hop limit 1 | source 16 | destination 16 | fragment header, if any */
function ipv6Packets(from: Uint8Array, to: Uint8Array, datagram: Uint8Array, mtu: number): Buffer[] {
  const whole = datagram.length <= mtu - IPV6_OCTETS;
  const extension = whole ? 0 : FRAGMENT_OCTETS;
  const id = whole ? 0 : nextIdentification();
  return cut(datagram, mtu - IPV6_OCTETS - extension).map(({ offset, octets, more }) => {
    const packet = Buffer.alloc(IPV6_OCTETS + extension + octets.length);
    packet[0] = 0x60;
    packet.writeUInt16BE(extension + octets.length, 4);
    packet[6] = whole ? UDP : FRAGMENT_HEADER;
    packet[7] = HOP_LIMIT;
    packet.set(from, 8);
    packet.set(to, 24);
    if (!whole) {
      packet[IPV6_OCTETS] = UDP;
      packet.writeUInt16BE(offset | (more ? MORE_IPV6 : 0), IPV6_OCTETS + 2);
      packet.writeUInt32BE(id, IPV6_OCTETS + 4);
    }
    packet.set(octets, IPV6_OCTETS + extension);
    return packet;
  });
}

interface Piece {
  readonly offset: number;
  readonly octets: Uint8Array;
  readonly more: boolean;
}

/** Every piece but the last one has a multiple of eight octets. */
function cut(datagram: Uint8Array, most: number): Piece[] {
  const step = datagram.length <= most ? datagram.length : most & ~7;
  const pieces: Piece[] = [];
  for (let offset = 0; offset < datagram.length; offset += step) {
    const octets = datagram.subarray(offset, offset + step);
    pieces.push({ offset, octets, more: offset + step < datagram.length });
  }
  return pieces;
}

function nextIdentification(): number {
  identification = (identification + 1) & 0xffff || 1;
  return identification;
}
