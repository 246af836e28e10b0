// Ethernet II and IEEE 802.3 frames (IEEE 802.3 clause 3), VLAN tags (802.1Q), provider backbone (802.1ah) and the type dispatch.
import type { Frame } from "./frame.ts";
import { L } from "./layers.ts";
import { OUTCOME, STEP } from "./step.ts";

const { macs: MACS, vlans: VLANS } = L;
const { truncated: TRUNCATED, nonIp: NON_IP } = OUTCOME;
const { etherType: ETHER_TYPE, llc: LLC, ipv4: IPV4, ipv6: IPV6, vlan: VLAN } = STEP;

/** dst 6 | src 6 | type or length 2 */
export function ethernet(f: Frame): number {
  const o = f.offset;
  if (f.end - o < 14) return TRUNCATED;
  const { view, rows, base } = f;
  rows[base + MACS] = view.getInt32(o);
  rows[base + MACS + 1] = view.getInt32(o + 4);
  rows[base + MACS + 2] = view.getInt32(o + 8);
  f.offset = o + 14;
  const type = view.getUint16(o + 12);
  f.etherType = type;
  if (type === 0x0800) return IPV4;
  if (type === 0x86dd) return IPV6;
  return type < 0x0600 ? LLC : ETHER_TYPE;
}

/** Goes on by `f.etherType`. */
export function etherType(f: Frame): number {
  switch (f.etherType) {
    case 0x0800:
      return IPV4;
    case 0x86dd:
      return IPV6;
    case 0x0806:
      return STEP.arp;
    case 0x8100: // 802.1Q
    case 0x88a8: // 802.1ad
    case 0x9100: // QinQ before the standard, three values in use
    case 0x9200:
    case 0x9300:
      return VLAN;
    default:
      return f.plainEthernet ? NON_IP : carrier(f);
  }
}

/** Types of layers between Ethernet and IP. */
function carrier(f: Frame): number {
  switch (f.etherType) {
    case 0x8847:
    case 0x8848:
      return STEP.mpls;
    case 0x8864:
      return STEP.pppoe;
    case 0x88e7:
      return STEP.pbb;
    case 0x894f:
      return STEP.nsh;
    case 0x6558: // transparent Ethernet bridging
      return STEP.ethernet;
    case 0x880b:
      return STEP.ppp;
    case 0x8903: // Cisco FabricPath: FTAG 10, TTL 6 bits, then the frame
      return skip(f, 2, STEP.ethernet);
    case 0x8909: // Cisco metadata: version 1 | length 1 | option 2 | security group 2 | type 2
      return typeBehind(f, 6);
    case 0xd28b:
      return aristaTime(f);
    default:
      return NON_IP;
  }
}

/** priority 3, DEI 1, VLAN id 12 bits | type 2. The first tag is the outermost. */
export function vlan(f: Frame): number {
  const o = f.offset;
  if (f.end - o < 4) return TRUNCATED;
  const { view, rows, base } = f;
  const id = view.getUint16(o) & 0x0fff;
  const seen = rows[base + VLANS]!;
  rows[base + VLANS] = seen === 0 ? id : (id << 16) | (seen & 0xffff);
  f.offset = o + 4;
  const type = view.getUint16(o + 2);
  f.etherType = type;
  if (type === 0x0800) return IPV4;
  return type < 0x0600 ? LLC : ETHER_TYPE;
}

/** Arista's time stamp: subtype 2 | version 2 (0x10: 64 bits, 0x20: 48 bits; 0x100: UTC) | time 8 or 6 | type 2 */
function aristaTime(f: Frame): number {
  if (f.end - f.offset < 4) return TRUNCATED;
  const version = f.view.getUint16(f.offset + 2) & ~0x0100;
  if (version === 0x10) return typeBehind(f, 12);
  return version === 0x20 ? typeBehind(f, 10) : NON_IP;
}

function skip(f: Frame, octets: number, next: number): number {
  if (f.end - f.offset < octets) return TRUNCATED;
  f.offset += octets;
  return next;
}

/** Goes on by the type that stands so many octets on. */
function typeBehind(f: Frame, octets: number): number {
  if (f.end - f.offset < octets + 2) return TRUNCATED;
  f.etherType = f.view.getUint16(f.offset + octets);
  f.offset += octets + 2;
  return f.etherType < 0x0600 ? LLC : ETHER_TYPE;
}

/** 802.1ah: I-TAG 4 (its service id), then a whole Ethernet frame. */
export function pbb(f: Frame): number {
  return skip(f, 4, STEP.ethernet);
}
