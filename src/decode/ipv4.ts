// IPv4 (RFC 791).
import type { Frame } from "./frame.ts";
import { behindIp } from "./ip.ts";
import { FAMILY, L, MARK } from "./layers.ts";
import { OUTCOME, STEP } from "./step.ts";

const { truncated: TRUNCATED, malformed: MALFORMED, done: DONE } = OUTCOME;
const { tcp: TCP, udp: UDP, icmp: ICMP } = STEP;
const { ports: PORTS, kind: KIND, bytes: BYTES, identification: IDENTIFICATION, service: SERVICE } = L;
const KIND_IPV4 = (0x0800 << 16) | (FAMILY.ipv4 << 8);
const FIRST_FRAGMENT = MARK.firstFragment << 16;
const LATER_FRAGMENT = MARK.laterFragment << 16;

/** version 4, header length 4 bits | ToS 1 | total length 2 | id 2 | flags 3, fragment offset 13 bits | TTL 1 | protocol 1 | checksum 2 | source 4 | destination 4 | options */
export function ipv4(f: Frame): number {
  const o = f.offset;
  const left = f.end - o;
  if (left < 20) return TRUNCATED;
  const { view, rows, base } = f;
  const first = view.getInt32(o);
  if (first >>> 28 !== 4) return MALFORMED;
  const headerLength = (first >>> 22) & 0x3c;
  let total = first & 0xffff;
  if (headerLength < 20) return MALFORMED;
  f.ip = o;
  // Segmentation offload leaves 0: the packet is as long as its frame.
  if (total === 0) total = left + f.cut;
  else if (total < headerLength) return MALFORMED;
  else if (total > left + f.cut) f.lengthContradicts++;

  const proto = view.getUint8(o + 9);
  rows[base] = 0;
  rows[base + 1] = 0;
  rows[base + 2] = 0xffff;
  rows[base + 3] = view.getInt32(o + 12);
  rows[base + 4] = 0;
  rows[base + 5] = 0;
  rows[base + 6] = 0xffff;
  rows[base + 7] = view.getInt32(o + 16);
  rows[base + PORTS] = 0;
  rows[base + KIND] = KIND_IPV4 | proto;
  rows[base + BYTES] = total;
  let service = (view.getUint8(o + 8) << 8) | ((first >>> 16) & 0xff);

  if (total < left) {
    f.end = o + total; // what follows is padding
    f.cut = 0;
  }
  f.offset = o + headerLength;
  if (headerLength > 20) sourceRoute(f, o + 20);
  const fragment = view.getUint16(o + 6);
  if ((fragment & 0x3fff) !== 0) {
    f.fragments++;
    rows[base + IDENTIFICATION] = view.getUint16(o + 4);
    if ((fragment & 0x1fff) !== 0) {
      rows[base + SERVICE] = service | LATER_FRAGMENT;
      return DONE;
    }
    service |= FIRST_FRAGMENT;
  }
  rows[base + SERVICE] = service;
  if (proto === 6) return TCP;
  if (proto === 17) return UDP;
  if (proto === 1) return ICMP;
  return behindIp(f, proto);
}

/**
 * A source route (RFC 791 section 3.1) that has not been gone to its end: the header names the next hop, the route's last address
 * is the destination. type 1 (131 loose, 137 strict) | length 1 | pointer 1 | addresses
 */
function sourceRoute(f: Frame, options: number): void {
  const { view, rows, base } = f;
  const end = Math.min(f.offset, f.end);
  let o = options;
  while (o + 3 <= end) {
    const type = view.getUint8(o);
    if (type === 0) return;
    if (type === 1) {
      o++;
      continue;
    }
    const length = view.getUint8(o + 1);
    if (length < 3 || o + length > end) return;
    if ((type === 131 || type === 137) && length >= 7) {
      if (view.getUint8(o + 2) <= length) rows[base + 7] = view.getInt32(o + length - 4);
      return;
    }
    o += length;
  }
}
