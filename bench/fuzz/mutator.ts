// Seeded mutations of export messages: octets, lengths and counts that lie, sets that are doubled, moved or taken from elsewhere.
import type { SeededRandom } from "../seeded-random.ts";

/** Octets of a message at the most (RFC 7011 section 3.1). */
export const MOST_OCTETS = 65_535;

/** Values at the borders of fields and of what this program limits. */
const BORDERS = [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 15, 16, 17, 127, 128, 254, 255, 256, 257, 1024, 1025, 4095, 4096];
const WIDE_BORDERS = [...BORDERS, 32_767, 32_768, 65_279, 65_280, 65_534, 65_535];
const WORD_BORDERS = [...WIDE_BORDERS, 65_536, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff];

/** Sets of a message that are remembered. */
const MOST_SETS = 64;

/** Makes one changed message after the other, each in the same octets. */
export class Mutator {
  /** The message: its first `length` octets. */
  readonly bytes: Uint8Array = new Uint8Array(MOST_OCTETS);
  length = 0;
  private readonly random: SeededRandom;
  private readonly seeds: readonly Uint8Array[];
  private readonly kept = new Uint8Array(MOST_OCTETS);
  private readonly setStart = new Int32Array(MOST_SETS);
  private readonly setLength = new Int32Array(MOST_SETS);
  private sets = 0;

  constructor(seeds: readonly Uint8Array[], random: SeededRandom) {
    this.seeds = seeds;
    this.random = random;
  }

  /** The next message: a seed as it is (one of eight, so that templates and clocks are learned), or with up to eight changes. */
  next(): void {
    const { random } = this;
    this.load(this.seed());
    if (random.below(8) === 0) return;
    const changes = 1 + random.below(random.below(4) === 0 ? 8 : 2);
    for (let i = 0; i < changes; i++) this.change();
  }

  private seed(): Uint8Array {
    return this.seeds[this.random.below(this.seeds.length)]!;
  }

  private load(seed: Uint8Array): void {
    this.bytes.set(seed.length <= MOST_OCTETS ? seed : seed.subarray(0, MOST_OCTETS));
    this.length = Math.min(seed.length, MOST_OCTETS);
  }

  private change(): void {
    const { random, bytes, length } = this;
    if (length < 4) {
      this.load(this.seed());
      return;
    }
    switch (random.below(16)) {
      case 0:
        this.flipBits();
        break;
      case 1:
        bytes[random.below(length)] = random.below(256);
        break;
      case 2:
        bytes[random.below(length)] = BORDERS[random.below(BORDERS.length)]!;
        break;
      case 3:
      case 4:
        this.putShort(2 * random.below(length >> 1), WIDE_BORDERS[random.below(WIDE_BORDERS.length)]!);
        break;
      case 5:
        this.putWord(4 * random.below(length >> 2), WORD_BORDERS[random.below(WORD_BORDERS.length)]!);
        break;
      case 6:
        this.length = random.below(length + 1);
        break;
      case 7:
        this.extend();
        break;
      case 8:
        this.splice();
        break;
      case 9:
        this.lieInHeader();
        break;
      case 10:
        this.moveOctets();
        break;
      default:
        this.changeSets();
        break;
    }
  }

  private flipBits(): void {
    const { random, bytes, length } = this;
    const flips = 1 + random.below(16);
    for (let i = 0; i < flips; i++) bytes[random.below(length)]! ^= 1 << random.below(8);
  }

  private putShort(at: number, value: number): void {
    if (at + 2 > this.length) return;
    this.bytes[at] = value >>> 8;
    this.bytes[at + 1] = value;
  }

  private putWord(at: number, value: number): void {
    this.putShort(at, value >>> 16);
    this.putShort(at + 2, value & 0xffff);
  }

  private short(at: number): number {
    return (this.bytes[at]! << 8) | this.bytes[at + 1]!;
  }

  private extend(): void {
    const { random, bytes, length } = this;
    const more = Math.min(random.below(random.below(16) === 0 ? MOST_OCTETS : 256), MOST_OCTETS - length);
    if (random.below(2) === 0) bytes.fill(random.below(256), length, length + more);
    else for (let i = length; i < length + more; i++) bytes[i] = random.bits();
    this.length = length + more;
  }

  /** The beginning of this message and the end of another. */
  private splice(): void {
    const { random, length } = this;
    const other = this.seed();
    const from = random.below(other.length + 1);
    const at = random.below(length + 1) & (random.below(2) === 0 ? ~3 : ~0);
    const tail = other.subarray(from, Math.min(other.length, from + MOST_OCTETS - at));
    this.bytes.set(tail, at);
    this.length = at + tail.length;
  }

  /** Version, count or length of the header; sometimes as it should be for what there is now. */
  private lieInHeader(): void {
    const { random, length } = this;
    switch (random.below(4)) {
      case 0:
        this.putShort(0, [1, 5, 7, 8, 9, 10, 0, 2, 4, 6][random.below(10)]!);
        break;
      case 1:
        this.putShort(2, random.below(2) === 0 ? length : random.below(65_536));
        break;
      case 2:
        this.putShort(2, Math.max(0, this.short(2) + random.below(9) - 4));
        break;
      default:
        this.putShort(22, random.below(65_536));
        break;
    }
  }

  private moveOctets(): void {
    const { random, bytes, length } = this;
    const from = random.below(length);
    const count = Math.min(1 + random.below(64), length - from);
    bytes.copyWithin(random.below(length - count + 1), from, from + count);
  }

  /** One change to the sets of NetFlow v9 and IPFIX; what has none has its octets shortened in the middle. */
  private changeSets(): void {
    const { random, bytes } = this;
    this.findSets();
    if (this.sets === 0) {
      const at = random.below(this.length);
      const count = Math.min(random.below(32), this.length - at);
      bytes.copyWithin(at, at + count, this.length);
      this.length -= count;
      return;
    }
    const one = random.below(this.sets);
    const start = this.setStart[one]!;
    const size = this.setLength[one]!;
    switch (random.below(8)) {
      case 0:
        this.insert(start, start, size);
        break;
      case 1:
        this.insert(this.setStart[random.below(this.sets)]!, start, size);
        break;
      case 2:
        bytes.copyWithin(start, start + size, this.length);
        this.length -= size;
        this.fixLength();
        break;
      case 3:
        this.putShort(start + 2, [0, 1, 3, 4, 5, size - 1, size + 1, size + 4, 65_535][random.below(9)]!);
        break;
      case 4:
        this.putShort(start, [0, 1, 2, 3, 4, 255, 256, 300, 301, 400, 65_535][random.below(11)]!);
        break;
      case 5:
        this.changeTemplate(start, size);
        break;
      case 6:
        this.manyTemplates(start, size);
        break;
      default:
        // A record's octets, most often a length inside of them.
        if (size > 4) bytes[start + 4 + random.below(size - 4)] = random.below(3) === 0 ? 255 : random.below(256);
    }
  }

  private findSets(): void {
    this.sets = 0;
    const version = this.short(0);
    if (version !== 9 && version !== 10) return;
    for (let at = version === 9 ? 20 : 16; at + 4 <= this.length && this.sets < MOST_SETS; ) {
      const size = this.short(at + 2);
      if (size < 4 || at + size > this.length) return;
      this.setStart[this.sets] = at;
      this.setLength[this.sets++] = size;
      at += size;
    }
  }

  /** A copy of a set before the octets at `at`. */
  private insert(at: number, start: number, size: number): void {
    const { bytes, kept } = this;
    const taken = Math.min(size, MOST_OCTETS - this.length);
    kept.set(bytes.subarray(start, start + taken));
    bytes.copyWithin(at + taken, at, this.length);
    bytes.set(kept.subarray(0, taken), at);
    this.length += taken;
    this.fixLength();
  }

  /** The length in the header of IPFIX, so that what follows is looked at; three times in four. */
  private fixLength(): void {
    if (this.short(0) === 10 && this.random.below(4) > 0) this.putShort(2, this.length);
  }

  /** Count, number or a field of the first template of a set. */
  private changeTemplate(start: number, size: number): void {
    const { random } = this;
    if (this.short(start) > 3 || size < 12) return;
    const field = start + 8 + 4 * random.below((size - 8) >> 2);
    switch (random.below(5)) {
      case 0:
        this.putShort(start + 4, random.below(2) === 0 ? 256 + random.below(16) : random.below(65_536));
        break;
      case 1:
        this.putShort(start + 6, WIDE_BORDERS[random.below(WIDE_BORDERS.length)]!);
        break;
      case 2:
        // Any element, IANA's most often.
        this.putShort(field, random.below(4) === 0 ? random.below(65_536) : random.below(500));
        break;
      case 3:
        this.putShort(field, [291, 292, 293, 210, 313, 315, 104, 0x8000 | 82][random.below(8)]!);
        break;
      default:
        this.putShort(field + 2, [0, 1, 2, 3, 4, 6, 8, 16, 1000, 65_535][random.below(10)]!);
        break;
    }
  }

  /** A flood: the set becomes templates of one field, each with a number of its own. */
  private manyTemplates(start: number, size: number): void {
    const { random } = this;
    this.putShort(start, random.below(2) === 0 ? 0 : 2);
    const first = 256 + random.below(65_280);
    for (let at = start + 4, id = first; at + 8 <= start + size; at += 8, id++) {
      this.putShort(at, id & 0xffff);
      this.putShort(at + 2, 1);
      this.putShort(at + 4, 1 + random.below(400));
      this.putShort(at + 6, 1 + random.below(8));
    }
  }
}
