// Opens a path or standard input as a source of packets, whatever lies behind it: a file, a pipe, a device.
import { closeSync, fstatSync, openSync, readSync, type Stats, statSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { SourceError } from "../core/errors.ts";
import type { PacketSource } from "../core/packet-block.ts";
import { CaptureReader } from "./capture-reader.ts";
import { FileSource } from "./file-source.ts";
import { fileInput, openReadable, readableInput } from "./octet-inputs.ts";
import { CHUNK_OCTETS, OctetWindow } from "./octet-window.ts";
import { RECOGNISE_OCTETS, recognise } from "./recognise.ts";
import { StreamSource } from "./stream-source.ts";
import { systemReason } from "./system-reason.ts";

const STANDARD_INPUT = 0;

/** Rejects with a SourceError where there is nothing to read, or a file that is no capture. */
export async function openFile(name: string, chunkOctets = CHUNK_OCTETS): Promise<PacketSource> {
  const stats = inspect(name);
  if (stats.isDirectory()) throw refuse(name, Object.assign(new Error(), { code: "EISDIR" }));
  if (name === "-" && process.stdin.isTTY) {
    throw new SourceError(
      { source: "standard input" },
      "expected a capture, found a terminal; pipe one in, or name a file or iface:NAME",
    );
  }
  if (stats.isFile()) return openRegular(name, stats.size, chunkOctets);
  const stream =
    name === "-"
      ? process.stdin
      : await openReadable(name, stats.isFIFO()).catch((error) => {
          throw refuse(name, error);
        });
  return new StreamSource(new CaptureReader(name), readableInput(stream));
}

function inspect(name: string): Stats {
  try {
    return name === "-" ? fstatSync(STANDARD_INPUT) : statSync(name);
  } catch (error) {
    throw refuse(name, error);
  }
}

function refuse(name: string, error: unknown): SourceError {
  const { code } = error as NodeJS.ErrnoException;
  const meant = code === "ENOENT" && Object.hasOwn(networkInterfaces(), name);
  const advice = meant ? `; for the network interface of that name write iface:${name}` : "";
  return new SourceError({ source: name }, `expected a capture file, found ${systemReason(error)}${advice}`, {
    cause: error,
  });
}

/** The first octets decide: what is compressed needs an asynchronous source, all else a fast synchronous one. */
async function openRegular(name: string, total: number, chunkOctets: number): Promise<PacketSource> {
  const window = new OctetWindow(chunkOctets);
  let fd: number;
  try {
    fd = name === "-" ? STANDARD_INPUT : openSync(name, "r");
  } catch (error) {
    throw refuse(name, error);
  }
  let source: FileSource | StreamSource;
  try {
    readFirst(fd, window);
    const first = window.bytes.subarray(0, window.end);
    const { kind } = recognise(first.subarray(0, RECOGNISE_OCTETS));
    source =
      kind === "gzip" || kind === "zstd"
        ? new StreamSource(new CaptureReader(name), fileInput(fd, first, total))
        : new FileSource(new CaptureReader(name, window), fd, total);
  } catch (error) {
    if (fd !== STANDARD_INPUT) closeSync(fd);
    throw refuse(name, error);
  }
  await source.recognise();
  if (source.recognised) return source;
  await source.close();
  throw source.problems[0] ?? new SourceError({ source: name }, "expected a capture, found nothing");
}

function readFirst(fd: number, window: OctetWindow): void {
  while (window.end < RECOGNISE_OCTETS) {
    const octets = readSync(fd, window.bytes, window.end, window.bytes.length - window.end, null);
    if (octets === 0) return;
    window.end += octets;
  }
}
