// Where a datagram of sFlow is from: what all of its samples have in common.
import { ADDRESS_OCTETS, formatAddress } from "../core/address.ts";
import { Message } from "../core/message.ts";
import type { ReaderContext } from "./reader-context.ts";
import type { Counters } from "./sflow-counters.ts";
import type { Source } from "./sources.ts";

export class SflowOrigin {
  message: Message = new Message();
  source: Source | null = null;
  /** Address of the agent, as in columns; all zero where it has none. */
  readonly agent: Uint8Array = new Uint8Array(ADDRESS_OCTETS);
  /** True where the agent says an address that the exporter does not have: somebody passed the datagram on. */
  agentDiffers = false;

  /** `agentAt` is where the agent's address lies, of 4, 16 or 0 octets. */
  open(message: Message, source: Source, agentAt: number, agentOctets: number): void {
    this.message = message;
    this.source = source;
    const { agent } = this;
    let said = 0;
    agent.fill(0);
    for (let i = 0; i < agentOctets; i++) {
      const octet = message.bytes[agentAt + i]!;
      agent[ADDRESS_OCTETS - agentOctets + i] = octet;
      said |= octet;
    }
    if (agentOctets === 4) agent.fill(255, 10, 12);
    this.agentDiffers = false;
    // 0.0.0.0 and :: say nothing.
    if (said === 0) return;
    for (let i = 0; i < ADDRESS_OCTETS; i++) if (agent[i] !== message.exporter[i]) this.agentDiffers = true;
  }
}

/** Hands on the counters of a sample to who asked for them. */
export function giveCounters(
  context: ReaderContext,
  origin: SflowOrigin,
  sourceClass: number,
  sourceIndex: number,
  counters: Counters,
): void {
  const { message, source, agent } = origin;
  if (source === null || context.onCounters === null) return;
  context.onCounters({
    received: message.seconds,
    exporter: source.exporter.text,
    agent: formatAddress(agent),
    domain: source.domain,
    sourceClass,
    sourceIndex,
    counters,
  });
}
