// Names of IP protocols, https://www.iana.org/assignments/protocol-numbers; in the spelling that fits a column.

const NAMES: readonly (readonly [number, string])[] = [
  // 0 is no protocol of a whole packet: it stands where the key has none.
  [0, "-"],
  [1, "ICMP"],
  [2, "IGMP"],
  [4, "IPIP"],
  [6, "TCP"],
  [8, "EGP"],
  [17, "UDP"],
  [27, "RDP"],
  [33, "DCCP"],
  [41, "IPv6"],
  [46, "RSVP"],
  [47, "GRE"],
  [50, "ESP"],
  [51, "AH"],
  [58, "ICMP6"],
  [88, "EIGRP"],
  [89, "OSPF"],
  [94, "IPIP"],
  [97, "ETHIP"],
  [103, "PIM"],
  [108, "IPCOM"],
  [112, "VRRP"],
  [115, "L2TP"],
  [124, "ISIS"],
  [132, "SCTP"],
  [133, "FC"],
  [135, "MOBIL"],
  [136, "UDPL"],
  [137, "MPLS"],
  [139, "HIP"],
  [143, "ETH"],
];

/** The name of each protocol number; the number itself where it has none here. */
export const PROTOCOL_NAMES: readonly string[] = Array.from(
  { length: 256 },
  (_, number) => NAMES.find(([known]) => known === number)?.[1] ?? String(number),
);
