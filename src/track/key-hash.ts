// The hash of a flow key that lies in a Layers row.
import { FAMILY, L } from "../decode/index.ts";

const { ports: PORTS, kind: KIND } = L;
const IPV4 = FAMILY.ipv4 << 8;
const FAMILY_BITS = 0x0700;

/** Mixes the ten key words at `at` and `extraWords` words of `extra` at `extraAt`, beginning with a seed nobody outside knows. */
export function hashKey(
  seed: number,
  words: Int32Array,
  at: number,
  extra: Int32Array,
  extraAt: number,
  extraWords: number,
): number {
  const kind = words[at + KIND]!;
  let hash = Math.imul(seed ^ kind ^ words[at + 3]!, 0x85ebca6b);
  hash = Math.imul((hash ^ (hash >>> 15)) + words[at + 7]!, 0xc2b2ae35);
  hash = Math.imul((hash ^ (hash >>> 13)) + words[at + PORTS]!, 0x27d4eb2f);
  // The other words of IPv4 addresses are always the same.
  if ((kind & FAMILY_BITS) !== IPV4) {
    for (let i = 0; i < 3; i++) {
      hash = Math.imul((hash ^ (hash >>> 15)) + words[at + i]!, 0x9e3779b1);
      hash = Math.imul((hash ^ (hash >>> 13)) + words[at + 4 + i]!, 0x85ebca77);
    }
  }
  for (let i = 0; i < extraWords; i++) hash = Math.imul((hash ^ (hash >>> 15)) + extra[extraAt + i]!, 0x9e3779b1);
  return hash ^ (hash >>> 16);
}
