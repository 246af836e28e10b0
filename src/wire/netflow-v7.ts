// NetFlow v7 (Catalyst switches): 24 octets of header, 52 octets a record.
import { FIRST_FIELDS, type FixedFormat } from "./fixed-format.ts";
import { constantTemplate } from "./template.ts";

export const V7_TEMPLATE = constantTemplate(7, [
  ...FIRST_FIELDS,
  // Which of the fields are valid.
  ["flags1", 1],
  ["tcpControlBits", 1],
  ["protocolIdentifier", 1],
  ["ipClassOfService", 1],
  ["bgpSourceAsNumber", 2],
  ["bgpDestinationAsNumber", 2],
  ["sourceIPv4PrefixLength", 1],
  ["destinationIPv4PrefixLength", 1],
  ["flags2", 2],
  ["ipv4RouterSc", 4],
]);

export const NETFLOW_V7: FixedFormat = {
  format: 7,
  headerOctets: 24,
  sequenceAt: 16,
  template: () => V7_TEMPLATE,
  domain: () => 0,
};
