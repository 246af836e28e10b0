// Compares one decoded record with one record of a truth, field by field, in both directions.
import { parseAddress } from "../../src/core/address.ts";
import { ELEMENTS, type Element, type FieldName } from "../../src/core/elements.ts";
import { type AbstractType, informationElementNamed } from "../../src/core/information-elements.ts";
import { addressOf, type DecodedRow, emptyText, hex } from "./decoded-messages.ts";
import type { TruthHeader, TruthRecord, TruthValue } from "./netflow-samples.ts";

/** Column by the name of an element that carries it. */
const COLUMN_OF: ReadonlyMap<string, Element> = new Map(
  ELEMENTS.flatMap((element: Element) => element.carriers.map((name) => [name, element] as const)),
);

/**
 * Fields whose number is not registered (`0/ID` in the truth, with its octets), as Cisco's ASA gives them (NSEL, before the numbers
 * of RFC 8158): they say what registered elements say, or have a name of their own.
 */
const ASA_FIELDS: Readonly<Record<string, { readonly name: string; readonly type: AbstractType }>> = {
  "0/40001": { name: "postNATSourceIPv4Address", type: "ipv4Address" },
  "0/40002": { name: "postNATDestinationIPv4Address", type: "ipv4Address" },
  "0/40003": { name: "postNAPTSourceTransportPort", type: "unsigned16" },
  "0/40004": { name: "postNAPTDestinationTransportPort", type: "unsigned16" },
  "0/40005": { name: "firewallEvent", type: "unsigned8" },
  "0/33000": { name: "ingressAclId", type: "octetArray" },
  "0/33001": { name: "egressAclId", type: "octetArray" },
  "0/33002": { name: "firewallExtendedEvent", type: "unsigned16" },
  "0/40000": { name: "username", type: "string" },
};

/** Names of the truth for what has no registered name, and ours. */
const OUR_NAMES: Readonly<Record<string, string>> = { "nf7.flags1": "flags1", "nf7.flags2": "flags2" };

/** Fields that need not come out, and why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  paddingOctets: "padding says nothing (RFC 7011 section 3.3.1)",
};

/** What a sampled packet that is a record of its own is, where no field says it: one packet, at the time of receipt. */
const SAMPLED: ReadonlyMap<string, (row: DecodedRow) => string> = new Map([
  ["packets", () => "1"],
  ["start", (row: DecodedRow) => row.columns.received],
  ["end", (row: DecodedRow) => row.columns.received],
]);

/** Columns that are about the message and not from the record's fields; compared elsewhere. */
const OF_MESSAGE: ReadonlySet<string> = new Set(["exporter", "domain", "received", "samplingRate", "samplingSource"]);
/** Fields that samplingRate is made of, where the record itself has one. */
const SAMPLING_FIELDS: ReadonlySet<string> = new Set(["samplingInterval", "samplingPacketInterval"]);

/** What was compared, and what disagreed. */
export interface Comparison {
  records: number;
  options: number;
  templates: number;
  /** Keys whose sums nfdump has, too. */
  nfdump: number;
  /** Fields of records. */
  compared: number;
  leftOut: number;
  readonly disagreements: string[];
}

export function newComparison(): Comparison {
  return { records: 0, options: 0, templates: 0, nfdump: 0, compared: 0, leftOut: 0, disagreements: [] };
}

/** What uptimes are counted from: the header of NetFlow, the exporter's start in IPFIX. */
export interface ExporterClock {
  readonly header: TruthHeader | undefined;
  readonly boot: number | undefined;
}

/** A truth field in the form that columns have: name of the element, its value as text, empty or not. */
interface Said {
  readonly name: string;
  readonly text: string;
  readonly empty: boolean;
}

function hexToNumber(value: string): string {
  return String(BigInt(`0x${value}`));
}

/** Nanoseconds since 1970 of RFC 3339 text with up to nine digits, or of a number in the type's unit. */
function nanoseconds(type: AbstractType, value: string | number): string {
  if (typeof value === "string" && value.includes("T")) {
    const [, whole, fraction = ""] = /^([^.]*?)(?:\.(\d*))?Z$/.exec(value)!;
    return String(BigInt(Date.parse(`${whole}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, "0")));
  }
  return String(BigInt(value) * (type === "dateTimeSeconds" ? 1_000_000_000n : 1_000_000n));
}

/** A value in one form, whoever wrote it: the truth, or us into `other`. */
export function canonical(type: AbstractType | undefined, value: string | number): string {
  if (type?.startsWith("dateTime")) return nanoseconds(type, value);
  if (type === "ipv4Address" || type === "ipv6Address") return hex(parseAddress(String(value)) ?? new Uint8Array(0));
  if (type === "macAddress") return String(value).replaceAll(":", "").toLowerCase();
  if (type === "boolean" && typeof value !== "number") return value === "true" ? "1" : value === "false" ? "2" : value;
  return String(value);
}

function truthText(record: TruthRecord, name: string, value: string | number, type: AbstractType | undefined): string {
  const raw = record.raw?.[name];
  // The truth keeps the octets where the text may have been shortened.
  if (type === "string" && raw !== undefined) {
    return Buffer.from(raw, "hex").toString("utf8").replace(/\0+$/, "");
  }
  return canonical(type, value);
}

function isEmpty(text: string): boolean {
  return /^0*$/.test(text) || text === NO_IPV4;
}
const NO_IPV4 = `${"0".repeat(20)}ffff${"0".repeat(8)}`;

function withoutNumber(name: string): string {
  return name.replace(/#\d+$/, "");
}

function said(record: TruthRecord, field: string, value: string | number): Said {
  const asa = ASA_FIELDS[field];
  if (asa !== undefined) {
    const octets = String(value);
    if (asa.type === "ipv4Address") return { name: asa.name, text: `${"0".repeat(20)}ffff${octets}`, empty: false };
    if (asa.type.startsWith("unsigned")) return { name: asa.name, text: hexToNumber(octets), empty: isEmpty(octets) };
    if (asa.type === "string") {
      const text = Buffer.from(octets, "hex").toString("utf8").replace(/\0+$/, "");
      return { name: asa.name, text, empty: text === "" };
    }
    return { name: asa.name, text: octets, empty: isEmpty(octets) };
  }
  const type = informationElementNamed(withoutNumber(field))?.type;
  const text = truthText(record, field, value, type);
  return { name: OUR_NAMES[field] ?? field, text, empty: isEmpty(text) };
}

/** What a column should hold for a field that carries it; null where the field cannot be put into it. */
function forColumn(element: Element, one: Said, record: TruthRecord, clock: ExporterClock): string | null {
  // Three octets: 20 bits of label, then traffic class and bottom of stack. All zero is said where there is none.
  if (one.name === "mplsTopLabelStackSection")
    return one.empty ? "0" : String(Number.parseInt(one.text.slice(0, 5), 16) + 1);
  if (element.kind !== "time") return one.text;
  if (one.name.endsWith("SysUpTime")) {
    const derived = one.name.startsWith("flowStart")
      ? record.derived?.flowStartMilliseconds
      : record.derived?.flowEndMilliseconds;
    const fromBoot = sinceStart(Number(one.text), clock);
    const milliseconds = record.derived?.ambiguous ? byFormula(one.name, record, clock.header) : (derived ?? fromBoot);
    if (milliseconds === undefined) return null;
    // Times before 1970 come of exporters without a clock: they are not known.
    return milliseconds < 0 ? "" : String(BigInt(milliseconds) * 1_000_000n);
  }
  return one.text;
}

/** Uptimes of IPFIX count from the exporter's start; of the times that 32 bits of milliseconds can mean, the one nearest to the export. */
function sinceStart(uptime: number, { boot, header }: ExporterClock): number | undefined {
  if (boot === undefined || header?.exportTime === undefined) return undefined;
  const wraps = Math.round((header.exportTime * 1000 - boot - uptime) / 2 ** 32);
  return boot + uptime + wraps * 2 ** 32;
}

/** The formula that truths were made by, for records whose clocks contradict each other: what follows from it all the same. */
function byFormula(name: string, record: TruthRecord, header: TruthHeader | undefined): number | undefined {
  const first = record.fields.flowStartSysUpTime;
  const last = record.fields.flowEndSysUpTime;
  if (header?.unixSecs === undefined || typeof first !== "number" || typeof last !== "number") return undefined;
  const exported = header.unixSecs * 1000 + Math.floor((header.unixNsecs ?? 0) / 1e6);
  const end = exported + ((last - header.sysUpTime!) | 0);
  return name.startsWith("flowStart") ? end - ((last - first) >>> 0) : end;
}

/** ICMP type and code in two fields say what a destination port of type * 256 + code says. */
function joinIcmp(fields: Map<string, TruthValue>): void {
  for (const version of ["IPv4", "IPv6"]) {
    const type = fields.get(`icmpType${version}`);
    const code = fields.get(`icmpCode${version}`);
    if (typeof type !== "number" || typeof code !== "number") continue;
    fields.delete(`icmpType${version}`);
    fields.delete(`icmpCode${version}`);
    fields.set(`icmpTypeCode${version}`, type * 256 + code);
  }
}

/**
 * Adds to `into` what of the record's fields is not in the row, and what is in the row that no field says. A column holds the first
 * of the fields that carry it and say something; what others of them say beyond that is in `other`.
 */
export function compareRecord(
  into: Comparison,
  row: DecodedRow,
  record: TruthRecord,
  clock: ExporterClock,
  where: string,
): void {
  const wrong = (what: string) => into.disagreements.push(`${where}: ${what}`);
  const fields = new Map<string, TruthValue>(Object.entries(record.fields));
  const other = new Map(Object.entries(row.other));
  joinIcmp(fields);
  const carried = new Map<Element, Said[]>();
  const carry = (element: Element, one: Said) => carried.set(element, [...(carried.get(element) ?? []), one]);
  for (const [field, value] of fields) {
    if (withoutNumber(field) in LEFT_OUT || value === null) {
      into.leftOut++;
      other.delete(field);
      continue;
    }
    into.compared++;
    const one = said(record, field, value);
    const element = COLUMN_OF.get(one.name);
    if (element !== undefined) carry(element, one);
    else if (row.sections.includes(one.text)) other.delete(one.name);
    else if (!isTimeOfEvent(one, fields, carry) && !takeOther(other, one, row)) {
      wrong(`${one.name} ${one.text} is not there (other: ${row.other[one.name]})`);
    }
  }
  for (const element of ELEMENTS as readonly Element[]) {
    if (OF_MESSAGE.has(element.name)) continue;
    const found = row.columns[element.name as FieldName];
    const ones = carried.get(element) ?? [];
    const wanted = ones.map((one) => ({ one, text: forColumn(element, one, record, clock) }));
    if (row.sections.length > 0 && ones.length === 0 && SAMPLED.get(element.name)?.(row) === found) continue;
    const first =
      wanted.find(({ one, text }) => text !== null && !one.empty) ?? wanted.find(({ text }) => text !== null);
    const empty = emptyText(element);
    const text = first?.text ?? empty;
    const zero = isEmpty(text) && isEmpty(found);
    if (element.name === "ipVersion" && ones.length === 0) checkIpVersion(row, wrong);
    else if (found !== text && !zero)
      wrong(`${element.name} is ${found}, not ${text} (${first?.one.name ?? "nothing says it"})`);
    for (const { one, text: also } of wanted) {
      if (one === first?.one || one.empty || also === text) {
        other.delete(one.name);
      } else if (!takeOther(other, one, row)) {
        wrong(`${one.name} ${one.text} is neither in ${element.name} (${found}) nor in other`);
      }
    }
  }
  for (const [name, text] of other) wrong(`other has ${name} = ${text}, which no field says`);
}

/** The one time that an event has stands for the start and the end that its record does not say. */
function isTimeOfEvent(
  one: Said,
  fields: ReadonlyMap<string, TruthValue>,
  carry: (element: Element, one: Said) => void,
): boolean {
  if (!one.name.startsWith("observationTime")) return false;
  const missing = [START, END].filter(({ carriers }) => !carriers.some((name) => fields.has(name)));
  for (const element of missing) carry(element, one);
  return missing.length > 0;
}
const START = ELEMENTS.find(({ name }) => name === "start")!;
const END = ELEMENTS.find(({ name }) => name === "end")!;

/** Finds a field in `other` and takes it out. */
function takeOther(other: Map<string, string>, one: Said, row: DecodedRow): boolean {
  const type = informationElementNamed(withoutNumber(one.name))?.type;
  const text = other.get(one.name);
  other.delete(one.name);
  if (text !== undefined) return canonical(type, text) === one.text;
  if (SAMPLING_FIELDS.has(one.name)) return row.columns.samplingRate === one.text || one.empty;
  const icmp = /^icmpTypeCode(IPv[46])$/.exec(one.name)?.[1];
  if (icmp === undefined) return false;
  const value = Number(other.get(`icmpType${icmp}`)) * 256 + Number(other.get(`icmpCode${icmp}`));
  other.delete(`icmpType${icmp}`);
  other.delete(`icmpCode${icmp}`);
  return String(value) === one.text;
}

/** Records that do not say the version have that of their source address. */
function checkIpVersion(row: DecodedRow, wrong: (what: string) => void): void {
  const { ipVersion, srcAddr, dstAddr } = row.columns;
  const address = isEmpty(srcAddr) ? dstAddr : srcAddr;
  const version = isEmpty(address) ? ["0", "4", "6"] : [addressOf(address).includes(":") ? "6" : "4"];
  if (!version.includes(ipVersion)) wrong(`ipVersion is ${ipVersion}, not ${version.join(" or ")}`);
}
