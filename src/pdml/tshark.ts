// tshark run by us over captures and interfaces, with no more protocols in its output than are needed.
import { SourceError, UsageError } from "../core/errors.ts";
import { nearest } from "../core/suggestion.ts";
import { NamedPipe } from "./named-pipe.ts";
import type { OctetInput } from "./octet-window.ts";
import type { CaptureOpener } from "./open-frames.ts";
import { tsharkFields } from "./tshark-fields.ts";
import { TsharkProcess } from "./tshark-process.ts";
import { findTshark } from "./tshark-program.ts";

const INTERFACE_PREFIX = "iface:";
/** What recipes look at beside the key: addresses and ports. */
export const USUAL_PROTOCOLS: readonly string[] = ["eth", "ip", "ipv6", "tcp", "udp"];
const EVERYTHING = "all";
/** Fields of PDML alone, which are in all of it. */
const OF_PDML: ReadonlySet<string> = new Set(["geninfo", "num", "len", "caplen", "timestamp"]);

export interface TsharkOptions {
  /** Fields that are needed; tshark writes their protocols only, and `frame`. */
  readonly fields: readonly string[];
  /** More protocols; `all` = every one. */
  readonly protocols?: readonly string[] | undefined;
  /** A display filter of Wireshark: frames it does not let through are no frames. */
  readonly displayFilter?: string | undefined;
  /** Only frames that have one of these fields; none = all frames. */
  readonly keyed?: readonly string[] | undefined;
}

/**
 * For openFrames: opens captures and interfaces (`iface:NAME`) by running tshark (`-T pdml -J protocols`). Of all ways to some fields this is the one that keeps every value and
 * their order. tshark reads gzip by itself; what comes from standard input, or was zstd, is handed to it. The opener rejects with a SourceError where tshark is not installed, with a UsageError
 * where it does not know a field.
 */
export function tsharkOpener(options: TsharkOptions): CaptureOpener {
  return async (source, piped) => {
    if (!isInterface(source)) return openTshark(["-r", source], source, piped, options);
    // Each packet at once.
    return openTshark(["-i", source.slice(INTERFACE_PREFIX.length), "-l"], source, null, options);
  };
}

/** True for `iface:NAME`: frames as they are captured. */
export function isInterface(source: string): boolean {
  return source.startsWith(INTERFACE_PREFIX);
}

async function openTshark(
  input: readonly string[],
  source: string,
  piped: OctetInput | null,
  options: TsharkOptions,
): Promise<OctetInput> {
  const path = findTshark();
  if (path === null) {
    const advice = "install it: sudo apt install tshark";
    throw new SourceError({ source }, `expected tshark to read packets with, found none on this machine; ${advice}`);
  }
  const words = [...input, "-T", "pdml"];
  let pipe: NamedPipe | null = null;
  const protocols = await neededProtocols(options);
  if (protocols !== null) words.push("-J", protocols.join(" "));
  const displayFilter = filterOf(options);
  if (displayFilter !== null) words.push("-Y", displayFilter);
  if (piped !== null) {
    pipe = new NamedPipe(piped);
    words[1] = pipe.path;
  }
  return new TsharkProcess(path, words, source === "-" ? "standard input" : source, {
    live: isInterface(source),
    pipe,
  });
}

/**
 * A person's filter, and that a frame has one of the key's fields. Flows stay the same: whether a frame goes on a flow is judged by its own
 * time, and a frame without the key belongs to none.
 */
function filterOf({ displayFilter, keyed = [] }: TsharkOptions): string | null {
  const has = keyed.some((field) => OF_PDML.has(field)) ? "" : keyed.join(" || ");
  if (displayFilter === undefined) return has === "" ? null : has;
  return has === "" ? displayFilter : `(${displayFilter}) && (${has})`;
}

/** The protocols of the fields, `frame`, and those asked for; null = all. Rejects with a UsageError over a field that tshark does not know. */
async function neededProtocols({ fields, protocols = [] }: TsharkOptions): Promise<string[] | null> {
  const table = await tsharkFields();
  const needed = new Set(["frame", ...protocols]);
  for (const field of fields) {
    const known = table?.get(field);
    if (known !== undefined) for (const protocol of known.protocols) needed.add(protocol);
    else if (OF_PDML.has(field)) continue;
    else if (table === null) needed.add(field.split(".", 1)[0] ?? field);
    else {
      const meant = nearest(field, table.keys());
      const advice = meant === undefined ? "tshark -G fields lists them" : `did you mean ${meant}?`;
      throw new UsageError(`expected the name of a field that tshark knows, found "${field}"; ${advice}`);
    }
  }
  return needed.has(EVERYTHING) ? null : [...needed];
}
