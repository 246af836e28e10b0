// Fields as people choose, print and store them: the elements of the one table, and `other`, which is no typed array.
import { ELEMENTS, type Element, type FieldName, findElement, MESSAGE_ELEMENTS, PACKET_ELEMENTS } from "./elements.ts";

/**
 * What a record says beyond the elements: names and texts (OtherFields). It is chosen, printed and stored as a field like the
 * others and stands behind them; only its values are of another kind.
 */
export const OTHER = {
  name: "other",
  id: null,
  pen: 0,
  iana: null,
  kind: "other",
  clickhouse: "Map(LowCardinality(String), String)",
  unit: null,
  print: "other",
  title: "Other",
  words: [],
  carriers: [],
  from: "messages",
  about: "everything else that the record says: texts by the names of the Information Elements",
} as const;

export type Field = Element | typeof OTHER;
export type AnyFieldName = FieldName | typeof OTHER.name;

/** All there are, and what records of one origin can say, each in the order of the table. */
export const FIELDS: readonly Field[] = [...ELEMENTS, OTHER];
const FIELDS_FROM: Readonly<Record<Element["from"], readonly Field[]>> = {
  packets: PACKET_ELEMENTS,
  messages: [...MESSAGE_ELEMENTS, OTHER],
  both: FIELDS,
};

export function fieldsFrom(from: Element["from"]): readonly Field[] {
  return FIELDS_FROM[from];
}

/** The field that a person means by a word: its name, IANA's name or another word for it, in any case. */
export function findField(word: string): Field | undefined {
  return word.toLowerCase() === OTHER.name ? OTHER : findElement(word);
}

/**
 * Fields in which all zero is the address `::` where the record is one of IPv6. In all other cases, and in all other fields of
 * addresses, it says that there is none.
 */
export const ZERO_IS_ADDRESS: ReadonlySet<string> = new Set<FieldName>(["srcAddr", "dstAddr"]);
