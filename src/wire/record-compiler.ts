// The record compiler: a plan's copies of fields as one function that is made for it, with a loop over the records and constant offsets.
// Three times as fast as one loop for each field, so templates that bring many records have one. docs/decisions/0008-compiled-records.md
import { writeTime } from "../core/nanoseconds.ts";
import type { BatchWriter } from "./batch-writer.ts";
import { type AnyColumn, OP, putMilliseconds } from "./column-ops.ts";
import type { ColumnCopy, RecordPlan } from "./record-plan.ts";
import type { Template } from "./template.ts";

/** What is the same in all records of a message, and what is counted of them. */
export class MessageConstants {
  /** The exporter's address as four words, time of receipt as two. */
  a = 0;
  b = 0;
  c = 0;
  d = 0;
  low = 0;
  high = 0;
  domain = 0;
  rate = 0;
  said = 0;
  /** Export time, uptime then, and seconds by which absolute times are moved. */
  seconds = 0;
  milliseconds = 0;
  sysUpTime = 0;
  shift = 0;
  /** Times that cannot be said, uptimes that had wrapped and can, starts after their ends. */
  unknown = 0;
  wrapped = 0;
  contradicting = 0;
}

/** Reads records from `base` on into rows `row` to `end`. */
export type CompiledRecords = (view: DataView, base: number, row: number, end: number, k: MessageConstants) => void;

/** Export times nearer to 1970 or 2106 than this many seconds go the long way: then no sum in a loop leaves 32 bits. */
export const TIME_MARGIN = 4_194_304;

/** From here on 32 bits of seconds do not hold a time. */
const LAST_MILLISECOND = 4_294_967_296_000;

/** Differences in milliseconds that are worked out in whole numbers: 12 days. Two of them and a second fit 31 bits. */
const NEAR = 1_073_000_000;

/** Writes the time that is `whole` milliseconds after the second of the export. */
function near(column: string): string {
  return `let q = (whole / 1000) | 0; let rest = (whole - Math.imul(q, 1000)) | 0;
    if (rest < 0) { q = (q - 1) | 0; rest = (rest + 1000) | 0; }
    time(${column}, r, seconds + q, Math.imul(rest, 1000000));`;
}

/** The functions there are, up to a number. */
export class RecordCompiler {
  private readonly writer: BatchWriter;
  private readonly after: number;
  private readonly most: number;
  private count = 0;
  private allowed = true;

  /** Plans are compiled after so many records; there are never more than `most` functions. */
  constructor(writer: BatchWriter, after: number, most: number) {
    this.writer = writer;
    this.after = after;
    this.most = most;
  }

  /** The function of a plan; null while it has none. `records` are read by it now. */
  of(plan: RecordPlan, template: Template, records: number): CompiledRecords | null {
    const { compiled } = plan;
    if (compiled !== null) return compiled;
    plan.records += records;
    if (plan.records <= this.after || this.count >= this.most || !this.allowed) return null;
    try {
      plan.compiled = compile(plan, template, this.writer);
      this.count++;
    } catch {
      // Node was started with --disallow-code-generation-from-strings: it goes without.
      this.allowed = false;
    }
    return plan.compiled;
  }

  /** A plan is not used any more. */
  drop(plan: RecordPlan | null): void {
    if (plan === null || plan.compiled === null) return;
    plan.compiled = null;
    this.count--;
  }
}

/** True when the compiled function does this copy; the others are done field by field behind it. */
export function isCompiled({ op }: ColumnCopy): boolean {
  return op !== OP.seconds && op !== OP.ntp && op !== OP.ntpMicro && op !== OP.beforeExport;
}

/** Nothing of a message becomes code: only offsets, which are numbers, and columns by their place in a list. */
function compile(plan: RecordPlan, template: Template, writer: BatchWriter): CompiledRecords {
  const source = new Source(template.offsets);
  const { columns } = writer;
  const exporter = source.column(new Uint32Array(columns.exporter.buffer));
  const received = source.column(columns.received);
  for (const [word, value] of ["a", "b", "c", "d"].entries()) source.line(`${exporter}[r4 + ${word}] = ${value};`);
  source.line(`${received}[r2] = low; ${received}[r2 + 1] = high;`);
  source.line(`${source.column(columns.domain)}[r] = domain;`);
  source.line(`${source.column(columns.samplingRate)}[r] = rate;`);
  source.line(`${source.column(columns.samplingSource)}[r] = said;`);
  if (plan.ipVersion >= 0) source.line(`${source.column(columns.ipVersion)}[r] = ${plan.ipVersion};`);
  for (const copy of plan.copies) if (isCompiled(copy)) source.copy(copy, plan);
  if (plan.timesToCompare) source.compare(columns.start, columns.end);
  return source.make(template.octets);
}

class Source {
  private readonly offsets: Int32Array;
  private readonly lines: string[] = [];
  private readonly columns: AnyColumn[] = [];
  /** Places of the columns whose time is known as milliseconds in a variable of the loop. */
  private readonly milliseconds = new Set<number>();

  constructor(offsets: Int32Array) {
    this.offsets = offsets;
  }

  line(text: string): void {
    this.lines.push(text);
  }

  /** The name of a column in the function. */
  column(column: AnyColumn): string {
    return `c${this.place(column)}`;
  }

  private place(column: AnyColumn): number {
    const known = this.columns.indexOf(column);
    return known >= 0 ? known : this.columns.push(column) - 1;
  }

  copy(copy: ColumnCopy, plan: RecordPlan): void {
    const { op, field, octets } = copy;
    const column = this.column(copy.column);
    const at = (more = 0) => `p + ${this.offsets[field]! + more}`;
    const octet = (more = 0) => `view.getUint8(${at(more)})`;
    const short = (more = 0) => `view.getUint16(${at(more)})`;
    const word = (more = 0) => `view.getUint32(${at(more)})`;
    const little = (more: number) => `view.getInt32(${at(more)}, true)`;
    switch (op) {
      case OP.u8ToU8:
      case OP.u8ToU16:
      case OP.u8ToU32:
        this.line(`${column}[r] = ${octet()};`);
        return;
      case OP.u16ToU16:
      case OP.u16ToU32:
        this.line(`${column}[r] = ${short()};`);
        return;
      case OP.u24ToU32:
        this.line(`${column}[r] = (${short()} << 8) | ${octet(2)};`);
        return;
      case OP.u32ToU32:
        this.line(`${column}[r] = ${word()};`);
        return;
      case OP.u32ToU64:
        this.line(`${column}[r2] = ${word()}; ${column}[r2 + 1] = 0;`);
        return;
      case OP.low64:
        this.line(`${column}[r2] = ${number(octets, octet)}; ${column}[r2 + 1] = 0;`);
        return;
      case OP.full64:
        this.line(`${column}[r2] = ${word(octets - 4)}; ${column}[r2 + 1] = ${number(octets - 4, octet)};`);
        return;
      case OP.ipv4:
        this.line(
          `${column}[r4] = 0; ${column}[r4 + 1] = 0; ${column}[r4 + 2] = 0xffff0000; ${column}[r4 + 3] = ${little(0)};`,
        );
        return;
      case OP.ipv6:
        for (let w = 0; w < 4; w++) this.line(`${column}[r4 + ${w}] = ${little(4 * w)};`);
        return;
      case OP.mac:
        this.line(`${column}[r2 + 1] = ${short()}; ${column}[r2] = ${word(2)};`);
        return;
      case OP.mpls:
        this.line(`${column}[r] = ((${short()} << 4) | (${octet(2)} >> 4)) + 1;`);
        return;
      case OP.milliseconds:
        this.absolute(this.place(copy.column), `${word()} * 4294967296 + ${word(4)} + shift`);
        return;
      case OP.uptime:
        this.uptime(copy, plan, at);
        return;
      default:
        throw new Error(`no line for operation ${op}`);
    }
  }

  private absolute(place: number, milliseconds: string): void {
    this.milliseconds.add(place);
    this.line(`const m${place} = ${milliseconds};`);
    this.line(`if (!put(c${place}, r, m${place})) unknown++;`);
  }

  /** As `copyUptimes` and `copyUptimeStarts` have it; what is near to the export time in whole numbers of 32 bits. */
  private uptime({ field, column }: ColumnCopy, plan: RecordPlan, at: () => string): void {
    const c = this.column(column);
    if (field === plan.uptimeFirst) {
      this.line(
        `{ const ended = view.getUint32(p + ${this.offsets[plan.uptimeLast]!}), began = view.getUint32(${at()});`,
      );
      this.line("const after = (ended - up) | 0, span = (ended - began) | 0;");
      this.line(`if (after > -${NEAR} && after < ${NEAR} && span >= 0 && span < ${NEAR}) {`);
      this.line("const whole = (((after - span) | 0) + ms) | 0;");
      this.line(near(c));
      this.line(`} else if (!put(${c}, r, base0 + after - ((ended - began) >>> 0))) unknown++; }`);
      return;
    }
    this.line(`{ const ended = view.getUint32(${at()}), after = (ended - up) | 0;`);
    this.line("if (after <= 0 !== ended <= up) wrapped++;");
    this.line(`if (after > -${NEAR} && after < ${NEAR}) { const whole = (after + ms) | 0;`);
    this.line(near(c));
    // What cannot be said was not repaired.
    this.line(`} else if (!put(${c}, r, base0 + after)) { unknown++; if (after <= 0 !== ended <= up) wrapped--; } }`);
  }

  /** Starts after their ends are counted where both are milliseconds; otherwise that is done behind this. */
  compare(start: AnyColumn, end: AnyColumn): void {
    const [from, to] = [this.place(start), this.place(end)];
    if (!this.milliseconds.has(from) || !this.milliseconds.has(to)) return;
    // Of times that cannot be said nothing is known.
    this.line(`if (m${from} > m${to} && m${to} >= 0 && m${from} < ${LAST_MILLISECOND}) contradicting++;`);
  }

  make(step: number): CompiledRecords {
    const body = `"use strict";
const [${this.columns.map((_, place) => `c${place}`).join(", ")}] = columns;
return function (view, base, row, end, k) {
  const { a, b, c, d, low, high, domain, rate, said, seconds } = k;
  const ms = k.milliseconds, up = k.sysUpTime, shift = k.shift * 1000, base0 = seconds * 1000 + ms;
  let unknown = 0, wrapped = 0, contradicting = 0;
  for (let r = row, p = base; r < end; r++, p += ${step}) {
    const r2 = 2 * r, r4 = 4 * r;
    ${this.lines.join("\n    ")}
  }
  k.unknown = unknown; k.wrapped = wrapped; k.contradicting = contradicting;
};`;
    const factory = new Function("columns", "put", "time", body) as (
      columns: readonly AnyColumn[],
      put: typeof putMilliseconds,
      time: typeof writeTime,
    ) => CompiledRecords;
    return factory(this.columns, putMilliseconds, writeTime);
  }
}

/** The number in so many octets, from the first on. */
function number(octets: number, octet: (more: number) => string): string {
  return Array.from({ length: octets }, (_, place) => `(${octet(place)} << ${8 * (octets - 1 - place)})`).join(" | ");
}

/** True when the function counts contradicting times itself: both are milliseconds. */
export function comparesTimes(copies: readonly ColumnCopy[], writer: BatchWriter): boolean {
  const { start, end } = writer.columns;
  const isMilliseconds = (column: AnyColumn) =>
    copies.some((copy) => copy.column === column && copy.op === OP.milliseconds);
  return isMilliseconds(start) && isMilliseconds(end);
}
