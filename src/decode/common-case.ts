// The headers that nearly all packets have, in one function without a call: Ethernet, at most one VLAN tag, IPv4 without options or
// IPv6 without extension headers, TCP or UDP, nothing cut or contradictory. Everything else is left to the way through the
// headers, which gives the same rows for these, too (common-case.test.ts). It takes a third off the cost of decoding (docs/bench.md).
import { FAMILY, L } from "./layers.ts";

const { ports: PORTS, kind: KIND, bytes: BYTES, flags: FLAGS, identification: IDENTIFICATION } = L;
const { service: SERVICE, vlans: VLANS, mpls: MPLS, macs: MACS, tunnel: TUNNEL } = L;
const KIND_IPV4 = (0x0800 << 16) | (FAMILY.ipv4 << 8);
const KIND_IPV6 = (0x86dd << 16) | (FAMILY.ipv6 << 8);

/** Octets of IPv4 or IPv6 packets below which the ports may be cut; such small ones go the long way. */
const LEAST_IPV4 = 40;
const LEAST_IPV6 = 60;

/**
 * Decodes the Ethernet frame at `o`, of which `captured` of `original` octets are there, into the row at `base`. False, and an
 * unfinished row, when it is not the common case. The row's time, lengths of the frame and interface are the caller's.
 */
export function commonCase(
  view: DataView,
  o: number,
  captured: number,
  original: number,
  rows: Int32Array,
  base: number,
): boolean {
  if (captured < 14 + LEAST_IPV4) return false;
  let type = view.getUint16(o + 12);
  let header = 14;
  let vlan = 0;
  if (type === 0x8100) {
    vlan = view.getUint16(o + 14) & 0x0fff;
    type = view.getUint16(o + 16);
    header = 18;
  }
  const p = o + header;
  const room = original - header;
  let transport: number;
  let proto: number;
  if (type === 0x0800) {
    if (captured < header + LEAST_IPV4) return false;
    const first = view.getInt32(p);
    const total = first & 0xffff;
    proto = view.getUint8(p + 9);
    if (
      first >>> 24 !== 0x45 ||
      total < LEAST_IPV4 ||
      total > room ||
      (view.getUint16(p + 6) & 0x3fff) !== 0 ||
      (proto !== 6 && proto !== 17)
    ) {
      return false;
    }
    rows[base] = 0;
    rows[base + 1] = 0;
    rows[base + 2] = 0xffff;
    rows[base + 3] = view.getInt32(p + 12);
    rows[base + 4] = 0;
    rows[base + 5] = 0;
    rows[base + 6] = 0xffff;
    rows[base + 7] = view.getInt32(p + 16);
    rows[base + KIND] = KIND_IPV4 | proto;
    rows[base + BYTES] = total;
    rows[base + SERVICE] = (view.getUint8(p + 8) << 8) | ((first >>> 16) & 0xff);
    rows[base + FLAGS] = 0;
    transport = p + 20;
  } else if (type === 0x86dd) {
    if (captured < header + LEAST_IPV6) return false;
    const first = view.getInt32(p);
    const total = view.getUint16(p + 4) + 40;
    proto = view.getUint8(p + 6);
    if (first >>> 28 !== 6 || total < LEAST_IPV6 || total > room || (proto !== 6 && proto !== 17)) return false;
    rows[base] = view.getInt32(p + 8);
    rows[base + 1] = view.getInt32(p + 12);
    rows[base + 2] = view.getInt32(p + 16);
    rows[base + 3] = view.getInt32(p + 20);
    rows[base + 4] = view.getInt32(p + 24);
    rows[base + 5] = view.getInt32(p + 28);
    rows[base + 6] = view.getInt32(p + 32);
    rows[base + 7] = view.getInt32(p + 36);
    rows[base + KIND] = KIND_IPV6 | proto;
    rows[base + BYTES] = total;
    rows[base + SERVICE] = (view.getUint8(p + 7) << 8) | ((first >>> 20) & 0xff);
    rows[base + FLAGS] = (first & 0xfffff) << 12;
    transport = p + 40;
  } else {
    return false;
  }
  rows[base + PORTS] = view.getInt32(transport);
  if (proto === 6) rows[base + FLAGS] = rows[base + FLAGS]! | (view.getUint16(transport + 12) & 0x0fff);
  rows[base + IDENTIFICATION] = 0;
  rows[base + VLANS] = vlan;
  rows[base + MPLS] = 0;
  rows[base + MACS] = view.getInt32(o);
  rows[base + MACS + 1] = view.getInt32(o + 4);
  rows[base + MACS + 2] = view.getInt32(o + 8);
  rows[base + TUNNEL] = 0;
  return true;
}
