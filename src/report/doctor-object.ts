// What `flowgauge doctor` tells as a plain object: exporters with their templates, and findings with their sentences.
import type { DeviceKind, Finding, FindingLevel, Patient, Symptoms } from "../collect/index.ts";
import { FORMAT_NAMES } from "../core/collect-ledger.ts";
import { type CollectShown, exporterObject } from "./collect-object.ts";
import { adviceLines } from "./doctor-advice.ts";
import { findingSentence } from "./doctor-sentences.ts";

export interface DoctorTemplate {
  id: number;
  port: number;
  /** Number of scope fields of an options template; 0 = of data. */
  scopes: number;
  /** Times it was seen to be sent, and the longest time between two of them (null = sent once). */
  sent: number;
  refreshSeconds: number | null;
  fields: { name: string; length: number }[];
}

export interface DoctorExporter {
  exporter: string;
  alias: string | null;
  domain: number;
  format: string;
  /** What it may be, by its templates. */
  device: string | null;
  messages: number;
  records: number;
  optionsRecords: number;
  counterSamples: number;
  messagesPerSecond: number;
  recordsPerSecond: number;
  bytesPerSecond: number;
  samplingRate: number | null;
  samplingSource: string | null;
  clockOffset: number;
  lostRecords: number;
  lostShare: number;
  longestFlowSeconds: number | null;
  ipv4Records: number;
  ipv6Records: number;
  biflowRecords: number;
  templates: DoctorTemplate[];
}

export interface DoctorFinding {
  level: FindingLevel;
  code: string;
  exporter: string | null;
  domain: number | null;
  format: string | null;
  sentence: string;
  /** What to change, the general words first. */
  advice: string[];
  values: Record<string, number | string>;
}

export interface DoctorObject {
  /** How long was listened; of captures: how long their messages span. */
  seconds: number;
  messages: number;
  records: number;
  kernelDrops: number | null;
  exporters: DoctorExporter[];
  findings: DoctorFinding[];
}

/** What a run of the doctor has seen, as an object that shares nothing with it. (Who prints anything loads this: it loads no collector.) */
export function doctorObject(
  shown: CollectShown,
  { ledger, seconds }: Symptoms,
  all: readonly Patient[],
  findings: readonly Finding[],
): DoctorObject {
  const exporters = all.map((patient) => doctorExporter(patient, shown.aliasOf(patient.page.exporter)));
  return {
    seconds,
    messages: ledger.messages,
    records: exporters.reduce((sum, { records }) => sum + records, 0),
    kernelDrops: ledger.kernelDrops,
    exporters,
    findings: findings.map((finding) => doctorFinding(finding, deviceOf(all, finding))),
  };
}

function doctorExporter({ page, facts, templates, device, seconds }: Patient, alias: string | null): DoctorExporter {
  const rate = (count: number) => (seconds > 0 ? Math.round((count / seconds) * 1000) / 1000 : 0);
  const told = exporterObject(page, alias);
  return {
    exporter: told.exporter,
    alias,
    domain: told.domain,
    format: told.format,
    device: device?.name ?? null,
    messages: told.messages,
    records: told.records,
    optionsRecords: told.optionsRecords,
    counterSamples: told.counterSamples,
    messagesPerSecond: rate(told.messages),
    recordsPerSecond: rate(told.records),
    bytesPerSecond: rate(told.bytes),
    samplingRate: told.samplingRate,
    samplingSource: told.samplingSource,
    clockOffset: told.clockOffset,
    lostRecords: told.lostRecords,
    lostShare: told.lostShare,
    longestFlowSeconds: facts === null ? null : facts.longestMs / 1000,
    ipv4Records: facts?.ipv4 ?? 0,
    ipv6Records: facts?.ipv6 ?? 0,
    biflowRecords: facts?.biflows ?? 0,
    templates: templates.map(({ snapshot, times, longestSeconds }) => ({
      id: snapshot.id,
      port: snapshot.port,
      scopes: snapshot.scopes,
      sent: times,
      refreshSeconds: times > 1 ? Math.round(longestSeconds * 10) / 10 : null,
      fields: snapshot.fields.map(({ name, length }) => ({ name, length })),
    })),
  };
}

function deviceOf(all: readonly Patient[], { exporter, domain, format }: Finding): DeviceKind | null {
  const found = all.find(({ page }) => page.exporter === exporter && page.domain === domain && page.format === format);
  return found?.device?.kind ?? null;
}

function doctorFinding(finding: Finding, device: DeviceKind | null): DoctorFinding {
  const { level, code, exporter, domain, format, values } = finding;
  return {
    level,
    code,
    exporter,
    domain,
    format: format === null ? null : FORMAT_NAMES[format],
    sentence: findingSentence(code, values),
    advice: adviceLines(code, device, format).map((line) =>
      exporter === null ? line : line.replace("EXPORTER=", `${exporter}=`),
    ),
    values: { ...values },
  };
}
