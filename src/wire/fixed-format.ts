// NetFlow v1, v5, v7 and v8: a header and records of one constant layout. What differs is in the format's own file.
import { type Message, readU16, readU32 } from "../core/message.ts";
import type { ExportClock } from "./export-clock.ts";
import type { ReaderContext } from "./reader-context.ts";
import type { RecordPlan } from "./record-plan.ts";
import { planRecords } from "./record-planner.ts";
import type { RecordReader } from "./record-reader.ts";
import type { Source } from "./sources.ts";
import type { Template } from "./template.ts";

export interface FixedFormat {
  readonly format: 1 | 5 | 7 | 8;
  readonly headerOctets: number;
  /** Where the header has the sequence number of the first record; -1 = it has none. */
  readonly sequenceAt: number;
  /** The layout of the records; null where the header says one that does not exist. */
  readonly template: (bytes: Uint8Array, start: number) => Template | null;
  readonly domain: (bytes: Uint8Array, start: number) => number;
  /** What else the header says of its records. */
  readonly header?: (bytes: Uint8Array, start: number, source: Source) => void;
}

/** What records of v1, v5 and v7 begin with: element and octets. */
export const FIRST_FIELDS = [
  ["sourceIPv4Address", 4],
  ["destinationIPv4Address", 4],
  ["ipNextHopIPv4Address", 4],
  ["ingressInterface", 2],
  ["egressInterface", 2],
  ["packetDeltaCount", 4],
  ["octetDeltaCount", 4],
  ["flowStartSysUpTime", 4],
  ["flowEndSysUpTime", 4],
  ["sourceTransportPort", 2],
  ["destinationTransportPort", 2],
] as const;

/** Octets of the part of the header that all of them have: version, count, sysUpTime, seconds, nanoseconds. */
const COMMON_HEADER = 16;

export class FixedReader {
  private readonly context: ReaderContext;
  private readonly clock: ExportClock;
  private readonly records: RecordReader;
  private readonly plans = new Map<Template, RecordPlan>();

  constructor(context: ReaderContext, clock: ExportClock, records: RecordReader) {
    this.context = context;
    this.clock = clock;
    this.records = records;
  }

  read(message: Message, format: FixedFormat): void {
    const { bytes, start, end } = message;
    const { headerOctets } = format;
    const short = end - start < headerOctets;
    const source = this.context.sources.find(message, short ? 0 : format.domain(bytes, start), format.format);
    if (source === null) return;
    const { page } = source;
    if (short) {
      page.refused.tooShort++;
      return;
    }
    const template = format.template(bytes, start);
    if (template === null) {
      page.refused.aggregation++;
      return;
    }
    const milliseconds = Math.floor(readU32(bytes, start + 12) / 1e6);
    this.clock.set(message, source, readU32(bytes, start + 8), milliseconds, readU32(bytes, start + 4));
    format.header?.(bytes, start, source);
    const said = readU16(bytes, start + 2);
    const held = Math.floor((end - start - headerOctets) / template.octets);
    if (said > held) page.refused.lengthContradicts++;
    else if (end - start - headerOctets >= (said + 1) * template.octets) page.remarks.countDiffers++;
    const count = Math.min(said, held);
    if (format.sequenceAt >= COMMON_HEADER) {
      source.sequence.check(page, readU32(bytes, start + format.sequenceAt), said, 0);
    }
    const plan = this.planOf(template, format.format);
    this.records.begin(source, message);
    this.records.readFixed(plan, template, start + headerOctets, count);
  }

  private planOf(template: Template, format: number): RecordPlan {
    let plan = this.plans.get(template);
    if (plan === undefined) {
      plan = planRecords(template.fields, format, this.context.writer, () => {});
      this.plans.set(template, plan);
    }
    return plan;
  }
}
