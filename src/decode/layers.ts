// Layers: what decoding found in each packet, one row of words a packet. It passes from decode/ to track/, also between threads.
//
// A row of fixed words instead of an object a packet: nothing is allocated, a row can lie in shared memory, and any field is
// "these words of the row", so that a flow key can be made of any of them.
//
// The offsets are plain numbers to be copied into module constants by hot code: V8 folds those, but loads an imported
// binding at each use (npm run bench -- imports).

/** Words of a row. */
export const ROW_WORDS = 24;

/** Offsets in a row. Addresses are four big-endian words, IPv4 as ::ffff:a.b.c.d; frames without IP hold MACs in the last 48 bits. */
export const L = {
  src: 0,
  dst: 4,
  /** source port << 16 | destination port; ICMP: type * 256 + code as destination port (first fragments: query identifier << 16). */
  ports: 8,
  /** etherType << 16 | family << 8 | IP protocol */
  kind: 9,
  /** Unsigned seconds since 1970 UTC. */
  seconds: 10,
  /** 0..999,999,999 or NO_TIME. */
  nanoseconds: 11,
  /** Octets of the IP packet by its header; other frames: of the frame. */
  bytes: 12,
  /** Octets of the frame on the wire. */
  frameBytes: 13,
  /** IPv6 flow label << 12 | TCP flags (12 bits) */
  flags: 14,
  /** Fragment identification, or ICMP query identifier, or index into `embedded` + 1 (ICMP errors); see marks. */
  identification: 15,
  /** marks << 16 | TTL << 8 | ToS */
  service: 16,
  /** innermost VLAN id << 16 | outermost VLAN id, each 0 = none */
  vlans: 17,
  inIf: 18,
  /** Outermost MPLS label + 1; 0 = none. */
  mpls: 19,
  /** Destination MAC (48 bits), source MAC (48 bits). */
  macs: 20,
  tunnel: 23,
} as const;

/** What kind of addresses a row holds. */
export const FAMILY = { none: 0, ipv4: 1, ipv6: 2, arp: 3, ether: 4 } as const;

/** Bits of the marks in the service word. */
export const MARK = {
  firstFragment: 1,
  laterFragment: 2,
  icmpError: 4,
  icmpQuery: 8,
  /** ICMP of any kind: its ports are not swapped with the direction. */
  icmp: 16,
  /** Set by the key maker: A and B of the key are destination and source of the packet. */
  swapped: 32,
  /** Set by the key maker: an ICMP reply, its sender is not who began. */
  reply: 64,
} as const;

/** Words of an embedded key: src, dst, ports, kind of the packet that an ICMP error quotes. */
export const EMBEDDED_WORDS = 10;

/** Words that a key may have beyond the first ten, at the most. */
export const EXTRA_WORDS = 16;

/** Rows of one PacketBlock. Packets that are not to be tracked have none. */
export class LayersBlock {
  rows: Int32Array;
  embedded: Int32Array;
  count = 0;
  embeddedCount = 0;
  /** Number of the packet that a row belongs to, from 1, as unsigned 32 bits. */
  numbers: Int32Array;
  /** Hash of each row's key, set by the key maker. */
  hashes: Int32Array;
  /** Words of each row's key beyond its first ten, set by the key maker. */
  extra: Int32Array;

  constructor(packets: number, buffer: ArrayBufferLike = new ArrayBuffer(LayersBlock.bytes(packets))) {
    const lengths = [ROW_WORDS, EMBEDDED_WORDS, 1, 1, EXTRA_WORDS].map((words) => words * packets);
    const parts: Int32Array[] = [];
    let at = 0;
    for (const length of lengths) {
      parts.push(new Int32Array(buffer, at * 4, length));
      at += length;
    }
    [this.rows, this.embedded, this.numbers, this.hashes, this.extra] = parts as [
      Int32Array,
      Int32Array,
      Int32Array,
      Int32Array,
      Int32Array,
    ];
  }

  /** Octets of a buffer that holds the rows of so many packets. */
  static bytes(packets: number): number {
    return packets * (ROW_WORDS + EMBEDDED_WORDS + 2 + EXTRA_WORDS) * 4;
  }
}
