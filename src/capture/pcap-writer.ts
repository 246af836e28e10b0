// PcapWriter: classic pcap files (draft-ietf-opsawg-pcap), little endian, microseconds or nanoseconds.

import { once } from "node:events";
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import type { Writable } from "node:stream";
import type { PacketBlock } from "../core/packet-block.ts";

export interface PcapOptions {
  /** LINKTYPE_ value; 1 = Ethernet if not given. */
  readonly linkType?: number | undefined;
  readonly snapLength?: number | undefined;
  readonly nanoseconds?: boolean | undefined;
}

const PCAP_HEADER_OCTETS = 24;
const RECORD_HEADER = 16;
const BUFFER_OCTETS = 262_144;

/** Writes the file header to 24 octets of `target` from `at` on. */
export function writePcapHeader(target: DataView, at: number, options: PcapOptions = {}): void {
  target.setUint32(at, options.nanoseconds === true ? 0xa1b23c4d : 0xa1b2c3d4, true);
  target.setUint16(at + 4, 2, true);
  target.setUint16(at + 6, 4, true);
  target.setUint32(at + 8, 0, true);
  target.setUint32(at + 12, 0, true);
  target.setUint32(at + 16, options.snapLength ?? 262_144, true);
  target.setUint32(at + 20, options.linkType ?? 1, true);
}

/** Where the octets go. `write` may use them only until it returns. */
interface Sink {
  write(octets: Uint8Array): void;
  close(): Promise<void>;
  discard(): void;
}

export class PcapWriter {
  readonly #sink: Sink;
  readonly #bytes = new Uint8Array(BUFFER_OCTETS);
  readonly #view = new DataView(this.#bytes.buffer);
  readonly #divisor: number;
  #used = PCAP_HEADER_OCTETS;
  packets = 0;

  private constructor(sink: Sink, options: PcapOptions) {
    this.#sink = sink;
    this.#divisor = options.nanoseconds === true ? 1 : 1000;
    writePcapHeader(this.#view, 0, options);
  }

  /** A file that has its name only when it is whole: `close` renames it, `discard` removes it. */
  static toFile(path: string, options: PcapOptions = {}): PcapWriter {
    return new PcapWriter(new FileSink(path), options);
  }

  /** A stream, which is ended by `close`. What is written faster than it drains waits in memory. */
  static toStream(stream: Writable, options: PcapOptions = {}): PcapWriter {
    return new PcapWriter(new StreamSink(stream), options);
  }

  /** Appends the octets of a whole capture to `pieces`. */
  static toMemory(pieces: Uint8Array[], options: PcapOptions = {}): PcapWriter {
    return new PcapWriter(
      { write: (octets) => pieces.push(octets.slice()), close: async () => {}, discard: () => {} },
      options,
    );
  }

  /** Seconds since 1970 (unsigned 32 bit) and nanoseconds; what is finer than the file's resolution is cut off. */
  write(seconds: number, nanoseconds: number, packet: Uint8Array, originalLength = packet.length): void {
    if (this.#used + RECORD_HEADER + packet.length > BUFFER_OCTETS) this.flush();
    const view = this.#view;
    const at = this.#used;
    view.setUint32(at, seconds, true);
    view.setUint32(at + 4, Math.max(0, Math.floor(nanoseconds / this.#divisor)), true);
    view.setUint32(at + 8, packet.length, true);
    view.setUint32(at + 12, originalLength, true);
    this.#used += RECORD_HEADER;
    this.packets++;
    if (packet.length <= BUFFER_OCTETS - this.#used) {
      this.#bytes.set(packet, this.#used);
      this.#used += packet.length;
    } else {
      this.flush();
      this.#sink.write(packet);
    }
  }

  /** Writes one packet of a block. A packet without a time gets 0. */
  writeRow(block: PacketBlock, row: number): void {
    const start = block.offset[row]!;
    const packet = block.bytes.subarray(start, start + block.capturedLength[row]!);
    this.write(block.seconds[row]! >>> 0, block.nanoseconds[row]!, packet, block.originalLength[row]!);
  }

  /** Hands on what is in the buffer. */
  flush(): void {
    if (this.#used > 0) this.#sink.write(this.#bytes.subarray(0, this.#used));
    this.#used = 0;
  }

  /** Resolves when all octets are where they belong. */
  async close(): Promise<void> {
    this.flush();
    await this.#sink.close();
  }

  discard(): void {
    this.#sink.discard();
  }
}

class FileSink implements Sink {
  readonly #path: string;
  readonly #draft: string;
  readonly #fd: number;

  constructor(path: string) {
    this.#path = path;
    this.#draft = `${path}.${process.pid}.part`;
    this.#fd = openSync(this.#draft, "w");
  }

  write(octets: Uint8Array): void {
    for (let at = 0; at < octets.length; ) at += writeSync(this.#fd, octets, at);
  }

  close(): Promise<void> {
    fsyncSync(this.#fd);
    closeSync(this.#fd);
    renameSync(this.#draft, this.#path);
    return Promise.resolve();
  }

  discard(): void {
    closeSync(this.#fd);
    rmSync(this.#draft, { force: true });
  }
}

class StreamSink implements Sink {
  readonly #stream: Writable;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  write(octets: Uint8Array): void {
    this.#stream.write(octets.slice());
  }

  async close(): Promise<void> {
    const finished = once(this.#stream, "finish");
    this.#stream.end();
    await finished;
  }

  discard(): void {
    this.#stream.destroy();
  }
}
