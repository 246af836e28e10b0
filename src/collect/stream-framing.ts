// Message borders in a stream of IPFIX: each message says its length in its header (RFC 7011 section 10.4, RFC 7011 section 3.1).
//   version 2 (10) | length 2 | export time 4 | sequence number 4 | observation domain id 4
import { COLLECT_LIMITS } from "./options.ts";

const VERSION = 10;
const HEADER_OCTETS = 16;
const MOST_OCTETS = COLLECT_LIMITS.streamOctets;

/** What the beginning of a message is worth: its length, or why it is none. */
export const NOT_YET = 0;
export const BROKEN = -1;

/** The length of the IPFIX message that begins here; NOT_YET where more octets are needed, BROKEN where it is none. */
export function messageLength(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 4) {
    // The first octets say soon enough that this is something else: who waits for 4 octets may wait for ever.
    if (end > start && bytes[start] !== 0) return BROKEN;
    return end > start + 1 && bytes[start + 1] !== VERSION ? BROKEN : NOT_YET;
  }
  if (bytes[start] !== 0 || bytes[start + 1] !== VERSION) return BROKEN;
  const length = (bytes[start + 2]! << 8) | bytes[start + 3]!;
  return length < HEADER_OCTETS ? BROKEN : length;
}

/** One stream. Memory: one message that is not whole yet, at most 64 KB. */
export class StreamFraming {
  private held: Uint8Array = new Uint8Array(0);
  private length = 0;

  /** Octets of a message that is not whole yet. */
  get waiting(): number {
    return this.length;
  }

  /**
   * Gives each whole message to `give` as octets start .. end, valid until it returns. False when the stream has lost its
   * borders: nothing after that can be read.
   */
  take(chunk: Uint8Array, give: (bytes: Uint8Array, start: number, end: number) => void): boolean {
    let start = 0;
    if (this.length > 0) {
      start = this.complete(chunk, give);
      if (start < 0) return false;
    }
    while (start < chunk.length) {
      const length = messageLength(chunk, start, chunk.length);
      if (length === BROKEN) return false;
      if (length === NOT_YET || start + length > chunk.length) {
        this.hold(chunk, start, chunk.length);
        return true;
      }
      give(chunk, start, start + length);
      start += length;
    }
    return true;
  }

  /** Completes the message that is held; gives where the next one starts in the chunk, or -1 where borders are lost. */
  private complete(chunk: Uint8Array, give: (bytes: Uint8Array, start: number, end: number) => void): number {
    let start = 0;
    while (this.length < 4) {
      if (messageLength(this.held, 0, this.length) === BROKEN) return -1;
      if (start === chunk.length) return start;
      this.hold(chunk, start, start + 1);
      start++;
    }
    const length = messageLength(this.held, 0, this.length);
    if (length === BROKEN) return -1;
    const missing = length - this.length;
    const there = Math.min(missing, chunk.length - start);
    this.hold(chunk, start, start + there);
    if (there < missing) return chunk.length;
    this.length = 0;
    give(this.held, 0, length);
    return start + there;
  }

  private hold(chunk: Uint8Array, from: number, to: number): void {
    const needed = this.length + to - from;
    if (needed > this.held.length) {
      const grown = new Uint8Array(Math.min(MOST_OCTETS, Math.max(needed, 2048, 2 * this.held.length)));
      grown.set(this.held.subarray(0, this.length));
      this.held = grown;
    }
    this.held.set(chunk.subarray(from, to), this.length);
    this.length = needed;
  }
}
