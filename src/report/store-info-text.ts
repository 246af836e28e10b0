// `store info` for people: a line for each thing that matters, what is wrong in colour, the exporters as a table.
import type { Forecast, StoreInfo } from "../store/index.ts";
import { type Style, styled } from "./colour.ts";
import { counted, withSeparators, withUnit } from "./quantity.ts";
import { daysText, isoText, keepWords, LIMIT_WORDS, spanText, utcText } from "./store-words.ts";
import { type TableOptions, tableLines } from "./text-table.ts";
import { wrappedLines } from "./wrapped-text.ts";

const LABEL = 12;
const MOST_GAPS = 3;
const MOST_EXPORTERS = 20;

export function printStoreInfo(info: StoreInfo, { colour = false, width = 0 }: TableOptions = {}): string {
  const lines: string[] = [];
  const tell = (label: string, text: string, style: Style | null = null) => {
    for (const [i, line] of wrappedLines(`${label.padEnd(LABEL)}${text}`, width, LABEL).entries()) {
      lines.push(i === 0 && style === null ? line : styled(line, style, colour));
    }
  };
  tell("store", `${info.folder}: format ${info.format}, intervals of ${spanText(info.intervalSeconds)}`);
  tell("flows", flows(info));
  if (info.from !== null && info.to !== null)
    tell("time", `${utcText(info.from)} to ${utcText(info.to)} UTC${gaps(info)}`);
  for (const { lengthSeconds, segments, flows: rows, octets } of info.byLength) {
    const size = `${counted(segments, "segment")} with ${counted(rows, "flow")}, ${withUnit(octets, "B")}`;
    tell(spanText(lengthSeconds), size);
  }
  const { spools, chunks, octets } = info.spool;
  tell(
    "spool",
    spools === 0
      ? "nothing waits to be sealed"
      : `${counted(spools, "spool")} with ${counted(chunks, "chunk")}, ${withUnit(octets, "B")}: not sealed yet, and as good to ask`,
  );
  if (info.jobs.length > 0) tell("jobs", jobs(info));
  tell("written by", holder(info.writer));
  if (info.housekeeper !== null) tell("tidied by", holder(info.housekeeper));
  if (info.disk !== null) tell("disk", `${withUnit(info.disk.free, "B")} free of ${withUnit(info.disk.total, "B")}`);
  const keeps = keepWords(info.keep);
  tell(
    "keeps",
    keeps.length > 0 ? keeps.join(", ") : "everything; flowgauge store expire --set --keep-age 90d sets a limit",
  );
  for (const text of forecastLines(info.forecast)) tell("forecast", text);
  const { damaged } = info;
  if (damaged.files > 0)
    tell("damaged", `${counted(damaged.files, "file")} kept apart, ${withUnit(damaged.octets, "B")}`, "yellow");
  for (const problem of info.problems) tell("problem", problem, "yellow");
  return `${[...lines, ...exporters(info, { colour, width })].join("\n")}\n`;
}

function flows({ flows: rows, segments, octets }: StoreInfo): string {
  if (rows === 0) return segments === 0 ? "none sealed yet" : "none";
  const each = (octets / rows).toFixed(1);
  return `${withSeparators(rows)} in ${counted(segments, "segment")}, ${withUnit(octets, "B")} on disk, ${each} octets a flow`;
}

function gaps({ gaps: found }: StoreInfo): string {
  if (found.length === 0) return "";
  const last = found.slice(-MOST_GAPS).map(({ from, to }) => `${spanText(to - from)} from ${utcText(from)}`);
  const which = found.length > MOST_GAPS ? "the last ones " : "";
  return `; ${counted(found.length, "gap")} without flows: ${which}${last.join(", ")}`;
}

function jobs({ jobs: found, leavingOctets }: StoreInfo): string {
  const under = found.filter(({ state }) => state !== "done").map(({ kind }) => kind);
  const done = found.length - under.length;
  return [
    ...(under.length > 0 ? [`under way: ${under.join(", ")}`] : []),
    ...(done > 0
      ? [`${counted(done, "job")} done, whose old files (${withUnit(leavingOctets, "B")}) are about to go`]
      : []),
  ].join("; ");
}

function holder(who: StoreInfo["writer"]): string {
  if (who === null) return "nobody now";
  if (who.pid === 0) return "somebody whose lock cannot be read";
  return `process ${who.pid}${who.command === "" ? "" : ` (${who.command})`}`;
}

/** Also under the list of what expires. */
export function forecastLines(forecast: Forecast | null): readonly string[] {
  if (forecast === null) return ["too little was stored in the last weeks to tell"];
  const { octetsPerDay, measuredDays, byWeekday, reached, octetsAtAge } = forecast;
  const days = measuredDays < 1 ? `${(measuredDays * 24).toFixed(1)} hours` : counted(Math.round(measuredDays), "day");
  return [
    `${withUnit(octetsPerDay, "B")} a day come, by the last ${days}${byWeekday ? ", each day of the week by itself" : ""}`,
    ...reached.map(({ limit, days: left, keptDays }) => {
      const word = LIMIT_WORDS[limit];
      if (left === null) return `${word} is not reached within ten years`;
      const then = keptDays === null ? "" : `; from then on it holds the last ${daysText(keptDays)}`;
      if (left === 0) return `${word} is reached now${then}`;
      return `full in ${daysText(left)}: then ${word} is reached${then}`;
    }),
    ...(octetsAtAge === null ? [] : [`the limit of age keeps about ${withUnit(octetsAtAge, "B")}`]),
  ];
}

function exporters({ exporters: all }: StoreInfo, options: TableOptions): readonly string[] {
  if (all.length === 0) return [];
  const shown = all.slice(0, MOST_EXPORTERS);
  const column = (title: string, cells: readonly string[], right = false, spare = 0) => ({
    title,
    cells,
    right,
    spare,
  });
  const hour = (text: string) => `${text.slice(0, 10)} ${text.slice(11, 13)}h`;
  const table = tableLines(
    [
      column(
        "Exporter",
        shown.map(({ exporter }) => (exporter === "" ? "-" : exporter)),
      ),
      column(
        "Domain",
        shown.map(({ domain }) => String(domain)),
        true,
        2,
      ),
      column(
        "Format",
        shown.map(({ format }) => (format === "" ? "-" : format)),
      ),
      column(
        "Stored",
        shown.map(({ stored }) => withSeparators(stored)),
        true,
      ),
      column(
        "First (UTC)",
        shown.map(({ firstHour }) => hour(firstHour)),
        false,
        1,
      ),
      column(
        "Last (UTC)",
        shown.map(({ lastHour }) => hour(lastHour)),
      ),
    ],
    options,
  );
  const more = all.length - shown.length;
  return ["", ...table, ...(more > 0 ? [`and ${counted(more, "line")} more; all of them are in --json`] : [])];
}

/** The object of `--json`: all names are always there. Times are RFC 3339. */
export function storeInfoObject(info: StoreInfo): object {
  const time = (seconds: number | null) => (seconds === null ? null : isoText(seconds));
  const { from, to, gaps: found, ...rest } = info;
  return {
    flowgauge: "store-info/1",
    ...rest,
    from: time(from),
    to: time(to),
    gaps: found.map((gap) => ({ from: isoText(gap.from), to: isoText(gap.to) })),
  };
}
