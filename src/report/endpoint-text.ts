// The two ends of a flow as a person reads them: 10.0.0.1:443, [2001:db8::1]:443, ICMP type.code, MAC addresses.
import { isIpv4, isNone } from "../core/address.ts";
import type { Columns } from "../core/flow-batch.ts";
import { ICMP, ICMP6 } from "../core/protocol-numbers.ts";
import type { ByteWriter } from "./byte-writer.ts";

const ARP = 0x0806;
const COLON = 58;
const DASH = 45;
const DOT = 46;
const OPEN = 91;
const CLOSE = 93;
const ipv4 = isIpv4;
const noAddress = isNone;

/** Protocols whose headers begin with two ports: TCP, UDP, DCCP, SCTP, UDP-Lite. */
const HAS_PORTS = new Uint8Array(256);
for (const protocol of [6, 17, 33, 132, 136]) HAS_PORTS[protocol] = 1;

export const SOURCE = 0;
export const DESTINATION = 1;

/** `255.255.255.255:65535` */
export const ENDPOINT_WIDTH = 21;

/**
 * One end of a flow. In a record of IPv6 all zero is the address `::`; elsewhere it says that there is none: `-`. Exporters that
 * sum up leave out addresses and keep the protocol.
 */
export function writeEndpoint(out: ByteWriter, columns: Columns, row: number, end: number): void {
  const address = end === SOURCE ? columns.srcAddr : columns.dstAddr;
  const version = columns.ipVersion[row]!;
  const protocol = columns.proto[row]!;
  const mac = end === SOURCE ? columns.srcMac : columns.dstMac;
  const framed = columns.etherType[row]! | mac[2 * row]! | mac[2 * row + 1]!;
  if ((version | protocol) === 0 && framed !== 0 && columns.etherType[row] !== ARP && noAddress(address, 16 * row)) {
    out.mac(mac[2 * row]!, mac[2 * row + 1]!);
    return;
  }
  const icmp = protocol === ICMP || protocol === ICMP6;
  const port = (end === SOURCE ? columns.srcPort : columns.dstPort)[row]!;
  const shown = (version | protocol) !== 0 && (icmp ? end === DESTINATION : port !== 0 || HAS_PORTS[protocol] === 1);
  if (version !== 6 && noAddress(address, 16 * row)) {
    out.octet(DASH);
  } else if (shown && !ipv4(address, 16 * row)) {
    out.octet(OPEN);
    out.address(address, 16 * row);
    out.octet(CLOSE);
  } else {
    out.address(address, 16 * row);
  }
  if (shown) writePort(out, port, icmp);
}

function writePort(out: ByteWriter, port: number, icmp: boolean): void {
  out.octet(COLON);
  if (icmp) {
    out.number(port >>> 8);
    out.octet(DOT);
    out.number(port & 255);
  } else {
    out.number(port);
  }
}
