// Column writers: one field of many records at a time, from a column into the octets of a message, in network order.
import { isIpv4 as isIpv4_ } from "../core/address.ts";
import type { AnyColumn } from "./column-ops.ts";
import { icmpReply } from "./icmp-reply.ts";
import type { RowTimes } from "./row-times.ts";

// Imported bindings are loaded at each use, module constants are not (npm run bench -- imports).
const isIpv4 = isIpv4_;

/** Where records go: the first field at `at`, the same field of the next record `step` octets further; rows `rows[from..to)`. */
export interface RecordSlice {
  readonly view: DataView;
  readonly bytes: Uint8Array;
  readonly step: number;
  readonly rows: Int32Array;
  readonly from: number;
  readonly to: number;
  readonly times: RowTimes;
  /** Milliseconds since 1970 UTC when the exporter's uptime was 0. */
  readonly boot: number;
}

/** Writes a field of the slice's records. `column` is what the field is made of; times have none. */
export type ColumnWriter = (slice: RecordSlice, at: number, column: AnyColumn) => void;

export function writeOctets({ view, step, rows, from, to }: RecordSlice, start: number, column: AnyColumn): void {
  for (let i = from, at = start; i < to; i++, at += step) view.setUint8(at, column[rows[i]!]!);
}

export function writeShorts({ view, step, rows, from, to }: RecordSlice, start: number, column: AnyColumn): void {
  for (let i = from, at = start; i < to; i++, at += step) view.setUint16(at, column[rows[i]!]!);
}

export function writeWords({ view, step, rows, from, to }: RecordSlice, start: number, column: AnyColumn): void {
  for (let i = from, at = start; i < to; i++, at += step) view.setUint32(at, column[rows[i]!]!);
}

/** Two words a row, the low one first. */
export function writeCounters({ view, step, rows, from, to }: RecordSlice, start: number, column: AnyColumn): void {
  for (let i = from, at = start; i < to; i++, at += step) {
    const row = 2 * rows[i]!;
    view.setUint32(at, column[row + 1]!);
    view.setUint32(at + 4, column[row]!);
  }
}

/** A number of 32 bits as one of 64: layer2SegmentId, without the octet that says what kind of network it is. */
export function writeWide({ view, step, rows, from, to }: RecordSlice, start: number, column: AnyColumn): void {
  for (let i = from, at = start; i < to; i++, at += step) {
    view.setUint32(at, 0);
    view.setUint32(at + 4, column[rows[i]!]!);
  }
}

export function writeMacs({ view, step, rows, from, to }: RecordSlice, start: number, column: AnyColumn): void {
  for (let i = from, at = start; i < to; i++, at += step) {
    const row = 2 * rows[i]!;
    view.setUint16(at, column[row + 1]!);
    view.setUint32(at + 2, column[row]!);
  }
}

/** The four octets of IPv4 addresses; what is none is 0.0.0.0. */
export function writeIpv4({ bytes, step, rows, from, to }: RecordSlice, start: number, column: AnyColumn): void {
  const octets = column as Uint8Array;
  for (let i = from, at = start; i < to; i++, at += step) {
    const row = 16 * rows[i]!;
    const known = isIpv4(octets, row);
    bytes[at] = known ? octets[row + 12]! : 0;
    bytes[at + 1] = known ? octets[row + 13]! : 0;
    bytes[at + 2] = known ? octets[row + 14]! : 0;
    bytes[at + 3] = known ? octets[row + 15]! : 0;
  }
}

export function writeIpv6({ bytes, step, rows, from, to }: RecordSlice, start: number, column: AnyColumn): void {
  for (let i = from, at = start; i < to; i++, at += step) {
    const row = 16 * rows[i]!;
    for (let octet = 0; octet < 16; octet++) bytes[at + octet] = column[row + octet]!;
  }
}

/** A label stack entry of three octets (RFC 3032): the label, no class, bottom of the stack. The column has label + 1. */
export function writeLabels({ bytes, step, rows, from, to }: RecordSlice, start: number, column: AnyColumn): void {
  for (let i = from, at = start; i < to; i++, at += step) {
    const label = column[rows[i]!]!;
    const entry = label === 0 ? 0 : ((label - 1) << 4) | 1;
    bytes[at] = entry >>> 16;
    bytes[at + 1] = entry >>> 8;
    bytes[at + 2] = entry;
  }
}

/** What the other direction does not say, in so many octets. */
export function zeros(octets: number): ColumnWriter {
  return ({ bytes, step, from, to }, start) => {
    for (let i = from, at = start; i < to; i++, at += step) bytes.fill(0, at, at + octets);
  };
}

/** ICMP type * 256 + code of the answer. */
export function replyWriter(version6: boolean): ColumnWriter {
  return ({ view, step, rows, from, to }, start, column) => {
    for (let i = from, at = start; i < to; i++, at += step) {
      view.setUint16(at, icmpReply(column[rows[i]!]!, version6));
    }
  };
}

const NTP_EPOCH = 2_208_988_800;
const FRACTION = 4_294_967_296 / 1e9;
const WORD = 4_294_967_296;

/** Start or end of flows in the units of times. */
export function timeWriter(end: boolean, unit: "uptime" | "sec" | "milli" | "micro" | "nano"): ColumnWriter {
  const seconds = (times: RowTimes) => (end ? times.endSeconds : times.startSeconds);
  const nanoseconds = (times: RowTimes) => (end ? times.endNanoseconds : times.startNanoseconds);
  if (unit === "uptime") {
    return ({ view, step, rows, from, to, times, boot }, start) => {
      const [whole, part] = [seconds(times), nanoseconds(times)];
      for (let i = from, at = start; i < to; i++, at += step) {
        const time = whole[rows[i]!]! * 1000 + ((part[rows[i]!]! / 1e6) | 0) - boot;
        view.setUint32(at, Math.max(time, 0));
      }
    };
  }
  if (unit === "sec") {
    return ({ view, step, rows, from, to, times }, start) => {
      const whole = seconds(times);
      for (let i = from, at = start; i < to; i++, at += step) view.setUint32(at, whole[rows[i]!]!);
    };
  }
  if (unit === "milli") {
    return ({ view, step, rows, from, to, times }, start) => {
      const [whole, part] = [seconds(times), nanoseconds(times)];
      for (let i = from, at = start; i < to; i++, at += step) {
        const time = whole[rows[i]!]! * 1000 + ((part[rows[i]!]! / 1e6) | 0);
        view.setUint32(at, Math.floor(time / WORD));
        view.setUint32(at + 4, time);
      }
    };
  }
  // RFC 7011 section 6.1.9 and 6.1.10: NTP seconds and a fraction, of which microseconds leave the low 11 bits alone. The fraction
  // is rounded up, so that what is read by cutting off is the same number of nanoseconds or microseconds.
  const least = unit === "micro" ? 2048 : 1;
  const grain = unit === "micro" ? 1000 : 1;
  return ({ view, step, rows, from, to, times }, start) => {
    const [whole, part] = [seconds(times), nanoseconds(times)];
    for (let i = from, at = start; i < to; i++, at += step) {
      const exact = part[rows[i]!]! - (part[rows[i]!]! % grain);
      view.setUint32(at, whole[rows[i]!]! + NTP_EPOCH);
      view.setUint32(at + 4, Math.ceil((exact * FRACTION) / least) * least);
    }
  };
}
