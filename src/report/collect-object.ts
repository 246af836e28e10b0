// What a collector tells of itself as a plain object: the shape of its JSON, and what the text and the metrics are printed from.

import type { CaptureMessageCounts, CollectView, RelayCounts } from "../collect/index.ts";
import {
  type CollectRemark,
  type ExporterLedger,
  FORMAT_NAMES,
  type Refused,
  type TemplateEvent,
  type Unbooked,
} from "../core/collect-ledger.ts";
import { SAMPLING_SOURCE } from "../core/elements.ts";
import type { CounterSample } from "../wire/index.ts";

const SAMPLING_WORDS = new Map<number, string>(Object.entries(SAMPLING_SOURCE).map(([word, value]) => [value, word]));

/** What is shown of collecting: a `CollectView`. */
export interface CollectShown
  extends Pick<CollectView, "ledger" | "problems" | "notes" | "relays" | "aliasOf" | "counters"> {
  /** Where the packets of captures went; null where messages come from sockets. */
  readonly packets: CaptureMessageCounts | null;
}

/** One exporter, observation domain and format. */
export interface ExporterObject {
  exporter: string;
  /** The name that `--allow` gives it, or null. */
  alias: string | null;
  domain: number;
  format: string;
  messages: number;
  bytes: number;
  records: number;
  optionsRecords: number;
  counterSamples: number;
  lostRecords: number;
  lostMessages: number;
  /** lostRecords of what was sent (records + lostRecords): 0 to 1; of formats without records those of messages. */
  lostShare: number;
  outOfOrder: number;
  restarts: number;
  noTemplate: { waiting: number; decodedLater: number; expired: number; evicted: number; atEnd: number };
  templates: Record<TemplateEvent, number>;
  refused: Record<Refused, number>;
  remarks: Record<CollectRemark, number>;
  /** One of so many packets; null = not known. */
  samplingRate: number | null;
  /** configured, record, options, header, sample; null = not known. */
  samplingSource: string | null;
  /** Seconds by which the exporter's clock is ahead of the collector's. */
  clockOffset: number;
  /** RFC 3339, or null before the first message. */
  firstSeen: string | null;
  lastSeen: string | null;
}

export interface CounterObject {
  received: string | null;
  exporter: string;
  agent: string;
  domain: number;
  sourceClass: number;
  sourceIndex: number;
  counters: Record<string, number | string>;
}

export interface CollectObject {
  elapsedSeconds: number;
  /** Captures only: where their packets went. */
  packets: CaptureMessageCounts | null;
  messages: number;
  bytes: number;
  records: number;
  lostRecords: number;
  /** Records that came after so many as `--count` asked for: not given on. */
  beyondCount: number;
  /** Records that the filter left out: not given on. */
  filteredOut: number;
  exporters: ExporterObject[];
  /** Lines that were closed because there were too many exporters, added up; null = none was. */
  forgotten: ExporterObject | null;
  /** Templates known from the last run, for exporters that were not heard in this one. */
  unheardTemplates: number;
  unbooked: Record<Unbooked, number>;
  unexplained: number;
  kernelDrops: number | null;
  relays: RelayCounts[];
  counters: CounterObject[];
  /** What a person should know and may change, and what went wrong: sentences. */
  notes: string[];
  problems: string[];
}

/** The same as a plain object: all names are always there, in this order, and nothing is shared with `shown`. */
export function collectObject(
  shown: CollectShown,
  elapsedSeconds: number,
  leftOut: { readonly beyond: number; readonly filteredOut: number } = { beyond: 0, filteredOut: 0 },
): CollectObject {
  const { ledger, relays, notes, problems } = shown;
  const exporters = ledger.pages.map((page) => exporterObject(page, shown.aliasOf(page.exporter)));
  const forgotten = ledger.forgotten === null ? null : exporterObject(ledger.forgotten, null);
  const all = forgotten === null ? exporters : [...exporters, forgotten];
  return {
    elapsedSeconds,
    packets: shown.packets === null ? null : { ...shown.packets },
    messages: ledger.messages,
    bytes: ledger.bytes,
    records: sum(all, "records"),
    lostRecords: sum(all, "lostRecords"),
    beyondCount: leftOut.beyond,
    filteredOut: leftOut.filteredOut,
    exporters,
    forgotten,
    unheardTemplates: templatesOf(ledger.unheard),
    unbooked: { ...ledger.unbooked },
    unexplained: ledger.unexplained(),
    kernelDrops: ledger.kernelDrops,
    relays: relays.map(({ target, sent, bytes, failed, refused, reason }) => ({
      target,
      sent,
      bytes,
      failed,
      refused,
      reason,
    })),
    counters: shown.counters().map(counterObject),
    notes: [...notes],
    problems: problems.map(({ message }) => message),
  };
}

export function exporterObject(page: ExporterLedger, alias: string | null): ExporterObject {
  const lostRecords = Math.max(0, Math.round(page.lostRecords));
  const { waiting, decodedLater, expired, evicted, atEnd } = page.noTemplate;
  return {
    exporter: page.exporter,
    alias,
    domain: page.domain,
    format: FORMAT_NAMES[page.format],
    messages: page.messages,
    bytes: page.bytes,
    records: page.records,
    optionsRecords: page.optionsRecords,
    counterSamples: page.counterSamples,
    lostRecords,
    lostMessages: page.lostMessages,
    lostShare: page.records > 0 ? share(lostRecords, page.records) : share(page.lostMessages, page.messages),
    outOfOrder: page.outOfOrder,
    restarts: page.restarts,
    noTemplate: { waiting, decodedLater, expired, evicted, atEnd },
    templates: { ...page.templates },
    refused: { ...page.refused },
    remarks: { ...page.remarks },
    samplingRate: page.samplingRate === 0 ? null : page.samplingRate,
    samplingSource: page.samplingSource === 0 ? null : (SAMPLING_WORDS.get(page.samplingSource) ?? null),
    clockOffset: Math.round(page.clockOffset * 1000) / 1000,
    firstSeen: timeText(page.firstSeen),
    lastSeen: timeText(page.lastSeen),
  };
}

/** What is left of those restored. */
function templatesOf(unheard: Iterable<ExporterLedger>): number {
  let all = 0;
  for (const { templates } of unheard) all += templates.restored - templates.expired - templates.evicted;
  return all;
}

/** Of all that was sent, what is missing. */
function share(lost: number, had: number): number {
  return lost > 0 ? lost / (lost + had) : 0;
}

/** RFC 3339 with milliseconds; null where there is no time, or one that no calendar has. */
export function timeText(seconds: number): string | null {
  const time = new Date(Math.round(seconds * 1000));
  return seconds === 0 || Number.isNaN(time.getTime()) ? null : time.toISOString();
}

function counterObject({ received, ...sample }: CounterSample): CounterObject {
  const { exporter, agent, domain, sourceClass, sourceIndex, counters } = sample;
  return {
    received: timeText(received),
    exporter,
    agent,
    domain,
    sourceClass,
    sourceIndex,
    counters: { ...counters },
  };
}

function sum(exporters: readonly ExporterObject[], name: "records" | "lostRecords"): number {
  return exporters.reduce((all, exporter) => all + exporter[name], 0);
}
