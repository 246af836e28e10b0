// Packets and captures made by hand for tests: Ethernet frames in classic pcap files, small enough to be read in a test's text.
import { parseAddress } from "../src/core/address.ts";

export const PROTO = { icmp: 1, tcp: 6, udp: 17 } as const;
export const TCP = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16 } as const;
const MACS = Buffer.from("020000000002020000000001", "hex");

export interface Packet {
  /** Seconds after BEGIN. */
  readonly at: number;
  readonly frame: Buffer;
  /** Octets on the wire, where the capture kept less. */
  readonly wire?: number;
}

/** 2023-11-14T22:13:20Z */
const BEGIN = 1_700_000_000;

function u16(...values: number[]): Buffer {
  return Buffer.from(values.flatMap((value) => [value >> 8, value & 255]));
}

export function ethernet(etherType: number, payload: Buffer): Buffer {
  return Buffer.concat([MACS, u16(etherType), payload]);
}

/** An IPv4 or IPv6 packet in an Ethernet frame, as the addresses say. */
export function ip(src: string, dst: string, proto: number, payload: Buffer): Buffer {
  const [from, to] = [Buffer.from(parseAddress(src)!), Buffer.from(parseAddress(dst)!)];
  if (src.includes(":")) {
    const head = Buffer.concat([u16(0x6000, 0, payload.length), Buffer.from([proto, 64]), from, to]);
    return ethernet(0x86dd, Buffer.concat([head, payload]));
  }
  const head = u16(0x4500, 20 + payload.length, 1, 0x4000, (64 << 8) | proto, 0);
  return ethernet(0x0800, Buffer.concat([head, from.subarray(12), to.subarray(12), payload]));
}

export function udp(srcPort: number, dstPort: number, octets: number): Buffer {
  return Buffer.concat([u16(srcPort, dstPort, 8 + octets, 0), Buffer.alloc(octets)]);
}

export function tcp(srcPort: number, dstPort: number, flags: number, octets = 0): Buffer {
  return Buffer.concat([u16(srcPort, dstPort, 0, 1, 0, 1, 0x5000 | flags, 65_535, 0, 0), Buffer.alloc(octets)]);
}

export function icmp(type: number, code: number, rest: Buffer): Buffer {
  return Buffer.concat([u16((type << 8) | code, 0), rest]);
}

export function arpRequest(sender: string, target: string): Buffer {
  const [from, to] = [parseAddress(sender)!.subarray(12), parseAddress(target)!.subarray(12)];
  return ethernet(0x0806, Buffer.concat([u16(1, 0x0800, 0x0604, 1), MACS.subarray(6), from, Buffer.alloc(6), to]));
}

/** The same packets as a classic pcap file, little endian, microseconds. */
export function pcap(packets: readonly Packet[], linkType = 1): Buffer {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(262_144, 16);
  head.writeUInt32LE(linkType, 20);
  return Buffer.concat([head, ...packets.map(record)]);
}

/** One packet as it stands in such a file. */
export function record({ at, frame, wire = frame.length }: Packet): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt32LE(BEGIN + Math.floor(at), 0);
  head.writeUInt32LE(Math.round((at % 1) * 1e6), 4);
  head.writeUInt32LE(frame.length, 8);
  head.writeUInt32LE(wire, 12);
  return Buffer.concat([head, frame]);
}

const CLIENT = "10.0.0.1";
const SERVER = "10.0.0.2";

/** A little of everything that people know: a TCP connection, DNS over IPv4 and IPv6, ping, an ICMP error, ARP. */
export function littleOfEverything(): Packet[] {
  const query = ip(CLIENT, "10.0.0.53", PROTO.udp, udp(40_000, 53, 30));
  const lost = ip(CLIENT, SERVER, PROTO.udp, udp(40_001, 9, 4));
  const echo = u16(7, 1, 0xabcd);
  return [
    { at: 0, frame: arpRequest(CLIENT, SERVER) },
    { at: 0.001, frame: query },
    { at: 0.021, frame: ip("10.0.0.53", CLIENT, PROTO.udp, udp(53, 40_000, 90)) },
    { at: 0.03, frame: ip(CLIENT, SERVER, PROTO.tcp, tcp(50_000, 443, TCP.syn)) },
    { at: 0.031, frame: ip(SERVER, CLIENT, PROTO.tcp, tcp(443, 50_000, TCP.syn | TCP.ack)) },
    { at: 0.032, frame: ip(CLIENT, SERVER, PROTO.tcp, tcp(50_000, 443, TCP.ack | TCP.psh, 200)) },
    { at: 0.05, frame: ip(SERVER, CLIENT, PROTO.tcp, tcp(443, 50_000, TCP.ack, 1400)) },
    { at: 1, frame: ip("2001:db8::1", "2001:db8::53", PROTO.udp, udp(40_000, 53, 30)) },
    { at: 1.5, frame: ip(CLIENT, SERVER, PROTO.icmp, icmp(8, 0, echo)) },
    { at: 1.501, frame: ip(SERVER, CLIENT, PROTO.icmp, icmp(0, 0, echo)) },
    { at: 2, frame: lost },
    {
      at: 2.001,
      frame: ip(SERVER, CLIENT, PROTO.icmp, icmp(3, 3, Buffer.concat([u16(0, 0), lost.subarray(14, 42)]))),
    },
    { at: 2.1, frame: ip(CLIENT, SERVER, PROTO.tcp, tcp(50_000, 443, TCP.ack | TCP.fin)) },
    { at: 2.2, frame: ip(SERVER, CLIENT, PROTO.tcp, tcp(443, 50_000, TCP.ack | TCP.fin)) },
    { at: 70, frame: query },
  ];
}
