// PPP in its framings (RFC 1661, 1662, 1990), PPPoE sessions (RFC 2516), Cisco HDLC, and Frame Relay (RFC 2427).
import type { Frame } from "./frame.ts";
import { OUTCOME, STEP } from "./step.ts";

/** version 4, type 4 bits, code 1 | session 2 | length 2, then PPP without address and control. */
export function pppoe(f: Frame): number {
  const o = f.offset;
  if (f.end - o < 8) return OUTCOME.truncated;
  if (f.view.getUint8(o + 1) !== 0) return OUTCOME.nonIp;
  f.offset = o + 6;
  return STEP.ppp;
}

/** [address 0xff | control 0x03 |] protocol 1 or 2 octets (compressed when the first is odd). */
export function ppp(f: Frame): number {
  const { view } = f;
  let o = f.offset;
  if (f.end - o >= 2 && view.getUint16(o) === 0xff03) o += 2;
  if (f.end - o < 2) return OUTCOME.truncated;
  let protocol = view.getUint8(o);
  if ((protocol & 1) === 0) {
    protocol = view.getUint16(o);
    o += 1;
  }
  f.offset = o + 1;
  f.etherType = protocol;
  switch (protocol) {
    case 0x0021:
      f.etherType = 0x0800;
      return STEP.ipv4;
    case 0x0057:
      f.etherType = 0x86dd;
      return STEP.ipv6;
    case 0x0281:
    case 0x0283:
      f.etherType = 0x8847;
      return STEP.mpls;
    default:
      return OUTCOME.nonIp;
  }
}

/** PPP in HDLC-like framing, or Cisco HDLC, told apart by the address (LINKTYPE_PPP_HDLC). */
export function pppHdlc(f: Frame): number {
  if (f.end - f.offset < 4) return OUTCOME.truncated;
  const address = f.view.getUint8(f.offset);
  return address === 0x0f || address === 0x8f ? STEP.ciscoHdlc : STEP.ppp;
}

/** address 1 | control 1 | Ethernet type 2 */
export function ciscoHdlc(f: Frame): number {
  const o = f.offset;
  if (f.end - o < 4) return OUTCOME.truncated;
  f.offset = o + 4;
  f.etherType = f.view.getUint16(o + 2);
  if (f.etherType === 0x8035) return OUTCOME.nonIp; // SLARP
  return f.etherType === 0xfefe ? OUTCOME.nonIp : STEP.etherType;
}

/** Q.922 address 2 to 4 octets (the last has its low bit set) | control 0x03 | [pad 0] | NLPID 1 | SNAP, or Cisco's own type. */
export function frameRelay(f: Frame): number {
  const { view, end } = f;
  let o = f.offset;
  let address = 0;
  while (address < 4) {
    if (o >= end) return OUTCOME.truncated;
    address++;
    if ((view.getUint8(o++) & 1) === 1) break;
  }
  if (end - o < 2) return OUTCOME.truncated;
  if (view.getUint8(o) !== 0x03) {
    f.etherType = view.getUint16(o);
    f.offset = o + 2;
    return STEP.etherType;
  }
  o++;
  if (view.getUint8(o) === 0) o++;
  if (o >= end) return OUTCOME.truncated;
  const nlpid = view.getUint8(o++);
  f.offset = o;
  f.etherType = nlpid;
  if (nlpid === 0xcc) return STEP.ipv4;
  if (nlpid === 0x8e) return STEP.ipv6;
  if (nlpid !== 0x80) return OUTCOME.nonIp;
  if (end - o < 5) return OUTCOME.truncated;
  const oui = (view.getUint16(o) << 8) | view.getUint8(o + 2);
  const type = view.getUint16(o + 3);
  f.offset = o + 5;
  f.etherType = type;
  if (oui === 0) return STEP.etherType;
  // 802.3 bridged, with and without its checksum kept
  return oui === 0x0080c2 && (type === 1 || type === 7) ? STEP.ethernet : OUTCOME.nonIp;
}
