// ExportTemplate: which Information Elements say the fields of a record, derived from the one table.
import { ELEMENTS, type Element, type FieldName } from "../core/elements.ts";
import { type AbstractType, informationElementNamed, REVERSE_PEN } from "../core/information-elements.ts";
import * as write from "./column-writers.ts";
import type { ExportTimes } from "./message-encoder.ts";

/** What kinds of records there are: each has a template of its own. */
export interface RecordKind {
  /** none: no addresses, as ARP or keys without them. */
  readonly family: "ipv4" | "ipv6" | "none";
  readonly icmp: boolean;
  /** Both directions in one record (RFC 5103). */
  readonly both: boolean;
}

export interface ExportField {
  readonly id: number;
  readonly pen: number;
  readonly octets: number;
  readonly column: FieldName;
  readonly write: write.ColumnWriter;
  /** How the record of the other direction of a biflow has it: another column, or none. */
  readonly reverseColumn: FieldName;
  readonly writeReverse: write.ColumnWriter;
}

export interface ExportTemplate {
  readonly id: number;
  readonly fields: readonly ExportField[];
  readonly recordOctets: number;
  /** Octets of its Template Record. */
  readonly templateOctets: number;
}

/** In every template. What else there is, is added when a record says it. */
const OF_ALL: readonly FieldName[] = ["start", "end", "packets", "bytes"];
const OF_IP: readonly FieldName[] = ["srcAddr", "dstAddr", "srcPort", "dstPort", "proto", "tos", "tcpFlags"];
const OF_FRAMES: readonly FieldName[] = ["etherType", "srcMac", "dstMac"];
const OF_BIFLOWS: readonly FieldName[] = ["reversePackets", "reverseBytes"];
const REVERSE_FIELDS: readonly FieldName[] = [
  ...OF_BIFLOWS,
  "reverseTcpFlags",
  "reverseTos",
  "reverseFrameBytes",
] as const;
const IP_ONLY: readonly FieldName[] = ["srcAddr", "dstAddr", "srcMask", "dstMask", "nextHop", "bgpNextHop"];
const FRAMES_ONLY: readonly FieldName[] = ["etherType"];

/** Said by the message, by its options data or by the addresses, or of no meaning to others. */
const NEVER: readonly FieldName[] = ["received", "exporter", "domain", "ipVersion", "samplingSource", "firstPacket"];

/** Columns that templates have when some record says something there. */
export const ON_DEMAND: readonly FieldName[] = ELEMENTS.map(({ name }) => name).filter(
  (name) => ![...OF_ALL, ...OF_IP, ...OF_BIFLOWS, ...NEVER].includes(name),
);

/** Fields of the source and their counterparts; the record of the other direction has them the other way round. */
const PAIRS: readonly (readonly [FieldName, FieldName])[] = [
  ["srcAddr", "dstAddr"],
  ["srcPort", "dstPort"],
  ["packets", "reversePackets"],
  ["bytes", "reverseBytes"],
  ["frameBytes", "reverseFrameBytes"],
  ["tcpFlags", "reverseTcpFlags"],
  ["tos", "reverseTos"],
  ["inIf", "outIf"],
  ["srcAs", "dstAs"],
  ["srcMask", "dstMask"],
  ["srcMac", "dstMac"],
  ["inVrf", "outVrf"],
];
const COUNTERPART: ReadonlyMap<FieldName, FieldName> = new Map(
  PAIRS.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]),
);
/** The same for both directions. */
const SHARED: ReadonlySet<FieldName> = new Set<FieldName>(
  "start end proto etherType vlan innerVlan mplsLabel tunnelId direction flowId samplingRate endReason event".split(
    " ",
  ) as FieldName[],
);

const OCTETS: Partial<Record<AbstractType, number>> = {
  unsigned8: 1,
  unsigned16: 2,
  unsigned32: 4,
  unsigned64: 8,
  macAddress: 6,
  ipv4Address: 4,
  ipv6Address: 16,
  dateTimeSeconds: 4,
  dateTimeMilliseconds: 8,
  dateTimeMicroseconds: 8,
  dateTimeNanoseconds: 8,
};

/** IANA names of the elements of start and end, by unit. */
const TIME_NAMES = {
  uptime: "SysUpTime",
  sec: "Seconds",
  milli: "Milliseconds",
  micro: "Microseconds",
  nano: "Nanoseconds",
} as const;

/** What the records say beyond what all of them do. */
export interface Seen {
  readonly names: ReadonlySet<FieldName>;
  /** TCP flags beyond the usual eight. */
  readonly wideFlags: boolean;
}

/** Makes the template of a kind of records that say these columns beyond those that all have. */
export function makeTemplate(
  id: number,
  kind: RecordKind,
  { names, wideFlags }: Seen,
  version: 9 | 10,
  times: ExportTimes,
): ExportTemplate {
  const shape: Shape = {
    kind,
    flagsOctets: wideFlags && version === 10 ? 2 : 1,
    unit: version === 9 ? "uptime" : times,
  };
  const fields: ExportField[] = [];
  for (const element of ELEMENTS as readonly Element[]) {
    const column = element.name as FieldName;
    if (wanted(column, kind, names)) fields.push(...fieldsOf(element, shape));
  }
  if (kind.icmp) turnIcmp(fields, kind.family === "ipv6", version);
  return {
    id,
    fields,
    recordOctets: fields.reduce((sum, { octets }) => sum + octets, 0),
    templateOctets: fields.reduce((sum, { pen }) => sum + (pen === 0 ? 4 : 8), 4),
  };
}

function wanted(name: FieldName, { family, both }: RecordKind, seen: ReadonlySet<FieldName>): boolean {
  if (NEVER.includes(name)) return false;
  if (REVERSE_FIELDS.includes(name)) return both && (OF_BIFLOWS.includes(name) || seen.has(name));
  const counterpart = COUNTERPART.get(name);
  // Where a biflow becomes two records, the second one has in this field what the first one has in the other.
  const said = seen.has(name) || (!both && counterpart !== undefined && seen.has(counterpart));
  if (OF_ALL.includes(name)) return true;
  if (family === "none") return !IP_ONLY.includes(name) && (OF_FRAMES.includes(name) || said);
  return !FRAMES_ONLY.includes(name) && (OF_IP.includes(name) || said);
}

interface Shape {
  readonly kind: RecordKind;
  /** v9 has one octet of TCP flags; in IPFIX it is two where they are needed (RFC 7011 section 6.2). */
  readonly flagsOctets: 1 | 2;
  readonly unit: keyof typeof TIME_NAMES;
}

function fieldsOf(element: Element, { kind, flagsOctets, unit }: Shape): ExportField[] {
  const column = element.name as FieldName;
  if (column === "start" || column === "end") {
    const { id, type } = informationElementNamed(`flow${column === "start" ? "Start" : "End"}${TIME_NAMES[unit]}`)!;
    return [field(id, 0, OCTETS[type]!, column, write.timeWriter(column === "end", unit))];
  }
  // Deprecated, but what readers of a single rate in a record know.
  const name = column === "samplingRate" ? "samplingInterval" : carrierOf(element, kind.family);
  if (name === null) return [];
  const { id, type } = informationElementNamed(name)!;
  const octets = element.print === "label" ? 3 : element.print === "tcpFlags" ? flagsOctets : OCTETS[type];
  if (octets === undefined) return [];
  return [field(id, element.pen, octets, column, writerOf(element, octets))];
}

/** The element for a family: what has one for IPv4 and one for IPv6 has both among its carriers. */
function carrierOf({ iana, carriers, pen, id }: Element, family: RecordKind["family"]): string | null {
  if (iana === null || id === null) return null;
  if (pen === REVERSE_PEN || !iana.includes("IPv6")) return iana;
  const found = carriers.find((name) => name.includes(family === "ipv6" ? "IPv6" : "IPv4"));
  return found ?? null;
}

function writerOf({ kind, print }: Element, octets: number): write.ColumnWriter {
  if (print === "label") return write.writeLabels;
  if (kind === "mac") return write.writeMacs;
  if (kind === "address") return octets === 4 ? write.writeIpv4 : write.writeIpv6;
  if (kind === "u64") return write.writeCounters;
  if (octets === 8) return write.writeWide;
  return octets === 1 ? write.writeOctets : octets === 2 ? write.writeShorts : write.writeWords;
}

function field(id: number, pen: number, octets: number, column: FieldName, writer: write.ColumnWriter): ExportField {
  const reverseColumn = SHARED.has(column) ? column : (COUNTERPART.get(column) ?? null);
  const writeReverse = reverseColumn === null ? write.zeros(octets) : writer;
  return { id, pen, octets, column, write: writer, reverseColumn: reverseColumn ?? column, writeReverse };
}

/**
 * ICMP has type and code in an element of their own, too; v9 has one for both families (RFC 3954 section 8: ICMP_TYPE). They do not
 * change places in the record of the other direction, but the type is that of the answer.
 */
function turnIcmp(fields: ExportField[], ipv6: boolean, version: 9 | 10): void {
  const answer = write.replyWriter(ipv6);
  const { id } = informationElementNamed(ipv6 && version === 10 ? "icmpTypeCodeIPv6" : "icmpTypeCodeIPv4")!;
  fields.push(field(id, 0, 2, "dstPort", write.writeShorts));
  for (const [place, said] of fields.entries()) {
    if (said.column === "dstPort") fields[place] = { ...said, reverseColumn: "dstPort", writeReverse: answer };
    if (said.column === "srcPort") fields[place] = { ...said, reverseColumn: "srcPort", writeReverse: write.zeros(2) };
  }
}
