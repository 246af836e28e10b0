// Zstandard (RFC 8878): frames and blocks are found here, each block is decompressed by node:zlib (Node 22.15 and later)
// or by fzstd. Both of these read one frame well, but not every sequence of frames, and neither limits what a header claims.

import type { Transform } from "node:stream";
import * as zlib from "node:zlib";
import { Decompress } from "fzstd";
import { CompressionFault } from "./compression-fault.ts";
import type { OctetPull } from "./octet-pull.ts";
import { TransformPull } from "./transform-pull.ts";

const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const createZstdDecompress = (zlib as { createZstdDecompress?: () => Transform }).createZstdDecompress;
/**
 * How far back a frame may refer. `zstd -d` takes 2^27 unless told otherwise. fzstd 0.1.1 reads at most 25 bits of a distance
 * at once: with --long=27 it gave wrong octets without a word (seen against `zstd -d`), up to 2^25 it is right.
 */
const MAX_WINDOW = createZstdDecompress === undefined ? 33_554_432 : 134_217_728;
const MAX_BLOCK = 131_072;

/** Decompresses one frame, a block at a time: what a block gives is at most MAX_BLOCK octets, so bombs are harmless. */
interface FrameDecoder {
  feed(octets: Uint8Array): Promise<Uint8Array[]>;
  end(): Promise<Uint8Array[]>;
  stop(): void;
}

export async function* unzstd(pull: OctetPull): AsyncGenerator<Uint8Array, void, void> {
  for (;;) {
    const magic = await pull.take(4);
    if (magic.length === 0) return;
    const word = magic.length < 4 ? 0 : readWord(magic);
    if ((word & 0xffff_fff0) >>> 0 === SKIPPABLE_MAGIC) {
      if (!(await pull.skip(readWord(await takeAll(pull, 4))))) throw cut();
    } else if (word === FRAME_MAGIC) {
      yield* readFrame(pull, magic.slice());
    } else {
      throw new CompressionFault("expected the next zstd frame, found something else; the packets before are given");
    }
  }
}

async function* readFrame(pull: OctetPull, magic: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  const descriptor = (await takeAll(pull, 1))[0]!;
  const fields = await takeAll(pull, headerLength(descriptor));
  checkWindow(descriptor, fields);
  const header = Buffer.concat([magic, Uint8Array.of(descriptor), fields]);
  const decoder = openDecoder();
  try {
    yield* await decoder.feed(header);
    for (let last = false; !last; ) {
      const blockHeader = (await takeAll(pull, 3)).slice();
      const word = blockHeader[0]! | (blockHeader[1]! << 8) | (blockHeader[2]! << 16);
      last = (word & 1) === 1;
      const repeated = ((word >>> 1) & 3) === 1;
      if (word >>> 3 > MAX_BLOCK) throw damaged("a block that is too large");
      const body = await takeAll(pull, repeated ? 1 : word >>> 3);
      yield* await decoder.feed(Buffer.concat([blockHeader, body]));
    }
    if ((descriptor & 4) !== 0) yield* await decoder.feed(await takeAll(pull, 4));
    yield* await decoder.end();
  } finally {
    decoder.stop();
  }
}

/** Octets of the frame header after its descriptor: window 0-1, dictionary 0-4, content size 0-8. */
function headerLength(descriptor: number): number {
  const single = (descriptor >>> 5) & 1;
  const sizeFlag = descriptor >>> 6;
  return 1 - single + [0, 1, 2, 4][descriptor & 3]! + (sizeFlag === 0 ? single : 1 << sizeFlag);
}

function checkWindow(descriptor: number, fields: Uint8Array): void {
  let window: number;
  if ((descriptor & 0x20) === 0) {
    const base = 2 ** (10 + (fields[0]! >>> 3));
    window = base + (base / 8) * (fields[0]! & 7);
  } else {
    // A single segment: its window is its content size, the last field, little endian.
    const size = fields.subarray([0, 1, 2, 4][descriptor & 3]);
    window = size.reduceRight((sum, octet) => sum * 256 + octet, 0);
  }
  if (window > MAX_WINDOW) {
    throw new CompressionFault(
      `expected a zstd window of at most ${MAX_WINDOW} octets, found ${window}; decompress it first: zstd -d --long=31`,
    );
  }
}

async function takeAll(pull: OctetPull, count: number): Promise<Uint8Array> {
  const octets = await pull.take(count);
  if (octets.length < count) throw cut();
  return octets;
}

function readWord(octets: Uint8Array): number {
  return (octets[0]! | (octets[1]! << 8) | (octets[2]! << 16) | (octets[3]! << 24)) >>> 0;
}

function cut(): CompressionFault {
  return new CompressionFault(
    "expected more zstd data, found its end; the file was cut short, the packets before are given",
  );
}

function damaged(what: string): CompressionFault {
  return new CompressionFault(`expected sound zstd data, found damage (${what}); the packets before are given`);
}

function openDecoder(): FrameDecoder {
  return createZstdDecompress === undefined ? new ScriptDecoder() : new NativeDecoder(createZstdDecompress());
}

class NativeDecoder implements FrameDecoder {
  readonly #pull: TransformPull;

  constructor(transform: Transform) {
    this.#pull = new TransformPull(transform);
  }

  async feed(octets: Uint8Array): Promise<Uint8Array[]> {
    await this.#pull.feed(octets);
    return this.#given();
  }

  async end(): Promise<Uint8Array[]> {
    await this.#pull.finish();
    return this.#given();
  }

  #given(): Uint8Array[] {
    const given = this.#pull.given();
    if (this.#pull.fault !== null && given.length === 0) throw damaged(this.#pull.fault.message);
    return given;
  }

  stop(): void {
    this.#pull.stop();
  }
}

class ScriptDecoder implements FrameDecoder {
  #given: Uint8Array[] = [];
  readonly #decompress = new Decompress((octets) => {
    if (octets.length > 0) this.#given.push(octets);
  });

  feed(octets: Uint8Array): Promise<Uint8Array[]> {
    return this.#push(octets, false);
  }

  end(): Promise<Uint8Array[]> {
    return this.#push(new Uint8Array(0), true);
  }

  async #push(octets: Uint8Array, final: boolean): Promise<Uint8Array[]> {
    try {
      this.#decompress.push(octets, final);
    } catch (error) {
      // The library checks little: whatever it throws over hostile octets means the same to us.
      throw damaged((error as Error).message);
    }
    const given = this.#given;
    this.#given = [];
    return given;
  }

  stop(): void {
    this.#given = [];
  }
}
