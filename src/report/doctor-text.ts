// What `flowgauge doctor` says to a person: each exporter with its templates, then what was found, then what to change.
import { exporterName, offsetText, percent } from "./collect-text.ts";
import { type Style, styled } from "./colour.ts";
import type { DoctorExporter, DoctorFinding, DoctorObject, DoctorTemplate } from "./doctor-object.ts";
import { counted, withSeparators, withTime, withUnit } from "./quantity.ts";

/** Exporters that are told of, those with most messages, and templates of each. All of them are in --json. */
const MOST_EXPORTERS = 50;
const MOST_TEMPLATES = 12;
/** Lines are no wider than this, however wide the terminal: sentences are read, not scanned. */
const WIDEST = 110;
const LEVEL_STYLES: Record<DoctorFinding["level"], Style> = { ok: "green", note: "blue", warning: "yellow" };

export interface DoctorTextOptions {
  readonly colour?: boolean | undefined;
  /** Columns of the terminal; 0 = as wide as is good to read. */
  readonly width?: number | undefined;
}

/** Several lines for standard output, each with its end. */
export function printDoctor(run: DoctorObject, { colour = false, width = 0 }: DoctorTextOptions = {}): string {
  const page = new TextPage(Math.min(WIDEST, width > 40 ? width : WIDEST), colour);
  const addresses = new Set(run.exporters.map(({ exporter }) => exporter)).size;
  page.sentence(
    "",
    `${counted(run.messages, "message")} with ${counted(run.records, "flow record")} from ${counted(addresses, "exporter")} in ${withTime(run.seconds)}`,
  );
  const shown = [...run.exporters].sort((a, b) => b.messages - a.messages).slice(0, MOST_EXPORTERS);
  for (const exporter of shown) tellExporter(page, run, exporter);
  const rest = run.exporters.length - shown.length;
  if (rest > 0) page.sentence("", `and ${counted(rest, "line")} more; all of them are in --json`);
  const general = run.findings.filter(({ exporter }) => exporter === null);
  if (general.length > 0) page.heading("The collector, and exporters together", "");
  for (const finding of general) tellFinding(page, finding);
  return page.toString();
}

function tellExporter(page: TextPage, run: DoctorObject, told: DoctorExporter): void {
  const address = told.alias === null ? "" : ` (${told.exporter})`;
  const device = told.device === null ? "" : `, by its templates ${told.device}`;
  page.heading(`${exporterName(told)}${address}`, `${told.format}, domain ${told.domain}${device}`);
  page.sentence("  ", figures(told));
  for (const template of told.templates.slice(0, MOST_TEMPLATES)) tellTemplate(page, template);
  const more = told.templates.length - MOST_TEMPLATES;
  if (more > 0) page.sentence("  ", `and ${counted(more, "template")} more`);
  for (const finding of run.findings) {
    const { exporter, domain, format } = finding;
    if (exporter === told.exporter && domain === told.domain && format === told.format) tellFinding(page, finding);
  }
}

function figures(told: DoctorExporter): string {
  const rate = (value: number) => (value < 10 ? value.toFixed(value < 1 ? 2 : 1) : withSeparators(value));
  const sampling =
    told.samplingRate === null
      ? "sampling not known"
      : `sampling 1:${withSeparators(told.samplingRate)} (${told.samplingSource ?? "-"})`;
  const shares = [
    ...(told.ipv6Records > 0 ? [`${percent(told.ipv6Records / Math.max(1, told.records))} IPv6`] : []),
    ...(told.biflowRecords > 0 ? [`${percent(told.biflowRecords / Math.max(1, told.records))} biflows`] : []),
  ];
  return [
    `${counted(told.records, "record")} in ${counted(told.messages, "message")}`,
    ...(told.recordsPerSecond > 0 ? [`${rate(told.recordsPerSecond)} records/s`] : []),
    ...(told.bytesPerSecond > 0 ? [`${withUnit(told.bytesPerSecond, "B")}/s`] : []),
    ...(told.optionsRecords > 0 ? [counted(told.optionsRecords, "options record")] : []),
    ...(told.counterSamples > 0 ? [counted(told.counterSamples, "counter sample")] : []),
    sampling,
    `clock ${offsetText(told.clockOffset)}`,
    told.lostShare > 0 ? `${percent(told.lostShare)} lost` : "nothing lost",
    ...(told.longestFlowSeconds === null || told.longestFlowSeconds === 0
      ? []
      : [`longest flow ${withTime(told.longestFlowSeconds)}`]),
    ...shares,
  ].join(", ");
}

function tellTemplate(page: TextPage, { id, scopes, sent, refreshSeconds, fields }: DoctorTemplate): void {
  const times =
    refreshSeconds === null ? "seen once" : `seen ${counted(sent, "time")}, at most ${withTime(refreshSeconds)} apart`;
  const names = fields.map(({ name }) => name).join(" ");
  page.sentence("  ", `${scopes > 0 ? "options template" : "template"} ${id}, ${times}: ${names}`, "      ");
}

function tellFinding(page: TextPage, { level, sentence, advice }: DoctorFinding): void {
  page.sentence("  ", `${capital(sentence)}.`, "          ", level.padEnd(8), LEVEL_STYLES[level]);
  for (const line of advice) page.sentence("          - ", line, "            ");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Text that is wrapped at spaces. */
class TextPage {
  private readonly lines: string[] = [];
  private readonly width: number;
  private readonly colour: boolean;

  constructor(width: number, colour: boolean) {
    this.width = width;
    this.colour = colour;
  }

  heading(name: string, about: string): void {
    this.lines.push("", `${styled(name, "bold", this.colour)}${about === "" ? "" : `  ${about}`}`);
  }

  /** `indent` stands before the first line, `hang` before the others. `label` comes after the indent, in a style. */
  sentence(indent: string, text: string, hang = indent, label = "", style: Style | null = null): void {
    let line = "";
    let before = indent + label;
    for (const word of text.split(" ")) {
      if (line !== "" && before.length + line.length + 1 + word.length > this.width) {
        this.push(before, line, label, style);
        before = hang;
        line = word;
      } else {
        line += line === "" ? word : ` ${word}`;
      }
    }
    this.push(before, line, label, style);
  }

  private push(before: string, line: string, label: string, style: Style | null): void {
    const start =
      label !== "" && before.endsWith(label) ? before.replace(label, styled(label, style, this.colour)) : before;
    this.lines.push(start + line);
  }

  toString(): string {
    return `${this.lines.join("\n")}\n`;
  }
}
