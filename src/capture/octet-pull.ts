// OctetPull: takes exact numbers of octets from pieces of any length.

const NONE = new Uint8Array(0);

export class OctetPull {
  readonly #source: AsyncIterator<Uint8Array, unknown, void>;
  #piece: Uint8Array = NONE;

  constructor(source: AsyncIterator<Uint8Array, unknown, void>) {
    this.#source = source;
  }

  /** The next octets, however many there are; null at the end. Valid until the next call. */
  async piece(): Promise<Uint8Array | null> {
    while (this.#piece.length === 0) {
      const next = await this.#source.next();
      if (next.done === true) return null;
      this.#piece = next.value;
    }
    const piece = this.#piece;
    this.#piece = NONE;
    return piece;
  }

  /** At least `least` octets, or all there are, which stay to be taken. */
  async peek(least: number): Promise<Uint8Array> {
    let held: Uint8Array = NONE;
    while (held.length < least) {
      const piece = await this.piece();
      if (piece === null) break;
      held = Buffer.concat([held, piece]);
    }
    this.#piece = held;
    return held;
  }

  /** Exactly `count` octets; fewer only at the end. */
  async take(count: number): Promise<Uint8Array> {
    const held = this.#piece.length >= count ? this.#piece : await this.#gather(count);
    this.#piece = held.subarray(count);
    return held.subarray(0, count);
  }

  async #gather(count: number): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let length = 0;
    while (length < count) {
      const piece = await this.piece();
      if (piece === null) break;
      pieces.push(length + piece.length >= count ? piece : piece.slice());
      length += piece.length;
    }
    return Buffer.concat(pieces, length);
  }

  /** Passes over `count` octets; false when there are fewer. */
  async skip(count: number): Promise<boolean> {
    for (let left = count; left > 0; ) {
      const piece = await this.piece();
      if (piece === null) return false;
      this.#piece = piece.subarray(Math.min(left, piece.length));
      left -= Math.min(left, piece.length);
    }
    return true;
  }
}
