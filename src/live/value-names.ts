// Names of numbers: protocols and services.
import { PROTOCOL_NUMBERS, TCP, UDP } from "../core/protocol-numbers.ts";
import { SERVICE_PORTS } from "../core/service-ports.ts";

/** The first word that stands for a number is the one that is shown. */
function byNumber(words: ReadonlyMap<string, number>): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const [word, number] of words) if (!names.has(number)) names.set(number, word);
  return names;
}

const PROTOCOLS = byNumber(PROTOCOL_NUMBERS);
const SERVICES = byNumber(SERVICE_PORTS);
const SCTP = 132;

/** "TCP"; the number where it has no name. */
export function protocolName(protocol: number): string {
  return PROTOCOLS.get(protocol)?.toUpperCase() ?? String(protocol);
}

/** "https"; null for ports without a name, and for protocols without ports. */
export function serviceName(protocol: number, port: number): string | null {
  return protocol === TCP || protocol === UDP || protocol === SCTP ? (SERVICES.get(port) ?? null) : null;
}
