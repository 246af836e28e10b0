// NetFlow v5: 24 octets of header, 48 octets a record, up to 30 of them.
import { SAMPLING_SOURCE } from "../core/elements.ts";
import { readU16 } from "../core/message.ts";
import { FIRST_FIELDS, type FixedFormat } from "./fixed-format.ts";
import { constantTemplate } from "./template.ts";

export const V5_TEMPLATE = constantTemplate(5, [
  ...FIRST_FIELDS,
  [null, 1],
  ["tcpControlBits", 1],
  ["protocolIdentifier", 1],
  ["ipClassOfService", 1],
  ["bgpSourceAsNumber", 2],
  ["bgpDestinationAsNumber", 2],
  ["sourceIPv4PrefixLength", 1],
  ["destinationIPv4PrefixLength", 1],
  [null, 2],
]);

export const NETFLOW_V5: FixedFormat = {
  format: 5,
  headerOctets: 24,
  sequenceAt: 16,
  template: () => V5_TEMPLATE,
  /** Engine type and engine id. */
  domain: (bytes, start) => readU16(bytes, start + 20),
  header: (bytes, start, { shared }) => {
    // Two bits of sampling mode, 14 of interval.
    const interval = readU16(bytes, start + 22) & 0x3fff;
    if (interval > 0) shared.sampling.set(interval, SAMPLING_SOURCE.header);
  },
};
