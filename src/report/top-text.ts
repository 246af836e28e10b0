// Live traffic as text without a screen: a refresh of `--batch`, and sentences for `--plain`, to be listened to.
import { seenText } from "../core/cell-text.ts";
import type { TopRow, TopView } from "../core/top-view.ts";
import { type Line, plainText } from "../terminal/index.ts";
import { counted, withSeparators, withTime, withUnit } from "./quantity.ts";
import { rateText } from "./top-header.ts";
import type { TopPicture } from "./top-picture.ts";
import { topScreen } from "./top-screen.ts";
import { clockText, keyText, percentText, SORT_WORDS, stateText, type TopUnit } from "./top-words.ts";

/** Lines that no refresh has more of, whatever --rows says. */
const HEAD_AND_FOOT = 12;

export interface TextLook {
  readonly view: TopView;
  readonly width: number;
  readonly ascii: boolean;
  readonly unit: TopUnit;
  readonly viewName: string;
}

/** The lines of a screen with all rows, without its graph and its keys. */
export function topBatchLines({ view, width, ascii, unit, viewName }: TextLook): Line[] {
  const notes = view.notes.slice(0, -1);
  const picture: TopPicture = {
    ...{ view, width, ascii, unit, viewName, height: Math.max(15, view.rows.length + HEAD_AND_FOOT), message: notes },
    ...{ selected: null, details: null, frozen: false, intervalText: "", entry: null, help: null, batch: true },
  };
  const lines = topScreen(picture).lines.slice(0, -1);
  const last = lines.findLastIndex((line) => plainText(line).trim() !== "");
  return lines.slice(0, last + 1);
}

/** A sentence for the link, one for each row. No bars, no abbreviations that are read as letters. */
export function topSentences({ view, unit, viewName }: TextLook): string[] {
  const { header, filter, matching, rows, sort, reverse, notes } = view;
  const { rate, rate10, totals, liveFlows, lost, apart, ended } = header;
  const lines = [
    `${clockText(header.at, true)} UTC${ended ? ", the input has ended" : ""}. ${spoken(rateText(rate, unit))} now, ${spoken(rateText(rate10, unit))} in the last 10 seconds.`,
    `Since the start ${octetWords(totals.bytes)}, ${counted(totals.packets, "packet")}, ${counted(totals.flows, "flow")}, of which ${withSeparators(liveFlows)} live.`,
    ...lost.map(({ reason, count, unit: what }) => `Missing: ${withSeparators(count)} ${what} ${reason}.`),
    ...apart.map(({ reason, count, unit: what }) => `In no flow: ${withSeparators(count)} ${what} ${reason}.`),
    ...notes.map((note) => `Note: ${seenText(note)}`),
    `${rows.length} of ${withSeparators(matching)} ${viewName}${filter === "" ? "" : ` that match ${seenText(filter)}`}, ${reverse ? "smallest" : "greatest"} ${SORT_WORDS[sort]} first.`,
  ];
  return [...lines, ...rows.map((row, place) => `${view.from + place + 1}. ${rowSentence(row, view, unit)}`)];
}

function rowSentence(row: TopRow, view: TopView, unit: TopUnit): string {
  const { rate, bytesOut, bytesIn, packetsIn, packetsOut, age, share, shareOfBytes, flows } = row;
  const part =
    view.sort === "bytes" ? `${percentText(shareOfBytes)} of all bytes` : `${percentText(share)} of the link`;
  const words = [
    view.group === "flows" ? flowWords(row) : row.key.map((part) => `${part.title} ${keyText(part)}`).join(", "),
    spoken(rateText(rate, unit)),
    part,
    `${octetWords(bytesOut + bytesIn)} in ${counted(packetsOut + packetsIn, "packet")}`,
    ...(view.group === "flows" ? [] : [counted(flows, "flow")]),
    `${withTime(age)} old`,
    stateText(row),
  ];
  return `${words.join(", ")}.`;
}

function flowWords({ key }: TopRow): string {
  const [protocol, source, sourcePort, destination, destinationPort, ...rest] = key.map(keyText);
  const port = (text: string | undefined) => (text === undefined || text === "" || text === "-" ? "" : ` port ${text}`);
  const beyond = rest.length === 0 ? "" : ` by ${rest.join(", ")}`;
  return `${protocol} from ${source}${port(sourcePort)} to ${destination}${port(destinationPort)}${beyond}`;
}

const PREFIXES: Readonly<Record<string, string>> = { k: "kilo", M: "mega", G: "giga", T: "tera", P: "peta", E: "exa" };
const UNITS: Readonly<Record<string, string>> = { bit: "bits", B: "bytes", pkt: "packets" };

/** `12.3 Mbit/s` -> `12.3 megabits per second`, `4.2 kB` -> `4.2 kilobytes`. */
function spoken(text: string): string {
  const [value = "", unit = ""] = text.split(" ");
  const [, prefix = "", what = "", rate] = /^([kMGTPE]?)(bit|B|pkt)(\/s)?$/.exec(unit) ?? [];
  return `${value} ${PREFIXES[prefix] ?? ""}${UNITS[what] ?? what}${rate === undefined ? "" : " per second"}`;
}

function octetWords(octets: number): string {
  return spoken(withUnit(octets, "B"));
}
