// Flows and filters for holding a filter's two compilations, and nfdump, against one another.
import fc from "fast-check";
import { ELEMENTS, type Element } from "../src/core/elements.ts";
import type { FlowBatch } from "../src/core/flow-batch.ts";
import { batchOf, type Written } from "./batch-of.ts";
import { numbers } from "./flow-batches.ts";

const V4 = ["10.0.0.1", "10.0.1.2", "10.1.2.3", "192.0.2.7", "198.51.100.255", "0.0.0.1", "255.255.255.255"];
const V6 = [
  "2001:db8::1",
  "2001:db8:0:1::",
  "fe80::1:2",
  "::1",
  "::102:304",
  "::1:0",
  "ff02::fb",
  "::ffff:0:1:2",
  "2001:db8::1:0:0:1",
];
const PORTS = [0, 1, 22, 53, 80, 443, 1024, 2048, 32_768, 65_535];
const PROTOCOLS = [1, 6, 17, 47, 58];
const FLAGS = [0, 2, 16, 18, 27, 63, 194, 0x112];
const COUNTERS = [0, 1, 2, 999, 1000, 1024, 1_000_000, 2 ** 32 - 1, 2 ** 32, 2 ** 33 + 5, 2 ** 52 + 1];
const MACS = ["00:11:22:33:44:55", "fe:dc:ba:98:76:54", "00:00:00:00:00:00", "01:00:5e:00:00:fb"];
const WORDS = [
  "",
  "web",
  "web server",
  "Web",
  "WEB",
  "wéb→",
  "a\nb",
  'it\'s \\ "x"',
  "10.0.0.1",
  "aaaaab",
  "0",
  "65000",
];
const NAMES = ["applicationName", "interfaceName", "bgpNextAdjacentAsNumber"];
/** 20 November 2026, 10:00 UTC, a Friday. */
const TIME = 1_795_168_800;

/** Flows whose values are often those that the filters of `anyFilter` ask for. `firstPacket` is their number. */
export function filterFlows(rows: number, seed: number): FlowBatch {
  const next = numbers(seed);
  const pick = <T>(values: readonly T[]): T => values[next() % values.length]!;
  const records = Array.from({ length: rows }, (_, row): Written => {
    const ipVersion = pick([4, 4, 4, 6, 6, 0]);
    const address = () => (ipVersion === 0 ? "::" : ipVersion === 4 ? pick(V4) : pick([...V6, "::"]));
    const start = TIME + (next() % 400_000) - 200_000;
    const nanoseconds = pick([0, 1, 500_000_000, 999_999_999]);
    const unknown = next() % 12;
    const written: Record<string, unknown> = {};
    for (const { name, kind } of ELEMENTS as readonly Element[]) {
      if (kind === "u8") written[name] = next() % 4 === 0 ? next() % 256 : 0;
      if (kind === "u16" || kind === "u32") written[name] = pick([0, 1, 5, 100, 257, 65_535]);
      if (kind === "u64") written[name] = pick(COUNTERS);
      if (kind === "mac") written[name] = pick(MACS);
      if (kind === "address") written[name] = pick(["::", ...V4, ...V6]);
    }
    return {
      ...(written as Written),
      ipVersion,
      srcAddr: address(),
      dstAddr: address(),
      srcPort: pick(PORTS),
      dstPort: pick(PORTS),
      proto: pick(PROTOCOLS),
      tcpFlags: pick(FLAGS),
      event: next() % 6,
      endReason: next() % 6,
      ...(unknown === 0 ? {} : { start: [start, nanoseconds] as const }),
      ...(unknown === 1 ? {} : { end: [start + pick([0, 0, 1, 60, 3600]), pick([nanoseconds, 999_999_999])] as const }),
      firstPacket: row + 1,
    };
  });
  const batch = batchOf(records, ELEMENTS);
  for (let row = 0; row < rows; row++) {
    for (const name of NAMES) if (next() % 2 === 0) batch.other.addText(row, name, pick(WORDS));
  }
  return batch;
}

const from = (...values: readonly (string | number)[]) => fc.constantFrom(...values).map(String);
const comparator = from("", "= ", "== ", "eq ", "!= ", "> ", "gt ", "< ", "lt ", ">= ", "ge ", "<= ", "le ");
const words = (...parts: readonly (string | fc.Arbitrary<string>)[]) =>
  fc.tuple(...parts.map((part) => (typeof part === "string" ? fc.constant(part) : part))).map((all) => all.join(""));
const listOf = (value: fc.Arbitrary<string>, separator = from(", ", " ")) =>
  fc
    .tuple(fc.array(value, { minLength: 1, maxLength: 12 }), separator)
    .map(([values, between]) => `in [${values.join(between)}]`);
const side = from("", "src ", "dst ", "src or dst ", "src and dst ");
const network = fc.oneof(
  fc.tuple(from(...V4), fc.integer({ min: 0, max: 32 })).map(([address, length]) => `${address}/${length}`),
  fc.tuple(from(...V6, "::"), fc.integer({ min: 0, max: 128 })).map(([address, length]) => `${address}/${length}`),
);
const address = fc.oneof(from(...V4, ...V6, "::"), network);
const range = (...values: readonly number[]) =>
  fc
    .tuple(fc.constantFrom(...values), fc.constantFrom(...values))
    .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
const port = fc.oneof(from(...PORTS, "http", "https", "domain"), range(...PORTS));
const text = fc.constantFrom(...WORDS, "b", "e", "10.", ":").map((word) => `"${word.replace(/["\\]/g, "\\$&")}"`);
const pattern = from(
  "web",
  "^web",
  "w.b",
  "[a-z]+$",
  "^$",
  "(a|b)+b",
  "a{2,4}b",
  "\\d+\\.",
  "^\\w+\\s",
  "[^0-9]{3}",
  "é",
  ".→$",
  "WEB",
  "a\\nb",
  "\\\\",
  "^(web|10.*)$",
);
const matching = fc.oneof(
  words(from("contains ", "starts with ", "ends with "), text),
  words("matches /", pattern, from("/", "/i")),
);

const NUMBER_FIELDS = (ELEMENTS as readonly Element[])
  .filter(({ kind, print }) => ["u8", "u16", "u32", "u64"].includes(kind) && print !== "tcpFlags")
  .map(({ name }) => name)
  .filter((name) => name !== "forwardingStatus");

/** nfdump 1.7.1 does not find all that is in a list whose entries lie within one another. */
const apart = fc
  .subarray(["10.0.0.0/16", "10.1.0.0/16", "192.0.2.7", "198.51.100.0/24", "203.0.113.1"], { minLength: 1 })
  .map((entries) => `in [${entries.join(" ")}]`);

/** What nfdump 1.7.1 understands too, in its own words, and means alike. */
export const NFDUMP_TERM: fc.Arbitrary<string> = fc.oneof(
  from("any", "ipv4", "inet", "ipv6", "inet6"),
  words("proto ", from("tcp", "udp", "icmp", "icmp6", "gre", 6, 17)),
  words(from("", "src ", "dst "), from("ip ", "host "), from(...V4.slice(0, 5), ...V6.slice(0, 2))),
  words(from("", "src ", "dst "), "ip ", apart),
  words(
    from("", "src ", "dst "),
    "net ",
    from("10.0.0.0/8", "10.0.1.0/24", "10.0/16", "10.1.0.0 255.255.0.0", "2001:db8::/32", "fe80::/10"),
  ),
  words(
    from("", "src ", "dst ", "src or dst ", "src and dst "),
    "port ",
    from("", "= ", "> ", "< ", ">= ", "<= ", "== ", "eq ", "lt ", "gt "),
    from(...PORTS),
  ),
  words(from("", "src ", "dst "), "port ", listOf(from(...PORTS))),
  // `not flags SA` is something else in nfdump: not S and not A.
  words("flags ", from("S", "A", "F", "R", "P")),
  words(
    from("packets ", "bytes ", "in packets ", "in bytes "),
    from("", "= ", "> ", "< ", ">= ", "<= "),
    from(1, 2, 999, "1k", "1K", "1M", 1000, 1024, "0x400"),
  ),
  words("duration ", from("", "> ", "< ", ">= "), from(0, 1, 999, 1000, 60_000)),
  words(from("pps ", "bps ", "bpp "), from("", "> ", "< "), from(0, 1, 8, 100, 1000, "10K")),
  words("tos ", from(0, 1, 5, 100)),
  words(from("", "src ", "dst "), "vlan ", from(0, 1, 5, 100, 257)),
  words(from("", "src ", "dst "), "mask ", from(0, 8, 24)),
  words(from("if ", "in if ", "out if "), from(0, 1, 5, 100, 257)),
  words("icmp-type ", from(0, 8)),
  words(from("", "src ", "dst ", "in src ", "in dst "), "mac ", from(...MACS.slice(0, 2))),
  words("flowdir ", from(0, 1, "ingress", "egress")),
);

const TERM: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: NFDUMP_TERM },
  words(side, from("ip ", "net ", "host "), from("", "= ", "!= "), address),
  words(side, "ip ", listOf(address)),
  words(side, "port ", comparator, from(...PORTS, "ssh")),
  words(side, "port ", fc.oneof(port, listOf(port))),
  words(
    from("flags ", "reverseTcpFlags "),
    from("", "= ", "!= "),
    from("S", "SA", "S/SA", "F/FSRPA", "C", "N", "X", 2, 18),
  ),
  words("flags ", from("> ", "<= "), from(2, 18, 256)),
  words(fc.constantFrom(...NUMBER_FIELDS), " ", comparator, from(0, 1, 5, 100, 255)),
  words(
    fc.constantFrom(...NUMBER_FIELDS),
    " ",
    listOf(fc.oneof(from(0, 1, 5, 100, 255, "0x10"), range(0, 1, 5, 99, 200))),
  ),
  words(
    from("bytes ", "reversePackets ", "flowId ", "flows "),
    comparator,
    from("1K", "4294967295", "4294967296", "8589934597", "4503599627370497", "18446744073709551615", "1.5M", "1Ki"),
  ),
  words(
    from("srcMac ", "mac ", "out dst mac "),
    fc.oneof(
      words(from("", "!= "), from(...MACS)),
      listOf(from(...MACS)),
      words(from("contains ", "starts with "), text),
    ),
  ),
  words(
    from("srcAddr ", "nextHop ", "exporter ", "next ip ", "bgp next ip "),
    fc.oneof(words(from("", "!= "), address), matching),
  ),
  words(from("host ", "dst ip "), matching),
  words(
    from(...NAMES, "other.applicationName", "other.none"),
    " ",
    fc.oneof(matching, words(from("= ", "!= "), text), fc.constant(""), listOf(text)),
  ),
  words(
    from("start ", "end ", "first seen ", "received "),
    comparator,
    from("2026-11-20", "2026-11-20T10:00:00", "1795168800", "2026-11-20T10:00:00.5Z", "yesterday", "3h"),
  ),
  words("duration ", comparator, from("1s", "1m", "60500ms", "1h", "0")),
  words(from("duration ", "bpp ", "pps = "), from("0-1", "1-100", "99-60000")),
  words(from("pps ", "bps ", "bpp "), comparator, from(0, 1, 133, "1K", "34M")),
  words("time ", from("08:00-18:00", "22:00-06:00", "00:00-24:00", "10:00:00-10:00:01")),
  words("weekday ", from("fri", "mon-fri", "sat-mon", "in [sat, sunday]")),
  words(from("", "src ", "dst "), from("inside", "outside")),
  words("fwdstat ", from("forwarded", "dropped", "unknown", 64, "> 100")),
  words(from("mpls label ", "mplsLabel "), comparator, from(0, 4, 99, 256)),
  words(from("icmp-type ", "icmp-code ", "engine type ", "engine id "), comparator, from(0, 1, 8)),
  from("tcp", "udp", "src inside and dst outside", "endReason idle", "event in [start, end]", "etherType ipv4"),
);

/** Terms with and, or, not around them. */
function combined(term: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.letrec<{ any: string; all: string }>((tie) => ({
    any: fc.oneof({ depthSize: "small", withCrossShrink: true }, term, tie("all")),
    all: fc.oneof(
      words("(", tie("any"), from(" and ", " or "), tie("any"), ")"),
      words("not (", tie("any"), ")"),
      words("not ", term),
    ),
  })).any;
}

export const anyFilter: fc.Arbitrary<string> = combined(TERM);
export const anyNfdumpFilter: fc.Arbitrary<string> = combined(NFDUMP_TERM);
