// Tunnels that carry a frame or a packet: GRE (RFC 2784, 2890, 2637), ERSPAN (draft-foschiano-erspan), VXLAN (RFC 7348),
// VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe), GENEVE (RFC 8926), GTP-U (3GPP TS 29.281), and the Network Service Header (RFC 8300).
import type { Frame } from "./frame.ts";
import { L } from "./layers.ts";
import { OUTCOME, STEP } from "./step.ts";

/** C, R, K, S, s bits, recursion, flags, version 3 | type 2 | [checksum 2, offset 2] [key 4] [sequence 4] [acknowledgment 4 in version 1] */
export function gre(f: Frame): number {
  const { view, rows, base } = f;
  let o = f.offset;
  if (f.end - o < 4) return OUTCOME.truncated;
  const flags = view.getUint16(o);
  const type = view.getUint16(o + 2);
  const version = flags & 7;
  const sequence = (flags & 0x1000) !== 0;
  o += 4;
  if ((flags & 0xc000) !== 0) o += 4;
  if ((flags & 0x2000) !== 0) {
    if (f.end - o < 4) return OUTCOME.truncated;
    // version 1 (PPTP) keeps payload length and call id here
    rows[base + L.tunnel] = version === 1 ? view.getUint16(o + 2) : view.getInt32(o);
    o += 4;
  }
  if (sequence) o += 4;
  if (version === 1 && (flags & 0x0080) !== 0) o += 4;
  if (o > f.end) return OUTCOME.truncated;
  f.offset = o;
  f.etherType = type;
  if (type === 0x88be) return sequence ? STEP.erspan2 : STEP.ethernet; // ERSPAN type II; type I has no header
  if (type === 0x22eb) return STEP.erspan3;
  return STEP.etherType;
}

/** version 4, VLAN 12 | class 3, encapsulation 2, T 1, session 10 bits | reserved 12, index 20 bits, then an Ethernet frame */
export function erspan2(f: Frame): number {
  if (f.end - f.offset < 8) return OUTCOME.truncated;
  f.rows[f.base + L.tunnel] = f.view.getUint16(f.offset + 2) & 0x03ff;
  f.offset += 8;
  return STEP.ethernet;
}

/** as type II, then timestamp 4 | SGT 2 | P, frame type 5, hardware 6, direction, granularity 2, O | [platform subheader 8] */
export function erspan3(f: Frame): number {
  const o = f.offset;
  if (f.end - o < 12) return OUTCOME.truncated;
  f.rows[f.base + L.tunnel] = f.view.getUint16(o + 2) & 0x03ff;
  f.offset = o + ((f.view.getUint8(o + 11) & 1) !== 0 ? 20 : 12);
  const frameType = (f.view.getUint16(o + 10) >>> 10) & 0x1f;
  return frameType === 2 ? STEP.ip : STEP.ethernet;
}

/** flags 1 | reserved 3 | network 3 | reserved 1 */
export function vxlan(f: Frame): number {
  if (f.end - f.offset < 8) return OUTCOME.truncated;
  f.rows[f.base + L.tunnel] = f.view.getUint32(f.offset + 4) >>> 8;
  f.offset += 8;
  return STEP.ethernet;
}

/** flags 1 | reserved 2 | next protocol 1 (0: a sender that knows only VXLAN; some name one without its flag) | network 3 | reserved 1 */
export function vxlanGpe(f: Frame): number {
  const o = f.offset;
  const step = vxlan(f);
  if (step < 0) return step;
  const next = f.view.getUint8(o + 3);
  return next === 0 ? step : nextProtocol(f, next);
}

/** version 2, option length 6 bits (words) | flags 1 | type 2 | network 3 | reserved 1 | options */
export function geneve(f: Frame): number {
  const o = f.offset;
  if (f.end - o < 8) return OUTCOME.truncated;
  f.rows[f.base + L.tunnel] = f.view.getUint32(o + 4) >>> 8;
  f.etherType = f.view.getUint16(o + 2);
  f.offset = o + 8 + (f.view.getUint8(o) & 0x3f) * 4;
  return STEP.etherType;
}

/** version 3, PT 1, spare, E, S, PN bits | type 1 | length 2 | tunnel 4 | [sequence 2, N-PDU 1, next extension 1] | extensions */
export function gtp(f: Frame): number {
  const { view, end } = f;
  let o = f.offset;
  if (end - o < 8) return OUTCOME.truncated;
  const flags = view.getUint8(o);
  if (flags >>> 4 !== 3 || view.getUint8(o + 1) !== 0xff) return OUTCOME.nonIp; // version 1, a user's packet
  f.rows[f.base + L.tunnel] = view.getInt32(o + 4);
  o += 8;
  if ((flags & 7) !== 0) {
    if (end - o < 4) return OUTCOME.truncated;
    let next = view.getUint8(o + 3);
    o += 4;
    while ((flags & 4) !== 0 && next !== 0) {
      if (o >= end) return OUTCOME.truncated;
      const length = view.getUint8(o) * 4;
      if (length === 0 || length > end - o) return OUTCOME.malformed;
      next = view.getUint8(o + length - 1);
      o += length;
    }
  }
  f.offset = o;
  return STEP.ip;
}

/** version 2, O 1, U 1, TTL 6, length 6 (words) bits | U 4, MD type 4 bits | next protocol 1 | path 4 | contexts */
export function nsh(f: Frame): number {
  const o = f.offset;
  if (f.end - o < 8) return OUTCOME.truncated;
  const length = (f.view.getUint16(o) & 0x3f) * 4;
  if (length < 8) return OUTCOME.malformed;
  f.offset = o + length;
  return nextProtocol(f, f.view.getUint8(o + 3));
}

/** The numbers that NSH and VXLAN-GPE share. */
function nextProtocol(f: Frame, next: number): number {
  switch (next) {
    case 1:
      return STEP.ipv4;
    case 2:
      return STEP.ipv6;
    case 3:
      return STEP.ethernet;
    case 4:
      f.etherType = 0x894f;
      return STEP.nsh;
    case 5:
      return STEP.mpls;
    default:
      return OUTCOME.nonIp;
  }
}
