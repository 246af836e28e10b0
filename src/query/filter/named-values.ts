// Words that stand for numbers in a filter, by what they are numbers of.
import type { Print } from "../../core/element-row.ts";
import { PRINTED_WORDS } from "../../core/element-words.ts";
import type { FieldName } from "../../core/elements.ts";
import { PROTOCOL_NUMBERS } from "../../core/protocol-numbers.ts";
import { SERVICE_PORTS } from "../../core/service-ports.ts";
import type { Completion } from "./completion.ts";

export interface NamedValues {
  /** "a port number or service name" */
  readonly label: string;
  readonly kind: Completion["kind"];
  readonly words: ReadonlyMap<string, number>;
}

const NONE: ReadonlyMap<string, number> = new Map();

export const PLAIN_NUMBER: NamedValues = { label: "a number", kind: "value", words: NONE };
const PROTOCOL: NamedValues = {
  label: "a protocol name or number",
  kind: "protocol",
  words: PROTOCOL_NUMBERS,
};
const PORT: NamedValues = { label: "a port number or service name", kind: "service", words: SERVICE_PORTS };

/** https://www.iana.org/assignments/ieee-802-numbers */
const ETHER_TYPES = new Map([
  ["ipv4", 0x0800],
  ["arp", 0x0806],
  ["rarp", 0x8035],
  ["vlan", 0x8100],
  ["ipx", 0x8137],
  ["ipv6", 0x86dd],
  ["lacp", 0x8809],
  ["mpls", 0x8847],
  ["pppoe", 0x8864],
  ["eapol", 0x888e],
  ["lldp", 0x88cc],
  ["macsec", 0x88e5],
  ["ptp", 0x88f7],
  ["fcoe", 0x8906],
]);

/** The whole octet where there is no reason beside the status (RFC 7270 section 4.12). */
export const FORWARDING: ReadonlyMap<string, number> = new Map([
  ["unknown", 0],
  ["forwarded", 1],
  ["forw", 1],
  ["dropped", 2],
  ["drop", 2],
  ["consumed", 3],
  ["consu", 3],
]);

const DIRECTIONS = new Map([
  ["ingress", 0],
  ["in", 0],
  ["egress", 1],
  ["out", 1],
]);

/** https://www.iana.org/assignments/ipfix, natEvent: the first ones as nfdump says them. */
const NAT_EVENTS = new Map([
  ["add", 1],
  ["create", 1],
  ["delete", 2],
  ["exhausted", 3],
]);

/** https://www.iana.org/assignments/ipfix, firewallEvent: as nfdump says them, beside our own words. */
const MORE_EVENTS: readonly (readonly [string, number])[] = [
  ["create", 1],
  ["created", 1],
  ["delete", 2],
  ["deleted", 2],
  ["deny", 3],
];

/** For each way to print that has words. */
function printed(print: Print, more: readonly (readonly [string, number])[] = []): NamedValues {
  const words = [...Object.entries(PRINTED_WORDS[print] ?? {}), ...more];
  return {
    label: `${listed(Object.keys(PRINTED_WORDS[print] ?? {}))} or a number`,
    kind: "value",
    words: new Map(words),
  };
}

function listed(words: readonly string[]): string {
  return words.join(", ");
}

const BY_FIELD: { readonly [N in FieldName]?: NamedValues } = {
  proto: PROTOCOL,
  srcPort: PORT,
  dstPort: PORT,
  natSrcPort: PORT,
  natDstPort: PORT,
  etherType: { label: "an Ethernet type", kind: "value", words: ETHER_TYPES },
  direction: { label: "ingress, egress or a number", kind: "value", words: DIRECTIONS },
  natEvent: { label: "add, delete or a number of IANA's natEvent", kind: "value", words: NAT_EVENTS },
  event: printed("event", MORE_EVENTS),
  endReason: printed("endReason"),
  samplingSource: printed("samplingSource"),
};

export function namedValues(field: FieldName): NamedValues {
  return BY_FIELD[field] ?? PLAIN_NUMBER;
}
