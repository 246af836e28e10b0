// Peers: what is known of each address that messages come from, found by the text in which the system gives it.
import { formatAddress, parseAddress } from "../core/address.ts";
import { type AllowEntry, judge, type Permission } from "./allow-list.ts";
import { COLLECT_LIMITS } from "./options.ts";

export interface Peer extends Permission {
  /** 16 octets, IPv4 as ::ffff:a.b.c.d. */
  readonly octets: Uint8Array;
  /** As the ledger has it. */
  readonly text: string;
}

export class Peers {
  private readonly entries: readonly AllowEntry[];
  private readonly known = new Map<string, Peer>();
  private lastText = "";
  private last: Peer | null = null;

  constructor(entries: readonly AllowEntry[]) {
    this.entries = entries;
  }

  /** The peer of an address as Node writes it: `192.0.2.1`, `::ffff:192.0.2.1`, `fe80::1%eth0`. */
  find(text: string): Peer {
    // A burst comes from one exporter: comparing is cheaper than looking up a text that was made a moment ago.
    if (text === this.lastText) return this.last!;
    let peer = this.known.get(text);
    if (peer === undefined) {
      peer = this.learn(text);
      // Forgetting all of them is as good as an order of use: who still sends is learned again in a microsecond.
      if (this.known.size >= COLLECT_LIMITS.addresses) this.known.clear();
      this.known.set(text, peer);
    }
    this.lastText = text;
    this.last = peer;
    return peer;
  }

  /** The peer of 16 octets. Allocates. */
  ofOctets(octets: Uint8Array): Peer {
    return this.find(formatAddress(octets));
  }

  private learn(text: string): Peer {
    const zone = text.indexOf("%");
    const octets = parseAddress(zone < 0 ? text : text.slice(0, zone)) ?? new Uint8Array(16);
    return { ...judge(this.entries, octets), octets, text: formatAddress(octets) };
  }
}
