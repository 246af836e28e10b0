// The planner: from the fields of a template to the plan of its records. Once for each template, so it may take its time.
import { ELEMENTS, type Element, type FieldName, type Kind } from "../core/elements.ts";
import type { AbstractType } from "../core/information-elements.ts";
import { nameNumber } from "../core/other-fields.ts";
import { type BatchWriter, ColumnSet } from "./batch-writer.ts";
import { OP } from "./column-ops.ts";
import { comparesTimes, isCompiled } from "./record-compiler.ts";
import { type ColumnCopy, type RecordPlan, ROW, type RowCopy, type SamplingFields } from "./record-plan.ts";
import { type TemplateField, VARIABLE } from "./template.ts";

/** Columns that are written whatever the template says. */
const ALWAYS: readonly FieldName[] = [
  "start",
  "end",
  "received",
  "exporter",
  "domain",
  "ipVersion",
  "samplingRate",
  "samplingSource",
];

interface Carrier {
  readonly element: Element;
  readonly rank: number;
}
const CARRIERS: ReadonlyMap<string, Carrier> = new Map(
  ELEMENTS.flatMap((element: Element) => element.carriers.map((name, rank) => [name, { element, rank }] as const)),
);

interface Candidate {
  readonly field: number;
  readonly rank: number;
  readonly op: number;
  readonly octets: number;
}

/** By octets of the field. */
const COPIES: Record<"u8" | "u16" | "u32", readonly number[]> = {
  u8: [-1, OP.u8ToU8],
  u16: [-1, OP.u8ToU16, OP.u16ToU16],
  u32: [-1, OP.u8ToU32, OP.u16ToU32, OP.u24ToU32, OP.u32ToU32],
};

/** The operation that brings a field into a column of this kind; -1 = there is none, -2 = the field may be too wide for it. */
function operation(type: AbstractType, kind: Kind, octets: number): number {
  switch (kind) {
    case "address":
      return type === "ipv4Address" && octets === 4 ? OP.ipv4 : type === "ipv6Address" && octets === 16 ? OP.ipv6 : -1;
    case "mac":
      return type === "macAddress" && octets === 6 ? OP.mac : -1;
    case "time":
      return timeOperation(type, octets);
    default:
  }
  if (!type.startsWith("unsigned") || octets > 8) return -1;
  if (kind === "u64") return octets === 4 ? OP.u32ToU64 : octets < 4 ? OP.low64 : OP.full64;
  const copies = COPIES[kind as "u8" | "u16" | "u32"];
  return copies[octets] ?? -2;
}

function timeOperation(type: AbstractType, octets: number): number {
  if (type === "unsigned32" && octets === 4) return OP.uptime;
  if (type === "dateTimeSeconds" && octets === 4) return OP.seconds;
  if (octets !== 8) return -1;
  if (type === "dateTimeMilliseconds") return OP.milliseconds;
  if (type === "dateTimeMicroseconds") return OP.ntpMicro;
  return type === "dateTimeNanoseconds" ? OP.ntp : -1;
}

/** Makes the plan of a template's records. `opaque` hears of each field whose length its type cannot have. */
export function planRecords(
  fields: readonly TemplateField[],
  format: number,
  writer: BatchWriter,
  opaque: () => void,
): RecordPlan {
  return new Planner(fields, format, writer, opaque).plan();
}

class Planner {
  private readonly fields: readonly TemplateField[];
  private readonly format: number;
  private readonly writer: BatchWriter;
  private readonly opaque: () => void;
  private readonly candidates = new Map<FieldName, Candidate[]>();
  private readonly rows: RowCopy[] = [];
  private readonly copies: ColumnCopy[] = [];

  constructor(fields: readonly TemplateField[], format: number, writer: BatchWriter, opaque: () => void) {
    this.fields = fields;
    this.format = format;
    this.writer = writer;
    this.opaque = opaque;
  }

  plan(): RecordPlan {
    for (const [place, field] of this.fields.entries()) this.sort(place, field);
    this.eventTimes();
    const duration = this.duration();
    this.icmp();
    const uptimes = this.uptimes();
    const ipVersion = this.ipVersion();
    const sampling = this.sampling();
    const both = this.primary("start") !== null && this.primary("end") !== null && uptimes.uptimeFirst < 0;
    for (const [name, list] of this.candidates) this.choose(name, list);
    const section = this.section();
    this.rows.sort((a, b) => a.field - b.field);
    return {
      set: new ColumnSet([...ALWAYS, ...this.candidates.keys(), ...(this.hasIcmp ? (["dstPort"] as const) : [])]),
      copies: this.copies,
      rows: this.rows,
      ...uptimes,
      ipVersion,
      ...section,
      sampling,
      ...duration,
      noStart: this.primary("start") === null,
      noEnd: this.primary("end") === null,
      noPort: this.hasIcmp && this.primary("dstPort") === null,
      timesToCompare: both,
      usesUptime: this.copies.some(({ op }) => op === OP.uptime),
      uncompiled: this.copies.filter((copy) => !isCompiled(copy)),
      timesCompiled: both && comparesTimes(this.copies, this.writer),
      records: 0,
      compiled: null,
      rowByRow:
        this.rows.length > 0 || sampling !== null || duration.duration >= 0 || ipVersion === -2 || section.section >= 0,
    };
  }

  private hasIcmp = false;

  /** Where a field goes by its name alone. */
  private sort(place: number, field: TemplateField): void {
    const { name, type, length } = field;
    if (length === 0 || name.startsWith("paddingOctets")) return;
    if (length !== VARIABLE && !fits(type, length)) this.opaque();
    const carrier = CARRIERS.get(name);
    if (name === "mplsTopLabelStackSection" && length === 3) this.add("mplsLabel", place, 0, OP.mpls, 3);
    if (carrier === undefined || length === VARIABLE || carrier.element.print === "label") {
      this.toOther(place, field);
      return;
    }
    const { element, rank } = carrier;
    const column = element.name as FieldName;
    const op = name.includes("DeltaMicroseconds") ? OP.beforeExport : operation(type, element.kind, length);
    if (op === -1) this.toOther(place, field);
    else if (op === -2) this.wide(place, field, element);
    else this.add(column, place, rank, op, length);
  }

  private add(column: FieldName, field: number, rank: number, op: number, octets: number): void {
    const list = this.candidates.get(column) ?? [];
    list.push({ field, rank, op, octets });
    this.candidates.set(column, list);
  }

  private toOther(place: number, field: TemplateField): void {
    const { type, length } = field;
    const known = length === VARIABLE || fits(type, length) ? type : "octetArray";
    this.rows.push(this.row(ROW.other, place, { ...field, type: known }));
  }

  private row(way: number, field: number, { name, type }: { name: string; type: AbstractType }): RowCopy {
    return { way, field, type, name: nameNumber(name), column: null, kind: "u8", op: -1, code: -1 };
  }

  private wide(place: number, field: TemplateField, element: Element): void {
    const name = element.name as FieldName;
    if (!this.candidates.has(name)) this.candidates.set(name, []);
    this.rows.push({ ...this.row(ROW.wide, place, field), column: this.writer.columns[name], kind: element.kind });
  }

  private primary(name: FieldName): Candidate | null {
    const list = this.candidates.get(name) ?? [];
    return list.reduce<Candidate | null>((best, next) => (best === null || next.rank < best.rank ? next : best), null);
  }

  private place(...names: string[]): number {
    return this.fields.findIndex(({ name, length }) => names.includes(name) && length > 0 && length !== VARIABLE);
  }

  /** Events have one time: it stands for the start and the end that are not said. */
  private eventTimes(): void {
    const place = this.place(
      "observationTimeNanoseconds",
      "observationTimeMicroseconds",
      "observationTimeMilliseconds",
      "observationTimeSeconds",
    );
    if (place < 0) return;
    const { type, length } = this.fields[place]!;
    const op = timeOperation(type, length);
    const [start, end] = [this.candidates.has("start"), this.candidates.has("end")];
    if (op < 0 || (start && end)) return;
    if (!start) this.add("start", place, 0, op, length);
    if (!end) this.add("end", place, 0, op, length);
    this.notOther(place);
  }

  private notOther(place: number): void {
    const at = this.rows.findIndex(({ field, way }) => field === place && way === ROW.other);
    if (at >= 0) this.rows.splice(at, 1);
  }

  /** Only the start and a duration: the end follows. The duration stays in `other`. */
  private duration(): { duration: number; durationUnit: number } {
    const place = this.place("flowDurationMilliseconds", "flowDurationMicroseconds");
    const needed = place >= 0 && this.candidates.has("start") && !this.candidates.has("end");
    if (!needed || this.fields[place]!.length !== 4) return { duration: -1, durationUnit: 0 };
    return { duration: place, durationUnit: this.fields[place]!.name.endsWith("Milliseconds") ? 1e6 : 1e3 };
  }

  /** Type and code in fields of their own are one port for us. */
  private icmp(): void {
    for (const version of ["IPv4", "IPv6"]) {
      const type = this.place(`icmpType${version}`);
      const code = this.place(`icmpCode${version}`);
      if (type < 0 || code < 0 || this.fields[type]!.length !== 1 || this.fields[code]!.length !== 1) continue;
      this.notOther(type);
      this.notOther(code);
      this.rows.push({ ...this.row(ROW.icmpType, type, this.fields[type]!), code });
      this.hasIcmp = true;
    }
  }

  private uptimes(): { uptimeFirst: number; uptimeLast: number } {
    const first = this.primary("start");
    const last = this.primary("end");
    if (first?.op !== OP.uptime || last?.op !== OP.uptime) return { uptimeFirst: -1, uptimeLast: -1 };
    return { uptimeFirst: first.field, uptimeLast: last.field };
  }

  private ipVersion(): number {
    const said = this.primary("ipVersion");
    if (said !== null) return -1;
    const families = new Set<number>();
    for (const column of ["srcAddr", "dstAddr"] as const) {
      for (const { op } of this.candidates.get(column) ?? []) families.add(op === OP.ipv4 ? 4 : 6);
    }
    if (families.size > 1) return -2;
    return families.values().next().value ?? 0;
  }

  private sampling(): SamplingFields | null {
    const found = {
      interval: this.place("samplingInterval", "samplingPacketInterval", "samplerRandomInterval"),
      space: this.place("samplingPacketSpace"),
      size: this.place("samplingSize"),
      population: this.place("samplingPopulation"),
      sampler: this.place("samplerId", "selectorId"),
    };
    const any = found.interval >= 0 || (found.size >= 0 && found.population >= 0) || found.sampler >= 0;
    if (!any) return null;
    // What the column says alone need not be said again.
    if (found.interval >= 0 && found.space < 0) this.notOther(found.interval);
    return found;
  }

  private section(): { section: number; sectionLink: number; frameSize: number } {
    const frame = this.fields.findIndex(({ name }) => name === "dataLinkFrameSection");
    const packet = this.fields.findIndex(({ name }) => name === "ipHeaderPacketSection");
    const section = this.candidates.has("srcAddr") ? -1 : Math.max(frame, packet);
    return {
      section,
      sectionLink: section === frame ? LINKTYPE_ETHERNET : LINKTYPE_RAW,
      frameSize: this.place("dataLinkFrameSize"),
    };
  }

  /** The most exact carrier is copied column by column; the others where that says nothing, or beside it. */
  private choose(name: FieldName, list: readonly Candidate[]): void {
    const best = this.primary(name);
    if (best === null) return;
    const { kind } = ELEMENTS.find((element) => element.name === name)!;
    const column = this.writer.columns[name];
    const target = kind === "address" ? new Uint32Array(column.buffer) : column;
    this.copies.push({ op: best.op, field: best.field, octets: best.octets, column: target });
    for (const other of list) {
      if (other === best) {
        if (best.op === OP.uptime && this.format === 10)
          this.rows.push(this.row(ROW.uptime, best.field, this.fields[best.field]!));
        continue;
      }
      const way = kind === "time" ? ROW.other : ROW.second;
      const field = this.fields[other.field]!;
      this.rows.push({ ...this.row(way, other.field, field), column: target, kind, op: other.op });
    }
  }
}

const LINKTYPE_ETHERNET = 1;
const LINKTYPE_RAW = 101;

/** True when a value of this type can have so many octets (RFC 7011 section 6, reduced sizes included). */
function fits(type: AbstractType, length: number): boolean {
  switch (type) {
    case "ipv4Address":
    case "dateTimeSeconds":
      return length === 4;
    case "ipv6Address":
      return length === 16;
    case "macAddress":
      return length === 6;
    case "boolean":
      return length === 1;
    case "float32":
      return length === 4;
    case "float64":
      return length === 4 || length === 8;
    case "dateTimeMilliseconds":
    case "dateTimeMicroseconds":
    case "dateTimeNanoseconds":
      return length === 8;
    case "octetArray":
    case "string":
    case "basicList":
    case "subTemplateList":
    case "subTemplateMultiList":
      return true;
    default:
      return length >= 1 && length <= 8;
  }
}
