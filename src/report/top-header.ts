// Above the table: what is watched, the whole link's rates and graph, the sums since the start, what is missing.
import { cellWidth, fitCells, seenText } from "../core/cell-text.ts";
import type { TopLeftOut, TopRates, TopView } from "../core/top-view.ts";
import { type Line, type Span, span } from "../terminal/index.ts";
import { counted, withSeparators, withUnit } from "./quantity.ts";
import { areaGraph, graphValues, niceCeiling } from "./top-graphs.ts";
import { fittingParts, lineCells, spread } from "./top-lines.ts";
import type { TopPicture } from "./top-picture.ts";
import { ageText, clockText, compactText, RATE_UNITS, rateValue, type TopUnit } from "./top-words.ts";

/** `12.3 Mbit/s` */
export function rateText(rates: TopRates, unit: TopUnit): string {
  return withUnit(rateValue(rates, unit), RATE_UNITS[unit]);
}

const NARROW = 40;

export function statusLine({ view, width, ascii, frozen, intervalText }: TopPicture): Line {
  const { header, past } = view;
  const time = clockText(past?.at ?? header.at, width >= 100);
  const mode = stateWord(view, frozen);
  const every = width >= 60 && mode === null && intervalText !== "" ? `  every ${intervalText}` : "";
  const clock = span(`${time}${width >= NARROW ? " UTC" : ""}${every} `, "status");
  const right: Span[] = [
    ...(mode === null ? [] : [span(` ${mode} `, "sorted")]),
    // A narrow screen says what is not as usual, and not the time.
    ...(mode === null || width >= NARROW ? [span(" ", "status"), clock] : []),
  ];
  const name = width >= 60 ? " flowgauge top  " : " ";
  const room = width - cellWidth(name) - right.reduce((sum, { text }) => sum + cellWidth(text), 0) - 1;
  const sources = fitCells(seenText(header.sources.join(" ")), Math.max(0, room), ascii);
  return spread([span(name, "status"), span(sources, "status")], right, width, "status", ascii);
}

/** What is not as usual: seen by a word, not by a colour only. */
function stateWord({ past, history, header }: TopView, frozen: boolean): string | null {
  if (past !== null) {
    const place = history.filter((time) => time <= past.at).length;
    return `PAST ${Math.max(1, place)}/${Math.max(1, history.length)}`;
  }
  if (frozen) return "FROZEN";
  return header.ended ? "ENDED" : null;
}

export function rateLine({ view, width, unit, ascii }: TopPicture): Line {
  const { rate, rate10, rate40, peak } = view.header;
  const one = (word: string, rates: TopRates): Line => [span(`${word} `, "faint"), span(rateText(rates, unit))];
  const other: TopUnit = unit === "packets" ? "bits" : "packets";
  const parts: Line[] = [
    [span(" now ", "faint"), span(rateText(rate, unit), "strong")],
    one("10 s", rate10),
    one("40 s", rate40),
    one("peak", peak),
    [span(withUnit(rateValue(rate, other), RATE_UNITS[other]))],
  ];
  return fittingParts(parts, width, "  ", ascii);
}

const GAP = "  ";

export function totalLine({ view, width, ascii }: TopPicture): Line {
  const { totals, liveFlows, lost, apart, at, since } = view.header;
  const words = ({ reason, count, unit }: TopLeftOut) => `${withSeparators(count)} ${unit} ${reason}`;
  const all: Line = [span(" all ", "faint"), span(withUnit(totals.bytes, "B"), "strong")];
  const missing: Line[] = lost.map((one) => [span(words(one), "warn")]);
  // What is missing is said even where there is little room: before all else there.
  const isNarrow = missing.length > 0 && lineCells([...all, ...missing[0]!]) + GAP.length > width;
  const parts: Line[] = [
    ...(isNarrow ? [[span(" ", "warn"), ...missing[0]!], ...missing.slice(1), all] : [all, ...missing]),
    [span(`${withSeparators(liveFlows)} live of ${counted(totals.flows, "flow")}`)],
    [span(counted(totals.packets, "packet"))],
    [span(`in ${ageText((at - since) / 1000)}`, "faint")],
    ...apart.map((one): Line => [span(words(one), "faint")]),
  ];
  return fittingParts(parts, width, GAP, ascii);
}

const LABEL = 7;
const LEAST_GRAPH = 30;

/** Second by second, the newest at the right; the scale at the left. Empty where there is no room. */
export function linkGraph({ view, width, unit, ascii }: TopPicture, height: number): Line[] {
  if (height <= 0 || width < LEAST_GRAPH) return [];
  const labels = width >= 60;
  const cells = width - (labels ? LABEL + 1 : 1);
  const { bytes, packets } = view.header.link;
  const source = unit === "packets" ? packets : bytes;
  const factor = unit === "bits" ? 8 : 1;
  const values = source.slice(-graphValues(cells, ascii)).map((value) => factor * value);
  const most = niceCeiling(values.reduce((most, value) => Math.max(most, value), 0));
  const foot = ascii ? "|" : "▏";
  return areaGraph(values, cells, height, most, ascii).map((text, row) => {
    const label = row === 0 ? compactText(most) : row === height - 1 ? "0" : "";
    const axis = labels ? span(`${label.padStart(LABEL - 1)}${foot} `, "faint") : span(" ");
    return [axis, span(text, "bar")];
  });
}
