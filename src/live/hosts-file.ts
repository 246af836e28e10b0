// A hosts file as /etc/hosts is written: an address, its name, more names; # begins a remark.
import { readFileSync, statSync } from "node:fs";
import { formatAddress, parseAddress } from "../core/address.ts";
import { seenText } from "../core/cell-text.ts";
import { SourceError } from "../core/errors.ts";

const MOST_OCTETS = 16_777_216;

/** The first name of each address. Lines without an address and a name are passed over, as the system does. */
export function readHostsFile(path: string): ReadonlyMap<string, string> {
  return parseHosts(readText(path));
}

function readText(path: string): string {
  try {
    const { size } = statSync(path);
    if (size > MOST_OCTETS) {
      throw new Error(`${size} octets`);
    }
    return readFileSync(path, "utf8");
  } catch (error) {
    const sentence = `expected a hosts file (address, name) of at most ${MOST_OCTETS} octets, found ${(error as Error).message}`;
    throw new SourceError({ source: path }, sentence, { cause: error });
  }
}

export function parseHosts(text: string): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [address, name] = line.replace(/#.*/, "").trim().split(/\s+/);
    const octets = parseAddress((address ?? "").replace(/%.*/, ""));
    if (octets === null || name === undefined) continue;
    const key = formatAddress(octets);
    if (!names.has(key)) names.set(key, seenText(name));
  }
  return names;
}
