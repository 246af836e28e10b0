// Where octets come from when they come bit by bit: a compressed file, a pipe, standard input.
import { closeSync, constants, createReadStream, open, readSync } from "node:fs";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { decompressed } from "./compressed.ts";
import type { StreamInput } from "./stream-source.ts";

const openDescriptor = promisify(open);
/** After so many octets other things get their turn: signals, timers, writers whose buffers come back then. */
const BREATH_OCTETS = 256 * 1024;

/**
 * A file, compressed or not, read piece by piece and counted for progress. Owns the descriptor (but does not close standard input);
 * `first` are the octets that were read from it already.
 */
export function fileInput(fd: number, first: Uint8Array, total: number, pieceOctets = 65_536): StreamInput {
  let done = first.length;
  let closed = false;
  async function* readPieces(): AsyncGenerator<Uint8Array, void, void> {
    yield first;
    const buffer = new Uint8Array(pieceOctets);
    for (let breath = BREATH_OCTETS; !closed; ) {
      // At once: handing each piece to another thread and back costs more than reading it.
      const octets = readSync(fd, buffer, 0, buffer.length, null);
      if (octets === 0) return;
      done += octets;
      yield octets === buffer.length ? buffer : buffer.subarray(0, octets);
      breath -= octets;
      if (breath > 0) continue;
      breath = BREATH_OCTETS;
      await new Promise(setImmediate);
    }
  }
  return {
    octets: decompressed(readPieces()),
    live: false,
    progress: () => ({ done, total }),
    close: async () => {
      closed = true;
      if (fd > 0) closeSync(fd);
    },
  };
}

/** A pipe, terminal or device. Octets may be compressed; they are passed on as they arrive. */
export function readableInput(stream: Readable): StreamInput {
  return {
    octets: decompressed(stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array, unknown, void>),
    live: true,
    progress: () => null,
    close: async () => {
      stream.destroy();
    },
  };
}

/** Opens a named pipe or a device. A pipe is opened without waiting for its writer: a blocked read could not be called off. */
export async function openReadable(path: string, pipe: boolean): Promise<Readable> {
  if (!pipe) return createReadStream(path);
  const fd = await openDescriptor(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return new Socket({ fd, readable: true, writable: false });
}
