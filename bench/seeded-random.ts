// Seeded random numbers: sfc32, Chris Doty-Humphrey's Small Fast Counting generator with 32-bit words (PractRand).

export class SeededRandom {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(seed: number) {
    this.a = seed | 0;
    this.b = 0x9e3779b9 | 0;
    this.c = 0x243f6a88;
    for (let i = 0; i < 16; i++) this.bits();
  }

  /** 32 random bits as a signed integer. */
  bits(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum;
  }

  /** 0 <= x < 1 */
  unit(): number {
    return (this.bits() >>> 0) / 4_294_967_296;
  }

  /** A whole number, 0 <= x < limit (limit <= 2^32). */
  below(limit: number): number {
    return Math.floor(this.unit() * limit);
  }

  /** Fisher-Yates, in place. */
  shuffle(values: Uint32Array): void {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const kept = values[i]!;
      values[i] = values[j]!;
      values[j] = kept;
    }
  }
}
