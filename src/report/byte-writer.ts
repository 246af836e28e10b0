// ByteWriter: text that grows as octets, written without making strings.
import { ADDRESS_TEXT_OCTETS, writeAddress } from "../core/address.ts";
import { type AsciiText, asciiWords } from "./ascii-text.ts";

const WORD = 4_294_967_296;
const BILLION = 1_000_000_000;
const ZERO = 48;
const COLON = 58;

/** "0000" to "9999" as little-endian words of four octets. */
const QUADS = Uint32Array.from({ length: 10_000 }, (_, value) => {
  const digit = (power: number) => ZERO + (Math.floor(value / power) % 10);
  return (digit(1000) | (digit(100) << 8) | (digit(10) << 16) | (digit(1) << 24)) >>> 0;
});
/** How many digits 0..9,999 have. */
const DIGITS = Uint8Array.from({ length: 10_000 }, (_, value) => String(value).length);
/** Eight spaces as a double. */
const SPACES = asciiWords("        ", 1)[0]!;
/** "00" to "ff" as little-endian words of two octets. */
const HEX = Uint16Array.from({ length: 256 }, (_, value) => {
  const text = value.toString(16).padStart(2, "0");
  return text.charCodeAt(0) | (text.charCodeAt(1) << 8);
});
const writeAddressText = writeAddress;

/** Octets that any one write may touch beyond what it adds (whole words are stored); `reserve` leaves them. */
const SLACK = 64;

/**
 * No write looks whether there is room, but `ascii`: call `reserve` once for each record with all that it may take
 * at the most.
 */
export class ByteWriter {
  bytes: Uint8Array<ArrayBuffer>;
  view: DataView<ArrayBuffer>;
  /** Octets written. */
  length = 0;

  constructor(octets = 65_536) {
    this.bytes = new Uint8Array(octets + SLACK);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Makes room for so many more octets. */
  reserve(octets: number): void {
    if (this.length + octets + SLACK > this.bytes.length) this.grow(octets);
  }

  private grow(octets: number): void {
    const grown = new Uint8Array(Math.max(2 * this.bytes.length, this.length + octets + SLACK));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }

  /** Goes on in another buffer, from its start; the old one is the caller's. */
  replace(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const old = this.bytes;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
    this.length = 0;
    return old;
  }

  /** Text that is not known beforehand, of characters below 0x80. */
  ascii(text: string): void {
    this.reserve(text.length);
    for (let i = 0; i < text.length; i++) this.bytes[this.length++] = text.charCodeAt(i);
  }

  text(text: AsciiText): void {
    const { words } = text;
    let at = this.length;
    for (let i = 0; i < words.length; i++) {
      this.view.setFloat64(at, words[i]!, true);
      at += 8;
    }
    this.length += text.length;
  }

  octet(code: number): void {
    this.bytes[this.length++] = code;
  }

  spaces(count: number): void {
    const { view, length } = this;
    for (let i = 0; i < count; i += 8) view.setFloat64(length + i, SPACES, true);
    if (count > 0) this.length = length + count;
  }

  /** Fills with spaces up to `width` octets since `from`. */
  padRight(from: number, width: number): void {
    this.spaces(from + width - this.length);
  }

  /** Moves what has been written since `from` to the right end of `width` octets, 24 at the most. */
  padLeft(from: number, width: number): void {
    const { view } = this;
    const shift = from + width - this.length;
    if (shift <= 0) return;
    // In whole words, all of them read before one is written: octet by octet it takes three times as long.
    const first = view.getFloat64(from, true);
    const second = view.getFloat64(from + 8, true);
    const third = view.getFloat64(from + 16, true);
    view.setFloat64(from, SPACES, true);
    view.setFloat64(from + 8, SPACES, true);
    view.setFloat64(from + 16, SPACES, true);
    view.setFloat64(from + shift, first, true);
    view.setFloat64(from + shift + 8, second, true);
    view.setFloat64(from + shift + 16, third, true);
    this.length += shift;
  }

  /** A whole number of 0..2^32-1 in decimal. */
  number(value: number): void {
    const whole = value >>> 0;
    if (whole < 10) {
      this.bytes[this.length++] = ZERO + whole;
      return;
    }
    if (whole < 10_000) {
      this.start(whole);
      return;
    }
    const upper = (whole / 10_000) >>> 0;
    const lower = whole - upper * 10_000;
    if (upper < 10_000) {
      this.start(upper);
    } else {
      const top = (upper / 10_000) >>> 0;
      this.start(top);
      this.four(upper - top * 10_000);
    }
    this.four(lower);
  }

  /** 0..9,999 without leading zeros. */
  private start(value: number): void {
    const count = value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : 4;
    this.view.setUint32(this.length, QUADS[value]! >>> (32 - 8 * count), true);
    this.length += count;
  }

  /** 0..9,999 as four digits. */
  four(value: number): void {
    this.view.setUint32(this.length, QUADS[value]!, true);
    this.length += 4;
  }

  /** 0..999 as three digits. */
  three(value: number): void {
    this.view.setUint32(this.length, QUADS[value]! >>> 8, true);
    this.length += 3;
  }

  /** 0..999,999,999 as nine digits. */
  nine(value: number): void {
    const whole = value >>> 0;
    const top = (whole / 100_000_000) >>> 0;
    const rest = whole - top * 100_000_000;
    const middle = (rest / 10_000) >>> 0;
    this.bytes[this.length++] = ZERO + top;
    this.four(middle);
    this.four(rest - middle * 10_000);
  }

  /** An unsigned 64-bit number of two words in decimal, every digit. */
  u64(low: number, high: number): void {
    if (high === 0) {
      this.number(low);
      return;
    }
    // The double is at most 2048 off, so the quotient is at most one off, and then the low 32 bits of the rest tell.
    let billions = Math.floor((high * WORD + low) / BILLION);
    let rest = (low - Math.imul(billions, BILLION)) | 0;
    if (rest < 0) {
      billions--;
      rest += BILLION;
    } else if (rest >= BILLION) {
      billions++;
      rest -= BILLION;
    }
    if (billions < BILLION) {
      this.number(billions);
    } else {
      const top = Math.floor(billions / BILLION);
      this.number(top);
      this.nine(billions - top * BILLION);
    }
    this.nine(rest);
  }

  /** The same with spaces before it, up to `width` octets. */
  paddedU64(low: number, high: number, width: number): void {
    if (high === 0 && low < 100_000_000) {
      const whole = low >>> 0;
      const upper = (whole / 10_000) >>> 0;
      const digits = upper === 0 ? DIGITS[whole]! : DIGITS[upper]! + 4;
      this.spaces(width - digits);
      this.number(whole);
      return;
    }
    const from = this.length;
    this.u64(low, high);
    this.padLeft(from, width);
  }

  /** 0..65,535 as four hexadecimal digits. */
  hex4(value: number): void {
    this.view.setUint16(this.length, HEX[value >> 8]!, true);
    this.view.setUint16(this.length + 2, HEX[value & 255]!, true);
    this.length += 4;
  }

  /** The address at `octets[from]`: IPv4 with dots, IPv6 as RFC 5952 has it. */
  address(octets: Uint8Array, from: number): void {
    this.length = writeAddressText(this.bytes, this.length, octets, from);
  }

  /** 48 bits as `aa:bb:cc:dd:ee:ff`. */
  mac(low: number, high: number): void {
    const { view, bytes } = this;
    const at = this.length;
    view.setUint16(at, HEX[(high >>> 8) & 255]!, true);
    view.setUint16(at + 3, HEX[high & 255]!, true);
    view.setUint16(at + 6, HEX[low >>> 24]!, true);
    view.setUint16(at + 9, HEX[(low >>> 16) & 255]!, true);
    view.setUint16(at + 12, HEX[(low >>> 8) & 255]!, true);
    view.setUint16(at + 15, HEX[low & 255]!, true);
    for (let i = at + 2; i < at + 17; i += 3) bytes[i] = COLON;
    this.length += 17;
  }
}

/** Octets that a value takes at the most: 39 of an address, 30 of a time, 20 of a u64. */
export const VALUE_OCTETS = ADDRESS_TEXT_OCTETS + 2;
