// `explain` for people: where every message and record went, exporter by exporter, and whether the store holds what it should.
import { REFUSED, type Refused, UNBOOKED, type Unbooked } from "../core/collect-ledger.ts";
import {
  CHANGES,
  type Change,
  type Explained,
  type ExplainPage,
  NOT_STORED,
  type NotStored,
  sumOf,
} from "../store/index.ts";
import { type Style, styled } from "./colour.ts";
import { counted, withSeparators, withUnit } from "./quantity.ts";
import { type TableOptions, tableLines } from "./text-table.ts";
import { wrappedLines } from "./wrapped-text.ts";

export interface ExplainTextOptions extends TableOptions {
  /** A line an hour and exporter instead of one an exporter. */
  readonly hours: boolean;
}

const LABEL = 16;

export function printExplained(told: Explained, { hours, colour = false, width = 0 }: ExplainTextOptions): string {
  const lines: string[] = [];
  const tell = (label: string, text: string, style: Style | null = null) => {
    for (const line of wrappedLines(`${label.padEnd(LABEL)}${text}`, width, LABEL)) {
      lines.push(line.slice(0, LABEL) + styled(line.slice(LABEL), style, colour));
    }
  };
  const { total, changes, held } = told;
  if (total.messages > 0) tell("messages", `${withSeparators(total.messages)}, ${withUnit(total.bytes, "B")}`);
  for (const [reason, count] of Object.entries(total.refused)) {
    tell("  refused", `${withSeparators(count)}: ${refusedWords(reason)}`, "yellow");
  }
  if (total.kernelDrops > 0)
    tell("  lost here", `${withSeparators(total.kernelDrops)} datagrams that the kernel dropped`, "yellow");
  if (total.lostMessages > 0)
    tell("  lost before", `${counted(total.lostMessages, "message")}, by sequence numbers`, "yellow");
  tell("records", withSeparators(total.records));
  if (total.lostRecords !== 0)
    tell("  lost before", `${counted(total.lostRecords, "record")}, by sequence numbers`, "yellow");
  for (const [fate, count] of Object.entries(total.noTemplate)) {
    tell(
      "  no template",
      `${counted(count, "set")} of data: ${NO_TEMPLATE[fate] ?? fate}`,
      fate === "decodedLater" ? null : "yellow",
    );
  }
  if (total.filtered > 0) tell("  filtered", `${withSeparators(total.filtered)} that the filter left out`);
  if (total.deduplicated > 0) tell("  deduplicated", `${withSeparators(total.deduplicated)} told by several exporters`);
  if (total.beyond > 0) tell("  beyond", `${withSeparators(total.beyond)} that came after --count`);
  tell("  stored", withSeparators(total.stored));
  for (const [reason, count] of Object.entries(total.notStored)) {
    tell("  not stored", `${withSeparators(count)}: ${NOT_STORED[reason as NotStored] ?? reason}`, "red");
  }
  if (told.unsettled !== 0) {
    tell(
      "  unsettled",
      `${withSeparators(told.unsettled)} in memory when the ledger was written last, or when the writer was killed`,
      "yellow",
    );
  }
  for (const change of Object.keys(CHANGES) as Change[]) {
    const { flows, files, octets } = changes[change];
    if (flows > 0 || files > 0) {
      tell(
        change,
        `${counted(flows, "flow")} in ${counted(files, "file")}, ${withUnit(octets, "B")}: ${CHANGES[change]}`,
      );
    }
  }
  if (told.difference === null) {
    // What is held is known by the flows' own time: beside the hours of receipt it looks like loss.
    tell("time", "all of this is by the hour of receipt; whether the store holds it is told without --from and --to");
  } else {
    const spool = `${withSeparators(held.spoolFlows)} in the spool`;
    tell("in the store", `${counted(held.segmentFlows, "flow")} in ${counted(held.segments, "segment")}, ${spool}`);
    tell("it adds up", verdict(told.difference), told.difference === 0 ? "green" : "yellow");
  }
  if (told.spoiled > 0) tell("ledger", `${counted(told.spoiled, "line")} that cannot be understood`, "yellow");
  const pages = hours ? told.hours : told.exporters;
  if (pages.length > 0) lines.push("", ...tableLines(columns(pages, hours), { colour, width }));
  return `${lines.join("\n")}\n`;
}

const NO_TEMPLATE: Readonly<Record<string, string>> = {
  expired: "their template did not come in time",
  evicted: "too many waited for their template",
  atEnd: "their template had not come at the end of the run",
  decodedLater: "waited for their template, and were decoded then",
};

function refusedWords(reason: string): string {
  return REFUSED[reason as Refused] ?? UNBOOKED[reason as Unbooked] ?? reason;
}

function verdict(difference: number): string {
  if (difference === 0) return "yes: the store holds what the ledger says";
  const count = counted(Math.abs(difference), "flow");
  return difference > 0
    ? `${count} more than the ledger says: stored since its last line (one is written when an interval ends), by a writer that was killed before it, or by other hands`
    : `${count} less than the ledger says: files were deleted or moved by other hands, or cannot be read; see flowgauge store verify`;
}

function columns(pages: readonly ExplainPage[], hours: boolean) {
  const column = (title: string, cell: (page: ExplainPage) => string | number, spare = 0, right = true) => {
    const cells = pages.map(cell).map((value) => (typeof value === "number" ? withSeparators(value) : value));
    return { title, right, spare, cells };
  };
  return [
    ...(hours ? [column("Hour (UTC)", ({ hour }) => (hour ?? "").slice(0, 16).replace("T", " "), 0, false)] : []),
    column("Exporter", ({ exporter }) => (exporter === "" ? "-" : exporter), 0, false),
    column("Domain", ({ domain }) => String(domain), 4),
    column("Format", ({ format }) => (format === "" ? "-" : format), 3, false),
    column("Messages", ({ counts }) => counts.messages, 2),
    column("Records", ({ counts }) => counts.records),
    column("Lost", ({ counts }) => counts.lostRecords),
    column("Refused", ({ counts }) => sumOf(counts.refused), 1),
    column("Stored", ({ counts }) => counts.stored),
    ...(pages.some(({ counts }) => leftOut(counts) > 0)
      ? [column("Left out", ({ counts }) => leftOut(counts), 1)]
      : []),
    column("Not stored", ({ counts }) => sumOf(counts.notStored)),
  ];
}

/** On purpose. */
function leftOut({ filtered, deduplicated, beyond }: ExplainPage["counts"]): number {
  return filtered + deduplicated + beyond;
}

/** The object of `--json`. */
export function explainedObject(folder: string, told: Explained): object {
  return { flowgauge: "explain/1", folder, ...told };
}
