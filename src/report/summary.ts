// What a run tells of itself at its end: counts, flows, and the ledger that shows where every packet went.
import {
  type Count,
  type FlowCounts,
  REMARKS,
  type Remark,
  type TrackSummary,
  UNTRACKED,
  type Untracked,
} from "../core/ledger.ts";
import { styled } from "./colour.ts";
import { counted, withSeparators, withTime, withUnit } from "./quantity.ts";

const UNTRACKED_NAMES = Object.keys(UNTRACKED) as Untracked[];
const REMARK_NAMES = Object.keys(REMARKS) as Remark[];
const REASONS = [
  "idle",
  "active",
  "end",
  "forced",
  "resources",
] as const satisfies readonly (keyof FlowCounts["ended"])[];

const LABEL_WIDTH = 10;

/** Several lines for standard error, each with its end. */
export function printSummary(summary: TrackSummary, { colour = false }: { readonly colour?: boolean } = {}): string {
  const lines = [
    packetsLine(summary),
    flowsLine(summary.flows),
    ...ledgerLines(summary, colour),
    ...lossLines(summary, colour),
  ];
  return `${lines.join("\n")}\n`;
}

function packetsLine({ ledger, elapsedSeconds }: TrackSummary): string {
  const { packets, bytes } = ledger.read;
  const line = `${"packets".padEnd(LABEL_WIDTH)}${withSeparators(packets)} read, ${withUnit(bytes, "B")} in ${withTime(elapsedSeconds)}`;
  if (!(elapsedSeconds > 0)) return line;
  return `${line} (${counted(packets / elapsedSeconds, "packet")}/s, ${withUnit(bytes / elapsedSeconds, "B")}/s)`;
}

function flowsLine({ started, live, peakLive, ended }: FlowCounts): string {
  const records = REASONS.reduce((sum, reason) => sum + ended[reason], 0);
  const reasons = REASONS.filter((reason) => ended[reason] > 0).map(
    (reason) => `${reason} ${withSeparators(ended[reason])}`,
  );
  return [
    `${"flows".padEnd(LABEL_WIDTH)}${withSeparators(started)} started`,
    `${counted(records, "record")} ended${reasons.length > 0 ? ` (${reasons.join(", ")})` : ""}`,
    `${withSeparators(peakLive)} live at the peak`,
    ...(live > 0 ? [`${withSeparators(live)} live now`] : []),
  ].join(", ");
}

function ledgerLines({ ledger }: TrackSummary, colour: boolean): string[] {
  const left = ledger.unexplained();
  const reasons = UNTRACKED_NAMES.filter((name) => !isZero(ledger.untracked[name]));
  const rows: [string, Count, string][] = [
    ["read", ledger.read, ""],
    ["= tracked", ledger.tracked, "counted to a flow"],
    ...reasons.map((name): [string, Count, string] => [`+ ${name}`, ledger.untracked[name], UNTRACKED[name]]),
  ];
  const widths = [
    Math.max(...rows.map(([name]) => name.length)),
    Math.max(...rows.map(([, { packets }]) => withSeparators(packets).length)),
    Math.max(...rows.map(([, { bytes }]) => withSeparators(bytes).length)),
  ] as const;
  const lines = rows.map(([name, { packets, bytes }, about], place) => {
    const label = (place === 0 ? "ledger" : "").padEnd(LABEL_WIDTH);
    const numbers = `${withSeparators(packets).padStart(widths[1])} packets ${withSeparators(bytes).padStart(widths[2])} octets`;
    return `${label}${name.padEnd(widths[0])} ${numbers}  ${about}`.trimEnd();
  });
  const verdict = isZero(left)
    ? styled("it adds up: every packet read is named above", "green", colour)
    : styled(
        `IT DOES NOT ADD UP: ${counted(left.packets, "packet")} and ${counted(left.bytes, "octet")} are unexplained. This is a fault in flowgauge; please report it`,
        "red",
        colour,
      );
  lines.push(`${"".padEnd(LABEL_WIDTH)}${verdict}`);
  for (const name of REMARK_NAMES) {
    if (ledger.remarks[name] > 0)
      lines.push(`${"remark".padEnd(LABEL_WIDTH)}${withSeparators(ledger.remarks[name])} ${REMARKS[name]}`);
  }
  return lines;
}

function lossLines({ kernelDrops, interfaceDrops, dropsToldAtEnd, problems }: TrackSummary, colour: boolean): string[] {
  const lines: string[] = [];
  const add = (label: string, text: string, bad: boolean) => {
    lines.push(`${label.padEnd(LABEL_WIDTH)}${bad ? styled(text, "red", colour) : text}`);
  };
  if (kernelDrops !== null)
    add("lost", `${counted(kernelDrops, "packet")} dropped by the kernel before capture`, kernelDrops > 0);
  if (interfaceDrops !== null)
    add("lost", `${counted(interfaceDrops, "packet")} dropped by the interface`, interfaceDrops > 0);
  if (dropsToldAtEnd === true)
    add("lost", "what the kernel drops is known at the end only, as dumpcap captures", false);
  if (problems.length > 0) add("problems", `${counted(problems.length, "problem")} with the source`, true);
  return lines;
}

function isZero({ packets, bytes }: Count): boolean {
  return packets === 0 && bytes === 0;
}

export interface SummaryObject {
  packets: number;
  bytes: number;
  elapsedSeconds: number;
  packetsPerSecond: number | null;
  flows: FlowCounts;
  ledger: {
    read: Count;
    tracked: Count;
    untracked: Record<Untracked, Count>;
    unexplained: Count;
    remarks: Record<Remark, number>;
  };
  kernelDrops: number | null;
  interfaceDrops: number | null;
  problems: string[];
}

/** The same as a plain object for JSON: all names are always there, in this order, and nothing is shared with `summary`. */
export function summaryObject(summary: TrackSummary): SummaryObject {
  const { ledger, flows, elapsedSeconds, kernelDrops, interfaceDrops, problems } = summary;
  const { started, live, peakLive, ended } = flows;
  const { idle, active, end, forced, resources } = ended;
  return {
    packets: ledger.read.packets,
    bytes: ledger.read.bytes,
    elapsedSeconds,
    packetsPerSecond: elapsedSeconds > 0 ? ledger.read.packets / elapsedSeconds : null,
    flows: { started, live, peakLive, ended: { idle, active, end, forced, resources } },
    ledger: {
      read: { ...ledger.read },
      tracked: { ...ledger.tracked },
      untracked: Object.fromEntries(UNTRACKED_NAMES.map((name) => [name, { ...ledger.untracked[name] }])) as Record<
        Untracked,
        Count
      >,
      unexplained: ledger.unexplained(),
      remarks: { ...ledger.remarks },
    },
    kernelDrops,
    interfaceDrops,
    problems: problems.map(({ message }) => message),
  };
}
