// Column operations: one field of many records at a time, from octets of a message into one column. Network order in, little
// endian words out. Field by field instead of record by record: what kind of field it is, is decided once for all records.
import { writeTime } from "../core/nanoseconds.ts";

/** What is done with a field. The number in brackets: octets of the field. */
export const OP = {
  /** [1], [2], [3], [4] into columns of 8, 16, 32 bits. */
  u8ToU8: 16,
  u8ToU16: 17,
  u8ToU32: 0,
  u16ToU16: 18,
  u16ToU32: 1,
  u24ToU32: 2,
  u32ToU32: 3,
  /** [4], [1..4], [5..8] into a column of 64 bits. */
  u32ToU64: 19,
  low64: 4,
  full64: 5,
  /** [4], [16] */
  ipv4: 6,
  ipv6: 7,
  /** [6] */
  mac: 8,
  /** MPLS label stack entry [3]: label + 1. */
  mpls: 9,
  /** [4] seconds; [8] milliseconds; [8] NTP seconds and fraction. */
  seconds: 10,
  milliseconds: 11,
  ntp: 12,
  ntpMicro: 13,
  /** [4] milliseconds of sysUpTime. */
  uptime: 14,
  /** [4] microseconds before the export time. */
  beforeExport: 15,
} as const;

export type AnyColumn = Uint8Array | Uint16Array | Uint32Array;

const NTP_EPOCH = 2_208_988_800;
const FRACTION = 1e9 / 4_294_967_296;
/** Seconds that fit 32 bits. */
const LAST_SECOND = 4_294_967_295;
const WORD = 4_294_967_296;

// One function for each kind of column, although the loops look alike: V8 makes each of them for one kind of array.

export function octetsToOctets(
  column: Uint8Array,
  row: number,
  end: number,
  view: DataView,
  from: number,
  step: number,
): void {
  for (let r = row, at = from; r < end; r++, at += step) column[r] = view.getUint8(at);
}

export function octetsToShorts(
  column: Uint16Array,
  row: number,
  end: number,
  view: DataView,
  from: number,
  step: number,
): void {
  for (let r = row, at = from; r < end; r++, at += step) column[r] = view.getUint8(at);
}

export function octetsToWords(
  column: Uint32Array,
  row: number,
  end: number,
  view: DataView,
  from: number,
  step: number,
): void {
  for (let r = row, at = from; r < end; r++, at += step) column[r] = view.getUint8(at);
}

export function shortsToShorts(
  column: Uint16Array,
  row: number,
  end: number,
  view: DataView,
  from: number,
  step: number,
): void {
  for (let r = row, at = from; r < end; r++, at += step) column[r] = view.getUint16(at);
}

export function shortsToWords(
  column: Uint32Array,
  row: number,
  end: number,
  view: DataView,
  from: number,
  step: number,
): void {
  for (let r = row, at = from; r < end; r++, at += step) column[r] = view.getUint16(at);
}

export function threesToWords(
  column: Uint32Array,
  row: number,
  end: number,
  view: DataView,
  from: number,
  step: number,
): void {
  for (let r = row, at = from; r < end; r++, at += step) {
    column[r] = (view.getUint16(at) << 8) | view.getUint8(at + 2);
  }
}

export function wordsToWords(
  column: Uint32Array,
  row: number,
  end: number,
  view: DataView,
  from: number,
  step: number,
): void {
  for (let r = row, at = from; r < end; r++, at += step) {
    column[r] = view.getUint32(at);
  }
}

/** Fields of 4 octets into columns of 64 bits. */
export function wordsTo64(
  column: Uint32Array,
  row: number,
  end: number,
  view: DataView,
  from: number,
  step: number,
): void {
  for (let r = 2 * row, at = from; r < 2 * end; r += 2, at += step) {
    column[r] = view.getUint32(at);
    column[r + 1] = 0;
  }
}

/** Fields of 1 to 4 octets into columns of 64 bits. */
export function copyLow64(
  column: Uint32Array,
  row: number,
  end: number,
  view: DataView,
  from: number,
  step: number,
  octets: number,
) {
  for (let r = row, at = from; r < end; r++, at += step) {
    let word = view.getUint8(at);
    for (let i = 1; i < octets; i++) word = (word << 8) | view.getUint8(at + i);
    column[2 * r] = word;
    column[2 * r + 1] = 0;
  }
}

/** Fields of 5 to 8 octets into columns of 64 bits. */
export function copyFull64(
  column: Uint32Array,
  row: number,
  end: number,
  view: DataView,
  from: number,
  step: number,
  octets: number,
) {
  const upper = octets - 4;
  for (let r = row, at = from; r < end; r++, at += step) {
    let high = 0;
    for (let i = 0; i < upper; i++) high = (high << 8) | view.getUint8(at + i);
    const low = at + upper;
    column[2 * r] = view.getUint32(low);
    column[2 * r + 1] = high;
  }
}

/** `words` is the address column seen as words, so that it is four stores instead of sixteen. */
export function copyIpv4(words: Uint32Array, row: number, end: number, view: DataView, from: number, step: number) {
  for (let r = 4 * row, at = from; r < 4 * end; r += 4, at += step) {
    words[r] = 0;
    words[r + 1] = 0;
    words[r + 2] = 0xffff_0000;
    words[r + 3] = view.getInt32(at, true);
  }
}

export function copyIpv6(words: Uint32Array, row: number, end: number, view: DataView, from: number, step: number) {
  for (let r = 4 * row, at = from; r < 4 * end; r += 4, at += step) {
    words[r] = view.getInt32(at, true);
    words[r + 1] = view.getInt32(at + 4, true);
    words[r + 2] = view.getInt32(at + 8, true);
    words[r + 3] = view.getInt32(at + 12, true);
  }
}

export function copyMacs(column: Uint32Array, row: number, end: number, view: DataView, from: number, step: number) {
  for (let r = row, at = from; r < end; r++, at += step) {
    column[2 * r + 1] = view.getUint16(at);
    column[2 * r] = view.getUint32(at + 2);
  }
}

export function copyLabels(column: Uint32Array, row: number, end: number, view: DataView, from: number, step: number) {
  for (let r = row, at = from; r < end; r++, at += step)
    column[r] = ((view.getUint16(at) << 4) | (view.getUint8(at + 2) >> 4)) + 1;
}

/** Milliseconds since 1970 to a time column; false (and "not known") where 32 bits of seconds do not hold it. */
export function putMilliseconds(column: Uint32Array, row: number, milliseconds: number): boolean {
  const seconds = Math.floor(milliseconds / 1000);
  if (!(seconds >= 0 && seconds <= LAST_SECOND)) {
    writeTime(column, row, 0, -1);
    return false;
  }
  writeTime(column, row, seconds, (milliseconds - seconds * 1000) * 1_000_000);
  return true;
}

/** The copies of times give how many of them cannot be said. `shift` are seconds to be added. */
export function copySeconds(
  column: Uint32Array,
  row: number,
  end: number,
  view: DataView,
  from: number,
  step: number,
  shift: number,
): number {
  let unknown = 0;
  for (let r = row, at = from; r < end; r++, at += step) {
    const seconds = view.getUint32(at) + shift;
    const known = seconds >= 0 && seconds <= LAST_SECOND;
    writeTime(column, r, known ? seconds : 0, known ? 0 : -1);
    if (!known) unknown++;
  }
  return unknown;
}

export function copyMilliseconds(
  column: Uint32Array,
  row: number,
  end: number,
  view: DataView,
  from: number,
  step: number,
  shift: number,
): number {
  let unknown = 0;
  for (let r = row, at = from; r < end; r++, at += step) {
    if (!putMilliseconds(column, r, view.getUint32(at) * WORD + view.getUint32(at + 4) + shift * 1000)) unknown++;
  }
  return unknown;
}

/** NTP time stamps (RFC 7011 section 6.1.9 and 6.1.10); of microseconds the low 11 bits of the fraction say nothing. */
export function copyNtp(
  column: Uint32Array,
  row: number,
  end: number,
  view: DataView,
  from: number,
  step: number,
  shift: number,
  mask: number,
): number {
  let unknown = 0;
  for (let r = row, at = from; r < end; r++, at += step) {
    const seconds = view.getUint32(at) - NTP_EPOCH + shift;
    const known = seconds >= 0 && seconds <= LAST_SECOND;
    const fraction = (view.getUint32(at + 4) & mask) >>> 0;
    writeTime(column, r, known ? seconds : 0, known ? Math.floor(fraction * FRACTION) : -1);
    if (!known) unknown++;
  }
  return unknown;
}

/** The export time of a message, as what differences in milliseconds are added to. */
interface ExportTime {
  /** Seconds since 1970 of the export time, and the milliseconds beyond them. */
  readonly seconds: number;
  readonly milliseconds: number;
  readonly sysUpTime: number;
}

/** Differences in milliseconds beyond which times are worked out in doubles: 24 days less a second. */
const FAR = 0x7fff_ffff - 1000;

/** Writes export time + so many milliseconds; gives 1 where that cannot be said. In whole numbers: most records come by here. */
function putUptime(column: Uint32Array, row: number, base: ExportTime, difference: number): number {
  if (difference > FAR || difference < -FAR) {
    return putMilliseconds(column, row, base.seconds * 1000 + base.milliseconds + difference) ? 0 : 1;
  }
  const whole = (difference + base.milliseconds) | 0;
  let more = (whole / 1000) | 0;
  let rest = whole - more * 1000;
  if (rest < 0) {
    more--;
    rest += 1000;
  }
  const seconds = base.seconds + more;
  if (!(seconds >= 0 && seconds <= LAST_SECOND)) {
    writeTime(column, row, 0, -1);
    return 1;
  }
  writeTime(column, row, seconds, rest * 1_000_000);
  return 0;
}

/**
 * Times as milliseconds of sysUpTime: export time + signed 32-bit difference, so that a wrap between them does not matter.
 * Gives in the low half how many cannot be said, in the high half (2^16 and up) how many others had wrapped.
 */
export function copyUptimes(
  column: Uint32Array,
  row: number,
  end: number,
  view: DataView,
  from: number,
  step: number,
  base: ExportTime,
): number {
  const { sysUpTime } = base;
  let counts = 0;
  for (let r = row, at = from; r < end; r++, at += step) {
    const uptime = view.getUint32(at);
    const difference = (uptime - sysUpTime) | 0;
    if (putUptime(column, r, base, difference) === 1) counts++;
    else if (difference <= 0 !== uptime <= sysUpTime) counts += 65_536;
  }
  return counts;
}

/** Start of flows whose end is known too: end - (last - first modulo 2^32), so that flows of more than 24 days are right. */
export function copyUptimeStarts(
  column: Uint32Array,
  row: number,
  end: number,
  view: DataView,
  firsts: number,
  lasts: number,
  step: number,
  base: ExportTime,
): number {
  const { sysUpTime } = base;
  let counts = 0;
  for (let r = row, first = firsts, last = lasts; r < end; r++, first += step, last += step) {
    const ended = view.getUint32(last);
    counts += putUptime(column, r, base, ((ended - sysUpTime) | 0) - ((ended - view.getUint32(first)) >>> 0));
  }
  return counts;
}

export function copyBeforeExport(
  column: Uint32Array,
  row: number,
  end: number,
  view: DataView,
  from: number,
  step: number,
  exportMilliseconds: number,
): number {
  let unknown = 0;
  for (let r = row, at = from; r < end; r++, at += step) {
    const microseconds = exportMilliseconds * 1000 - view.getUint32(at);
    const seconds = Math.floor(microseconds / 1e6);
    const known = seconds >= 0 && seconds <= LAST_SECOND;
    writeTime(column, r, known ? seconds : 0, known ? (microseconds - seconds * 1e6) * 1000 : -1);
    if (!known) unknown++;
  }
  return unknown;
}
