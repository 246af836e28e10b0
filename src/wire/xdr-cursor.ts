// XDR (RFC 4506): the encoding of sFlow. Items of four octets, what is shorter is padded; variable ones begin with their length.

/** A place in a message. Reading beyond the end gives 0, moves nothing and is remembered in `whole`. */
export class XdrCursor {
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(this.bytes.buffer);
  at = 0;
  end = 0;
  /** False once something was read beyond the end. */
  whole = true;
  /** True once who reads left out a part of a value because it was too long. */
  cut = false;
  /** Octets of the last `opaque`. */
  length = 0;

  /** From `at` to `end` of these octets. */
  open(bytes: Uint8Array, view: DataView, at: number, end: number): void {
    this.bytes = bytes;
    this.view = view;
    this.at = at;
    this.end = end;
    this.whole = true;
    this.cut = false;
  }

  u32(): number {
    const at = this.skip(4);
    return this.whole ? this.view.getUint32(at) : 0;
  }

  /** Passes so many octets (a multiple of 4) and gives where they begin. */
  skip(octets: number): number {
    const { at } = this;
    if (octets > this.end - at) this.whole = false;
    if (this.whole) this.at = at + octets;
    return at;
  }

  /** Passes octets of a length that stands before them, and their padding (which may lack at the end); gives where they begin. */
  opaque(): number {
    const length = this.u32();
    if (length > this.end - this.at) this.whole = false;
    this.length = this.whole ? length : 0;
    const { at } = this;
    this.at = Math.min(at + padded(this.length), this.end);
    return at;
  }
}

/** Octets that so many octets take with their padding. */
export function padded(octets: number): number {
  return Math.ceil(octets / 4) * 4;
}
