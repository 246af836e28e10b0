// What came since the collector told of itself last (`--stats`): rates, and only the exporters that anything happened to.
import { COLLECT_REMARKS, REFUSED, UNBOOKED } from "../core/collect-ledger.ts";
import type { CollectObject, ExporterObject } from "./collect-object.ts";
import { type Cell, type CollectTextOptions, column, exporterName, percent, samplingText } from "./collect-text.ts";
import { counted, withSeparators, withUnit } from "./quantity.ts";
import { tableLines } from "./text-table.ts";
import { wrappedLines } from "./wrapped-text.ts";

const MOST_LINES = 20;

/** Lines for standard error, each with its end: the span between two objects of one run. `before` null = since its start. */
export function printCollectChange(
  before: CollectObject | null,
  after: CollectObject,
  options: CollectTextOptions & { readonly now: number },
): string {
  const seconds = after.elapsedSeconds - (before?.elapsedSeconds ?? 0);
  const changes = changesOf(before, after);
  const shown = changes.slice(0, MOST_LINES);
  const lines = [
    ...wrappedLines(headLine(before, after, seconds, options.now), options.width ?? 0, 2),
    ...(shown.length === 0 ? [] : tableLines(columns(shown, seconds), options)),
    ...(changes.length > shown.length ? [`and ${counted(changes.length - shown.length, "line")} more`] : []),
    ...reasonLines(before, after, changes).flatMap((line) => wrappedLines(line, options.width ?? 0, 4)),
  ];
  return `${lines.join("\n")}\n`;
}

/** An exporter's line with what was counted since, in the place of all that was counted. */
type Change = ExporterObject;

function keyOf({ exporter, domain, format }: ExporterObject): string {
  return `${exporter} ${domain} ${format}`;
}

function changesOf(before: CollectObject | null, after: CollectObject): Change[] {
  const known = new Map((before?.exporters ?? []).map((exporter) => [keyOf(exporter), exporter]));
  return after.exporters
    .map((exporter) => difference(known.get(keyOf(exporter)), exporter))
    .filter(({ messages, lostRecords, noTemplate }) => messages !== 0 || lostRecords !== 0 || noTemplate.expired !== 0)
    .sort((a, b) => b.messages - a.messages);
}

function difference(before: ExporterObject | undefined, after: ExporterObject): Change {
  if (before === undefined) return after;
  const lostRecords = after.lostRecords - before.lostRecords;
  const lostMessages = after.lostMessages - before.lostMessages;
  const records = after.records - before.records;
  const messages = after.messages - before.messages;
  const lost = records > 0 ? [lostRecords, records] : [lostMessages, messages];
  return {
    ...after,
    messages,
    records,
    bytes: after.bytes - before.bytes,
    optionsRecords: after.optionsRecords - before.optionsRecords,
    counterSamples: after.counterSamples - before.counterSamples,
    lostRecords,
    lostMessages,
    // What comes late is taken off the lost of an earlier span.
    lostShare: lost[0]! > 0 ? lost[0]! / (lost[0]! + lost[1]!) : 0,
    outOfOrder: after.outOfOrder - before.outOfOrder,
    restarts: after.restarts - before.restarts,
    noTemplate: {
      waiting: after.noTemplate.waiting,
      decodedLater: after.noTemplate.decodedLater - before.noTemplate.decodedLater,
      expired: after.noTemplate.expired - before.noTemplate.expired,
      evicted: after.noTemplate.evicted - before.noTemplate.evicted,
      atEnd: after.noTemplate.atEnd - before.noTemplate.atEnd,
    },
    refused: less(after.refused, before.refused),
    remarks: less(after.remarks, before.remarks),
  };
}

function less<N extends string>(after: Record<N, number>, before: Record<N, number>): Record<N, number> {
  const names = Object.keys(after) as N[];
  return Object.fromEntries(names.map((name) => [name, after[name] - before[name]])) as Record<N, number>;
}

function headLine(before: CollectObject | null, after: CollectObject, seconds: number, now: number): string {
  const rate = (value: number) => (seconds > 0 ? value / seconds : 0);
  const messages = after.messages - (before?.messages ?? 0);
  const records = after.records - (before?.records ?? 0);
  const drops = after.kernelDrops === null ? null : after.kernelDrops - (before?.kernelDrops ?? 0);
  const lost = after.lostRecords - (before?.lostRecords ?? 0);
  const parts = [
    `${counted(messages, "message")} (${withSeparators(rate(messages))}/s)`,
    `${counted(records, "record")} (${withSeparators(rate(records))}/s)`,
    `${withUnit(rate(after.bytes - (before?.bytes ?? 0)), "B")}/s`,
    ...(lost > 0 ? [`${withSeparators(lost)} records lost`] : []),
    ...(drops !== null && drops > 0 ? [`${counted(drops, "datagram")} dropped by the kernel`] : []),
  ];
  const time = new Date(now * 1000).toISOString().slice(0, 19).replace("T", " ");
  return `${time}  in ${seconds.toFixed(1)} s: ${parts.join(", ")}`;
}

function columns(shown: readonly Change[], seconds: number) {
  const perSecond = (value: (change: Change) => number): Cell => {
    return (change) => withSeparators(seconds > 0 ? value(change) / seconds : 0);
  };
  const unless = "0";
  return [
    ...column(shown, "Exporter", exporterName, { left: true }),
    ...column(shown, "Domain", ({ domain }) => String(domain), { unless }),
    ...column(shown, "Format", ({ format }) => format, { left: true }),
    ...column(
      shown,
      "Messages/s",
      perSecond(({ messages }) => messages),
    ),
    ...column(
      shown,
      "Records/s",
      perSecond(({ records }) => records),
    ),
    ...column(shown, "Bytes/s", ({ bytes }) => withUnit(seconds > 0 ? bytes / seconds : 0, "B"), { spare: 5 }),
    ...column(shown, "Lost", ({ lostShare }) => percent(lostShare)),
    ...column(shown, "Late", ({ outOfOrder }) => withSeparators(outOfOrder), { unless, spare: 4 }),
    ...column(shown, "Waiting", ({ noTemplate }) => withSeparators(noTemplate.waiting), { unless }),
    ...column(shown, "Sampling", samplingText, { left: true, spare: 3, unless: "-" }),
  ];
}

/** New counts of reasons, all exporters together. */
function reasonLines(before: CollectObject | null, after: CollectObject, changes: readonly Change[]): string[] {
  const lines: string[] = [];
  const add = (count: number, name: string, sentence: string) => {
    if (count > 0) lines.push(`  ${withSeparators(count)} ${name}: ${sentence}`);
  };
  for (const [name, sentence] of Object.entries(REFUSED)) {
    add(total(changes, "refused", name), name, sentence);
  }
  for (const [name, sentence] of Object.entries(COLLECT_REMARKS)) {
    add(total(changes, "remarks", name), name, sentence);
  }
  for (const [name, sentence] of Object.entries(UNBOOKED)) {
    const unbooked = name as keyof typeof UNBOOKED;
    add(after.unbooked[unbooked] - (before?.unbooked[unbooked] ?? 0), name, sentence);
  }
  return lines;
}

function total(changes: readonly Change[], part: "refused" | "remarks", name: string): number {
  return changes.reduce((sum, change) => sum + (change[part] as Record<string, number>)[name]!, 0);
}
