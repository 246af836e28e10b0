// The collector's ledger for people: a line an exporter, then every reason that counted anything, and that it adds up.

import type { CaptureMessageCounts } from "../collect/index.ts";
import { COLLECT_REMARKS, REFUSED, TEMPLATE_EVENTS, UNBOOKED } from "../core/collect-ledger.ts";
import type { CollectObject, ExporterObject } from "./collect-object.ts";
import { styled } from "./colour.ts";
import { problemTexts } from "./problem-lines.ts";
import { counted, withSeparators, withTime, withUnit } from "./quantity.ts";
import { type TextColumn, tableLines } from "./text-table.ts";
import { wrappedLines } from "./wrapped-text.ts";

const LABEL_WIDTH = 10;
/** Exporters that have a line of their own; those with the most messages. All of them are in the JSON. */
const MOST_LINES = 100;
/** Exporters named beside a reason. */
const MOST_NAMED = 3;

export interface CollectTextOptions {
  readonly colour?: boolean | undefined;
  /** Columns of the terminal; 0 = as many as it takes. */
  readonly width?: number | undefined;
  /** Seconds since 1970: last messages are told as "3 s ago". Without it (capture files) as times. */
  readonly now?: number | undefined;
}

/** Several lines for standard error, each with its end. */
export function printCollect(run: CollectObject, options: CollectTextOptions = {}): string {
  const { colour = false, width = 0 } = options;
  const wrap = (lines: readonly string[]) => lines.flatMap((line) => wrappedLines(line, width, LABEL_WIDTH));
  const lines = [
    ...wrap([...(run.packets === null ? [] : [packetsLine(run.packets)]), messagesLine(run), recordsLine(run)]),
    ...exporterLines(run, options),
    ...wrap([...reasonLines(run, colour), ...passedOnLines(run, colour), verdict(run, colour)]),
    ...wrap(problemTexts(run.problems).map((text) => labelled("problem", styled(text, "red", colour)))),
  ];
  return `${lines.join("\n")}\n`;
}

function labelled(label: string, text: string): string {
  return `${label.padEnd(LABEL_WIDTH)}${text}`;
}

function packetsLine({ packets, otherPackets, cut, fragments, incomplete, gaps }: CaptureMessageCounts): string {
  const parts = [
    `${withSeparators(packets)} read`,
    ...(otherPackets > 0 ? [`${withSeparators(otherPackets)} of other things`] : []),
    ...(cut > 0 ? [`${withSeparators(cut)} cut by the capture and not decoded`] : []),
    ...(fragments > 0 ? [counted(fragments, "fragment")] : []),
    ...(incomplete > 0 ? [`${counted(incomplete, "datagram")} with fragments missing`] : []),
    ...(gaps > 0 ? [`${counted(gaps, "gap")} in streams`] : []),
  ];
  return labelled("packets", parts.join(", "));
}

function messagesLine({ messages, bytes, elapsedSeconds }: CollectObject): string {
  const line = `${withSeparators(messages)} received, ${withUnit(bytes, "B")} in ${withTime(elapsedSeconds)}`;
  const rates = `(${counted(messages / elapsedSeconds, "message")}/s, ${withUnit(bytes / elapsedSeconds, "B")}/s)`;
  return labelled("messages", elapsedSeconds > 0 ? `${line} ${rates}` : line);
}

function recordsLine({ records, lostRecords, beyondCount, filteredOut, exporters }: CollectObject): string {
  const addresses = new Set(exporters.map(({ exporter }) => exporter)).size;
  const parts = [`${counted(records, "flow record")} from ${counted(addresses, "exporter")}`];
  if (filteredOut > 0) parts.push(`${withSeparators(filteredOut)} of them filtered out`);
  if (beyondCount > 0) parts.push(`${withSeparators(beyondCount)} of them beyond --count and not given on`);
  const options = exporters.reduce((sum, { optionsRecords }) => sum + optionsRecords, 0);
  const counters = exporters.reduce((sum, { counterSamples }) => sum + counterSamples, 0);
  if (options > 0) parts.push(counted(options, "options record"));
  if (counters > 0) parts.push(counted(counters, "counter sample"));
  if (lostRecords > 0)
    parts.push(`${withSeparators(lostRecords)} lost (${percent(lostRecords / (records + lostRecords))})`);
  return labelled("records", parts.join(", "));
}

/** `0%`, `0.03%`, `<0.01%`, `12.5%` */
export function percent(share: number): string {
  if (share === 0) return "0%";
  const value = share * 100;
  if (value < 0.01) return "<0.01%";
  return `${value < 1 ? value.toFixed(2) : value < 99.95 ? value.toFixed(1) : value.toFixed(0)}%`;
}

/** What a person calls it. */
export function exporterName({
  exporter,
  alias,
}: {
  readonly exporter: string;
  readonly alias: string | null;
}): string {
  return alias ?? exporter;
}

/** `1:1000 options`, or `-`. */
export function samplingText({ samplingRate, samplingSource }: ExporterObject): string {
  if (samplingRate === null) return "-";
  return `1:${samplingRate}${samplingSource === null ? "" : ` ${samplingSource}`}`;
}

/** `+0.3s`, `-45s`, `-8.0h`, `-3675d`, `0s` */
export function offsetText(seconds: number): string {
  const sign = seconds < 0 ? "-" : "+";
  const size = Math.abs(seconds);
  if (size < 0.05) return "0s";
  if (size < 9.95) return `${sign}${size.toFixed(1)}s`;
  if (size < 600) return `${sign}${size.toFixed(0)}s`;
  if (size < 5940) return `${sign}${(size / 60).toFixed(0)}min`;
  if (size < 172_800) return `${sign}${(size / 3600).toFixed(1)}h`;
  return `${sign}${(size / 86_400).toFixed(0)}d`;
}

function exporterLines(run: CollectObject, { colour, width, now }: CollectTextOptions): string[] {
  const shown = [...run.exporters].sort((a, b) => b.messages - a.messages).slice(0, MOST_LINES);
  if (shown.length === 0) return [];
  if (run.forgotten !== null) shown.push(run.forgotten);
  const lines = tableLines(exporterColumns(shown, now), { colour, width });
  const rest = run.exporters.length - MOST_LINES;
  if (rest > 0) lines.push(`and ${counted(rest, "line")} more; all of them are in --summary json`);
  return lines;
}

export type Cell = (exporter: ExporterObject) => string;

/** A column; `null` where every cell would be the one that says nothing. */
export function column(
  exporters: readonly ExporterObject[],
  title: string,
  cell: Cell,
  rest: { readonly spare?: number; readonly left?: true; readonly unless?: string } = {},
): TextColumn[] {
  const cells = exporters.map(cell);
  if (rest.unless !== undefined && cells.every((text) => text === rest.unless)) return [];
  return [{ title, right: rest.left !== true, cells, spare: rest.spare ?? 0 }];
}

function exporterColumns(shown: readonly ExporterObject[], now: number | undefined): TextColumn[] {
  const left = true;
  const unless = "0";
  const aliased = shown.some(({ alias }) => alias !== null);
  return [
    ...column(shown, "Exporter", exporterName, { left }),
    ...(aliased
      ? column(shown, "Address", ({ exporter, alias }) => (alias === null ? "" : exporter), { left, spare: 9 })
      : []),
    ...column(shown, "Domain", ({ domain }) => String(domain), { unless }),
    ...column(shown, "Format", ({ format }) => format, { left }),
    ...column(shown, "Messages", ({ messages }) => withSeparators(messages)),
    ...column(shown, "Records", ({ records }) => withSeparators(records)),
    ...column(shown, "Counters", ({ counterSamples }) => withSeparators(counterSamples), { unless, spare: 6 }),
    ...column(shown, "Bytes", ({ bytes }) => withUnit(bytes, "B"), { spare: 7 }),
    ...column(shown, "Lost", ({ lostShare }) => percent(lostShare)),
    ...column(shown, "Late", ({ outOfOrder }) => withSeparators(outOfOrder), { unless, spare: 3 }),
    ...column(shown, "Waiting", ({ noTemplate }) => withSeparators(noTemplate.waiting), { unless }),
    ...column(
      shown,
      "NoTemplate",
      ({ noTemplate }) => withSeparators(noTemplate.expired + noTemplate.evicted + noTemplate.atEnd),
      {
        unless,
      },
    ),
    ...column(shown, "Sampling", samplingText, { left, spare: 2 }),
    ...column(shown, "Clock", ({ clockOffset }) => offsetText(clockOffset), { spare: 4 }),
    ...column(shown, "Last", ({ lastSeen }) => lastText(lastSeen, now), { left, spare: 5 }),
  ];
}

function lastText(lastSeen: string | null, now: number | undefined): string {
  if (lastSeen === null) return "-";
  if (now === undefined) return lastSeen.slice(0, 19).replace("T", " ");
  const seconds = Math.max(0, Math.round(now - Date.parse(lastSeen) / 1000));
  if (seconds < 120) return `${seconds} s ago`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min ago` : `${Math.round(seconds / 3600)} h ago`;
}

const SENTENCES = [
  ["refused", "refused", REFUSED],
  ["remark", "remarks", COLLECT_REMARKS],
  ["templates", "templates", TEMPLATE_EVENTS],
] as const;

/** A line for each reason that any exporter has, and who has it most. */
function reasonLines(
  { exporters: known, forgotten, unbooked, unheardTemplates }: CollectObject,
  colour: boolean,
): string[] {
  const exporters = forgotten === null ? known : [...known, forgotten];
  const lines: string[] = [];
  for (const [label, part, sentences] of SENTENCES) {
    for (const [name, sentence] of Object.entries(sentences)) {
      const who = exporters
        .map((exporter) => [exporter, (exporter[part] as Record<string, number>)[name]!] as const)
        .filter(([, count]) => count > 0);
      if (who.length === 0) continue;
      const count = who.reduce((sum, [, one]) => sum + one, 0);
      const text = `${name} ${withSeparators(count)}: ${sentence} (${whoText(who, exporters)})`;
      lines.push(labelled(label, part === "refused" ? styled(text, "yellow", colour) : text));
    }
  }
  if (unheardTemplates > 0)
    lines.push(labelled("templates", `${withSeparators(unheardTemplates)} restored for exporters not heard yet`));
  for (const [name, sentence] of Object.entries(UNBOOKED)) {
    const count = unbooked[name as keyof typeof UNBOOKED];
    if (count > 0)
      lines.push(labelled("unbooked", styled(`${name} ${withSeparators(count)}: ${sentence}`, "yellow", colour)));
  }
  return lines;
}

function whoText(who: readonly (readonly [ExporterObject, number])[], all: readonly ExporterObject[]): string {
  const most = [...who].sort(([, a], [, b]) => b - a);
  const names = most.slice(0, MOST_NAMED).map(([exporter, count]) => {
    const name = lineName(exporter, all);
    return all.length === 1 || who.length === 1 ? name : `${name} ${withSeparators(count)}`;
  });
  const rest = most.length - names.length;
  return [...names, ...(rest > 0 ? [`${withSeparators(rest)} more`] : [])].join(", ");
}

/** The name of a line of the ledger: with the domain where it is not 0, with the format where the exporter uses several. */
function lineName(line: ExporterObject, all: readonly ExporterObject[]): string {
  const several = all.some(({ exporter, format }) => exporter === line.exporter && format !== line.format);
  const { format, domain } = line;
  return `${exporterName(line)}${several ? ` ${format}` : ""}${domain === 0 ? "" : ` domain ${domain}`}`;
}

function passedOnLines({ relays, kernelDrops }: CollectObject, colour: boolean): string[] {
  const lines = relays.map(({ target, sent, failed, refused, reason }) => {
    const bad = [
      ...(refused > 0
        ? [
            `refused: ${counted(refused, "answer")} that nobody listens on the port; as many messages at least did not arrive`,
          ]
        : []),
      ...(failed > 0 ? [`${withSeparators(failed)} could not be sent${reason === null ? "" : ` (${reason})`}`] : []),
    ];
    const text = `${counted(sent, "message")} to ${target}`;
    return labelled("relay", bad.length > 0 ? styled(`${text}; ${bad.join("; ")}`, "red", colour) : text);
  });
  if (kernelDrops !== null) {
    const text = `${counted(kernelDrops, "datagram")} dropped by the kernel: nobody took them in time`;
    lines.push(labelled("kernel", kernelDrops > 0 ? styled(text, "red", colour) : "0 datagrams dropped by the kernel"));
  }
  return lines;
}

function verdict({ unexplained }: CollectObject, colour: boolean): string {
  if (unexplained === 0)
    return labelled("", styled("it adds up: every message received is named above", "green", colour));
  const text = `IT DOES NOT ADD UP: ${counted(unexplained, "message")} unexplained. This is a fault in flowgauge; please report it`;
  return labelled("", styled(text, "red", colour));
}
