// IEEE 802.11 data frames, bare or behind a radiotap (radiotap.org) or Prism header.
import type { Frame } from "./frame.ts";
import { L } from "./layers.ts";
import { OUTCOME, STEP } from "./step.ts";

/** version 1 | pad 1 | length 2 | present 4 (little endian) ... */
export function radiotap(f: Frame): number {
  const o = f.offset;
  if (f.end - o < 8) return OUTCOME.truncated;
  const length = f.view.getUint16(o + 2, true);
  if (length < 8) return OUTCOME.malformed;
  if (length > f.end - o) return OUTCOME.truncated;
  f.offset = o + length;
  return STEP.ieee80211;
}

/** message code 4 | length of the whole header 4 (either byte order: the small one) */
export function prism(f: Frame): number {
  const o = f.offset;
  if (f.end - o < 8) return OUTCOME.truncated;
  const length = Math.min(f.view.getUint32(o + 4, true), f.view.getUint32(o + 4));
  if (length < 8) return OUTCOME.malformed;
  if (length > f.end - o) return OUTCOME.truncated;
  f.offset = o + length;
  return STEP.ieee80211;
}

/** frame control 2 | duration 2 | three addresses | sequence 2 | [address 4] | [QoS 2] | [HT 4], then LLC (802.11-2020, 9.3.2.1) */
export function ieee80211(f: Frame): number {
  const o = f.offset;
  const { view } = f;
  f.etherType = 0;
  if (f.end - o < 24) return f.end - o < 2 ? OUTCOME.truncated : shortFrame(f, o);
  const control = view.getUint8(o);
  const flags = view.getUint8(o + 1);
  const type = (control >>> 2) & 3;
  const subtype = control >>> 4;
  // not data, data without content (the null functions), or encrypted
  if (type !== 2 || (subtype & 4) !== 0 || (flags & 0x40) !== 0) return OUTCOME.nonIp;
  // a later fragment of a frame starts in the middle of its content
  if ((view.getUint16(o + 22, true) & 0x000f) !== 0) return OUTCOME.nonIp;
  const toDs = (flags & 1) !== 0;
  const fromDs = (flags & 2) !== 0;
  let length = 24;
  if (toDs && fromDs) length += 6;
  let aggregate = false;
  if ((subtype & 8) !== 0) {
    if (f.end - o < length + 2) return OUTCOME.truncated;
    aggregate = (view.getUint8(o + length) & 0x80) !== 0;
    length += 2;
    if ((flags & 0x80) !== 0) length += 4;
  }
  if (f.end - o < length) return OUTCOME.truncated;
  const destination = toDs ? o + 16 : o + 4;
  const source = fromDs ? (toDs ? o + 24 : o + 16) : o + 10;
  addresses(f, destination, source);
  f.offset = o + length;
  if (aggregate) {
    // A-MSDU: of several packets in one frame the first is decoded: da 6 | sa 6 | length 2
    if (f.end - f.offset < 14) return OUTCOME.truncated;
    addresses(f, f.offset, f.offset + 6);
    f.offset += 14;
  }
  return STEP.llc;
}

function shortFrame(f: Frame, o: number): number {
  return ((f.view.getUint8(o) >>> 2) & 3) === 2 ? OUTCOME.truncated : OUTCOME.nonIp;
}

function addresses(f: Frame, destination: number, source: number): void {
  const { view, rows, base } = f;
  rows[base + L.macs] = view.getInt32(destination);
  rows[base + L.macs + 1] = (view.getUint16(destination + 4) << 16) | view.getUint16(source);
  rows[base + L.macs + 2] = view.getInt32(source + 2);
}
