// What sFlow calls the protocol of a sampled header (sFlow v5 section 5.3, enum header_protocol), as LINKTYPE_ values.

const LINK_TYPES = Int32Array.of(
  -1,
  1, // Ethernet
  -1, // token bus
  -1, // token ring
  -1, // FDDI
  107, // frame relay
  -1, // X.25
  9, // PPP
  -1, // SMDS
  -1, // AAL5
  101, // IP over AAL5
  228, // IPv4
  229, // IPv6
  219, // MPLS
  50, // PPP over SONET
  105, // 802.11
);

/** The link type; -1 for protocols whose headers are not opened. */
export function linkTypeOf(protocol: number): number {
  return LINK_TYPES[protocol] ?? -1;
}
