// What messages of ICMP and ICMPv6 are, in words as short as the flags of TCP.

import { ICMP, ICMP6 } from "../core/protocol-numbers.ts";
import { AsciiText } from "./ascii-text.ts";
import { FLAGS_WIDTH } from "./tcp-flags.ts";

const TYPES: Record<number, Readonly<Record<number, string>>> = {
  [ICMP]: { 0: "echo-rep", 3: "unreach", 4: "quench", 5: "redirect", 8: "echo", 11: "exceeded", 12: "param" },
  [ICMP6]: {
    1: "unreach",
    2: "too-big",
    3: "exceeded",
    4: "param",
    128: "echo",
    129: "echo-rep",
    133: "rtr-sol",
    134: "rtr-adv",
    135: "nbr-sol",
    136: "nbr-adv",
    137: "redirect",
    143: "mld-rep",
  },
};

const WORDS = new Map(
  Object.entries(TYPES).map(([protocol, types]) => {
    const words: (AsciiText | undefined)[] = [];
    for (const [type, word] of Object.entries(types)) words[Number(type)] = new AsciiText(word.padEnd(FLAGS_WIDTH));
    return [Number(protocol), words];
  }),
);

/** Undefined of other protocols, and of types that are rare. */
export function icmpWord(protocol: number, type: number): AsciiText | undefined {
  return protocol === ICMP || protocol === ICMP6 ? WORDS.get(protocol)?.[type] : undefined;
}
