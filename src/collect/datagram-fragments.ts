// Fragments of datagrams in a capture, put together again: IPv4 (RFC 791 section 3.2), IPv6 (RFC 8200 section 4.5).
import { COLLECT_LIMITS } from "./options.ts";

/** Of UDP with its header. */
const MOST_OCTETS = 65_535;

interface Partial {
  bytes: Uint8Array;
  /** Octets there, and in all; -1 = the last fragment has not come. */
  there: number;
  total: number;
  /** Ranges that are there: start, end, start, end ... in the order they came. */
  readonly ranges: number[];
}

export class DatagramFragments {
  /** Datagrams given up: incomplete, overlapping, or too many at once. */
  incomplete = 0;
  private readonly partials = new Map<string, Partial>();
  private octets = 0;

  /** Takes one fragment; gives the whole datagram (UDP header first) when it was the last one missing. Allocates: it is for debugging. */
  take(key: string, bytes: Uint8Array, start: number, end: number, offset: number, more: boolean): Uint8Array | null {
    const length = end - start;
    const partial = this.partials.get(key) ?? this.begin(key);
    // Overlapping fragments are an attack or a fault (RFC 5722); a repeated one is neither.
    const { ranges } = partial;
    for (let i = 0; i < ranges.length; i += 2) {
      if (ranges[i] === offset && ranges[i + 1] === offset + length) return null;
      if (offset < ranges[i + 1]! && offset + length > ranges[i]!) return this.giveUp(key);
    }
    if (length <= 0 || offset + length > MOST_OCTETS || ranges.length > 256) return this.giveUp(key);
    if (!more) partial.total = offset + length;
    this.grow(partial, offset + length);
    partial.bytes.set(bytes.subarray(start, end), offset);
    ranges.push(offset, offset + length);
    partial.there += length;
    if (partial.total >= 0 && partial.there > partial.total) return this.giveUp(key);
    if (partial.there === partial.total) {
      this.remove(key);
      return partial.bytes.subarray(0, partial.total);
    }
    this.makeRoom();
    return null;
  }

  /** The capture has ended. */
  end(): void {
    for (const key of [...this.partials.keys()]) this.giveUp(key);
  }

  private begin(key: string): Partial {
    const partial: Partial = { bytes: new Uint8Array(0), there: 0, total: -1, ranges: [] };
    this.partials.set(key, partial);
    return partial;
  }

  private grow(partial: Partial, needed: number): void {
    if (needed <= partial.bytes.length) return;
    const grown = new Uint8Array(Math.min(MOST_OCTETS, Math.max(needed, 2 * partial.bytes.length)));
    grown.set(partial.bytes);
    this.octets += grown.length - partial.bytes.length;
    partial.bytes = grown;
  }

  private makeRoom(): void {
    for (const key of this.partials.keys()) {
      const fits = this.octets <= COLLECT_LIMITS.fragmentOctets;
      if (fits && this.partials.size <= COLLECT_LIMITS.fragmentedDatagrams) return;
      this.giveUp(key);
    }
  }

  private giveUp(key: string): null {
    this.incomplete++;
    this.remove(key);
    return null;
  }

  private remove(key: string): void {
    const partial = this.partials.get(key)!;
    this.octets -= partial.bytes.length;
    this.partials.delete(key);
  }
}
