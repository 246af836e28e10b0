// Which columns of live traffic a screen of a width has, how wide each is, and what stands in it.
import { cellWidth, fitCells, padCells } from "../core/cell-text.ts";
import type { TopColumn, TopKey, TopRow, TopSort, TopView } from "../core/top-view.ts";
import { type Look, type Span, span } from "../terminal/index.ts";
import { PROTOCOL_NAMES } from "./protocol-names.ts";
import { shareBar, sparkText } from "./top-graphs.ts";
import {
  ageText,
  compactText,
  endParts,
  keyText,
  percentText,
  RATE_UNITS,
  rateValue,
  stateText,
  type TopUnit,
} from "./top-words.ts";

/** How the table is drawn. */
export interface TableLook {
  readonly width: number;
  readonly unit: TopUnit;
  readonly ascii: boolean;
}

export interface ShownColumn {
  readonly title: string;
  readonly width: number;
  readonly right: boolean;
  readonly sort: TopSort | null;
  readonly sorted: boolean;
  spans(row: TopRow): readonly Span[];
}

/** What a column may become before its width is known. */
interface ColumnForm {
  readonly name: TopColumn["name"];
  readonly title: string;
  readonly right: boolean;
  readonly sort: TopSort | null;
  readonly least: number;
  /** Wider where there is room: the widths it is good at, rising. */
  readonly wider: readonly number[];
  readonly look: Look;
  text(row: TopRow, width: number): string;
}

/** What gets room first. The keys and what is sorted by always have it. */
const ORDER: Readonly<Record<"flows" | "groups", readonly TopColumn["name"][]>> = {
  flows: [
    "rate",
    "bytes",
    "age",
    "share",
    "rate10",
    "state",
    "spark",
    "rate40",
    "packets",
    "peak",
    "out",
    "in",
    "idle",
    "flows",
  ],
  groups: [
    "rate",
    "bytes",
    "flows",
    "share",
    "rate10",
    "packets",
    "spark",
    "rate40",
    "peak",
    "out",
    "in",
    "age",
    "idle",
    "state",
  ],
};
/** How they stand from left to right. */
const PLACES: readonly TopColumn["name"][] = [
  ...(["key", "state", "age", "idle", "flows", "rate", "rate10", "rate40", "peak", "packets"] as const),
  ...(["out", "in", "bytes", "share", "spark"] as const),
];

const NUMBER = 6;
const STATE = 11;
const SHARE = 8;
/** Left of each row: its mark. */
export const MARGIN = 1;
const GAP = 1;

/** The columns that fit, from left to right; none is cut but keys. */
export function topColumns(view: TopView, look: TableLook): readonly ShownColumn[] {
  const keys = keyForms(view, look);
  const needed = keys.reduce((sum, { least }) => sum + least + GAP, NUMBER);
  // Who talks, and how much, comes before how.
  if (needed > look.width - MARGIN && keys.length > 2 && keys[0]!.sort === "proto") keys.shift();
  const forms = new Map<TopColumn["name"], ColumnForm>(
    view.columns.flatMap((column) =>
      column.name === "key" ? [] : [[column.name, formOf(column, look, view.sort === "bytes")] as const],
    ),
  );
  const order = ORDER[view.group === "flows" ? "flows" : "groups"];
  const wanted = [...new Set<TopColumn["name"]>([view.sort, "rate", ...order])];
  const room = look.width - MARGIN;
  const chosen: ColumnForm[] = [];
  const taken = (keyWidth: (form: ColumnForm) => number) =>
    [...keys.map(keyWidth), ...chosen.map(({ least }) => least)].reduce((sum, width) => sum + width + GAP, -GAP);
  for (const name of wanted) {
    const form = forms.get(name);
    if (form === undefined) continue;
    chosen.push(form);
    // Addresses that can be read come before all but the first columns.
    const fits =
      chosen.length <= 1 ? taken(({ least }) => least) <= room : taken(({ wider, least }) => wider[0] ?? least) <= room;
    if (!fits) chosen.pop();
  }
  const all = [...keys, ...chosen].sort((a, b) => PLACES.indexOf(a.name) - PLACES.indexOf(b.name));
  const widths = widened(all, room);
  return all.map((form, place) => shown(form, widths[place]!, view, look));
}

/** Gives what is left: keys first, then pictures. Where even the least is too wide, keys get less. */
function widened(forms: readonly ColumnForm[], room: number): number[] {
  const widths = forms.map(({ least }) => least);
  let left = room - widths.reduce((sum, width) => sum + width + GAP, -GAP);
  for (let more = true; more && left > 0; ) {
    more = false;
    for (const [place, { wider }] of forms.entries()) {
      const next = wider.find((width) => width > widths[place]!);
      if (next === undefined || next - widths[place]! > left) continue;
      left -= next - widths[place]!;
      widths[place] = next;
      more = true;
    }
  }
  while (left < 0) {
    const widest = widths.indexOf(Math.max(...widths));
    if (widths[widest]! <= 1) break;
    widths[widest]!--;
    left++;
  }
  // What is left over makes keys wider than they need, so that figures stand at the right edge.
  const keys = forms.flatMap(({ name, sort }, place) => (name === "key" && sort !== "proto" ? [place] : []));
  for (let i = 0; left > 0 && keys.length > 0; i++, left--) widths[keys[i % keys.length]!]!++;
  return widths;
}

const KEY_LEAST = 5;
const SHORT_KEY = 6;
const KEY_COMFORT = 21;
const KEY_MOST = 48;
const LEAST_ADDRESS = 7;

/** Ends of flows are one column each, address and port; all other parts of keys stand for themselves. */
function keyForms(view: TopView, { ascii }: TableLook): ColumnForm[] {
  const parts = view.columns.filter(({ name }) => name === "key");
  const fields = view.by;
  const forms: ColumnForm[] = [];
  for (const column of parts) {
    const part = column.part ?? 0;
    const field = fields[part];
    if (view.group === "flows" && (field === "srcPort" || field === "dstPort")) continue;
    const port = field === "srcAddr" ? "srcPort" : field === "dstAddr" ? "dstPort" : null;
    const joined = view.group === "flows" && port !== null ? fields.indexOf(port) : -1;
    const parts = ({ key }: TopRow) => endParts(key[part], joined >= 0 ? key[joined] : undefined);
    forms.push(keyForm(column, joined >= 0 ? parts : ({ key }) => [partText(key[part]), ""], view, ascii));
  }
  return forms;
}

function partText(part: TopKey | undefined): string {
  if (part === undefined) return "-";
  // As in every other report.
  if (part.field === "proto" && typeof part.value === "number") return PROTOCOL_NAMES[part.value] ?? part.text;
  return part.field === "port" && part.name !== null ? `${part.name} (${part.text})` : keyText(part);
}

/** `parts`: a text that may be cut in its middle, and an end that should stay. */
function keyForm(
  { title, sort }: TopColumn,
  parts: (row: TopRow) => readonly [string, string],
  view: TopView,
  ascii: boolean,
): ColumnForm {
  // Ends of flows have their room whatever they are: columns must not come and go with each refresh.
  const usual = view.group === "flows" && sort !== "proto" ? KEY_COMFORT : cellWidth(title);
  const needed = view.rows.reduce((most, row) => Math.max(most, cellWidth(parts(row).join(""))), usual);
  const short = sort === "proto" || needed <= SHORT_KEY;
  const least = short ? Math.min(Math.max(needed, 3), SHORT_KEY) : KEY_LEAST;
  // In steps, so that columns do not move with each refresh.
  const wish = Math.min(
    KEY_MOST,
    needed <= KEY_COMFORT ? needed : KEY_COMFORT + 6 * Math.ceil((needed - KEY_COMFORT) / 6),
  );
  const wider = [];
  if (!short) {
    wider.push(Math.min(KEY_COMFORT, Math.max(wish, KEY_LEAST)));
    for (let width = wider[0]! + 1; width <= wish; width++) wider.push(width);
  }
  return {
    name: "key",
    title,
    right: false,
    sort,
    least,
    wider,
    look: "plain",
    text: (row, width) => endText(parts(row), width, ascii),
  };
}

/** The port stays whole where the address keeps some cells. */
function endText([text, end]: readonly [string, string], width: number, ascii: boolean): string {
  const room = width - cellWidth(end);
  return room >= LEAST_ADDRESS ? fitCells(text, room, ascii) + end : fitCells(text + end, width, ascii);
}

const SPARKS = [15, 20, 30, 60];
const SHARES = [12, 15];

/** A percentage and its bar. */
function shareText(share: number, width: number, ascii: boolean): string {
  return `${percentText(share).padStart(4)} ${shareBar(share, width - 5, ascii)}`;
}

/** `ofBytes`: who is on top by octets has its share of them, not of the rate. */
function formOf(column: TopColumn, { unit, ascii }: TableLook, ofBytes: boolean): ColumnForm {
  const { name, title, sort } = column;
  const number = (said: string, text: (row: TopRow) => string, look: Look = "plain"): ColumnForm => {
    return { name, title: said, right: true, sort, least: NUMBER, wider: [], look, text };
  };
  const packets = unit === "packets";
  switch (name) {
    case "rate":
      return number(RATE_UNITS[unit], ({ rate }) => compactText(rateValue(rate, unit)), "strong");
    case "rate10":
      return number("10 s", ({ rate10 }) => compactText(rateValue(rate10, unit)));
    case "rate40":
      return number("40 s", ({ rate40 }) => compactText(rateValue(rate40, unit)));
    case "peak":
      return number("peak", ({ peak }) => compactText(rateValue(peak, unit)));
    case "bytes":
      return number("bytes", ({ bytesIn, bytesOut }) => compactText(bytesIn + bytesOut));
    case "packets":
      return number("pkts", ({ packetsIn, packetsOut }) => compactText(packetsIn + packetsOut));
    case "out":
      return number("sent", ({ packetsOut, bytesOut }) => compactText(packets ? packetsOut : bytesOut));
    case "in":
      return number("rcvd", ({ packetsIn, bytesIn }) => compactText(packets ? packetsIn : bytesIn));
    case "flows":
      return number("flows", ({ flows }) => compactText(flows));
    case "age":
      return number("age", ({ age }) => ageText(age));
    case "idle":
      return number("idle", ({ idle }) => ageText(idle));
    case "state":
      return { name, title: "state", right: false, sort, least: STATE, wider: [], look: "faint", text: stateText };
    case "share":
      return {
        ...{ name, title: ofBytes ? "of all" : "share", right: false, sort, least: SHARE, wider: SHARES, look: "bar" },
        text: ({ share, shareOfBytes }, width) => shareText(ofBytes ? shareOfBytes : share, width, ascii),
      };
    case "spark":
      return {
        ...{ name, title: "last 60 s", right: false, sort, least: SPARKS[0]!, wider: SPARKS, look: "accent" },
        text: ({ spark }, width) => sparkText(spark, width, ascii),
      };
    default:
      return { name, title, right: false, sort, least: NUMBER, wider: [], look: "plain", text: () => "" };
  }
}

function shown(form: ColumnForm, width: number, view: TopView, { ascii }: TableLook): ShownColumn {
  const { title, right, sort, look } = form;
  const sorted = sort !== null && sort === view.sort && isFirstOf(form, view);
  return {
    ...{ title, width, right, sort, sorted },
    spans: (row) => [span(padCells(fitCells(form.text(row, width), width, ascii), width, right), lookOf(row, look))],
  };
}

/** Several parts of a key are sorted as one: the mark stands at the first. */
function isFirstOf({ name, title }: ColumnForm, view: TopView): boolean {
  // What is sorted by something else does not look as if it were that.
  if (name !== "key") return name === view.sort;
  return view.columns.find(({ sort }) => sort === view.sort)?.title === title;
}

function lookOf({ state }: TopRow, look: Look): Look {
  if (state === "ended") return "faint";
  return look;
}
