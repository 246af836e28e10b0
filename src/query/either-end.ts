// Dimensions that a flow has twice: its source's value and its destination's.
import type { FieldName } from "../core/elements.ts";

export interface EitherEnd {
  readonly name: string;
  readonly title: string;
  readonly source: FieldName;
  readonly destination: FieldName;
}

const ENDS: readonly EitherEnd[] = [
  { name: "addr", title: "Address", source: "srcAddr", destination: "dstAddr" },
  { name: "port", title: "Port", source: "srcPort", destination: "dstPort" },
  { name: "as", title: "AS", source: "srcAs", destination: "dstAs" },
  { name: "if", title: "Interface", source: "inIf", destination: "outIf" },
  { name: "mask", title: "Mask", source: "srcMask", destination: "dstMask" },
  { name: "mac", title: "MAC", source: "srcMac", destination: "dstMac" },
];

/** By the words a person may type, in small letters. */
export const EITHER: ReadonlyMap<string, EitherEnd> = new Map([
  ...ENDS.map((end) => [end.name, end] as const),
  ["ip", ENDS[0]!],
  ["host", ENDS[0]!],
]);
