// TickClock: pcapng timestamps (draft-ietf-opsawg-pcapng, if_tsresol and if_tsoffset) to seconds and nanoseconds, exactly.
// A timestamp is a 64-bit count of ticks. Everything is done with two 32-bit words and doubles below 2^53: no BigInt.

const WORD = 4_294_967_296;
const BILLION = 1_000_000_000;

export class TickClock {
  /** Ticks a second where it is a power of ten up to 10^9, so that the reader may use its short way; else 0. */
  readonly unit: number;
  /** Nanoseconds a tick, where unit is not 0. */
  readonly scale: number;
  /** Seconds to add (if_tsoffset). */
  readonly offset: number;
  readonly #binaryDigits: number;
  readonly #decimalDigits: number;

  /** What `convert` found; whole seconds may be anything, also below zero. */
  seconds = 0;
  nanoseconds = 0;

  /** if_tsresol: highest bit set = a negative power of 2, else of 10, in the other 7 bits. */
  constructor(resolution = 6, offset = 0) {
    const digits = resolution & 0x7f;
    const binary = resolution >= 0x80;
    this.#binaryDigits = binary ? digits : -1;
    this.#decimalDigits = binary ? -1 : digits;
    this.unit = binary || digits > 9 ? 0 : 10 ** digits;
    this.scale = this.unit === 0 ? 0 : BILLION / this.unit;
    this.offset = offset;
  }

  /** Sets `seconds` and `nanoseconds` of a count of ticks, truncating what is finer than a nanosecond. */
  convert(high: number, low: number): void {
    if (this.#binaryDigits >= 0) this.#convertBinary(high, low);
    else if (this.unit !== 0) this.#divideBy(high, low, this.unit, this.scale);
    else this.#convertFineDecimal(high, low);
    this.seconds += this.offset;
  }

  /** 10^10 ticks a second and more: down to nanoseconds first. Floors of floors are the floor of it all. */
  #convertFineDecimal(high: number, low: number): void {
    for (let digits = this.#decimalDigits - 9; digits > 0; digits -= 9) {
      const divisor = 10 ** Math.min(digits, 9);
      const middle = (high % divisor) * 65_536 + (low >>> 16);
      const bottom = (middle % divisor) * 65_536 + (low & 0xffff);
      high = Math.floor(high / divisor);
      low = Math.floor(middle / divisor) * 65_536 + Math.floor(bottom / divisor);
    }
    this.#divideBy(high, low, BILLION, 1);
  }

  #divideBy(high: number, low: number, unit: number, scale: number): void {
    const middle = (high % unit) * 65_536 + (low >>> 16);
    const bottom = (middle % unit) * 65_536 + (low & 0xffff);
    this.seconds = Math.floor(high / unit) * WORD + Math.floor(middle / unit) * 65_536 + Math.floor(bottom / unit);
    this.nanoseconds = (bottom % unit) * scale;
  }

  #convertBinary(high: number, low: number): void {
    let digits = this.#binaryDigits;
    if (digits > 64) {
      // Finer than the 64 bits reach: all of it lies below one second.
      const drop = 2 ** (digits - 64);
      low = Math.floor(low / drop) + Math.floor(((high % drop) * WORD) / drop);
      high = Math.floor(high / drop);
      digits = 64;
    }
    // The fraction's bits, moved to the top of 64: nanoseconds are then the upper part of fraction * 10^9.
    let fractionHigh: number;
    let fractionLow: number;
    if (digits <= 32) {
      const ticks = 2 ** digits;
      this.seconds = high * 2 ** (32 - digits) + Math.floor(low / ticks);
      fractionHigh = (low % ticks) * 2 ** (32 - digits);
      fractionLow = 0;
    } else {
      const ticks = 2 ** (digits - 32);
      const up = 2 ** (64 - digits);
      this.seconds = Math.floor(high / ticks);
      fractionHigh = (high % ticks) * up + Math.floor((low * up) / WORD);
      fractionLow = (low * up) % WORD;
    }
    let carry = Math.floor(((fractionLow % 65_536) * BILLION) / 65_536);
    carry = Math.floor((Math.floor(fractionLow / 65_536) * BILLION + carry) / 65_536);
    carry = Math.floor(((fractionHigh % 65_536) * BILLION + carry) / 65_536);
    this.nanoseconds = Math.floor((Math.floor(fractionHigh / 65_536) * BILLION + carry) / 65_536);
  }
}
