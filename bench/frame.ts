// Writes one generated frame: Ethernet II, 802.1Q, IPv4 (RFC 791) or IPv6 (RFC 8200), TCP (RFC 9293), UDP (RFC 768) or ICMP echo.
import { type Connection, KIND } from "./connection.ts";

/** Octets kept of each generated packet. */
export const SNAP_LENGTH = 96;
/** Octets that writeFrame may touch. */
export const FRAME_ROOM = 160;

const SHORTEST_FRAME = 60;
const SERVER_NETS = Uint8Array.of(23, 34, 52, 54, 64, 74, 93, 104, 142, 151, 172, 185, 193, 199, 203, 216);
/** "flow.example", type A, class IN. */
const DNS_QUESTION = Uint8Array.of(4, 102, 108, 111, 119, 7, 101, 120, 97, 109, 112, 108, 101, 0, 0, 1, 0, 1);
const DNS_ANSWER = Uint8Array.of(0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 192, 0, 2, 1);

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;

/** What the traffic loop says of the packet to be written; one object, reused. */
export interface PacketShape {
  /** From the server to the client. */
  reverse: boolean;
  tcpFlags: number;
  /** Octets of the whole frame that are wanted; at least the headers are written. */
  length: number;
}

/**
 * Writes the packet's first octets at `at` (the caller keeps the first SNAP_LENGTH of them) and returns its length on the wire.
 * Beyond its headers a payload is zeros: so all checksums are right, although most of it is never written.
 */
export function writeFrame(out: Uint8Array, at: number, connection: Connection, shape: PacketShape): number {
  const { kind, ipv6 } = connection;
  const { reverse } = shape;
  const icmp = kind === KIND.icmp;
  const udp = kind === KIND.udp || kind === KIND.dns;
  out.fill(0, at, at + FRAME_ROOM);
  out[at] = 2;
  out[at + 5] = reverse ? 1 : 2;
  out[at + 6] = 2;
  out[at + 11] = reverse ? 2 : 1;
  let ip = at + 14;
  if (connection.vlan) {
    put16(out, at + 12, 0x8100);
    put16(out, at + 14, 100 + (connection.client & 7));
    ip += 4;
  }
  put16(out, ip - 2, ipv6 ? 0x86dd : 0x0800);
  const transport = ip + (ipv6 ? 40 : 20);
  const known = icmp
    ? putEcho(out, transport, connection, reverse)
    : udp
      ? putUdp(out, transport, connection, reverse)
      : putTcp(out, transport, connection, shape);
  const headers = transport + known - at;
  const packet = Math.max(headers, shape.length) - (ip - at);
  const length = packet - (transport - ip);
  if (udp) put16(out, transport + 4, length);
  const protocol = icmp ? (ipv6 ? 58 : 1) : udp ? 17 : 6;
  if (ipv6) putIpv6(out, ip, connection, reverse, protocol, length);
  else putIpv4(out, ip, connection, reverse, protocol, packet);
  const pseudo = icmp && !ipv6 ? 0 : protocol + length + sum(out, ipv6 ? ip + 8 : ip + 12, transport);
  const check = ~fold(pseudo + sum(out, transport, transport + known)) & 0xffff;
  put16(out, transport + (icmp ? 2 : udp ? 6 : 16), udp && check === 0 ? 0xffff : check);
  if (!icmp && !udp) advance(connection, shape, length - known);
  return Math.max(SHORTEST_FRAME, ip - at + packet);
}

/** Each put...() of a transport returns the octets that it has written: headers, and what of the payload is not zero. */
function putTcp(out: Uint8Array, at: number, connection: Connection, { reverse, tcpFlags }: PacketShape): number {
  putPorts(out, at, connection, reverse);
  put32(out, at + 4, reverse ? connection.serverSequence : connection.clientSequence);
  if ((tcpFlags & ACK) !== 0) put32(out, at + 8, reverse ? connection.clientSequence : connection.serverSequence);
  const bare = connection.kind === KIND.scan || connection.kind === KIND.refused;
  const octets = bare ? 20 : (tcpFlags & SYN) !== 0 ? 40 : 32;
  out[at + 12] = octets << 2;
  out[at + 13] = tcpFlags;
  put16(out, at + 14, (tcpFlags & RST) !== 0 ? 0 : 64_240);
  if (octets === 40) {
    put32(out, at + 20, 0x020405b4); // maximum segment size 1460
    put32(out, at + 24, 0x0402080a); // SACK permitted; timestamps
    put32(out, at + 28, connection.sent + 1);
    put32(out, at + 36, 0x01030307); // window scale 7
  } else if (octets === 32) {
    put32(out, at + 20, 0x0101080a);
    put32(out, at + 24, connection.sent + 1);
  }
  return octets;
}

/** SYN and FIN take one sequence number each, data one an octet. */
function advance(connection: Connection, { reverse, tcpFlags }: PacketShape, payload: number): void {
  const step = payload + ((tcpFlags & (SYN | FIN)) !== 0 ? 1 : 0);
  if (reverse) connection.serverSequence = (connection.serverSequence + step) | 0;
  else connection.clientSequence = (connection.clientSequence + step) | 0;
}

function putUdp(out: Uint8Array, at: number, connection: Connection, reverse: boolean): number {
  putPorts(out, at, connection, reverse);
  if (connection.serverPort !== 53) return 8;
  put16(out, at + 8, connection.clientSequence);
  put16(out, at + 10, reverse ? 0x8180 : 0x0100);
  put16(out, at + 12, 1);
  out.set(DNS_QUESTION, at + 20);
  if (!reverse) return 38;
  put16(out, at + 14, 1);
  out.set(DNS_ANSWER, at + 38);
  return 54;
}

function putEcho(out: Uint8Array, at: number, connection: Connection, reverse: boolean): number {
  if (connection.ipv6) out[at] = reverse ? 129 : 128;
  else out[at] = reverse ? 0 : 8;
  put16(out, at + 4, connection.clientPort);
  put16(out, at + 6, connection.sent >> 1);
  return 8;
}

function putPorts(out: Uint8Array, at: number, connection: Connection, reverse: boolean): void {
  put16(out, at, reverse ? connection.serverPort : connection.clientPort);
  put16(out, at + 2, reverse ? connection.clientPort : connection.serverPort);
}

function putIpv4(
  out: Uint8Array,
  at: number,
  connection: Connection,
  reverse: boolean,
  protocol: number,
  length: number,
): void {
  out[at] = 0x45;
  put16(out, at + 2, length);
  put16(out, at + 4, connection.sent);
  out[at + 6] = 0x40;
  out[at + 8] = reverse ? 57 : 64;
  out[at + 9] = protocol;
  // 10.0.0.0/12 for clients, one of 16 networks of eight bits for servers; both are one to one.
  const client = 0x0a000000 | ((connection.client << 4) & 0xfffff) | (connection.client >> 12);
  const mixed = ((connection.server >> 4) * 40_503 + 977) & 0xffff;
  const server = (SERVER_NETS[connection.server & 15]! << 24) | (mixed << 8) | ((mixed & 0x7f) + 1);
  put32(out, at + 12, reverse ? server : client);
  put32(out, at + 16, reverse ? client : server);
  put16(out, at + 10, ~fold(sum(out, at, at + 20)) & 0xffff);
}

function putIpv6(
  out: Uint8Array,
  at: number,
  connection: Connection,
  reverse: boolean,
  protocol: number,
  length: number,
): void {
  out[at] = 0x60;
  put16(out, at + 4, length);
  out[at + 6] = protocol;
  out[at + 7] = reverse ? 57 : 64;
  putAddress6(out, at + (reverse ? 24 : 8), 1, connection.client);
  putAddress6(out, at + (reverse ? 8 : 24), 2, connection.server);
}

/** 2001:db8:<side>:<network>::<number> */
function putAddress6(out: Uint8Array, at: number, side: number, number: number): void {
  put32(out, at, 0x20010db8);
  out[at + 5] = side;
  out[at + 7] = number & 0xff;
  put16(out, at + 14, number);
}

function put16(out: Uint8Array, at: number, value: number): void {
  out[at] = value >> 8;
  out[at + 1] = value;
}

function put32(out: Uint8Array, at: number, value: number): void {
  out[at] = value >> 24;
  out[at + 1] = value >> 16;
  out[at + 2] = value >> 8;
  out[at + 3] = value;
}

/** The sum of 16-bit words (an even number of octets, RFC 1071), not folded. */
function sum(out: Uint8Array, from: number, to: number): number {
  let total = 0;
  for (let i = from; i < to; i += 2) total += (out[i]! << 8) | out[i + 1]!;
  return total;
}

function fold(total: number): number {
  const once = (total & 0xffff) + (total >>> 16);
  return (once & 0xffff) + (once >>> 16);
}
