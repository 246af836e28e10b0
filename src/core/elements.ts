// The one table of fields. Batch layout, printing, JSON, filters, wire codecs, store schema and docs/elements.md derive from it:
// adding a field is adding a row here (and a fixture).

/**
 * How a value lies in a column, octet for octet as ClickHouse Native has it (little endian):
 * u8 u16 u32; u64 as two u32 words (low, high); time = Int64 nanoseconds since 1970 UTC as two words, -1 = not known;
 * address = 16 octets, IPv4 as ::ffff:a.b.c.d, all zero = none; mac = UInt64 as two words, the 48 bits in the low ones.
 */
export type Kind = "u8" | "u16" | "u32" | "u64" | "time" | "address" | "mac";

/** How a value reads in text and JSON. */
export type Print = "number" | "time" | "address" | "mac" | "tcpFlags" | "etherType" | "endReason" | "event" | "label";

export interface Element {
  /** The one name: TypeScript, JSON, CSV, SQL, `--fields`, `--key`. */
  readonly name: string;
  /** IANA Information Element number (RFC 7012 registry); null = ours alone. Reverse fields: the forward one under PEN 29305 (RFC 5103). */
  readonly id: number | null;
  readonly pen: 0 | 29305;
  readonly iana: string | null;
  readonly kind: Kind;
  readonly clickhouse: string;
  readonly unit: string | null;
  readonly print: Print;
  /** Column title of a table. */
  readonly title: string;
  /** Other words for it that a person may type (IANA's are accepted anyway). */
  readonly words: readonly string[];
  /** One line for docs/elements.md. */
  readonly about: string;
}

const CLICKHOUSE: Record<Kind, string> = {
  u8: "UInt8",
  u16: "UInt16",
  u32: "UInt32",
  u64: "UInt64",
  time: "DateTime64(9, 'UTC')",
  address: "IPv6",
  mac: "UInt64",
};

interface Rest {
  readonly pen?: 29305;
  readonly unit?: string;
  readonly print?: Print;
  readonly words?: readonly string[];
}

interface Row<N extends string, K extends Kind> extends Element {
  readonly name: N;
  readonly kind: K;
}

function row<const N extends string, const K extends Kind>(
  name: N,
  kind: K,
  id: number | null,
  iana: string | null,
  title: string,
  about: string,
  rest: Rest = {},
): Row<N, K> {
  const own: Print = kind === "time" || kind === "address" || kind === "mac" ? kind : "number";
  return {
    name,
    id,
    pen: rest.pen ?? 0,
    iana,
    kind,
    clickhouse: CLICKHOUSE[kind],
    unit: rest.unit ?? null,
    print: rest.print ?? own,
    title,
    words: rest.words ?? [],
    about,
  };
}

const REVERSE = { pen: 29305 } as const;

export const ELEMENTS = [
  row("event", "u8", 233, "firewallEvent", "Event", "what this record says of the flow: start, update or end", {
    print: "event",
  }),
  row("start", "time", 156, "flowStartNanoseconds", "Start", "time of the first packet, UTC", {
    words: ["first", "firstSeen", "flowStartMilliseconds"],
  }),
  row("end", "time", 157, "flowEndNanoseconds", "End", "time of the last packet, UTC", {
    words: ["last", "lastSeen", "flowEndMilliseconds"],
  }),
  row("srcAddr", "address", 27, "sourceIPv6Address", "Source", "address of the source (biflow: the initiator)", {
    words: ["src", "srcip", "sa", "sourceIPv4Address"],
  }),
  row(
    "dstAddr",
    "address",
    28,
    "destinationIPv6Address",
    "Destination",
    "address of the destination (biflow: the responder)",
    {
      words: ["dst", "dstip", "da", "destinationIPv4Address"],
    },
  ),
  row("srcPort", "u16", 7, "sourceTransportPort", "SPort", "port of the source; 0 where the protocol has none", {
    words: ["sport", "sp"],
  }),
  row("dstPort", "u16", 11, "destinationTransportPort", "DPort", "port of the destination; ICMP: type * 256 + code", {
    words: ["dport", "dp", "icmpTypeCodeIPv4", "icmpTypeCodeIPv6"],
  }),
  row("proto", "u8", 4, "protocolIdentifier", "Proto", "IP protocol, the last next-header value in IPv6", {
    words: ["protocol", "pr"],
  }),
  row("ipVersion", "u8", 60, "ipVersion", "IP", "4, 6, or 0 for frames that carry no IP"),
  row("etherType", "u16", 256, "ethernetType", "EType", "Ethernet type of the layer below", { print: "etherType" }),
  row("tos", "u8", 5, "ipClassOfService", "ToS", "type of service or traffic class of the first packet", {
    words: ["srctos", "trafficClass"],
  }),
  row("ttl", "u8", 192, "ipTTL", "TTL", "time to live or hop limit of the first packet", { words: ["hopLimit"] }),
  row("flowLabel", "u32", 31, "flowLabelIPv6", "Label", "IPv6 flow label of the first packet"),
  row("tcpFlags", "u16", 6, "tcpControlBits", "Flags", "all TCP flags seen, from the source, 12 bits", {
    print: "tcpFlags",
    words: ["flags", "flg"],
  }),
  row("packets", "u64", 2, "packetDeltaCount", "Packets", "packets from the source", {
    unit: "packets",
    words: ["pkts", "pkt"],
  }),
  row("bytes", "u64", 1, "octetDeltaCount", "Bytes", "IP octets from the source; other frames: whole frames", {
    unit: "octets",
    words: ["octets", "byt"],
  }),
  row("frameBytes", "u64", 352, "layer2OctetDeltaCount", "FrameBytes", "octets of whole frames from the source", {
    unit: "octets",
  }),
  row("reverseTcpFlags", "u16", 6, "reverseTcpControlBits", "RFlags", "TCP flags from the destination", {
    ...REVERSE,
    print: "tcpFlags",
  }),
  row("reversePackets", "u64", 2, "reversePacketDeltaCount", "RPackets", "packets from the destination", {
    ...REVERSE,
    unit: "packets",
  }),
  row("reverseBytes", "u64", 1, "reverseOctetDeltaCount", "RBytes", "IP octets from the destination", {
    ...REVERSE,
    unit: "octets",
  }),
  row(
    "reverseFrameBytes",
    "u64",
    352,
    "reverseLayer2OctetDeltaCount",
    "RFrameBytes",
    "octets of whole frames from the destination",
    {
      ...REVERSE,
      unit: "octets",
    },
  ),
  row("inIf", "u32", 10, "ingressInterface", "In", "number of the interface that saw the first packet; 0 = not known", {
    words: ["in", "iif"],
  }),
  row("vlan", "u16", 58, "vlanId", "VLAN", "outermost VLAN identifier; 0 = none", { words: ["srcvlan"] }),
  row("innerVlan", "u16", 245, "dot1qCustomerVlanId", "CVLAN", "innermost VLAN identifier of a stack; 0 = none"),
  row("mplsLabel", "u32", 70, "mplsTopLabelStackSection", "MPLS", "outermost MPLS label + 1; 0 = none", {
    print: "label",
  }),
  row(
    "tunnelId",
    "u32",
    351,
    "layer2SegmentId",
    "Tunnel",
    "VXLAN or GENEVE network, GTP-U tunnel, GRE key, ERSPAN session",
    {
      words: ["vni", "teid"],
    },
  ),
  row("srcMac", "mac", 56, "sourceMacAddress", "SrcMAC", "MAC address of the source in the first packet"),
  row("dstMac", "mac", 80, "destinationMacAddress", "DstMAC", "MAC address of the destination in the first packet"),
  row("endReason", "u8", 136, "flowEndReason", "Reason", "why the record ended: idle, active, end, forced, resources", {
    print: "endReason",
  }),
  row("firstPacket", "u32", null, null, "First", "number of the flow's first packet in its source, from 1"),
] as const;

type Rows = (typeof ELEMENTS)[number];
export type FieldName = Rows["name"];
export type KindOf<N extends FieldName> = Extract<Rows, { name: N }>["kind"];

const BY_NAME: ReadonlyMap<string, Element> = new Map(
  ELEMENTS.flatMap((element: Element) =>
    [...element.words, ...(element.iana === null ? [] : [element.iana]), element.name].map(
      (word) => [word.toLowerCase(), element] as const,
    ),
  ),
);

/** The element that a person means by a word: its name, IANA's name or another word for it, in any case. */
export function findElement(word: string): Element | undefined {
  return BY_NAME.get(word.toLowerCase());
}

/** flowEndReason (IE 136). */
export const END_REASON = { none: 0, idle: 1, active: 2, end: 3, forced: 4, resources: 5 } as const;
export type EndReason = (typeof END_REASON)[keyof typeof END_REASON];

/** firewallEvent (IE 233), the three values that a tracker gives. */
export const FLOW_EVENT = { none: 0, start: 1, end: 2, update: 5 } as const;
export type FlowEvent = (typeof FLOW_EVENT)[keyof typeof FLOW_EVENT];
