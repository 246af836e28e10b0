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
    case 0x8100: // 802.1Q
    case 0x88a8: // 802.1ad
    case 0x9100: // QinQ before the standard, three values in use
    case 0x9200:
    case 0x9300:
      return VLAN;
    case 0x0806:
      return STEP.arp;
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

/** 802.1ah: I-TAG 4 (its service id), then a whole Ethernet frame. */
export function pbb(f: Frame): number {
  const o = f.offset;
  if (f.end - o < 4) return TRUNCATED;
  f.offset = o + 4;
  return STEP.ethernet;
}
