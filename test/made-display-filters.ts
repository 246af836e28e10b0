// Filters of frames that our language and Wireshark's can both say, made of the values that a capture has; the same ones each time.
import { FieldNames, openFrames } from "../src/pdml/index.ts";

const NUMBERS = [
  "frame.len",
  "frame.number",
  "frame.time_relative",
  "frame.time_epoch",
  "eth.type",
  "vlan.id",
  "ip.proto",
  "ip.len",
  "ip.id",
  "ip.ttl",
  "ip.dsfield",
  "ip.checksum",
  "ipv6.nxt",
  "ipv6.plen",
  "ipv6.hlim",
  "tcp.srcport",
  "tcp.dstport",
  "tcp.port",
  "tcp.len",
  "tcp.seq",
  "tcp.ack",
  "tcp.flags",
  "tcp.window_size",
  "tcp.stream",
  "udp.port",
  "udp.length",
  "icmp.type",
  "dns.id",
  "dns.qry.type",
  "dns.count.answers",
  "dns.resp.ttl",
  "http.response.code",
  "http.content_length",
  "tls.record.length",
  "tls.handshake.type",
] as const;
const TEXTS = [
  "http.host",
  "http.request.method",
  "http.request.uri",
  "http.user_agent",
  "dns.qry.name",
  "tls.handshake.extensions_server_name",
];
const ADDRESSES = ["ip.src", "ip.dst", "ip.addr", "ipv6.src", "ipv6.dst", "ipv6.addr", "dns.a", "dns.aaaa"];
const MACS = ["eth.src", "eth.dst", "eth.addr"];
const BITS = ["tcp.flags.syn", "tcp.flags.ack", "tcp.flags.fin", "ip.flags.df", "dns.flags.response"];
const THERE = [
  "tcp",
  "udp",
  "dns",
  "http",
  "tls",
  "ip",
  "ipv6",
  "arp",
  "vlan",
  "icmp",
  "http.request",
  "http.response",
  "tcp.analysis.flags",
  "dns.a",
];

export interface MadeFilter {
  /** In our language. */
  readonly own: string;
  /** The same in Wireshark's. */
  readonly display: string;
}

/** Filters that both languages can say, made of values that are there. */
export async function madeFilters(path: string, count: number): Promise<MadeFilter[]> {
  const values = await valuesIn(path, [...NUMBERS, ...TEXTS, ...ADDRESSES, ...MACS, ...BITS]);
  let state = 12345;
  const random = (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const one = <T>(all: readonly T[]): T => all[random(all.length)]!;
  const oneOf = (name: string) => one(values.get(name) ?? [undefined]);
  const equal = () => one(["=", "==", "!="] as const);
  const both = (text: string): MadeFilter => ({ own: text, display: text });
  const terms: readonly (() => MadeFilter | null)[] = [
    () => {
      const name = one(NUMBERS);
      const value = oneOf(name);
      return value === undefined ? null : both(`${name} ${one(["==", "!=", ">", "<", ">=", "<="])} ${value}`);
    },
    () => {
      const name = one(NUMBERS);
      const some = [oneOf(name), oneOf(name), oneOf(name)];
      if (some.includes(undefined)) return null;
      return {
        own: `${name} in [${some.join(one([" ", ", "]))}]`,
        display: `(${some.map((value) => `${name} == ${value}`).join(" || ")})`,
      };
    },
    () => {
      const name = one(TEXTS);
      const value = oneOf(name);
      if (value === undefined || !/^[\w./-]+$/.test(value)) return null;
      const part = value.slice(random(value.length), random(value.length) + 4) || value;
      const quoted = one([part, part.toUpperCase()]).replaceAll(".", "\\.").replaceAll("/", ".");
      return one([
        both(`${name} ${one(["==", "!="])} "${value}"`),
        both(`${name} contains "${part}"`),
        { own: `${name} ~ /${quoted}/i`, display: `${name} matches "${quoted.replaceAll("\\", "\\\\")}"` },
      ]);
    },
    () => {
      const name = one(ADDRESSES);
      const value = oneOf(name);
      if (value === undefined) return null;
      const isV6 = value.includes(":");
      const length = isV6 ? one([16, 32, 64, 127]) : one([8, 16, 20, 24, 31]);
      const network = one([value, `${value}/${length}`]);
      const is = equal();
      return { own: `${name} ${is} ${network}`, display: `${name} ${is === "=" ? "==" : is} ${network}` };
    },
    () => {
      const name = one(MACS);
      const value = oneOf(name);
      return value === undefined
        ? null
        : both(`${name} ${one(["==", "!="])} ${one([value, value.replaceAll(":", "-")])}`);
    },
    () => {
      const name = one(BITS);
      const value = one([0, 1]);
      return values.has(name)
        ? { own: `${name} == ${one([value, value === 1])}`, display: `${name} == ${value}` }
        : null;
    },
    () => both(one(THERE)),
  ];
  const term = (): MadeFilter => {
    for (;;) {
      const made = one(terms)();
      if (made !== null) return made;
    }
  };
  const whole = (depth: number): MadeFilter => {
    const kind = depth === 0 ? 0 : random(5);
    if (kind < 2) return term();
    const left = whole(depth - 1);
    if (kind === 2) return { own: `not (${left.own})`, display: `!(${left.display})` };
    const right = whole(depth - 1);
    const [word, sign] = kind === 3 ? ["and", "&&"] : ["or", "||"];
    return { own: `(${left.own}) ${word} (${right.own})`, display: `(${left.display}) ${sign} (${right.display})` };
  };
  return Array.from({ length: count }, (_, i) => whole(i % 3));
}

/** Values of fields as they stand in the PDML. */
async function valuesIn(path: string, wanted: readonly string[]): Promise<Map<string, string[]>> {
  const names = new FieldNames();
  const source = await openFrames([path], { names });
  const found = new Map<string, Set<string>>();
  do {
    for (let frame = source.next(); frame !== null; frame = source.next()) {
      for (let field = 0; field < frame.fields; field++) {
        const name = names.text(frame.name[field]!);
        const [from, to] = [frame.valueFrom[field]!, frame.valueTo[field]!];
        if (from === to || !wanted.includes(name)) continue;
        const text = Buffer.from(frame.octets.subarray(from, to)).toString();
        const known = found.get(name);
        if (known === undefined) found.set(name, new Set([text]));
        else if (known.size < 50) known.add(text);
      }
    }
  } while (await source.more());
  await source.close();
  return new Map([...found].map(([name, texts]) => [name, [...texts]]));
}
