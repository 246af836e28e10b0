// NetFlow v1: 16 octets of header, 48 octets a record (as routers, softflowd and flow-tools write them). No sequence numbers.
import { FIRST_FIELDS, type FixedFormat } from "./fixed-format.ts";
import { constantTemplate } from "./template.ts";

export const V1_TEMPLATE = constantTemplate(1, [
  ...FIRST_FIELDS,
  [null, 2],
  ["protocolIdentifier", 1],
  ["ipClassOfService", 1],
  ["tcpControlBits", 1],
  [null, 7],
]);

export const NETFLOW_V1: FixedFormat = {
  format: 1,
  headerOctets: 16,
  sequenceAt: -1,
  template: () => V1_TEMPLATE,
  domain: () => 0,
};
