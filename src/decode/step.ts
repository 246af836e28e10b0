// What a decoding step answers: the header that comes next, or how the packet ended.

/** Headers, each with its own file; the decoder's loop goes from one to the next. */
export const STEP = {
  ethernet: 1,
  etherType: 2,
  vlan: 3,
  mpls: 4,
  pppoe: 5,
  ppp: 6,
  llc: 7,
  ip: 8,
  ipv4: 9,
  ipv6: 10,
  arp: 11,
  tcp: 12,
  udp: 13,
  ports: 14,
  icmp: 15,
  icmpv6: 16,
  gre: 17,
  vxlan: 18,
  geneve: 19,
  gtp: 20,
  linuxCooked: 21,
  linuxCooked2: 22,
  loopback: 23,
  ciscoHdlc: 24,
  radiotap: 25,
  ieee80211: 26,
  frameRelay: 27,
  nflog: 28,
  pktap: 29,
  arcnet: 30,
  nsh: 31,
  pbb: 32,
  pppHdlc: 33,
  erspan2: 34,
  erspan3: 35,
  prism: 36,
  vxlanGpe: 37,
} as const;

/** How a packet ends. Negative, so that one comparison ends the loop. */
export const OUTCOME = {
  /** IP: the row is complete. */
  done: -1,
  nonIp: -2,
  truncated: -3,
  malformed: -4,
  tooDeep: -5,
  unknownLinkType: -6,
  empty: -7,
  /** A frame without IP whose row is complete: ARP. Counts as nonIp where those are not asked for. */
  arp: -8,
} as const;
