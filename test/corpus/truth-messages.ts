// Compares what came of one message, and what the ledger says in the end, with a truth.
import { parseAddress } from "../../src/core/address.ts";
import { SAMPLING_SOURCE } from "../../src/core/elements.ts";
import { informationElementNamed } from "../../src/core/information-elements.ts";
import type { OptionsRecord, TemplateSnapshot } from "../../src/wire/index.ts";
import { type Collected, type DecodedMessage, type DecodedRow, hex } from "./decoded-messages.ts";
import type { NetflowTruth, TruthRecord, TruthTemplate } from "./netflow-samples.ts";
import { type Comparison, canonical, compareRecord } from "./truth-fields.ts";

/** Versions that are flow messages to us; 6 has no registered fields. */
const READ: ReadonlySet<number> = new Set([1, 5, 7, 8, 9, 10]);

/** A truth's data records in the order in which they come: those of late templates with the template, before the message's own or after. */
function dataRecords(
  truth: NetflowTruth,
  frame: number,
): { readonly own: TruthRecord[]; readonly late: TruthRecord[] } {
  const data = truth.records.filter((record) => record.kind === "data");
  const own = data.filter((record) => record.frame === frame && !record.lateTemplate);
  const late: TruthRecord[] = [];
  // Each template brings what waited for it.
  const templates = truth.templates.filter((template) => template.frame === frame);
  for (const { template } of templates) {
    for (const set of truth.unresolved_sets ?? []) {
      if (set.resolvedByFrame !== frame || set.set !== template) continue;
      const waited = data.filter(
        (record) => record.lateTemplate && record.frame === set.frame && record.template === set.set,
      );
      for (const record of waited) if (!late.includes(record)) late.push(record);
    }
  }
  return { own, late };
}

/** `received` are the times of receipt of all messages, by frame. */
export function compareMessage(
  truth: NetflowTruth,
  message: DecodedMessage,
  received: ReadonlyMap<number, string>,
  into: Comparison,
): void {
  const { frame, rows, options } = message;
  const header = truth.headers.find((one) => one.frame === frame);
  if (header?.version === 8) return; // netflow-v8-truth.test.ts
  const { own, late } = dataRecords(truth, frame);
  if (rows.length !== own.length + late.length) {
    into.disagreements.push(`frame ${frame}: ${rows.length} records, not ${own.length} + ${late.length} late ones`);
    return;
  }
  const lateFirst = [...late, ...own];
  const ownFirst = [...own, ...late];
  const order = late.length > 0 && sameAddresses(rows, lateFirst) ? lateFirst : ownFirst;
  order.forEach((record, index) => {
    const row = rows[index]!;
    const where = `frame ${frame} record ${index + 1}`;
    // A late record's uptime counts from the header it came with.
    const ofRecord = truth.headers.find((one) => one.frame === record.frame);
    compareRecord(into, row, record, { header: ofRecord, boot: bootTime(truth, record) }, where);
    compareMessageColumns(into, row, record, truth, where);
    if (row.columns.received !== received.get(record.frame)) {
      into.disagreements.push(`${where}: received is ${row.columns.received}, not ${received.get(record.frame)}`);
    }
  });
  into.records += rows.length;
  compareOptions(truth, frame, options, into);
  compareTemplates(
    truth.templates.filter((template) => template.frame === frame),
    message.templates,
    into,
  );
}

/** When the exporter said that it started (systemInitTimeMilliseconds), before the record. */
function bootTime(truth: NetflowTruth, record: TruthRecord): number | undefined {
  const before = truth.records.slice(0, truth.records.indexOf(record));
  const said = before.findLast(
    (one) =>
      one.version === record.version &&
      one.exporter === record.exporter &&
      one.domain === record.domain &&
      "systemInitTimeMilliseconds" in one.fields,
  );
  return said === undefined ? undefined : Number(said.fields.systemInitTimeMilliseconds);
}

function sameAddresses(rows: readonly DecodedRow[], records: readonly TruthRecord[]): boolean {
  return records.every((record, index) => {
    const source = record.fields.sourceIPv4Address ?? record.fields.sourceIPv6Address;
    const port = record.fields.sourceTransportPort;
    const { columns } = rows[index]!;
    const sameAddress = source === undefined || columns.srcAddr === hex(parseAddress(String(source))!);
    return sameAddress && (port === undefined || columns.srcPort === String(port));
  });
}

/** Exporter, domain, and a sampling rate that somebody really said. */
function compareMessageColumns(
  into: Comparison,
  row: DecodedRow,
  record: TruthRecord,
  truth: NetflowTruth,
  where: string,
): void {
  const { exporter, domain, samplingRate, samplingSource } = row.columns;
  if (exporter !== hex(parseAddress(record.exporter)!)) into.disagreements.push(`${where}: exporter is ${exporter}`);
  if (domain !== String(record.domain)) into.disagreements.push(`${where}: domain is ${domain}, not ${record.domain}`);
  const rates = new Map<number, Set<string>>([
    [SAMPLING_SOURCE.none, new Set(["0"])],
    [SAMPLING_SOURCE.record, new Set(samplingRates([record]))],
    [SAMPLING_SOURCE.options, new Set(samplingRates(truth.records.filter(({ kind }) => kind === "options")))],
    [SAMPLING_SOURCE.header, new Set(truth.headers.map((header) => String(header.samplingInterval)))],
  ]);
  if (!rates.get(Number(samplingSource))?.has(samplingRate)) {
    into.disagreements.push(`${where}: nobody said sampling ${samplingRate} (source ${samplingSource})`);
  }
}

/** Every rate that the records say: one of `interval` packets, or `interval` of `interval + space`. */
function samplingRates(records: readonly TruthRecord[]): string[] {
  return records.flatMap(({ fields }) => {
    const interval = Number(fields.samplingPacketInterval);
    const space = Number(fields.samplingPacketSpace ?? Number.NaN);
    const rates = [fields.samplingInterval, fields.samplerRandomInterval, (interval + space) / interval];
    return rates.filter((rate) => rate !== undefined && rate !== null && !Number.isNaN(rate)).map(String);
  });
}

function compareOptions(truth: NetflowTruth, frame: number, found: readonly OptionsRecord[], into: Comparison): void {
  const wanted = truth.records.filter((record) => record.kind === "options" && record.frame === frame);
  if (wanted.length !== found.length) {
    into.disagreements.push(`frame ${frame}: ${found.length} options records, not ${wanted.length}`);
    return;
  }
  wanted.forEach((record, index) => {
    const one = found[index]!;
    const { exporter, domain, template, scopes } = one;
    const ours = { exporter, domain, template, scopes, fields: optionsText(one.fields, {}) };
    const theirs = {
      exporter: record.exporter,
      domain: record.domain,
      template: record.template,
      scopes: record.scopeCount,
      fields: optionsText(record.fields, record.raw ?? {}),
    };
    if (JSON.stringify(ours) !== JSON.stringify(theirs)) {
      into.disagreements.push(`frame ${frame} options: ${JSON.stringify(ours)}, not ${JSON.stringify(theirs)}`);
    }
    into.options++;
    into.compared += Object.keys(record.fields).length;
  });
}

function optionsText(
  fields: OptionsRecord["fields"],
  raw: Readonly<Record<string, string>>,
): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      const type = informationElementNamed(name)?.type;
      const octets = raw[name];
      if (value === null) return [name, null];
      if (type === "string" && octets !== undefined)
        return [name, Buffer.from(octets, "hex").toString().replace(/\0+$/, "")];
      return [name, canonical(type, value)];
    }),
  );
}

/** The templates that came with a message are known after it; the last of several with one number. */
function compareTemplates(
  wanted: readonly TruthTemplate[],
  known: readonly TemplateSnapshot[],
  into: Comparison,
): void {
  const last = new Map(wanted.map((template) => [`${template.domain}/${template.template}`, template]));
  for (const template of last.values()) {
    const found = known.filter(
      ({ exporter, domain, id, format }) =>
        exporter === template.exporter &&
        domain === template.domain &&
        id === template.template &&
        format === template.version,
    );
    const wantedFields = template.fields.map(({ id, pen, len }) => ({ id, pen, length: len }));
    const same = found.some(
      ({ scopes, fields }) =>
        scopes === template.scopeFields &&
        JSON.stringify(fields.map(({ id, pen, length }) => ({ id, pen, length }))) === JSON.stringify(wantedFields),
    );
    into.templates++;
    if (!same) {
      into.disagreements.push(`template ${template.template} of frame ${template.frame}: ${JSON.stringify(found[0])}`);
    }
  }
}

/** Messages, records and waiting sets as counted. */
export function compareLedger(truth: NetflowTruth, collected: Collected, into: Comparison): void {
  const { ledger } = collected;
  const { counts } = truth;
  const read = Object.entries(counts.versions)
    .filter(([version]) => READ.has(Number(version)))
    .reduce((sum, [, count]) => sum + count, 0);
  const netflow = ledger.pages.filter((page) => page.format < 100);
  const found = {
    unexplained: ledger.unexplained(),
    messages: netflow.reduce((sum, page) => sum + page.messages, 0),
    options: collected.sum((page) => page.optionsRecords),
    waiting: collected.sum((page) => page.noTemplate.waiting),
    decodedLater: collected.sum((page) => page.noTemplate.decodedLater),
  };
  const sets = truth.unresolved_sets ?? [];
  const wanted = {
    unexplained: 0,
    messages: read,
    options: counts.options_records,
    waiting: sets.filter((set) => set.resolvedByFrame === undefined).length,
    decodedLater: sets.filter((set) => set.resolvedByFrame !== undefined).length,
  };
  if (JSON.stringify(found) !== JSON.stringify(wanted)) {
    into.disagreements.push(`ledger: ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
  }
  if (counts.versions["8"] === undefined) {
    const records = netflow.reduce((sum, page) => sum + page.records, 0);
    if (records !== counts.data_records)
      into.disagreements.push(`ledger: ${records} records, not ${counts.data_records}`);
  }
  const sflow = ledger.pages.filter((page) => page.format > 100).reduce((sum, page) => sum + page.messages, 0);
  if (sflow + ledger.unbooked.notFlow !== counts.other_udp) {
    into.disagreements.push(`ledger: ${ledger.unbooked.notFlow} not flow + ${sflow} sFlow, not ${counts.other_udp}`);
  }
}
