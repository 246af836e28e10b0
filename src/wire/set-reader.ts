// SetReader: the sets of one message of NetFlow v9 or IPFIX: templates are learned, data is read by them or waits for them.
import type { Refused } from "../core/collect-ledger.ts";
import { Message, readU16 } from "../core/message.ts";
import type { ExportClock } from "./export-clock.ts";
import { takeOptions } from "./options-data.ts";
import type { ReaderContext } from "./reader-context.ts";
import { planRecords } from "./record-planner.ts";
import type { RecordReader } from "./record-reader.ts";
import type { Source } from "./sources.ts";
import { describeField, numbered, Template } from "./template.ts";
import { readTemplates, type TemplateVisitor } from "./template-sets.ts";
import type { TemplateStore } from "./template-store.ts";
import { fillMessage, type WaitingData } from "./waiting-data.ts";

const SET_HEADER = 4;
/** Fields of templates that one message describes anew. */
const MOST_DESCRIBED = 4096;
const FIRST_ID = 256;

/** Numbers of the sets that hold templates and options templates. */
const TEMPLATE_SETS = { 9: [0, 1], 10: [2, 3] } as const;

export class SetReader implements TemplateVisitor {
  /** Records of all kinds in the message, templates too (as the header of NetFlow v9 counts them). */
  counted = 0;
  /** Records of data and options data (as the sequence numbers of IPFIX count them). */
  dataRecords = 0;
  /** Those of options among them. */
  optionsRecords = 0;
  /** True when there was data that could not be counted. */
  uncounted = false;
  private readonly context: ReaderContext;
  private readonly clock: ExportClock;
  private readonly records: RecordReader;
  private readonly store: TemplateStore;
  private readonly waiting: WaitingData;
  /** The message that waiting data is decoded as. */
  private readonly waited = new Message();
  /** Fields of templates that may still be described anew. */
  private describable = 0;
  private source!: Source;
  private message!: Message;
  private format: 9 | 10 = 9;

  constructor(
    context: ReaderContext,
    clock: ExportClock,
    records: RecordReader,
    store: TemplateStore,
    waiting: WaitingData,
  ) {
    this.context = context;
    this.clock = clock;
    this.records = records;
    this.store = store;
    this.waiting = waiting;
  }

  /** Reads the sets between `at` and `end`. The clock is set already. `exportSeconds` and `sysUpTime` are what the header says. */
  read(
    message: Message,
    source: Source,
    format: 9 | 10,
    at: number,
    end: number,
    exportSeconds: number,
    sysUpTime: number,
  ): void {
    this.counted = 0;
    this.dataRecords = 0;
    this.optionsRecords = 0;
    this.uncounted = false;
    this.context.lists.left = this.context.limits.listValuesPerMessage;
    this.describable = MOST_DESCRIBED;
    this.format = format;
    this.source = source;
    this.message = message;
    const { bytes } = message;
    const { page } = source;
    const [templateSet, optionsSet] = TEMPLATE_SETS[format];
    let from = at;
    while (end - from >= SET_HEADER) {
      const id = readU16(bytes, from);
      const length = readU16(bytes, from + 2);
      if (length < SET_HEADER || length > end - from) {
        if (id === 0 && length === 0 && onlyZeros(message.bytes, from, end)) page.remarks.setPadding++;
        else page.refused.setLength++;
        return;
      }
      const next = from + length;
      if (id >= FIRST_ID) {
        this.data(id, from + SET_HEADER, next, exportSeconds, sysUpTime);
      } else if (id === templateSet || id === optionsSet) {
        this.templates(message.view, from + SET_HEADER, next, id === optionsSet);
      } else {
        page.refused.setId++;
      }
      from = next;
    }
  }

  template(template: Template): void {
    this.counted++;
    const { source } = this;
    if (!this.store.put(source, template, this.message.seconds)) return;
    this.decodeWaiting(template);
  }

  withdrawal(id: number | "templates" | "options"): void {
    const { source } = this;
    if (source.session === 0) source.page.remarks.withdrawalIgnored++;
    else this.store.withdraw(source, id);
  }

  refused(reason: Refused): void {
    this.source.page.refused[reason]++;
  }

  private templates(view: DataView, at: number, end: number, options: boolean): void {
    const { names } = this.source.exporter;
    readTemplates(view, at, end, this.format, options, names, this.context.limits.fieldsPerTemplate, this);
  }

  private data(id: number, at: number, end: number, exportSeconds: number, sysUpTime: number): void {
    const { source, message } = this;
    const own = source.templates.get(id);
    let template = own ?? this.fromOtherPort(id);
    if (template === undefined) {
      this.uncounted = true;
      this.waiting.keep(source, id, message, at, end, exportSeconds, sysUpTime);
      return;
    }
    if (own === undefined) source.page.remarks.templateOtherPort++;
    else source.ownData++;
    if (own?.namesLearned !== source.exporter.namesLearned && own !== undefined)
      template = this.describeAgain(source, own);
    this.decode(template, message, at, end);
  }

  /** Some exporters send templates from one port and data from another (then no data comes from the first one). */
  private fromOtherPort(id: number): Template | undefined {
    const { source } = this;
    if (source.session !== 0 || source.exporter.sources.size === 1) return undefined;
    for (const other of source.exporter.sources) {
      if (other === source || other.session !== 0 || other.ownData > 0) continue;
      if (other.domain !== source.domain || other.format !== source.format) continue;
      const template = other.templates.get(id);
      if (template !== undefined) return template;
    }
    return undefined;
  }

  private decode(template: Template, message: Message, at: number, end: number): void {
    if (template.scopes > 0) {
      this.options(template, message, at, end);
      return;
    }
    const { source } = this;
    template.plan ??= planRecords(template.fields, this.format, this.context.writer, () => {
      source.page.remarks.fieldOpaque++;
    });
    let records: number;
    this.records.begin(source, message);
    if (template.variable) {
      records = this.records.readVariable(template.plan, template, at, end);
      if (records < 0) {
        records = -1 - records;
        source.page.refused.recordLength++;
        this.uncounted = true;
      }
    } else {
      records = Math.floor((end - at) / template.octets);
      if (end - at - records * template.octets > 7) source.page.remarks.setPadding++;
      this.records.readFixed(template.plan, template, at, records);
    }
    this.counted += records;
    this.dataRecords += records;
  }

  private options(template: Template, message: Message, at: number, end: number): void {
    const { source, records, context } = this;
    const { bytes } = message;
    let from = at;
    while (end - from >= template.octets) {
      let next = from + template.octets;
      if (template.variable) {
        next = records.locate(template, bytes, from, end);
        if (next < 0) {
          source.page.refused.recordLength++;
          this.uncounted = true;
          break;
        }
        takeOptions(context, source, message, template, bytes, 0, records.offsets, records.lengths);
      } else {
        const { offsets, lengths } = template;
        takeOptions(context, source, message, template, bytes, from, offsets, lengths);
      }
      this.counted++;
      this.dataRecords++;
      this.optionsRecords++;
      from = next;
    }
    if (this.format === 10) this.clock.learnStart(source);
  }

  /** Names were learned since the template was described: does it anew. So many fields a message: names are easily sent. */
  private describeAgain(owner: Source, template: Template): Template {
    const { exporter } = owner;
    if (this.describable < template.fields.length) return template;
    this.describable -= template.fields.length;
    template.namesLearned = exporter.namesLearned;
    if (!template.fields.some(({ pen, id }) => pen !== 0 && exporter.names.has(`${pen}/${id}`))) return template;
    const fields = template.fields.map(({ id, pen, length }, place) => ({
      id,
      pen,
      length,
      ...describeField(id, pen, owner.format, place < template.scopes, exporter.names),
    }));
    const described = new Template(template.id, numbered(fields), template.scopes);
    described.namesLearned = exporter.namesLearned;
    this.store.replace(owner, template, described);
    return described;
  }

  /** Reads what waited for a template, with the clock of its own message. */
  private decodeWaiting(template: Template): void {
    const sets = this.waiting.take(this.source, template.id);
    if (sets.length === 0) return;
    const { clock, message, source, waited, counted, dataRecords, optionsRecords, uncounted } = this;
    const saved = clock.save();
    for (const set of sets) {
      fillMessage(waited, set);
      if (this.format === 9) clock.set(waited, source, set.exportSeconds, 0, set.sysUpTime);
      else clock.setIpfix(waited, source, set.exportSeconds);
      this.decode(template, waited, 0, waited.end);
      source.ownData++;
    }
    clock.restore(saved);
    this.message = message;
    this.counted = counted;
    this.dataRecords = dataRecords;
    this.optionsRecords = optionsRecords;
    this.uncounted = uncounted;
  }
}

/** Some exporters fill their messages up with zeros behind the last set. */
function onlyZeros(bytes: Uint8Array, from: number, end: number): boolean {
  for (let at = from; at < end; at++) if (bytes[at] !== 0) return false;
  return true;
}
