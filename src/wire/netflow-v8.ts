// NetFlow v8 (router based aggregation): 28 octets of header that name one of 14 schemes, each with its own records.
import { readU16 } from "../core/message.ts";
import type { FixedFormat } from "./fixed-format.ts";
import { constantTemplate, type Template } from "./template.ts";

type Layout = readonly (readonly [string | null, number])[];

const TIMES: Layout = [
  ["flowStartSysUpTime", 4],
  ["flowEndSysUpTime", 4],
];
/** What the schemes of routers begin with. */
const SUMS: Layout = [["deltaFlowCount", 4], ["packetDeltaCount", 4], ["octetDeltaCount", 4], ...TIMES];
/** What those of Catalyst switches have in the middle. */
const SWITCH_SUMS: Layout = [["packetDeltaCount", 4], ["octetDeltaCount", 4], ...TIMES];
/** And at their end: packets beyond the contract, and the router that was bypassed. */
const SWITCH_END: Layout = [
  ["extraPackets", 4],
  ["ipv4RouterSc", 4],
];
const AS_NUMBERS: Layout = [
  ["bgpSourceAsNumber", 2],
  ["bgpDestinationAsNumber", 2],
];
const INTERFACES: Layout = [
  ["ingressInterface", 2],
  ["egressInterface", 2],
];
const PORTS: Layout = [
  ["sourceTransportPort", 2],
  ["destinationTransportPort", 2],
];
const PREFIXES: Layout = [
  ["sourceIPv4Address", 4],
  ["destinationIPv4Address", 4],
  ["sourceIPv4PrefixLength", 1],
  ["destinationIPv4PrefixLength", 1],
];
const SOURCE_PREFIX: Layout = [
  ["sourceIPv4Address", 4],
  ["sourceIPv4PrefixLength", 1],
];
const DESTINATION_PREFIX: Layout = [
  ["destinationIPv4Address", 4],
  ["destinationIPv4PrefixLength", 1],
];
const SOURCE_ROUTE: Layout = [
  ["bgpSourceAsNumber", 2],
  ["ingressInterface", 2],
  [null, 2],
];
const DESTINATION_ROUTE: Layout = [
  ["bgpDestinationAsNumber", 2],
  ["egressInterface", 2],
  [null, 2],
];
const SWITCH_ENDS: Layout = [
  ["destinationIPv4Address", 4],
  ["sourceIPv4Address", 4],
];
const SWITCH_INTERFACES: Layout = [
  ["egressInterface", 2],
  ["ingressInterface", 2],
];
const TOS = ["ipClassOfService", 1] as const;
const PROTOCOL = ["protocolIdentifier", 1] as const;
/** Type of service of the packets beyond the contract. */
const MARKED_TOS = ["markedTos", 1] as const;

/** Records of the schemes, from 1 on. Prefixes come as the addresses that they begin with, beside their lengths. */
const LAYOUTS: readonly Layout[] = [
  // 1: autonomous systems
  [...SUMS, ...AS_NUMBERS, ...INTERFACES],
  // 2: protocol and ports
  [...SUMS, PROTOCOL, [null, 3], ...PORTS],
  // 3: source prefix
  [...SUMS, ...SOURCE_PREFIX, [null, 1], ...SOURCE_ROUTE],
  // 4: destination prefix
  [...SUMS, ...DESTINATION_PREFIX, [null, 1], ...DESTINATION_ROUTE],
  // 5: both prefixes
  [...SUMS, ...PREFIXES, [null, 2], ...AS_NUMBERS, ...INTERFACES],
  // 6: destination (Catalyst)
  [["destinationIPv4Address", 4], ...SWITCH_SUMS, ["egressInterface", 2], TOS, MARKED_TOS, ...SWITCH_END],
  // 7: source and destination (Catalyst)
  [...SWITCH_ENDS, ...SWITCH_SUMS, ...SWITCH_INTERFACES, TOS, MARKED_TOS, [null, 2], ...SWITCH_END],
  // 8: full flow (Catalyst)
  [
    ...SWITCH_ENDS,
    ["destinationTransportPort", 2],
    ["sourceTransportPort", 2],
    ...SWITCH_SUMS,
    ...SWITCH_INTERFACES,
    TOS,
    PROTOCOL,
    MARKED_TOS,
    [null, 1],
    ...SWITCH_END,
  ],
  // 9: type of service and autonomous systems
  [...SUMS, ...AS_NUMBERS, ...INTERFACES, TOS, [null, 3]],
  // 10: type of service, protocol and ports
  [...SUMS, PROTOCOL, TOS, [null, 2], ...PORTS, ...INTERFACES],
  // 11: type of service and source prefix
  [...SUMS, ...SOURCE_PREFIX, TOS, ...SOURCE_ROUTE],
  // 12: type of service and destination prefix
  [...SUMS, ...DESTINATION_PREFIX, TOS, ...DESTINATION_ROUTE],
  // 13: type of service and both prefixes
  [...SUMS, ...PREFIXES, TOS, [null, 1], ...AS_NUMBERS, ...INTERFACES],
  // 14: both prefixes, protocol and ports
  [...SUMS, ...PREFIXES, TOS, PROTOCOL, ...PORTS, ...INTERFACES],
];

/** Version of the aggregation export that the layouts are of; there is no other. */
const AGGREGATION_VERSION = 2;

const TEMPLATES: readonly Template[] = LAYOUTS.map((layout, index) => constantTemplate(index + 1, layout));

export const NETFLOW_V8: FixedFormat = {
  format: 8,
  headerOctets: 28,
  sequenceAt: 16,
  template: (bytes, start) => {
    const version = bytes[start + 23]!;
    return version === AGGREGATION_VERSION ? (TEMPLATES[bytes[start + 22]! - 1] ?? null) : null;
  },
  /** Engine type and engine id. */
  domain: (bytes, start) => readU16(bytes, start + 20),
};
