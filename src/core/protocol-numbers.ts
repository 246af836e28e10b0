// Keywords of IP protocols (https://www.iana.org/assignments/protocol-numbers) and other words that people say for them.

export const ICMP = 1;
export const TCP = 6;
export const UDP = 17;
export const ICMP6 = 58;

/** By lower-case word. Several words may stand for one number; the first one is IANA's. */
export const PROTOCOL_NUMBERS: ReadonlyMap<string, number> = table(`
0 hopopt
1 icmp
2 igmp
3 ggp
4 ipv4 ipip
5 st
6 tcp
7 cbt
8 egp
9 igp
17 udp
27 rdp
33 dccp
36 xtp
41 ipv6
43 ipv6-route
44 ipv6-frag
45 idrp
46 rsvp
47 gre
48 dsr
50 esp
51 ah
58 ipv6-icmp icmp6 icmpv6
59 ipv6-nonxt
60 ipv6-opts
73 cphb
88 eigrp
89 ospfigp ospf
92 mtp
94 ipip-encap
97 etherip
98 encap
103 pim
108 ipcomp
111 ipx-in-ip
112 vrrp
113 pgm
115 l2tp
124 isis
132 sctp
133 fc
135 mobility
136 udplite
137 mpls-in-ip
138 manet
139 hip
140 shim6
141 wesp
142 rohc
143 ethernet
144 aggfrag
145 nsh
`);

/** "number word word" lines as a map from word to number. */
export function table(lines: string): ReadonlyMap<string, number> {
  const entries = lines
    .trim()
    .split("\n")
    .flatMap((line) => {
      const [number, ...words] = line.split(" ");
      return words.map((word) => [word, Number(number)] as const);
    });
  return new Map(entries);
}
