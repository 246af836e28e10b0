// Opens what a person names: capture files, standard input, live interfaces; one of them or several merged.
import { SourceError, UsageError } from "../core/errors.ts";
import type { PacketSource } from "../core/packet-block.ts";
import type { OpenOptions } from "./capture-program.ts";
import { openLive } from "./live.ts";
import { mergeFiles } from "./merged-files.ts";
import { MergedLive } from "./merged-live.ts";
import { CHUNK_OCTETS } from "./octet-window.ts";
import { openFile } from "./open-file.ts";

const INTERFACE_PREFIX = "iface:";
/** More files at once than this share memory: each has a smaller buffer. */
const FEW_FILES = 16;

/**
 * Opens a path, `-` (standard input) or `iface:NAME`. Rejects with a SourceError where there is nothing to read or no
 * capture in it (a pipe is not waited for: what is wrong with it comes as a problem), with a UsageError over options.
 */
export async function openSource(name: string, options: OpenOptions = {}): Promise<PacketSource> {
  return openOne(name, options, CHUNK_OCTETS);
}

/**
 * One source as `openSource` gives it; several files merged by packet time; several interfaces as packets arrive. Of several files
 * those that cannot be opened are among the `problems`, and the others are read; when none can, the first one's error is thrown.
 */
export async function openSources(names: readonly string[], options: OpenOptions = {}): Promise<PacketSource> {
  const [first, ...others] = names;
  if (first === undefined) throw new UsageError("expected the name of a capture file, - or iface:NAME, found none");
  if (others.length === 0) return openSource(first, options);
  const live = isInterface(first);
  const other = others.find((name) => isInterface(name) !== live);
  if (other !== undefined) {
    throw new UsageError(`expected only files or only interfaces, found ${first} and ${other}; run them one by one`);
  }
  const twice = names.find((name, at) => (live || name === "-") && names.indexOf(name) !== at);
  if (twice !== undefined) throw new UsageError(`expected ${twice} once, found it twice`);
  const sources: PacketSource[] = [];
  const failed: SourceError[] = [];
  try {
    const chunkOctets = names.length > FEW_FILES ? CHUNK_OCTETS / 8 : CHUNK_OCTETS;
    for (const name of names) {
      try {
        sources.push(await openOne(name, options, chunkOctets));
      } catch (error) {
        if (live || !(error instanceof SourceError)) throw error;
        failed.push(error);
      }
    }
    if (sources.length === 0) throw failed[0];
  } catch (error) {
    await Promise.all(sources.map((source) => source.close()));
    throw error;
  }
  return live ? new MergedLive(sources) : mergeFiles(sources, failed);
}

function isInterface(name: string): boolean {
  return name.startsWith(INTERFACE_PREFIX);
}

async function openOne(name: string, options: OpenOptions, chunkOctets: number): Promise<PacketSource> {
  if (isInterface(name)) return openLive(name, name.slice(INTERFACE_PREFIX.length), checkLive(options));
  for (const option of ["bpf", "snapLength", "promiscuous"] as const) {
    if (options[option] !== undefined) {
      throw new UsageError(`expected an interface (iface:NAME) for a capture filter, length or mode, found ${name}`);
    }
  }
  return openFile(name, chunkOctets);
}

function checkLive(options: OpenOptions): OpenOptions {
  const { snapLength } = options;
  if (snapLength !== undefined && !(Number.isInteger(snapLength) && snapLength >= 1 && snapLength <= 262_144)) {
    throw new UsageError(`expected octets to keep of each packet, 1 to 262144, found ${snapLength}`);
  }
  return options;
}
