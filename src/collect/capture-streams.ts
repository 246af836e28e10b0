// TCP streams of IPFIX in a capture: segments put in order (RFC 9293 section 3.4), messages cut out of them.

import { COLLECT_LIMITS } from "./options.ts";
import { messageLength, StreamFraming } from "./stream-framing.ts";

const FIN = 1;
const SYN = 2;
const RST = 4;

interface Segment {
  readonly sequence: number;
  readonly octets: Uint8Array;
}

/** One direction of a connection. */
interface Stream {
  readonly session: number;
  framing: StreamFraming;
  /** Sequence number of the next octet. */
  next: number;
  /** Segments that came before those in front of them. */
  early: Segment[];
  earlyOctets: number;
  /** Borders are lost: the next segment that begins with a message finds them again. */
  lost: boolean;
}

/** Hears of each message, with its stream's number; the octets are valid until it returns. */
export type GiveMessage = (bytes: Uint8Array, start: number, end: number, session: number) => void;

export class CaptureStreams {
  /** Places where segments are missing, or octets are no messages. */
  gaps = 0;
  private readonly streams = new Map<string, Stream>();
  private readonly close: (session: number) => void;
  private sessions = 0;

  /** `close` hears when a stream has ended. */
  constructor(close: (session: number) => void) {
    this.close = close;
  }

  /**
   * Takes one segment: its payload is `bytes[start .. end]`. False when it belongs to no stream of IPFIX. A stream is known by its
   * beginning, or by a segment that begins with a message.
   */
  take(
    key: string,
    sequence: number,
    flags: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    give: GiveMessage,
  ): boolean {
    let stream = this.streams.get(key);
    if (stream === undefined || (flags & SYN) !== 0) {
      if ((flags & SYN) !== 0 || !beginsMessage(bytes, start, end)) return false;
      stream = this.begin(key, sequence);
    }
    if (end > start) this.put(stream, { sequence, octets: bytes.subarray(start, end) }, give);
    if ((flags & (FIN | RST)) !== 0) this.finish(key, stream, give);
    return true;
  }

  /** The capture has ended: what waits is read as far as it goes. */
  end(give: GiveMessage): void {
    for (const [key, stream] of this.streams) this.finish(key, stream, give);
  }

  private begin(key: string, sequence: number): Stream {
    const stream: Stream = {
      session: ++this.sessions,
      framing: new StreamFraming(),
      next: sequence,
      early: [],
      earlyOctets: 0,
      lost: false,
    };
    this.streams.delete(key);
    this.streams.set(key, stream);
    if (this.streams.size > COLLECT_LIMITS.captureStreams) {
      const [oldest, gone] = this.streams.entries().next().value!;
      this.streams.delete(oldest);
      this.close(gone.session);
    }
    return stream;
  }

  private put(stream: Stream, segment: Segment, give: GiveMessage): void {
    const ahead = (segment.sequence - stream.next) | 0;
    if (ahead <= 0) {
      this.read(stream, segment, -ahead, give);
      this.readEarly(stream, give);
      return;
    }
    stream.early.push({ sequence: segment.sequence, octets: segment.octets.slice() });
    stream.earlyOctets += segment.octets.length;
    if (stream.earlyOctets > COLLECT_LIMITS.captureStreamOctets) this.skip(stream, give);
  }

  /** Reads a segment without its first octets, which have been read before. */
  private read(stream: Stream, { octets }: Segment, known: number, give: GiveMessage): void {
    if (known >= octets.length) return;
    const fresh = octets.subarray(known);
    stream.next = (stream.next + fresh.length) >>> 0;
    if (stream.lost) {
      if (!beginsMessage(fresh, 0, fresh.length)) return;
      stream.framing = new StreamFraming();
      stream.lost = false;
    }
    const { session } = stream;
    if (!stream.framing.take(fresh, (bytes, start, end) => give(bytes, start, end, session))) {
      stream.lost = true;
      this.gaps++;
    }
  }

  private readEarly(stream: Stream, give: GiveMessage): void {
    const { early } = stream;
    for (let at = 0; at < early.length; at++) {
      const segment = early[at]!;
      const known = (stream.next - segment.sequence) | 0;
      if (known < 0) continue;
      early.splice(at, 1);
      stream.earlyOctets -= segment.octets.length;
      this.read(stream, segment, known, give);
      at = -1; // any of the others may be next
    }
  }

  /** What is missing will not come: goes on with what is there. */
  private skip(stream: Stream, give: GiveMessage): void {
    this.gaps++;
    stream.lost = true;
    while (stream.early.length > 0) {
      let first = stream.early[0]!;
      for (const segment of stream.early) if (((segment.sequence - first.sequence) | 0) < 0) first = segment;
      stream.next = first.sequence;
      this.readEarly(stream, give);
    }
  }

  private finish(key: string, stream: Stream, give: GiveMessage): void {
    if (stream.early.length > 0) this.skip(stream, give);
    if (stream.framing.waiting > 0) this.gaps++;
    this.streams.delete(key);
    this.close(stream.session);
  }
}

/** True when the octets begin like an IPFIX message that has a set (RFC 7011 section 3.1, 3.3.2). */
function beginsMessage(bytes: Uint8Array, start: number, end: number): boolean {
  const length = messageLength(bytes, start, end);
  if (length < 20 || end - start < 20) return false;
  const set = (bytes[start + 16]! << 8) | bytes[start + 17]!;
  const setLength = (bytes[start + 18]! << 8) | bytes[start + 19]!;
  return (set === 2 || set === 3 || set >= 256) && setLength >= 4 && setLength <= length - 16;
}
