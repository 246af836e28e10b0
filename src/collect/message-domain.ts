// The observation domain of a message, read from its header alone: for allow lists that name domains.

/** Octets of an agent's address, by its type in sFlow v5: not known, IPv4, IPv6. */
const AGENT_OCTETS = [0, 4, 16];

/**
 * Observation Domain Id (IPFIX), Source Id (v9), engine type * 256 + engine id (v5, v8), sub-agent (sFlow); 0 for formats
 * without one (v1, v7) and -1 where the message is too short to tell.
 */
export function domainOf(view: DataView, start: number, end: number): number {
  const octets = end - start;
  if (octets < 4) return -1;
  const version = view.getUint16(start);
  if (version === 10) return word(view, start + 12, end);
  if (version === 9) return word(view, start + 16, end);
  if (version === 5 || version === 8) return octets < 22 ? -1 : view.getUint16(start + 20);
  if (version !== 0) return 0;
  const sflow = view.getUint16(start + 2);
  if (sflow !== 5 || octets < 8) return sflow === 2 || sflow === 4 ? 0 : -1;
  const agent = AGENT_OCTETS[view.getUint32(start + 4)];
  return agent === undefined ? -1 : word(view, start + 8 + agent, end);
}

function word(view: DataView, at: number, end: number): number {
  return at + 4 > end ? -1 : view.getUint32(at);
}
