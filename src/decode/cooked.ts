// Link layers that are a capture program's own: Linux cooked v1/v2, BSD loopback, NFLOG, PKTAP, Arcnet (tcpdump.org/linktypes.html).
import type { Frame } from "./frame.ts";
import { L } from "./layers.ts";
import { OUTCOME, STEP } from "./step.ts";

/** packet type 2 | ARPHRD 2 | address length 2 | address 8 | protocol 2 */
export function linuxCooked(f: Frame): number {
  const o = f.offset;
  if (f.end - o < 16) return OUTCOME.truncated;
  const { view } = f;
  if (view.getUint16(o + 4) === 6) sourceMac(f, o + 6);
  f.offset = o + 16;
  return cookedType(f, view.getUint16(o + 2), view.getUint16(o + 14));
}

/** protocol 2 | reserved 2 | interface 4 | ARPHRD 2 | packet type 1 | address length 1 | address 8 */
export function linuxCooked2(f: Frame): number {
  const o = f.offset;
  if (f.end - o < 20) return OUTCOME.truncated;
  const { view, rows, base } = f;
  if (view.getUint8(o + 11) === 6) sourceMac(f, o + 12);
  rows[base + L.inIf] = view.getInt32(o + 4);
  f.offset = o + 20;
  return cookedType(f, view.getUint16(o + 8), view.getUint16(o));
}

function sourceMac(f: Frame, o: number): void {
  f.rows[f.base + L.macs + 1] = f.view.getUint16(o);
  f.rows[f.base + L.macs + 2] = f.view.getInt32(o + 2);
}

function cookedType(f: Frame, arphrd: number, type: number): number {
  f.etherType = type;
  if (arphrd === 824) return OUTCOME.nonIp; // ARPHRD_NETLINK
  if (type === 0x0001) return OUTCOME.nonIp; // Novell's raw 802.3
  if (type === 0x0004) return STEP.llc;
  return type < 0x0600 ? OUTCOME.nonIp : STEP.etherType;
}

/** The address family in the capturing machine's byte order (NULL) or the network's (LOOP): small, so both are tried. */
export function loopback(f: Frame): number {
  const o = f.offset;
  if (f.end - o < 4) return OUTCOME.truncated;
  f.offset = o + 4;
  let family = f.view.getUint32(o);
  if (family > 0xffff) family = f.view.getUint32(o, true);
  f.etherType = family;
  switch (family) {
    case 2:
      f.etherType = 0x0800;
      return STEP.ipv4;
    case 10: // Linux
    case 23: // Windows
    case 24: // NetBSD, OpenBSD
    case 28: // FreeBSD
    case 30: // macOS
      f.etherType = 0x86dd;
      return STEP.ipv6;
    default:
      // Some write an Ethernet type into the last two octets.
      f.etherType = f.view.getUint16(o + 2);
      return f.etherType >= 0x0600 ? STEP.etherType : OUTCOME.nonIp;
  }
}

/** family 1 | version 1 | resource 2, then TLVs in host order: length 2 | type 2 | value, padded to 4; type 9 is the packet. */
export function nflog(f: Frame): number {
  const { view, end } = f;
  let o = f.offset;
  if (end - o < 4) return OUTCOME.truncated;
  const family = view.getUint8(o);
  f.etherType = 0;
  o += 4;
  while (end - o >= 4) {
    const length = view.getUint16(o, true);
    if (length < 4) return OUTCOME.malformed;
    if ((view.getUint16(o + 2, true) & 0x7fff) === 9) {
      f.offset = o + 4;
      return family === 2 ? STEP.ipv4 : family === 10 ? STEP.ipv6 : OUTCOME.nonIp;
    }
    o += (length + 3) & ~3;
  }
  return OUTCOME.truncated;
}

/** Apple's header, little endian: length 4 | record type 4 | link type 4 | ..., then a frame of that link type. */
export function pktap(f: Frame): number {
  const o = f.offset;
  if (f.end - o < 12) return OUTCOME.truncated;
  const length = f.view.getUint32(o, true);
  if (length < 12) return OUTCOME.malformed;
  if (length > f.end - o) return OUTCOME.truncated;
  const dlt = f.view.getUint32(o + 8, true);
  f.etherType = 0;
  f.offset = o + length;
  return dlt === 1
    ? STEP.ethernet
    : dlt === 0 || dlt === 108
      ? STEP.loopback
      : dlt === 12 || dlt === 101
        ? STEP.ip
        : OUTCOME.nonIp;
}

/** Linux: source 1 | destination 1 | offset 2 | type 1; new-style types carry split flag 1 | sequence 2 (RFC 1201), old ones none (RFC 1051). */
export function arcnet(f: Frame): number {
  const o = f.offset;
  if (f.end - o < 5) return OUTCOME.truncated;
  const type = f.view.getUint8(o + 4);
  f.etherType = type;
  switch (type) {
    case 240: // RFC 1051
      f.offset = o + 5;
      return STEP.ipv4;
    case 212: // RFC 1201
      f.offset = o + 8;
      return STEP.ipv4;
    case 196:
      f.offset = o + 8;
      return STEP.ipv6;
    default:
      return OUTCOME.nonIp;
  }
}
