// What makes a flow (the attributes A of its definition): presets of softflowd's ladder, or any list of decoded fields.
import { type FieldName, findElement } from "../core/elements.ts";
import { UsageError } from "../core/errors.ts";
import { quoteWithHint } from "../core/suggestion.ts";
import { EXTRA_WORDS, L } from "../decode/index.ts";

/** softflowd's ladder (-T), each step with what the one before has. */
export const KEY_PRESETS = {
  ip: ["srcAddr", "dstAddr"],
  proto: ["srcAddr", "dstAddr", "proto"],
  "5tuple": ["srcAddr", "dstAddr", "proto", "srcPort", "dstPort"],
  tos: ["srcAddr", "dstAddr", "proto", "srcPort", "dstPort", "tos"],
  vlan: ["srcAddr", "dstAddr", "proto", "srcPort", "dstPort", "tos", "vlan"],
  ether: ["srcAddr", "dstAddr", "proto", "srcPort", "dstPort", "tos", "vlan", "srcMac", "dstMac"],
} as const satisfies Record<string, readonly FieldName[]>;

/** Bits of a word of the Layers row that are part of the key. */
export interface KeyWord {
  readonly word: number;
  readonly mask: number;
}

/** Fields beyond the first ten words of the key, and where a Layers row has them. MACs have their own place. */
const WORDS: Partial<Record<FieldName, KeyWord>> = {
  tos: { word: L.service, mask: 0xff },
  ttl: { word: L.service, mask: 0xff00 },
  flowLabel: { word: L.flags, mask: ~0xfff },
  tcpFlags: { word: L.flags, mask: 0xfff },
  vlan: { word: L.vlans, mask: 0xffff },
  innerVlan: { word: L.vlans, mask: 0xffff << 16 },
  inIf: { word: L.inIf, mask: -1 },
  mplsLabel: { word: L.mpls, mask: -1 },
  tunnelId: { word: L.tunnel, mask: -1 },
};

const FIRST_WORDS = ["srcAddr", "dstAddr", "srcPort", "dstPort", "proto", "ipVersion", "etherType"] as const;
const MACS = ["srcMac", "dstMac"] as const;

/** Every field that may be part of a key. */
export const KEY_FIELDS: readonly FieldName[] = [...FIRST_WORDS, ...MACS, ...(Object.keys(WORDS) as FieldName[])];

export interface KeyPlan {
  readonly fields: readonly FieldName[];
  readonly srcAddr: boolean;
  readonly dstAddr: boolean;
  /** Bits of the ports and kind words that count. */
  readonly portsMask: number;
  readonly kindMask: number;
  readonly words: readonly KeyWord[];
  readonly srcMac: boolean;
  readonly dstMac: boolean;
  /** Key words beyond the first ten. */
  readonly extraWords: number;
  /** The two directions of a conversation have one key each that is the other's mirror: biflows can be made. */
  readonly symmetric: boolean;
}

/** The plan for a preset's name or a comma-separated list of fields. */
export function parseKey(text: string): KeyPlan {
  const preset = Object.hasOwn(KEY_PRESETS, text) ? KEY_PRESETS[text as keyof typeof KEY_PRESETS] : undefined;
  return planKey(preset ?? text.split(",").map((word) => keyField(word.trim())));
}

function keyField(word: string): FieldName {
  const name = findElement(word)?.name as FieldName | undefined;
  if (name !== undefined && KEY_FIELDS.includes(name)) return name;
  const presets = Object.keys(KEY_PRESETS);
  const found = quoteWithHint(word, [...presets, ...KEY_FIELDS]);
  throw new UsageError(
    `--key: expected one of ${presets.join(", ")}, or a list of ${KEY_FIELDS.join(", ")}; found ${found}.`,
  );
}

export function planKey(fields: readonly FieldName[]): KeyPlan {
  const has = (name: FieldName) => fields.includes(name);
  const pairs = [has("srcAddr") === has("dstAddr"), has("srcPort") === has("dstPort"), has("srcMac") === has("dstMac")];
  const hasEnds = has("srcAddr") || has("srcPort") || has("srcMac");
  // Addresses mean nothing without their family.
  const family = has("srcAddr") || has("dstAddr") || has("ipVersion") || has("etherType");
  const words = fields.flatMap((name) => WORDS[name] ?? []);
  const extraWords = words.length + (has("srcMac") ? 2 : 0) + (has("dstMac") ? 2 : 0);
  if (extraWords > EXTRA_WORDS)
    throw new UsageError(`--key: expected at most ${EXTRA_WORDS} words of key, found ${extraWords}.`);
  return {
    fields,
    srcAddr: has("srcAddr"),
    dstAddr: has("dstAddr"),
    portsMask: (has("srcPort") ? 0xffff0000 : 0) | (has("dstPort") ? 0xffff : 0),
    kindMask: (family ? 0xffff0700 : 0) | (has("proto") ? 0xff : 0),
    words,
    srcMac: has("srcMac"),
    dstMac: has("dstMac"),
    extraWords,
    symmetric: hasEnds && pairs.every(Boolean),
  };
}
