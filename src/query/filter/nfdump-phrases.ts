// The terms of nfdump's filters by their words, and ours that are no field: https://github.com/phaag/nfdump, FEATURES of its manual page.
import type { FieldName } from "../../core/elements.ts";
import { ICMP, ICMP6, PROTOCOL_NUMBERS } from "../../core/protocol-numbers.ts";
import { joinRanges } from "./numbers.ts";
import { type NumberRest, numberSubject, quantity, type Subject } from "./subjects.ts";

interface NfdumpPhrase {
  readonly words: string;
  readonly subject: Subject;
  readonly about: string;
}

type Ends = { readonly either: readonly FieldName[]; readonly src: FieldName; readonly dst: FieldName };

/** A noun with nothing, src, dst, `src or dst`, `src and dst` before it. */
function ended(
  nouns: readonly string[],
  { either, src, dst }: Ends,
  about: string,
  make: (fields: readonly FieldName[], join: "or" | "and") => Subject,
): NfdumpPhrase[] {
  return nouns.flatMap((noun) => [
    { words: noun, subject: make(either, "or"), about: `${about} of either side` },
    { words: `src ${noun}`, subject: make([src], "or"), about: `${about} of the source` },
    { words: `dst ${noun}`, subject: make([dst], "or"), about: `${about} of the destination` },
    { words: `src or dst ${noun}`, subject: make([src, dst], "or"), about: `${about} of either side` },
    { words: `dst or src ${noun}`, subject: make([src, dst], "or"), about: `${about} of either side` },
    { words: `src and dst ${noun}`, subject: make([src, dst], "and"), about: `${about} of both sides` },
    { words: `dst and src ${noun}`, subject: make([src, dst], "and"), about: `${about} of both sides` },
  ]);
}

function pair(src: FieldName, dst: FieldName): Ends {
  return { either: [src, dst], src, dst };
}

function phrase(words: string, subject: Subject, about: string): NfdumpPhrase {
  return { words, subject, about };
}

const addresses = (fields: readonly FieldName[], join: "or" | "and" = "or"): Subject => ({
  kind: "addresses",
  fields,
  join,
});
const u8 = (fields: readonly FieldName[], rest: NumberRest = {}) => numberSubject("u8", fields, rest);
const u16 = (fields: readonly FieldName[], rest: NumberRest = {}) => numberSubject("u16", fields, rest);
const u32 = (fields: readonly FieldName[], rest: NumberRest = {}) => numberSubject("u32", fields, rest);
const u64 = (fields: readonly FieldName[]) => numberSubject("u64", fields);
const mac = (...fields: readonly FieldName[]) => numberSubject("mac", fields, { form: "mac" });
const is = (field: FieldName, value: number): Subject => ({
  kind: "fixed",
  test: { kind: "number", of: quantity(field), is: "=", value: BigInt(value) },
});
const refused = (words: string, sentence: string): NfdumpPhrase => phrase(words, { kind: "refused", sentence }, "");

const ICMP_ONLY = {
  only: Object.freeze({
    kind: "numbers",
    of: quantity("proto"),
    ranges: joinRanges([
      [BigInt(ICMP), BigInt(ICMP)],
      [BigInt(ICMP6), BigInt(ICMP6)],
    ]),
  } as const),
};

const ENDS: readonly NfdumpPhrase[] = [
  ...ended(["ip", "host", "net"], pair("srcAddr", "dstAddr"), "address", addresses),
  ...ended(["port"], pair("srcPort", "dstPort"), "port", (fields, join) => u16(fields, { join })),
  ...ended(["as"], pair("srcAs", "dstAs"), "autonomous system", (fields, join) => u32(fields, { join })),
  ...ended(["mask"], pair("srcMask", "dstMask"), "length of the route's prefix", (fields, join) =>
    u8(fields, { join }),
  ),
  ...ended(["vlan"], pair("vlan", "dstVlan"), "VLAN", (fields, join) => u16(fields, { join })),
  ...ended(["tos"], { either: ["tos"], src: "tos", dst: "dstTos" }, "type of service", (fields, join) =>
    u8(fields, { join }),
  ),
  ...ended(["xip", "nip", "natip"], pair("natSrcAddr", "natDstAddr"), "translated address", addresses),
  ...ended(["xport", "nport", "natport"], pair("natSrcPort", "natDstPort"), "translated port", (fields, join) =>
    u16(fields, { join }),
  ),
];

const SCOPES = [
  ["inside", true],
  ["outside", false],
] as const;

const LOCAL: readonly NfdumpPhrase[] = SCOPES.flatMap(([word, inside]) => [
  phrase(
    word,
    { kind: "local", fields: ["srcAddr", "dstAddr"], inside },
    `either side is ${word} of the local networks`,
  ),
  phrase(`src ${word}`, { kind: "local", fields: ["srcAddr"], inside }, `the source is ${word} of the local networks`),
  phrase(`dst ${word}`, { kind: "local", fields: ["dstAddr"], inside }, `the destination is ${word} of them`),
]);

const MACS: readonly NfdumpPhrase[] = [
  phrase("mac", mac("srcMac", "dstMac", "postSrcMac", "postDstMac"), "any MAC address of the flow"),
  phrase("src mac", mac("srcMac", "postSrcMac"), "MAC address of the source, before or after"),
  phrase("dst mac", mac("dstMac", "postDstMac"), "MAC address of the destination, before or after"),
  phrase("in mac", mac("srcMac", "dstMac"), "MAC addresses when the packet came in"),
  phrase("out mac", mac("postSrcMac", "postDstMac"), "MAC addresses when the packet left"),
  phrase("in src mac", mac("srcMac"), "MAC address of the source when the packet came in"),
  phrase("in dst mac", mac("dstMac"), "MAC address of the destination when the packet came in"),
  phrase("out src mac", mac("postSrcMac"), "MAC address of the source when the packet left"),
  phrase("out dst mac", mac("postDstMac"), "MAC address of the destination when the packet left"),
];

const COUNTERS: readonly NfdumpPhrase[] = (["packets", "bytes"] as const).flatMap((noun) => [
  phrase(noun, u64([noun]), `${noun} from the source`),
  phrase(`in ${noun}`, u64([noun]), `${noun} from the source`),
  phrase(`out ${noun}`, u64([noun === "packets" ? "reversePackets" : "reverseBytes"]), `${noun} from the destination`),
]);

const ENGINE_TYPE = u32(["domain"], { bits: { shift: 8, mask: 255 } });
const ENGINE_ID = u32(["domain"], { bits: { shift: 0, mask: 255 } });

const SINGLE: readonly NfdumpPhrase[] = [
  phrase("any", { kind: "fixed", test: { kind: "any" } }, "every flow"),
  ...["ipv4", "inet"].map((word) => phrase(word, is("ipVersion", 4), "flows of IPv4")),
  ...["ipv6", "inet6"].map((word) => phrase(word, is("ipVersion", 6), "flows of IPv6")),
  phrase("proto", u8(["proto"]), "IP protocol"),
  phrase("icmp-type", u16(["dstPort"], { bits: { shift: 8, mask: 255 }, ...ICMP_ONLY, values: plain() }), "ICMP type"),
  phrase("icmp-code", u16(["dstPort"], { bits: { shift: 0, mask: 255 }, ...ICMP_ONLY, values: plain() }), "ICMP code"),
  phrase("if", u32(["inIf", "outIf"]), "interface, of either direction"),
  phrase("in if", u32(["inIf"]), "interface that the packets came in by"),
  phrase("out if", u32(["outIf"]), "interface that the packets left by"),
  phrase("prev as", { kind: "other", name: "bgpPrevAdjacentAsNumber" }, "autonomous system before ours"),
  phrase("next as", { kind: "other", name: "bgpNextAdjacentAsNumber" }, "autonomous system behind ours"),
  phrase("flags", { kind: "flags", field: "tcpFlags" }, "TCP flags from the source: S, SA, S/SA"),
  phrase("next ip", addresses(["nextHop"]), "router that the packets were sent to"),
  ...["bgpnext ip", "bgp next ip"].map((words) => phrase(words, addresses(["bgpNextHop"]), "next hop of BGP")),
  ...["router ip", "exporter ip", "exporter"].map((words) =>
    phrase(words, addresses(["exporter"]), "exporter's address"),
  ),
  ...["engine-type", "engine type"].map((words) => phrase(words, ENGINE_TYPE, "type of the exporter's engine")),
  ...["engine-id", "engine id"].map((words) => phrase(words, ENGINE_ID, "number of the exporter's engine")),
  phrase("observation domain id", u32(["domain"]), "observation domain"),
  phrase("odid", u32(["domain"]), "observation domain"),
  phrase("observation point id", { kind: "other", name: "observationPointId" }, "observation point"),
  phrase("flowdir", u8(["direction"]), "ingress or egress"),
  phrase("fwdstat", { kind: "forwarding" }, "forwarding status: forwarded, dropped, consumed or a number"),
  phrase("flows", u64(["flows"]), "flows that the record sums up, 1 where it does not say"),
  ...["mpls label", "mpls label1"].map((words) =>
    phrase(words, u32(["mplsLabel"], { form: "label" }), "outermost MPLS label"),
  ),
  phrase("first seen", { kind: "time", field: "start" }, "time of the first packet"),
  phrase("last seen", { kind: "time", field: "end" }, "time of the last packet"),
  phrase("duration", { kind: "derived", of: "duration" }, "end - start: 1500 (ms), 2s, 1h30m"),
  phrase("pps", { kind: "derived", of: "pps" }, "packets per second"),
  phrase("bps", { kind: "derived", of: "bps" }, "bits per second"),
  phrase("bpp", { kind: "derived", of: "bpp" }, "bytes per packet"),
  phrase("min ttl", u8(["minTtl"]), "lowest time to live"),
  phrase("max ttl", u8(["maxTtl"]), "highest time to live"),
  phrase("nat event", u8(["natEvent"]), "what a translator did"),
  ...["asa event", "nsel event"].map((words) => phrase(words, u8(["event"]), "what a firewall did")),
  phrase("vrf", u32(["inVrf", "outVrf"]), "routing table, of either direction"),
  ...["ingress vrf", "in vrf"].map((words) => phrase(words, u32(["inVrf"]), "routing table the packets came in by")),
  ...["egress vrf", "out vrf"].map((words) => phrase(words, u32(["outVrf"]), "routing table the packets left by")),
  phrase("time", { kind: "clock" }, "time of day that the flow began at: 08:00-18:00"),
  phrase("weekday", { kind: "weekday" }, "day that the flow began on: mon-fri, in [sat, sun]"),
];

function plain(): NumberRest["values"] & object {
  return { label: "a number", kind: "value", words: new Map() };
}

/** What nfdump knows and flows here do not say. */
const REFUSED: readonly NfdumpPhrase[] = [
  ...["geo", "src geo", "dst geo"].map((words) =>
    refused(
      words,
      "countries are not known here: no database of places is read; name networks or autonomous systems instead.",
    ),
  ),
  refused("tor", "the nodes of Tor are not known here; name their addresses in a list: ip in [@include FILE]."),
  refused("ident", "flows carry no ident here: expected exporter ADDRESS or domain NUMBER."),
  refused("exporter id", "exporters have no number here: expected exporter ADDRESS."),
  refused("payload", "flow records carry no payload to look into."),
  refused("count", "numbers of records are not kept: expected a field of the flow."),
  ...["mpls exp", "mpls eos"].map((words) =>
    refused(words, "only the label itself is kept of MPLS: expected mpls label N."),
  ),
  ...[2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) =>
    refused(`mpls label${n}`, "only the outermost MPLS label is kept: expected mpls label N."),
  ),
];

/** `tcp` alone, as people say it; ipv4 and ipv6 are of the flow itself, above. */
const PROTOCOLS: readonly NfdumpPhrase[] = [
  "tcp",
  "udp",
  "icmp",
  "icmp6",
  "igmp",
  "gre",
  "esp",
  "ah",
  "sctp",
  "ospf",
].map((word) => phrase(word, is("proto", PROTOCOL_NUMBERS.get(word)!), `proto ${word}`));

export const NFDUMP_PHRASES: readonly NfdumpPhrase[] = [
  ...SINGLE,
  ...ENDS,
  ...LOCAL,
  ...MACS,
  ...COUNTERS,
  ...PROTOCOLS,
  ...REFUSED,
];
