// Every registered Information Element (RFC 7012): name and abstract data type by number, and back.
import { CERT_ELEMENTS, IANA_ELEMENTS } from "./registered-elements.ts";

/** Abstract data types of RFC 7011 section 6.1 and of structured data (RFC 6313). */
export const ABSTRACT_TYPES = [
  "octetArray",
  "unsigned8",
  "unsigned16",
  "unsigned32",
  "unsigned64",
  "signed8",
  "signed16",
  "signed32",
  "signed64",
  "float32",
  "float64",
  "boolean",
  "macAddress",
  "string",
  "dateTimeSeconds",
  "dateTimeMilliseconds",
  "dateTimeMicroseconds",
  "dateTimeNanoseconds",
  "ipv4Address",
  "ipv6Address",
  "basicList",
  "subTemplateList",
  "subTemplateMultiList",
] as const;
/** Their place in the list is their number in informationElementDataType (RFC 5610 section 3.1). */
export type AbstractType = (typeof ABSTRACT_TYPES)[number];

export interface InformationElement {
  readonly pen: number;
  readonly id: number;
  readonly name: string;
  readonly type: AbstractType;
}

/** Private enterprise number of reverse elements (RFC 5103 section 6.1): the forward element's number under it. */
export const REVERSE_PEN = 29_305;
const CERT_PEN = 6871;

const byNumber = new Map<string, InformationElement>();
const byName = new Map<string, InformationElement>();

function register(pen: number, lines: string): void {
  for (const line of lines.trim().split("\n")) {
    const [id, name, type] = line.split(" ") as [string, string, AbstractType];
    const element = { pen, id: Number(id), name, type };
    byNumber.set(`${pen}/${id}`, element);
    if (!byName.has(name)) byName.set(name, element);
  }
}
register(0, IANA_ELEMENTS);
register(CERT_PEN, CERT_ELEMENTS);

/** The registered element of a number; under the reverse PEN that of the forward element with its name turned round. */
export function informationElement(pen: number, id: number): InformationElement | undefined {
  const found = byNumber.get(`${pen}/${id}`);
  if (found !== undefined || pen !== REVERSE_PEN) return found;
  const forward = byNumber.get(`0/${id}`);
  return forward && { ...forward, pen, name: reverseName(forward.name) };
}

/** The registered element of a name, as the registry writes it. */
export function informationElementNamed(name: string): InformationElement | undefined {
  const found = byName.get(name);
  if (found !== undefined || !name.startsWith("reverse")) return found;
  const forward = byName.get(name.charAt(7).toLowerCase() + name.slice(8));
  return forward?.pen === 0 ? { ...forward, pen: REVERSE_PEN, name } : undefined;
}

/** The names of all registered elements, as the registry writes them. */
export function informationElementNames(): Iterable<string> {
  return byName.keys();
}

/** RFC 5103 section 6.1: "reverse" before the name, its first letter made a capital. */
function reverseName(name: string): string {
  return `reverse${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}
