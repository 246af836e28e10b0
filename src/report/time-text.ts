// Times and spans as text: RFC 3339 and its readable form, from Int64 nanoseconds in two words.

import { noTime, readNanoseconds, readSeconds } from "../core/nanoseconds.ts";
import { asciiWords } from "./ascii-text.ts";
import type { ByteWriter } from "./byte-writer.ts";

const WORD = 4_294_967_296;
const BILLION = 1_000_000_000;
const MILLION = 1_000_000;
const DOT = 46;
const LETTER_S = 115;
const LETTER_Z = 90;

/** A time column's value as seconds and nanoseconds. One is made beforehand and read into again and again. */
export class Instant {
  seconds = 0;
  nanoseconds = 0;

  /** False, and nothing read, where the time is not known. */
  read(column: Uint32Array, row: number): boolean {
    if (noTime(column, row)) return false;
    this.seconds = readSeconds(column, row);
    this.nanoseconds = readNanoseconds(column, row, this.seconds);
    return true;
  }

  /** To the nearest millisecond, as %.3f has it. */
  roundToMilliseconds(): void {
    const milliseconds = Math.floor((this.nanoseconds + 500_000) / MILLION);
    if (milliseconds === 1000) this.seconds++;
    this.nanoseconds = milliseconds === 1000 ? 0 : milliseconds * MILLION;
  }

  /** Becomes the span from `start` to `end`; nothing below zero. */
  setSpan(start: Instant, end: Instant): void {
    this.seconds = end.seconds - start.seconds;
    this.nanoseconds = end.nanoseconds - start.nanoseconds;
    if (this.nanoseconds < 0) {
      this.nanoseconds += BILLION;
      this.seconds--;
    }
    if (this.seconds < 0) {
      this.seconds = 0;
      this.nanoseconds = 0;
    }
  }
}

/** Seconds that are remembered; a flow table gives times of the same few minutes. */
const REMEMBERED = 256;
/** "YYYY-MM-DDTHH:MM:SS." */
const DATE_OCTETS = 20;

/** Writes times as text, and remembers the text of the last seconds (a new one takes twenty times as long). */
export class DateText {
  private readonly separator: string;
  private readonly seconds = new Float64Array(REMEMBERED).fill(-1);
  private readonly words = new Float64Array(3 * REMEMBERED);

  constructor(separator: "T" | " ") {
    this.separator = separator;
  }

  /** `2023-11-14T22:13:20.123456789Z` */
  writeNanoseconds(out: ByteWriter, time: Instant): void {
    this.writeSeconds(out, time.seconds);
    out.nine(time.nanoseconds);
    out.octet(LETTER_Z);
  }

  /** `2023-11-14 22:13:20.123`, the rest cut off. */
  writeMilliseconds(out: ByteWriter, time: Instant): void {
    this.writeSeconds(out, time.seconds);
    out.three((time.nanoseconds / MILLION) >>> 0);
  }

  private writeSeconds(out: ByteWriter, seconds: number): void {
    const slot = seconds & (REMEMBERED - 1);
    if (this.seconds[slot] !== seconds) this.remember(slot, seconds);
    const { view, length } = out;
    const { words } = this;
    view.setFloat64(length, words[3 * slot]!, true);
    view.setFloat64(length + 8, words[3 * slot + 1]!, true);
    view.setFloat64(length + 16, words[3 * slot + 2]!, true);
    out.length = length + DATE_OCTETS;
  }

  private remember(slot: number, seconds: number): void {
    const text = new Date(seconds * 1000).toISOString().slice(0, DATE_OCTETS).replace("T", this.separator);
    this.words.set(asciiWords(text, 3), 3 * slot);
    this.seconds[slot] = seconds;
  }
}

/** Seconds with three decimals, as %.3f has it. */
export function writeSeconds(out: ByteWriter, time: Instant): void {
  time.roundToMilliseconds();
  // A time column ends in 2262, so seconds may be a little more than 32 bits.
  out.u64(time.seconds >>> 0, Math.floor(time.seconds / WORD));
  out.octet(DOT);
  out.three((time.nanoseconds / MILLION) >>> 0);
}

/** A span in eight octets, to the right: `12.345s`, from 1,000 s on `1800.0s`, from 100,000 s on `604800s`. */
export function writeSpan(out: ByteWriter, span: Instant): void {
  const from = out.length;
  const { seconds } = span;
  if (seconds < 1000) {
    out.number(seconds);
    out.octet(DOT);
    out.three((span.nanoseconds / MILLION) >>> 0);
  } else {
    out.u64(seconds >>> 0, Math.floor(seconds / WORD));
    if (seconds < 100_000) {
      out.octet(DOT);
      out.number((span.nanoseconds / 100_000_000) >>> 0);
    }
  }
  out.octet(LETTER_S);
  out.padLeft(from, SPAN_WIDTH);
}

export const SPAN_WIDTH = 8;
export const DATE_WIDTH = 23;
