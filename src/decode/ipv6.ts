// IPv6 (RFC 8200) with its extension headers, jumbo payloads (RFC 2675) and fragments.
import type { Frame } from "./frame.ts";
import { behindIp } from "./ip.ts";
import { FAMILY, L, MARK } from "./layers.ts";
import { OUTCOME, STEP } from "./step.ts";

const { truncated: TRUNCATED, malformed: MALFORMED, done: DONE } = OUTCOME;
const { tcp: TCP, udp: UDP, icmpv6: ICMPV6 } = STEP;
const { ports: PORTS, kind: KIND, bytes: BYTES, identification: IDENTIFICATION, service: SERVICE, flags: FLAGS } = L;
const KIND_IPV6 = (0x86dd << 16) | (FAMILY.ipv6 << 8);

/** Extension headers at the most; a packet with more counts with the protocol number of the next one. */
const MAX_EXTENSIONS = 16;

/** version 4, class 8, label 20 bits | payload length 2 | next header 1 | hop limit 1 | source 16 | destination 16 */
export function ipv6(f: Frame): number {
  const o = f.offset;
  const left = f.end - o;
  if (left < 40) return TRUNCATED;
  const { view, rows, base } = f;
  const first = view.getInt32(o);
  if (first >>> 28 !== 6) return MALFORMED;
  f.ip = o;
  const payload = view.getUint16(o + 4);
  const proto = view.getUint8(o + 6);
  rows[base] = view.getInt32(o + 8);
  rows[base + 1] = view.getInt32(o + 12);
  rows[base + 2] = view.getInt32(o + 16);
  rows[base + 3] = view.getInt32(o + 20);
  rows[base + 4] = view.getInt32(o + 24);
  rows[base + 5] = view.getInt32(o + 28);
  rows[base + 6] = view.getInt32(o + 32);
  rows[base + 7] = view.getInt32(o + 36);
  rows[base + PORTS] = 0;
  rows[base + KIND] = KIND_IPV6 | proto;
  rows[base + FLAGS] = (first & 0xfffff) << 12;
  rows[base + SERVICE] = (view.getUint8(o + 7) << 8) | ((first >>> 20) & 0xff);
  let total = payload + 40;
  if (payload === 0 && proto !== 59) total = jumboTotal(f, o, proto);
  rows[base + BYTES] = total;
  if (total < left) {
    f.end = o + total;
    f.cut = 0;
  } else if (total > left + f.cut) f.lengthContradicts++;
  f.offset = o + 40;
  if (proto === 6) return TCP;
  if (proto === 17) return UDP;
  if (proto === 58) return ICMPV6;
  return extensions(f, proto);
}

/** Walks the extension headers; afterwards the row's protocol is the last next-header value. */
function extensions(f: Frame, start: number): number {
  const { view, rows, base } = f;
  let proto = start;
  let o = f.offset;
  for (let headers = 0; headers < MAX_EXTENSIONS; headers++) {
    let length: number;
    if (proto === 0 || proto === 43 || proto === 60) {
      if (f.end - o < 2) return endOfHeaders(f, proto);
      length = (view.getUint8(o + 1) + 1) * 8;
    } else if (proto === 51) {
      if (f.end - o < 2) return endOfHeaders(f, proto);
      length = (view.getUint8(o + 1) + 2) * 4;
    } else if (proto === 44) {
      if (f.end - o < 8) return endOfHeaders(f, proto);
      length = 8;
      if (fragment(f, o)) return endOfHeaders(f, view.getUint8(o));
    } else {
      break;
    }
    if (length > f.end - o) return endOfHeaders(f, proto);
    proto = view.getUint8(o);
    o += length;
  }
  f.offset = o;
  rows[base + KIND] = KIND_IPV6 | proto;
  return proto === 58 ? ICMPV6 : behindIp(f, proto);
}

function endOfHeaders(f: Frame, proto: number): number {
  f.rows[f.base + KIND] = KIND_IPV6 | proto;
  return DONE;
}

/** next header 1 | reserved 1 | offset 13, reserved 2, more 1 bits | id 4. True for a later fragment: no transport header follows. */
function fragment(f: Frame, o: number): boolean {
  const { view, rows, base } = f;
  const place = view.getUint16(o + 2);
  if ((place & 0xfff9) === 0) return false; // an atomic fragment is a whole packet (RFC 6946)
  f.fragments++;
  rows[base + IDENTIFICATION] = view.getInt32(o + 4);
  const later = (place & 0xfff8) !== 0;
  rows[base + SERVICE] = rows[base + SERVICE]! | ((later ? MARK.laterFragment : MARK.firstFragment) << 16);
  return later;
}

/** A payload length of 0: the jumbo option of a hop-by-hop header tells it, else (offload) the frame does. */
function jumboTotal(f: Frame, o: number, proto: number): number {
  const { view, end } = f;
  if (proto === 0 && end - o >= 42) {
    const stop = Math.min(end, o + 40 + (view.getUint8(o + 41) + 1) * 8);
    let p = o + 42;
    while (p < stop) {
      const type = view.getUint8(p);
      if (type === 0) {
        p++;
        continue;
      }
      if (p + 2 > stop) break;
      if (type === 0xc2 && p + 6 <= stop) return view.getUint32(p + 2) + 40;
      p += 2 + view.getUint8(p + 1);
    }
  }
  return end - o + f.cut;
}
