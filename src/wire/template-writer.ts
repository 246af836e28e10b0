// TemplateWriter: NetFlow v9 and IPFIX messages (RFC 3954, RFC 7011, RFC 5103). Records of one template are written field by field.
import { EncodeCounts, type SentCount } from "../core/export-ledger.ts";
import type { FlowBatch } from "../core/flow-batch.ts";
import { nameOf } from "../core/other-fields.ts";
import { type ExportTemplate, makeTemplate } from "./export-template.ts";
import type { MessageEncoder, MessageEncoderOptions } from "./message-encoder.ts";
import { FIRST_TEMPLATE, OptionsWriter } from "./options-writer.ts";
import { RECORD_KINDS, RecordGroups } from "./record-groups.ts";
import { RowTimes } from "./row-times.ts";
import { SeenColumns } from "./seen-columns.ts";
import { SetWriter } from "./set-writer.ts";
import { UptimeWindow } from "./uptime-window.ts";

const TEMPLATE_SET = { 9: 0, 10: 2 } as const;
const ENTERPRISE_BIT = 0x8000;

export class TemplateWriter implements MessageEncoder {
  readonly counts: EncodeCounts = new EncodeCounts();
  pending = 0;
  private readonly version: 9 | 10;
  private readonly options: MessageEncoderOptions;
  private readonly window: UptimeWindow;
  private readonly times = new RowTimes();
  private readonly seen = new SeenColumns();
  private readonly groups: RecordGroups;
  private readonly message: SetWriter;
  private readonly introduction: SetWriter;
  private readonly optionsData: OptionsWriter;
  private batch: FlowBatch | null = null;
  /** By kind of record: the template, once there was such a record. */
  private readonly templates: (ExportTemplate | null)[] = RECORD_KINDS.map(() => null);
  private nextTemplate = FIRST_TEMPLATE;
  /** Records sent (IPFIX), messages sent (v9). */
  private sequence = 0;
  private rate: number;
  introductionDue = true;
  /** Template Records, also of options, that this session was given; and how many of the options data since they were due. */
  private readonly said = new Set<number>();
  private valuesSaid = 0;

  constructor(protocol: "v9" | "ipfix", options: MessageEncoderOptions) {
    this.version = protocol === "v9" ? 9 : 10;
    this.options = options;
    this.rate = options.sampling;
    this.window = new UptimeWindow(options.realClock);
    this.groups = new RecordGroups(options.biflow && this.version === 10);
    this.message = new SetWriter(this.version, options.domain, options.messageOctets);
    this.introduction = new SetWriter(this.version, options.domain, options.messageOctets);
    this.optionsData = new OptionsWriter(this.version, options.domain);
  }

  use(bytes: Uint8Array): void {
    this.message.use(bytes);
  }

  load(batch: FlowBatch, rows: Int32Array, from: number, to: number): number {
    this.batch = batch;
    this.look(batch);
    const { counts, groups, times, window } = this;
    const { columns } = batch;
    const uptimes = this.version === 9;
    const most = to - from;
    groups.begin(most);
    times.reserve(batch.capacity);
    let at = from;
    for (; at < to; at++) {
      const row = rows[at]!;
      if (!times.read(columns, row, window.now())) counts.remarks.withoutTime++;
      const start = times.startMs(row);
      const end = Math.max(start, times.endMs(row));
      if (!window.fits(start, end) && (uptimes || window.latest < 0)) {
        if (at > from || this.pending > 0) break;
        if (!window.open(start, end) && uptimes) counts.remarks.startMoved++;
      }
      window.add(end);
      if (groups.add(columns, row, most) === 2) counts.remarks.reverse++;
    }
    counts.flows += at - from;
    counts.carried += at - from;
    this.needTemplates();
    if (batch.other.count > 0) this.countOther(batch, rows, from, at);
    return at;
  }

  /** What the records of a batch say that was not said before: other columns, a sampling rate. */
  private look(batch: FlowBatch): void {
    const { samplingRate } = batch.columns;
    for (let row = 0; this.rate === 0 && row < batch.rows; row++) {
      if (samplingRate[row]! <= 1) continue;
      this.rate = samplingRate[row]!;
      this.valuesSaid = 0;
      this.introductionDue = true;
    }
    if (this.seen.look(batch, this.rate || 1)) this.templates.fill(null);
  }

  private needTemplates(): void {
    const { groups } = this.groups;
    for (const [place, kind] of RECORD_KINDS.entries()) {
      if (this.templates[place] !== null || groups[2 * place]!.count + groups[2 * place + 1]!.count === 0) continue;
      this.templates[place] = makeTemplate(this.nextTemplate++, kind, this.seen, this.version, this.options.times);
      this.introductionDue = true;
    }
  }

  private countOther({ other }: FlowBatch, rows: Int32Array, from: number, to: number): void {
    const { otherFields } = this.counts;
    for (let at = from; at < to; at++) {
      for (let entry = other.first(rows[at]!); entry < other.end(rows[at]!); entry++) {
        const name = nameOf(other.names[entry]!);
        otherFields.set(name, (otherFields.get(name) ?? 0) + 1);
      }
    }
  }

  fill(): boolean {
    const { groups } = this.groups;
    for (let number = 0; number < groups.length; number++) {
      const group = groups[number]!;
      while (group.written < group.count) {
        const template = this.templates[number >> 1]!;
        const room = this.message.room(template.id, template.recordOctets);
        if (room === 0) return true;
        const to = Math.min(group.count, group.written + room);
        this.write(template, group.rows, group.written, to, (number & 1) === 1);
        group.written = to;
      }
    }
    return false;
  }

  private write(template: ExportTemplate, rows: Int32Array, from: number, to: number, reversed: boolean): void {
    const { message, times, window } = this;
    const columns = this.batch!.columns;
    const { view, bytes } = message;
    const step = template.recordOctets;
    const slice = { view, bytes, step, rows, from, to, times, boot: window.start };
    let { at } = message;
    for (const field of template.fields) {
      if (reversed) field.writeReverse(slice, at, columns[field.reverseColumn]);
      else field.write(slice, at, columns[field.column]);
      at += field.octets;
    }
    const records = to - from;
    message.at += records * step;
    message.records += records;
    this.pending += records;
    this.counts.records += records;
  }

  finish(): number {
    if (this.pending === 0) return 0;
    const records = this.pending;
    this.pending = 0;
    return this.complete(this.message, records);
  }

  private complete(message: SetWriter, dataRecords: number): number {
    const seconds = this.window.nowSeconds();
    const { sequence } = this;
    this.sequence = (sequence + (this.version === 9 ? 1 : dataRecords)) >>> 0;
    return message.finish(seconds, seconds * 1000 - this.window.start, sequence);
  }

  renew(): void {
    this.said.clear();
    this.valuesSaid = 0;
    this.introductionDue = true;
  }

  restart(): void {
    this.sequence = 0;
    this.renew();
  }

  introduce(bytes: Uint8Array, sent: SentCount): number {
    if (!this.introductionDue) return 0;
    const { introduction, optionsData } = this;
    introduction.use(bytes);
    const options = optionsData.list(this.rate, sent, this.window.now());
    const before = this.valuesSaid;
    const templates = this.templates.filter((template) => template !== null);
    const whole =
      templates.every((template) => this.once(template.id, () => this.writeTemplate(template))) &&
      options.every((data) => this.once(data.id, () => optionsData.writeTemplate(introduction, data)));
    while (whole && this.valuesSaid < options.length) {
      if (!optionsData.writeValues(introduction, options[this.valuesSaid]!)) break;
      this.valuesSaid++;
    }
    this.introductionDue = this.valuesSaid < options.length;
    return introduction.empty ? 0 : this.complete(introduction, this.valuesSaid - before);
  }

  /** Says a template where it was not said yet in this session; false when there is no room for it. */
  private once(id: number, say: () => boolean): boolean {
    if (this.said.has(id)) return true;
    if (!say()) return false;
    this.said.add(id);
    return true;
  }

  private writeTemplate({ id, fields, templateOctets }: ExportTemplate): boolean {
    const { introduction } = this;
    if (introduction.room(TEMPLATE_SET[this.version], templateOctets) === 0) return false;
    introduction.put(2, id);
    introduction.put(2, fields.length);
    for (const { id: element, pen, octets } of fields) {
      introduction.put(2, pen === 0 ? element : element | ENTERPRISE_BIT);
      introduction.put(2, octets);
      if (pen !== 0) introduction.put(4, pen);
    }
    introduction.records++;
    return true;
  }
}
