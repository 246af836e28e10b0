// What a term about a frame (PDML) may begin with: the words of flows, as far as frames have them, and every field of tshark by its own name.
import { type NamedValues, namedValues, PLAIN_NUMBER } from "./named-values.ts";
import { type Phrase, PhraseTree } from "./phrases.ts";
import type { Join } from "./subjects.ts";
import type { TokenReader } from "./token-reader.ts";
import { VOCABULARY } from "./vocabulary.ts";

/** How the value behind a subject is read. */
export type FrameValues =
  | { readonly kind: "any" | "addresses" | "macs" | "flags" | "time" }
  | { readonly kind: "numbers"; readonly named: NamedValues };

export type FrameSubject =
  | {
      readonly kind: "fields";
      /** Each of the ends: a field, or several of which a frame has one. */
      readonly ends: readonly (readonly string[])[];
      /** How several ends become one test. */
      readonly join: Join;
      readonly values: FrameValues;
      /** What is there when no value follows; null = a value must. */
      readonly alone: readonly string[] | null;
    }
  | { readonly kind: "any" }
  | { readonly kind: "local"; readonly fields: readonly string[]; readonly inside: boolean };

const SOURCE = ["ip.src", "ipv6.src"];
const DESTINATION = ["ip.dst", "ipv6.dst"];
const SOURCE_PORT = ["tcp.srcport", "udp.srcport", "sctp.srcport", "dccp.srcport"];
const DESTINATION_PORT = ["tcp.dstport", "udp.dstport", "sctp.dstport", "dccp.dstport"];

const tree = new PhraseTree<FrameSubject>();

function fields(
  ends: readonly (readonly string[])[],
  values: FrameValues,
  join: Join = "or",
  alone: readonly string[] | null = null,
): FrameSubject {
  return { kind: "fields", ends, join, values, alone };
}

/** `ip`, `src ip`, `dst ip`, `src or dst ip`, `src and dst ip` */
function addEnds(
  word: string,
  [source, destination]: readonly [readonly string[], readonly string[]],
  values: FrameValues,
  about: string,
  alone: readonly string[] | null = null,
): void {
  tree.add(word, fields([source, destination], values, "or", alone), `${about}, of either side`);
  tree.add(`src ${word}`, fields([source], values), `${about} of the source`);
  tree.add(`dst ${word}`, fields([destination], values), `${about} of the destination`);
  tree.add(`src or dst ${word}`, fields([source, destination], values), `${about}, of either side`);
  tree.add(`src and dst ${word}`, fields([source, destination], values, "and"), `${about}, of both sides`);
}

function numbers(named: NamedValues = PLAIN_NUMBER): FrameValues {
  return { kind: "numbers", named };
}

const ADDRESSES = { kind: "addresses" } as const;
const TIME = { kind: "time" } as const;

tree.add("any", { kind: "any" }, "every frame");
addEnds("ip", [SOURCE, DESTINATION], ADDRESSES, "address", ["ip"]);
for (const word of ["host", "net"]) addEnds(word, [SOURCE, DESTINATION], ADDRESSES, "address");
addEnds("port", [SOURCE_PORT, DESTINATION_PORT], numbers(namedValues("srcPort")), "port");
addEnds("mac", [["eth.src"], ["eth.dst"]], { kind: "macs" }, "MAC address");
for (const [word, inside] of [
  ["inside", true],
  ["outside", false],
] as const) {
  const about = `${word} of the local networks`;
  tree.add(word, { kind: "local", fields: [...SOURCE, ...DESTINATION], inside }, `either side is ${about}`);
  tree.add(`src ${word}`, { kind: "local", fields: SOURCE, inside }, `the source is ${about}`);
  tree.add(`dst ${word}`, { kind: "local", fields: DESTINATION, inside }, `the destination is ${about}`);
}
const SINGLE: readonly (readonly [words: string, of: readonly string[], values: FrameValues, about: string])[] = [
  ["srcAddr", SOURCE, ADDRESSES, "address of the source"],
  ["dstAddr", DESTINATION, ADDRESSES, "address of the destination"],
  ["srcPort", SOURCE_PORT, numbers(namedValues("srcPort")), "port of the source"],
  ["dstPort", DESTINATION_PORT, numbers(namedValues("dstPort")), "port of the destination"],
  ["proto", ["ip.proto", "ipv6.nxt"], numbers(namedValues("proto")), "IP protocol"],
  ["etherType", ["eth.type"], numbers(namedValues("etherType")), "Ethernet type"],
  ["flags", ["tcp.flags"], { kind: "flags" }, "TCP flags: S, SA, S/SA"],
  ["tcpFlags", ["tcp.flags"], { kind: "flags" }, "TCP flags: S, SA, S/SA"],
  ["tos", ["ip.dsfield", "ipv6.tclass"], numbers(), "type of service"],
  ["ttl", ["ip.ttl", "ipv6.hlim"], numbers(), "time to live"],
  ["icmp-type", ["icmp.type", "icmpv6.type"], numbers(), "ICMP type"],
  ["icmp-code", ["icmp.code", "icmpv6.code"], numbers(), "ICMP code"],
  ["mpls label", ["mpls.label"], numbers(), "MPLS labels"],
  ["bytes", ["frame.len"], numbers(), "octets of the frame"],
  ["frameBytes", ["frame.len"], numbers(), "octets of the frame"],
  ["start", ["frame.time_epoch"], TIME, "time of the frame"],
  ["first seen", ["frame.time_epoch"], TIME, "time of the frame"],
  ["last seen", ["frame.time_epoch"], TIME, "time of the frame"],
];
for (const [words, of, values, about] of SINGLE) tree.add(words, fields([of], values), about);
tree.add("vlan", fields([["vlan.id"]], numbers(), "or", ["vlan"]), "VLAN, or frames that have one");
for (const word of ["ipv4", "inet"]) tree.add(word, fields([["ip"]], { kind: "any" }, "or", ["ip"]), "frames of IPv4");
tree.add("inet6", fields([["ipv6"]], { kind: "any" }, "or", ["ipv6"]), "frames of IPv6");
tree.add("icmp6", fields([["icmpv6"]], { kind: "any" }, "or", ["icmpv6"]), "frames of ICMPv6");

/** Letters, digits, `_`, `-` and dots, and not a number or an address. */
const NAME = /^(?=.*[a-z])[a-z0-9_-]+(\.[a-z0-9_-]+)*$/i;
const JOINTS = new Set(["and", "or", "not"]);

export function beginsFrameTerm(word: string): boolean {
  return NAME.test(word) && !JOINTS.has(word.toLowerCase());
}

/** Follows the words as far as they go on; a word that is none of them is a field of tshark, or one of its protocols. */
export function readFrameSubject(reader: TokenReader, names: () => Iterable<string>): FrameSubject {
  let phrase: Phrase<FrameSubject> = tree.root;
  reader.note({
    label: "a field of tshark such as http.host, a protocol such as dns, or src ip, dst port, proto",
    kind: "field",
    words: () => firstWords(names),
  });
  for (;;) {
    const { kind, text, span } = reader.token;
    const next = kind === "word" ? phrase.next.get(text.toLowerCase()) : undefined;
    if (next !== undefined) {
      reader.advance();
      phrase = next;
      for (const [word, { about }] of phrase.next)
        reader.note({ label: `"${word}"`, kind: "word", words: () => [[word, about]] });
      continue;
    }
    if (phrase.subject !== null) return phrase.subject;
    if (phrase !== tree.root || kind !== "word" || !beginsFrameTerm(text)) return reader.fail();
    if (isOfFlows(text))
      return reader.refuse(
        `expected a field of tshark such as frame.len or tcp.len, found "${text}", which flows have and frames have not.`,
        span,
      );
    reader.advance();
    return namedField(text);
  }
}

function namedField(name: string): FrameSubject {
  // A protocol has no value of its own.
  return fields([[name]], { kind: "any" }, "or", [name]);
}

/** Words of flows that are no protocol's name. */
function isOfFlows(word: string): boolean {
  const subject = VOCABULARY.next.get(word.toLowerCase())?.subject;
  return subject !== undefined && subject !== null && subject.kind !== "fixed";
}

function* firstWords(names: () => Iterable<string>): Iterable<readonly [string, string]> {
  for (const [word, { about }] of tree.root.next) yield [word, about];
  for (const name of names()) yield [name, ""];
}
