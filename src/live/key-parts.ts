// What rows of flows can be grouped by: parts of a key, each read from a flow's row as one to four words.

import { ELEMENTS } from "../core/elements.ts";
import { UsageError } from "../core/errors.ts";
import type { AnyFieldName } from "../core/fields.ts";
import { quoteWithHint } from "../core/suggestion.ts";
import type { TopGroup, TopKey } from "../core/top-view.ts";
import { type Dimension, parseDimension } from "../query/index.ts";
import { PrefixMask } from "./prefix-mask.ts";
import { BIT, FLOW_KEY, KEY_WORDS, ROW } from "./row.ts";
import type { SourceNumbers } from "./source-numbers.ts";

type Field = AnyFieldName | (typeof EITHER_ENDS)[number];
export type PartForm = "address" | "port" | "protocol" | "mac" | "exporter" | "label" | "etherType" | "number";

/** How many words a part takes, and how they are meant. */
export interface KeyPart {
  /** As asked for, with the one name of the field: "srcAddr/24". */
  readonly name: TopKey["field"];
  readonly field: Field;
  readonly title: string;
  readonly form: PartForm;
  readonly words: number;
  /** Of addresses by their networks; null = whole ones. */
  readonly prefix: PrefixMask | null;
}

const FORMS: Partial<Record<Field, PartForm>> = {
  addr: "address",
  port: "port",
  srcAddr: "address",
  dstAddr: "address",
  srcPort: "port",
  dstPort: "port",
  proto: "protocol",
  ipVersion: "number",
  etherType: "etherType",
  as: "number",
  if: "number",
  mac: "mac",
  exporter: "exporter",
  domain: "number",
  vlan: "number",
  innerVlan: "number",
  inIf: "number",
  outIf: "number",
  tos: "number",
  srcMac: "mac",
  dstMac: "mac",
  srcAs: "number",
  dstAs: "number",
  tunnelId: "number",
  mplsLabel: "label",
};

const WORDS: Partial<Record<PartForm, number>> = { address: 4, mac: 2 };
const TITLES: Partial<Record<Field, string>> = { addr: "Host" };
/** What a flow has twice; the row is of one of them. */
const EITHER_ENDS = ["addr", "port", "as", "if", "mac"] as const;

/** The fields of each grouping that has a name of its own. */
export const GROUP_FIELDS: Readonly<Record<Exclude<TopGroup, "by" | "flows">, readonly Field[]>> = {
  hosts: ["addr"],
  pairs: ["srcAddr", "dstAddr"],
  ports: ["proto", "dstPort"],
  protocols: ["proto"],
  exporters: ["exporter"],
};

/** Of words that a person wrote; throws a UsageError with a suggestion. */
export function keyParts(words: readonly string[]): readonly KeyPart[] {
  if (words.length === 0) throw new UsageError("--by: expected one or more fields, found none.");
  const parts = words.map(part);
  const taken = parts.reduce((sum, { words: of }) => sum + of, 0);
  if (taken > KEY_WORDS) {
    throw new UsageError(
      `--by: expected fewer fields (two addresses and four numbers at the most), found ${words.join(",")}.`,
    );
  }
  return parts;
}

/** As `flowgauge query` reads it, as far as rows keep it. */
function part(word: string): KeyPart {
  const { name, title, form: asked } = dimensionOf(word);
  const field = name.split("/", 1)[0] as Field;
  const form = FORMS[field];
  const prefix = asked.kind === "prefix" ? new PrefixMask(asked.v4, asked.v6) : null;
  if (form === undefined || (prefix !== null && form !== "address")) throw unknown(word);
  const shown = TITLES[field] === undefined ? title : name.replace(field, TITLES[field]);
  return { name: name as TopKey["field"], field, title: shown, form, words: WORDS[form] ?? 1, prefix };
}

function dimensionOf(word: string): Dimension {
  try {
    return parseDimension(word, null);
  } catch (error) {
    // What query knows, too, and rows do not keep, is not to be proposed.
    throw error instanceof UsageError && error.message.includes("prefix length") ? error : unknown(word);
  }
}

function unknown(word: string): UsageError {
  return new UsageError(
    `--by: expected fields of ${Object.keys(FORMS).join(", ")} (addresses also as addr/24), found ${quoteWithHint(word, Object.keys(FORMS))}.`,
  );
}

export function titleOf(field: Field): string {
  return TITLES[field] ?? ELEMENTS.find(({ name }) => name === field)?.title ?? field;
}

/** True where a flow is counted at both of its ends. */
export function isOfEitherEnd({ field }: KeyPart): boolean {
  return (EITHER_ENDS as readonly string[]).includes(field);
}

/**
 * Reads the parts of a flow's row into `key`. `end` says which end `addr`, `port`, `as`, `if` and `mac` mean: 0 = who began, 1 = the other.
 */
export function readParts(
  parts: readonly KeyPart[],
  words: Int32Array,
  at: number,
  end: 0 | 1,
  sources: SourceNumbers,
  key: Int32Array,
): void {
  const fromB = (words[at + ROW.bits]! & BIT.fromB) !== 0;
  let to = 0;
  for (const { field, words: count, prefix } of parts) {
    if (count === 4) {
      const destination = field === "dstAddr" || (field === "addr" && end === 1);
      const from = at + (fromB !== destination ? FLOW_KEY.b : FLOW_KEY.a);
      for (let w = 0; w < 4; w++) key[to + w] = words[from + w]!;
      if (prefix !== null) prefix.cut(key, to);
    } else if (count === 2) {
      const from = at + (field === "srcMac" || (field === "mac" && end === 0) ? ROW.srcMac : ROW.dstMac);
      key[to] = words[from]!;
      key[to + 1] = words[from + 1]!;
    } else {
      key[to] = single(field, words, at, end, sources, fromB);
    }
    to += count;
  }
  key.fill(0, to);
}

function single(
  field: Field,
  words: Int32Array,
  at: number,
  end: 0 | 1,
  sources: SourceNumbers,
  fromB: boolean,
): number {
  switch (field) {
    case "srcPort":
      return portOf(words, at, fromB, 0);
    case "dstPort":
      return portOf(words, at, fromB, 1);
    case "port":
      return portOf(words, at, fromB, end);
    case "proto":
      return words[at + FLOW_KEY.kind]! & 0xff;
    case "ipVersion":
      return (words[at + FLOW_KEY.kind]! >>> 8) & 0xff;
    case "etherType":
      return words[at + FLOW_KEY.kind]! >>> 16;
    case "exporter":
      return sources.exporterOf(words[at + FLOW_KEY.source]!);
    case "domain":
      return sources.domainOf(words[at + FLOW_KEY.source]!) | 0;
    case "vlan":
      return words[at + ROW.vlans]! & 0xffff;
    case "innerVlan":
      return words[at + ROW.vlans]! >>> 16;
    case "inIf":
      return words[at + ROW.inIf]!;
    case "outIf":
      return words[at + ROW.outIf]!;
    case "tos":
      return words[at + ROW.service]! & 0xff;
    case "as":
      return words[at + (end === 0 ? ROW.srcAs : ROW.dstAs)]!;
    case "if":
      return words[at + (end === 0 ? ROW.inIf : ROW.outIf)]!;
    case "srcAs":
      return words[at + ROW.srcAs]!;
    case "dstAs":
      return words[at + ROW.dstAs]!;
    case "tunnelId":
      return words[at + ROW.tunnelId]!;
    default:
      return words[at + ROW.mplsLabel]!;
  }
}

/** Of who began (0) or the other end (1). ICMP's type and code are those of the first. */
export function portOf(words: Int32Array, at: number, fromB: boolean, end: 0 | 1): number {
  const ports = words[at + FLOW_KEY.ports]!;
  const proto = words[at + FLOW_KEY.kind]! & 0xff;
  const swapped = fromB && proto !== 1 && proto !== 58;
  return swapped !== (end === 1) ? ports & 0xffff : ports >>> 16;
}
