// Template: the layout of records (RFC 7011 section 3.4). NetFlow v1, v5, v7 and v8 have constant ones.
import { type AbstractType, informationElement, informationElementNamed } from "../core/information-elements.ts";
import type { RecordPlan } from "./record-plan.ts";

/** Length of a field that carries its own (RFC 7011 section 7). */
export const VARIABLE = 65_535;

export interface TemplateField {
  readonly id: number;
  /** Private enterprise number; 0 = IANA's. */
  readonly pen: number;
  /** Octets, or VARIABLE. */
  readonly length: number;
  /** The element's name, "PEN/number" where nobody knows it; a second one in the same template has "#2" behind it. */
  readonly name: string;
  readonly type: AbstractType;
}

export class Template {
  readonly id: number;
  readonly fields: readonly TemplateField[];
  /** 0 = data template, else the number of scope fields of an options template. */
  readonly scopes: number;
  /** Where each field begins in a record without variable fields, and its octets. */
  readonly offsets: Int32Array;
  readonly lengths: Int32Array;
  readonly variable: boolean;
  /** Octets of a record; with variable fields of the shortest one. */
  readonly octets: number;
  /** When it was last sent: seconds since 1970 UTC. */
  seen = 0;
  /** Seconds between the last two times it was sent; 0 = sent once. */
  refresh = 0;
  /** `namesLearned` of the exporter when its fields were last described. */
  namesLearned = 0;
  /** How its records become rows, made when the first of them comes. */
  plan: RecordPlan | null = null;

  constructor(id: number, fields: readonly TemplateField[], scopes = 0) {
    this.id = id;
    this.fields = fields;
    this.scopes = scopes;
    this.offsets = new Int32Array(fields.length);
    this.lengths = Int32Array.from(fields, ({ length }) => length);
    let octets = 0;
    let variable = false;
    for (const [place, { length }] of fields.entries()) {
      this.offsets[place] = octets;
      octets += length === VARIABLE ? 1 : length;
      variable ||= length === VARIABLE;
    }
    this.octets = octets;
    this.variable = variable;
  }

  /** True when the other one says the same of records. */
  equals(other: Template): boolean {
    if (this.scopes !== other.scopes || this.fields.length !== other.fields.length) return false;
    return this.fields.every((field, place) => {
      const { id, pen, length, name } = other.fields[place]!;
      return field.id === id && field.pen === pen && field.length === length && field.name === name;
    });
  }
}

/** Private types of NetFlow v9 that firewalls of Cisco use (NSEL), and what they are. */
const NSEL: ReadonlyMap<number, readonly [string, AbstractType]> = new Map([
  [33_000, ["ingressAclId", "octetArray"]],
  [33_001, ["egressAclId", "octetArray"]],
  [33_002, ["firewallExtendedEvent", "unsigned16"]],
  [40_000, ["username", "string"]],
  [40_001, ["postNATSourceIPv4Address", "ipv4Address"]],
  [40_002, ["postNATDestinationIPv4Address", "ipv4Address"]],
  [40_003, ["postNAPTSourceTransportPort", "unsigned16"]],
  [40_004, ["postNAPTDestinationTransportPort", "unsigned16"]],
  [40_005, ["firewallEvent", "unsigned8"]],
] as const);

/** Scope field types of NetFlow v9 options templates (RFC 3954 section 6.1). */
const V9_SCOPES = ["", "scope.system", "scope.interface", "scope.lineCard", "scope.cache", "scope.template"];

/** What an exporter told of its own elements: name and type by "PEN/number". */
export type LearnedNames = ReadonlyMap<string, { readonly name: string; readonly type: AbstractType }>;

/** Name and type of an element as numbers say it. */
export function describeField(
  id: number,
  pen: number,
  format: number,
  scope: boolean,
  learned: LearnedNames,
): { name: string; type: AbstractType } {
  if (format === 9 && scope && V9_SCOPES[id] !== undefined && id > 0) {
    return { name: V9_SCOPES[id], type: "unsigned64" };
  }
  if (format === 9 && pen === 0) {
    const nsel = NSEL.get(id);
    if (nsel !== undefined) return { name: nsel[0], type: nsel[1] };
  }
  const key = `${pen}/${id}`;
  const found = learned.get(key) ?? informationElement(pen, id);
  if (found !== undefined) return { name: found.name, type: found.type };
  return { name: key, type: "octetArray" };
}

/** Names made different from one another: a second `a` is `a#2`. */
export function numbered<F extends { readonly name: string }>(fields: readonly F[]): F[] {
  const seen = new Map<string, number>();
  return fields.map((field) => {
    const count = (seen.get(field.name) ?? 0) + 1;
    seen.set(field.name, count);
    return count === 1 ? field : { ...field, name: `${field.name}#${count}` };
  });
}

/** A constant template: pairs of an IANA name and octets; null is what is not read. */
export function constantTemplate(id: number, layout: readonly (readonly [string | null, number])[]): Template {
  return new Template(id, numbered(layout.map(([name, length]) => constantField(name, length))));
}

function constantField(name: string | null, length: number): TemplateField {
  const element = informationElementNamed(name ?? "paddingOctets");
  const { id, pen, type } = element ?? { id: 0, pen: 0, type: length <= 8 ? "unsigned64" : "octetArray" };
  return { id, pen, length, name: name ?? "paddingOctets", type: type as AbstractType };
}
