// The one table of fields. Batch layout, printing, JSON, filters, wire codecs, store schema and docs/elements.md derive from it:
// adding a field is adding a row here (and a fixture).

import { type Element, row } from "./element-row.ts";

export type { Element, Kind } from "./element-row.ts";
export { END_REASON, type EndReason, FLOW_EVENT, type FlowEvent, SAMPLING_SOURCE } from "./element-words.ts";

const REVERSE = { pen: 29305 } as const;
const MESSAGES = { from: "messages" } as const;

/** Elements of one time in every precision (RFC 7012 section 5.9), then those that are relative to something else. */
function times(what: "flowStart" | "flowEnd"): readonly string[] {
  const absolute = ["Nanoseconds", "Microseconds", "Milliseconds", "Seconds"];
  return [...absolute, "SysUpTime", "DeltaMicroseconds"].map((unit) => what + unit);
}

export const ELEMENTS = [
  row(
    "event",
    "u8",
    233,
    "firewallEvent",
    "Event",
    "what this record says of the flow: start, update, end; denied or alert (firewalls)",
    {
      print: "event",
    },
  ),
  row("start", "time", 156, "flowStartNanoseconds", "Start", "time of the first packet, UTC", {
    words: ["first", "firstSeen"],
    carriers: times("flowStart"),
  }),
  row("end", "time", 157, "flowEndNanoseconds", "End", "time of the last packet, UTC", {
    words: ["last", "lastSeen"],
    carriers: times("flowEnd"),
  }),
  row(
    "received",
    "time",
    258,
    "collectionTimeMilliseconds",
    "Received",
    "time when the collector received the record, UTC",
    {
      ...MESSAGES,
      carriers: [],
    },
  ),
  row("exporter", "address", 131, "exporterIPv6Address", "Exporter", "address that the export message came from", {
    ...MESSAGES,
    words: ["router", "ra"],
    carriers: [],
  }),
  row(
    "domain",
    "u32",
    149,
    "observationDomainId",
    "Domain",
    "observation domain, source id, or engine type * 256 + engine id",
    {
      ...MESSAGES,
      words: ["odid"],
      carriers: [],
    },
  ),
  row("srcAddr", "address", 27, "sourceIPv6Address", "Source", "address of the source (biflow: the initiator)", {
    words: ["src", "srcip", "sa"],
    carriers: ["sourceIPv4Address", "sourceIPv6Address"],
  }),
  row(
    "dstAddr",
    "address",
    28,
    "destinationIPv6Address",
    "Destination",
    "address of the destination (biflow: the responder)",
    {
      words: ["dst", "dstip", "da"],
      carriers: ["destinationIPv4Address", "destinationIPv6Address"],
    },
  ),
  row("srcPort", "u16", 7, "sourceTransportPort", "SPort", "port of the source; 0 where the protocol has none", {
    words: ["sport", "sp"],
    carriers: ["sourceTransportPort", "udpSourcePort", "tcpSourcePort"],
  }),
  row("dstPort", "u16", 11, "destinationTransportPort", "DPort", "port of the destination; ICMP: type * 256 + code", {
    words: ["dport", "dp"],
    carriers: [
      "destinationTransportPort",
      "udpDestinationPort",
      "tcpDestinationPort",
      "icmpTypeCodeIPv4",
      "icmpTypeCodeIPv6",
    ],
  }),
  row("proto", "u8", 4, "protocolIdentifier", "Proto", "IP protocol, the last next-header value in IPv6", {
    words: ["protocol", "pr"],
  }),
  row("ipVersion", "u8", 60, "ipVersion", "IP", "4, 6, or 0 for frames that carry no IP"),
  row("etherType", "u16", 256, "ethernetType", "EType", "Ethernet type of the layer below", { print: "etherType" }),
  row("tos", "u8", 5, "ipClassOfService", "ToS", "type of service or traffic class of the first packet", {
    words: ["srctos", "trafficClass"],
  }),
  row(
    "dstTos",
    "u8",
    55,
    "postIpClassOfService",
    "DToS",
    "type of service after the observation point changed it",
    MESSAGES,
  ),
  row(
    "reverseTos",
    "u8",
    5,
    "reverseIpClassOfService",
    "RToS",
    "type of service of the first packet from the destination",
    {
      ...REVERSE,
      ...MESSAGES,
    },
  ),
  row("ttl", "u8", 192, "ipTTL", "TTL", "time to live or hop limit of the first packet", { words: ["hopLimit"] }),
  row("minTtl", "u8", 52, "minimumTTL", "MinTTL", "lowest time to live or hop limit of the flow's packets", MESSAGES),
  row("maxTtl", "u8", 53, "maximumTTL", "MaxTTL", "highest time to live or hop limit of the flow's packets", MESSAGES),
  row("flowLabel", "u32", 31, "flowLabelIPv6", "Label", "IPv6 flow label of the first packet"),
  row("tcpFlags", "u16", 6, "tcpControlBits", "Flags", "all TCP flags seen, from the source, 12 bits", {
    print: "tcpFlags",
    words: ["flags", "flg"],
  }),
  row("packets", "u64", 2, "packetDeltaCount", "Packets", "packets from the source", {
    unit: "packets",
    words: ["pkts", "pkt"],
    carriers: ["packetDeltaCount", "packetTotalCount", "initiatorPackets"],
  }),
  row("bytes", "u64", 1, "octetDeltaCount", "Bytes", "IP octets from the source; other frames: whole frames", {
    unit: "octets",
    words: ["octets", "byt"],
    carriers: ["octetDeltaCount", "octetTotalCount", "initiatorOctets"],
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
    carriers: ["reversePacketDeltaCount", "reversePacketTotalCount", "responderPackets"],
  }),
  row("reverseBytes", "u64", 1, "reverseOctetDeltaCount", "RBytes", "IP octets from the destination", {
    ...REVERSE,
    unit: "octets",
    carriers: ["reverseOctetDeltaCount", "reverseOctetTotalCount", "responderOctets"],
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
  row("outIf", "u32", 14, "egressInterface", "Out", "number of the interface that the packets left by; 0 = not known", {
    ...MESSAGES,
    words: ["out", "oif"],
  }),
  row("direction", "u8", 61, "flowDirection", "Dir", "0 = seen when it came in, 1 = when it went out", {
    ...MESSAGES,
    words: ["flowdir"],
  }),
  row(
    "forwardingStatus",
    "u8",
    89,
    "forwardingStatus",
    "Fwd",
    "what the router did with the packets (IANA's registry 89)",
    {
      ...MESSAGES,
      words: ["fwdstat"],
    },
  ),
  row("srcAs", "u32", 16, "bgpSourceAsNumber", "SAS", "autonomous system of the source; 0 = not known", MESSAGES),
  row(
    "dstAs",
    "u32",
    17,
    "bgpDestinationAsNumber",
    "DAS",
    "autonomous system of the destination; 0 = not known",
    MESSAGES,
  ),
  row("srcMask", "u8", 29, "sourceIPv6PrefixLength", "SMask", "prefix length of the route to the source", {
    ...MESSAGES,
    carriers: ["sourceIPv4PrefixLength", "sourceIPv6PrefixLength"],
  }),
  row("dstMask", "u8", 30, "destinationIPv6PrefixLength", "DMask", "prefix length of the route to the destination", {
    ...MESSAGES,
    carriers: ["destinationIPv4PrefixLength", "destinationIPv6PrefixLength"],
  }),
  row("nextHop", "address", 62, "ipNextHopIPv6Address", "NextHop", "router that the packets were sent to", {
    ...MESSAGES,
    carriers: ["ipNextHopIPv4Address", "ipNextHopIPv6Address"],
  }),
  row("bgpNextHop", "address", 63, "bgpNextHopIPv6Address", "BGPNextHop", "next hop that BGP gave", {
    ...MESSAGES,
    carriers: ["bgpNextHopIPv4Address", "bgpNextHopIPv6Address"],
  }),
  row("vlan", "u16", 58, "vlanId", "VLAN", "outermost VLAN identifier; 0 = none", {
    words: ["srcvlan"],
    carriers: ["vlanId", "dot1qVlanId"],
  }),
  row("dstVlan", "u16", 59, "postVlanId", "DVLAN", "VLAN identifier that the packets left with; 0 = none", MESSAGES),
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
  row(
    "postSrcMac",
    "mac",
    81,
    "postSourceMacAddress",
    "PSrcMAC",
    "MAC address of the source when the packet left",
    MESSAGES,
  ),
  row(
    "postDstMac",
    "mac",
    57,
    "postDestinationMacAddress",
    "PDstMAC",
    "MAC address of the destination when the packet left",
    MESSAGES,
  ),
  row(
    "inVrf",
    "u32",
    234,
    "ingressVRFID",
    "InVRF",
    "routing table of the interface the packets came in by; 0 = none",
    MESSAGES,
  ),
  row(
    "outVrf",
    "u32",
    235,
    "egressVRFID",
    "OutVRF",
    "routing table of the interface the packets left by; 0 = none",
    MESSAGES,
  ),
  row(
    "natSrcAddr",
    "address",
    281,
    "postNATSourceIPv6Address",
    "NATSource",
    "address of the source after translation",
    {
      ...MESSAGES,
      words: ["xsrcip"],
      carriers: ["postNATSourceIPv4Address", "postNATSourceIPv6Address"],
    },
  ),
  row(
    "natDstAddr",
    "address",
    282,
    "postNATDestinationIPv6Address",
    "NATDestination",
    "address of the destination after translation",
    {
      ...MESSAGES,
      words: ["xdstip"],
      carriers: ["postNATDestinationIPv4Address", "postNATDestinationIPv6Address"],
    },
  ),
  row(
    "natSrcPort",
    "u16",
    227,
    "postNAPTSourceTransportPort",
    "NATSPort",
    "port of the source after translation",
    MESSAGES,
  ),
  row(
    "natDstPort",
    "u16",
    228,
    "postNAPTDestinationTransportPort",
    "NATDPort",
    "port of the destination after translation",
    MESSAGES,
  ),
  row(
    "natEvent",
    "u8",
    230,
    "natEvent",
    "NATEvent",
    "what a translator did (IANA's registry 230); 0 = no such record",
    MESSAGES,
  ),
  row("flowId", "u64", 148, "flowId", "FlowId", "the exporter's own number of the flow", MESSAGES),
  row(
    "flows",
    "u64",
    3,
    "deltaFlowCount",
    "Flows",
    "flows that the record sums up; 0 = the exporter does not say, it is one",
    {
      ...MESSAGES,
      unit: "flows",
    },
  ),
  row(
    "samplingRate",
    "u32",
    305,
    "samplingPacketInterval",
    "Sampling",
    "one of so many packets was counted; 0 = not known, 1 = all. Counters are as exported, never multiplied",
    {
      ...MESSAGES,
      carriers: [],
    },
  ),
  row(
    "samplingSource",
    "u8",
    null,
    null,
    "SamplingBy",
    "who said the sampling rate: configured, record, options, header or sample (sFlow)",
    {
      ...MESSAGES,
      print: "samplingSource",
    },
  ),
  row("endReason", "u8", 136, "flowEndReason", "Reason", "why the record ended: idle, active, end, forced, resources", {
    print: "endReason",
  }),
  row("firstPacket", "u32", null, null, "First", "number of the flow's first packet in its source, from 1", {
    from: "packets",
  }),
] as const;

type Rows = (typeof ELEMENTS)[number];
export type FieldName = Rows["name"];
export type KindOf<N extends FieldName> = Extract<Rows, { name: N }>["kind"];

/** What packets say, and what export messages say. */
export const PACKET_ELEMENTS: readonly Element[] = ELEMENTS.filter((element: Element) => element.from !== "messages");
export const MESSAGE_ELEMENTS: readonly Element[] = ELEMENTS.filter((element: Element) => element.from !== "packets");

const BY_NAME: ReadonlyMap<string, Element> = new Map(
  ELEMENTS.flatMap((element: Element) =>
    [...element.carriers, ...element.words, ...(element.iana === null ? [] : [element.iana]), element.name].map(
      (word) => [word.toLowerCase(), element] as const,
    ),
  ),
);

/** The element that a person means by a word: its name, IANA's name or another word for it, in any case. */
export function findElement(word: string): Element | undefined {
  return BY_NAME.get(word.toLowerCase());
}
