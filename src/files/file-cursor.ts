// FileCursor: goes through a regular file by small reads, wherever its owner wants, in a window of fixed size.
import { readSync } from "node:fs";

const WINDOW_OCTETS = 65_536;
const WORD = 4_294_967_296;

/** Why a file cannot be understood from some place on. Thrown inside this room only, once a file. */
export class Damage extends Error {
  readonly offset: number;
  /** True where the file ends too early; false where it contradicts itself. */
  readonly incomplete: boolean;

  constructor(offset: number, sentence: string, incomplete = false) {
    super(sentence);
    this.offset = offset;
    this.incomplete = incomplete;
  }
}

export class FileCursor {
  /** Octets of the file, as it was when the reading began. */
  readonly size: number;
  private readonly fd: number;
  private readonly window = new Uint8Array(WINDOW_OCTETS);
  private readonly view = new DataView(this.window.buffer);
  /** Where the window lies in the file, how much of it is filled, and where in it the cursor stands. */
  private start = 0;
  private filled = 0;
  private at = 0;

  constructor(fd: number, size: number) {
    this.fd = fd;
    this.size = size;
  }

  get offset(): number {
    return this.start + this.at;
  }

  seek(offset: number): void {
    if (offset >= this.start && offset <= this.start + this.filled) {
      this.at = offset - this.start;
      return;
    }
    this.start = offset;
    this.filled = 0;
    this.at = 0;
  }

  skip(octets: number): void {
    this.expect(octets);
    this.seek(this.offset + octets);
  }

  /** Throws where so many octets do not follow. */
  expect(octets: number): void {
    const left = this.size - this.offset;
    if (octets > left) throw new Damage(this.offset, `expected ${octets} more octets, found ${left}`, true);
  }

  octet(): number {
    if (this.at === this.filled) this.fill(1);
    return this.window[this.at++]!;
  }

  /** A number of LEB128, up to 2^53. */
  varuint(): number {
    let value = 0;
    let unit = 1;
    for (;;) {
      const octet = this.octet();
      value += (octet & 127) * unit;
      if (octet < 128) return value;
      unit *= 128;
      if (unit > 2 ** 49) throw new Damage(this.offset, "a number is longer than any file");
    }
  }

  /** A 64-bit number, up to 2^53. */
  u64(): number {
    if (this.filled - this.at < 8) this.fill(8);
    const value = this.view.getUint32(this.at, true) + this.view.getUint32(this.at + 4, true) * WORD;
    if (value > Number.MAX_SAFE_INTEGER) throw new Damage(this.offset, "a number is larger than any file");
    this.at += 8;
    return value;
  }

  u16(): number {
    if (this.filled - this.at < 2) this.fill(2);
    const value = this.view.getUint16(this.at, true);
    this.at += 2;
    return value;
  }

  u32(): number {
    if (this.filled - this.at < 4) this.fill(4);
    const value = this.view.getUint32(this.at, true);
    this.at += 4;
    return value;
  }

  /** Copies octets to `target[to]`; gives nothing back and moves on. */
  copy(target: Uint8Array, to: number, octets: number): void {
    let done = 0;
    while (done < octets) {
      if (this.at === this.filled) this.fill(1);
      const count = Math.min(octets - done, this.filled - this.at);
      target.set(this.window.subarray(this.at, this.at + count), to + done);
      this.at += count;
      done += count;
    }
  }

  /** Octets at a place straight into `target`, all of it. The cursor stays where it is. */
  readAt(target: Uint8Array, offset: number): void {
    let done = 0;
    while (done < target.length) {
      const count = readSync(this.fd, target, done, target.length - done, offset + done);
      if (count === 0) throw new Damage(offset + done, "the file has become shorter while it was read", true);
      done += count;
    }
  }

  /** Has at least so many octets in the window, from the cursor on. */
  private fill(octets: number): void {
    this.expect(octets);
    this.window.copyWithin(0, this.at, this.filled);
    this.start += this.at;
    this.filled -= this.at;
    this.at = 0;
    while (this.filled < octets) {
      const room = Math.min(WINDOW_OCTETS - this.filled, this.size - this.start - this.filled);
      const count = readSync(this.fd, this.window, this.filled, room, this.start + this.filled);
      if (count === 0) throw new Damage(this.offset, "the file has become shorter while it was read", true);
      this.filled += count;
    }
  }
}
