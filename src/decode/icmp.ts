// ICMP (RFC 792) and ICMPv6 (RFC 4443): type and code as NetFlow puts them, query identifiers, and the packet an error quotes.
import type { Frame } from "./frame.ts";
import { EMBEDDED_WORDS, FAMILY, L, MARK } from "./layers.ts";
import { OUTCOME } from "./step.ts";

const { ports: PORTS, identification: IDENTIFICATION, service: SERVICE } = L;
const { done: DONE } = OUTCOME;

/** type 1 | code 1 | checksum 2 | identifier 2 (queries) or 4 octets by type | quoted packet (errors) */
export function icmp(f: Frame): number {
  const type = typeAndCode(f);
  if (type < 0) return DONE;
  // unreachable, source quench, redirect, time exceeded, parameter problem
  if (type === 3 || type === 4 || type === 5 || type === 11 || type === 12) return error(f, 4);
  // echo, router discovery excepted; timestamp, information, mask, each with its reply; extended echo (RFC 8335)
  if (type === 0 || type === 8 || (type >= 13 && type <= 18) || type === 42 || type === 43) return query(f);
  return DONE;
}

export function icmpv6(f: Frame): number {
  const type = typeAndCode(f);
  if (type < 0) return DONE;
  if (type >= 1 && type <= 4) return error(f, 6);
  if (type === 128 || type === 129 || type === 160 || type === 161) return query(f);
  return DONE;
}

function typeAndCode(f: Frame): number {
  const o = f.offset;
  const { rows, base } = f;
  rows[base + SERVICE] = rows[base + SERVICE]! | (MARK.icmp << 16);
  if (f.end - o < 2) {
    f.portsMissing++;
    return -1;
  }
  const both = f.view.getUint16(o);
  rows[base + PORTS] = both;
  return both >>> 8;
}

function query(f: Frame): number {
  if (f.end - f.offset < 6) return DONE;
  const { rows, base } = f;
  rows[base + SERVICE] = rows[base + SERVICE]! | (MARK.icmpQuery << 16);
  const id = f.view.getUint16(f.offset + 4);
  // a fragment's identification stays: it joins the fragments
  if ((rows[base + SERVICE]! & (MARK.firstFragment << 16)) === 0) rows[base + IDENTIFICATION] = id;
  else rows[base + PORTS] = rows[base + PORTS]! | (id << 16);
  return DONE;
}

/** Keeps the key of the quoted packet where the tracker asked for it; what is cut short is an ICMP error of its own. */
function error(f: Frame, version: 4 | 6): number {
  const { view, rows, base, end, embedded } = f;
  // A first fragment's identification is the fragments': there is no place for the quoted key's number.
  if (!f.icmpErrors || (rows[base + SERVICE]! & (MARK.firstFragment << 16)) !== 0) return DONE;
  const o = f.offset + 8;
  const e = f.embeddedCount * EMBEDDED_WORDS;
  if (end - o < (version === 4 ? 20 : 40) || view.getUint8(o) >>> 4 !== version) return DONE;
  let transport: number;
  let proto: number;
  if (version === 4) {
    if ((view.getUint16(o + 6) & 0x1fff) !== 0) return DONE; // a later fragment quotes no ports
    proto = view.getUint8(o + 9);
    embedded.fill(0, e, e + EMBEDDED_WORDS);
    embedded[e + 2] = 0xffff;
    embedded[e + 3] = view.getInt32(o + 12);
    embedded[e + 6] = 0xffff;
    embedded[e + 7] = view.getInt32(o + 16);
    embedded[e + L.kind] = (0x0800 << 16) | (FAMILY.ipv4 << 8) | proto;
    transport = o + (view.getUint8(o) & 15) * 4;
  } else {
    proto = view.getUint8(o + 6);
    for (let i = 0; i < 8; i++) embedded[e + i] = view.getInt32(o + 8 + 4 * i);
    embedded[e + L.kind] = (0x86dd << 16) | (FAMILY.ipv6 << 8) | proto;
    transport = o + 40;
  }
  embedded[e + PORTS] = 0;
  if (proto === 6 || proto === 17 || proto === 33 || proto === 132 || proto === 136) {
    if (end - transport < 4) return DONE;
    embedded[e + PORTS] = view.getInt32(transport);
  } else if (proto === (version === 4 ? 1 : 58)) {
    if (end - transport < 2) return DONE;
    embedded[e + PORTS] = view.getUint16(transport);
  }
  f.embeddedCount++;
  rows[base + SERVICE] = rows[base + SERVICE]! | (MARK.icmpError << 16);
  rows[base + IDENTIFICATION] = f.embeddedCount;
  return DONE;
}
