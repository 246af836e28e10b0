// What an exporter tells of itself: flows and records, a page for each destination, and that it adds up.
import {
  type DestinationLedger,
  EXPORT_DROPPED,
  EXPORT_REMARKS,
  type ExportDropped,
  type ExportRemark,
  type ExportSummary,
  NOT_EXPORTABLE,
  type NotExportable,
  type SentCount,
} from "../core/export-ledger.ts";
import { styled } from "./colour.ts";
import { problemTexts } from "./problem-lines.ts";
import { counted, withSeparators, withUnit } from "./quantity.ts";

const LABEL_WIDTH = 10;
const REASONS = Object.keys(NOT_EXPORTABLE) as NotExportable[];
const DROPPED = Object.keys(EXPORT_DROPPED) as ExportDropped[];
const REMARKS = Object.keys(EXPORT_REMARKS) as ExportRemark[];
/** Names of fields that are shown; all of them are in the JSON. */
const MOST_NAMES = 10;

/** Several lines for standard error, each with its end. */
export function printExport(summary: ExportSummary, { colour = false }: { readonly colour?: boolean } = {}): string {
  const lines = summary.destinations.flatMap((destination) => destinationLines(destination, summary.ended, colour));
  for (const text of problemTexts(summary.problems.map(({ message }) => message)))
    lines.push(labelled("problem", styled(text, "red", colour)));
  return `${lines.join("\n")}\n`;
}

function labelled(label: string, text: string): string {
  return `${label.padEnd(LABEL_WIDTH)}${text}`;
}

function destinationLines(page: DestinationLedger, ended: boolean, colour: boolean): string[] {
  const { name, sent, failed, encoded, introductions, connections, refused } = page;
  const { notExportable, remarks, otherFields } = encoded;
  const lines = [
    labelled(
      "exported",
      `${counted(page.given + page.held, "flow")} to ${name}: ${counted(sent.records, "record")} in ${counted(sent.messages, "message")}, ` +
        `${withUnit(sent.octets, "B")}; ${withSeparators(introductions)} of templates and options` +
        (connections > 0 ? `, ${counted(connections, "connection")}` : ""),
    ),
  ];
  const bad = (text: string) => lines.push(labelled("", styled(text, "red", colour)));
  if (failed.messages > 0) bad(`lost: ${counted(failed.records, "record")} in ${counted(failed.messages, "message")}`);
  if (refused > 0)
    bad(
      `refused: ${counted(refused, "answer")} that nobody listens on the port; as many messages at least did not arrive`,
    );
  for (const reason of REASONS) {
    if (notExportable[reason] > 0)
      bad(`not exportable: ${withSeparators(notExportable[reason])} ${NOT_EXPORTABLE[reason]}`);
  }
  for (const reason of DROPPED) {
    if (page.dropped[reason] > 0) bad(`dropped: ${withSeparators(page.dropped[reason])} ${EXPORT_DROPPED[reason]}`);
  }
  for (const name of REMARKS) {
    if (remarks[name] > 0) lines.push(labelled("remark", `${withSeparators(remarks[name])} ${EXPORT_REMARKS[name]}`));
  }
  if (otherFields.size > 0) lines.push(labelled("remark", `fields that are not exported: ${namesOf(otherFields)}`));
  lines.push(labelled("", ended ? verdict(page, colour) : underWay(page)));
  return lines;
}

function underWay(page: DestinationLedger): string {
  const text = `${counted(page.waiting(), "record")} under way`;
  return page.held > 0 ? `${text}, ${counted(page.held, "flow")} held` : text;
}

function namesOf(fields: ReadonlyMap<string, number>): string {
  const named = [...fields].sort(([, a], [, b]) => b - a).slice(0, MOST_NAMES);
  const rest = fields.size - named.length;
  const shown = named.map(([name, count]) => `${name} ${withSeparators(count)}`).join(", ");
  return rest > 0 ? `${shown} and ${counted(rest, "other")}` : shown;
}

function verdict(page: DestinationLedger, colour: boolean): string {
  const { flows, records } = page.unexplained();
  if (flows === 0 && records === 0) return styled("it adds up: every flow is named above", "green", colour);
  return styled(
    `IT DOES NOT ADD UP: ${counted(flows, "flow")} and ${counted(records, "record")} are unexplained. This is a fault in flowgauge; please report it`,
    "red",
    colour,
  );
}

export interface DestinationObject {
  to: string;
  flows: number;
  carried: number;
  records: number;
  notExportable: Record<NotExportable, number>;
  dropped: Record<ExportDropped, number>;
  sent: SentCount;
  failed: SentCount;
  introductions: number;
  connections: number;
  refused: number;
  remarks: Record<ExportRemark, number>;
  otherFields: Record<string, number>;
  /** Records under way, and flows held for it, while the run goes on. */
  waiting: number;
  held: number;
  /** null while the run goes on. */
  unexplained: { flows: number; records: number } | null;
}

export interface ExportObject {
  flows: number;
  destinations: DestinationObject[];
  problems: string[];
}

/** The same as a plain object for JSON: all names are always there, in this order. */
export function exportObject({ flows, ended, destinations, problems }: ExportSummary): ExportObject {
  return {
    flows,
    destinations: destinations.map((page) => ({
      to: page.name,
      flows: page.given + page.held,
      carried: page.encoded.carried,
      records: page.encoded.records,
      notExportable: { ...page.encoded.notExportable },
      dropped: { ...page.dropped },
      sent: { ...page.sent },
      failed: { ...page.failed },
      introductions: page.introductions,
      connections: page.connections,
      refused: page.refused,
      remarks: { ...page.encoded.remarks },
      otherFields: Object.fromEntries(page.encoded.otherFields),
      waiting: page.waiting(),
      held: page.held,
      unexplained: ended ? page.unexplained() : null,
    })),
    problems: problems.map(({ message }) => message),
  };
}
