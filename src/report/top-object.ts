// A view of live traffic for programs: the object of a refresh, the object of a row, and rows as CSV (docs/top.md).
import type { TopHeader, TopRates, TopRow, TopView } from "../core/top-view.ts";

/** One line of `top --json`. Rates are per second, times RFC 3339. */
export function topObject(view: TopView) {
  const { header, group, by, sort, reverse, filter, matching, all, others, notes, past } = view;
  return {
    time: timeOf(past?.at ?? header.at),
    ...headerObject(header),
    group,
    by,
    sort,
    reverse,
    filter: filter === "" ? null : filter,
    matching,
    rowCount: all,
    rows: view.rows.map(topRowObject),
    others,
    notes,
  };
}

function headerObject({
  sources,
  since,
  totals,
  liveFlows,
  rate,
  rate10,
  rate40,
  peak,
  lost,
  apart,
  ended,
}: TopHeader) {
  return {
    ...{ since: timeOf(since), sources, ended, totals, liveFlows },
    ...{
      rate: rateObject(rate),
      rate10: rateObject(rate10),
      rate40: rateObject(rate40),
      peak: rateObject(peak),
      lost,
      apart,
    },
  };
}

function rateObject({ bytes, packets }: TopRates) {
  return { bytes: rounded(bytes), packets: rounded(packets) };
}

/** The key by its fields, names beside it: `names` has the fields that have one. */
export function topRowObject(row: TopRow) {
  const key = Object.fromEntries(row.key.map(({ field, value }) => [field, value]));
  const names = Object.fromEntries(row.key.flatMap(({ field, name }) => (name === null ? [] : [[field, name]])));
  return {
    key,
    names,
    state: row.state,
    stateText: row.stateText,
    start: timeOf(row.first),
    end: timeOf(row.last),
    age: rounded(row.age),
    idle: rounded(row.idle),
    flows: row.flows,
    liveFlows: row.liveFlows,
    packets: row.packetsOut,
    bytes: row.bytesOut,
    reversePackets: row.packetsIn,
    reverseBytes: row.bytesIn,
    rate: rateObject(row.rate),
    rate10: rateObject(row.rate10),
    rate40: rateObject(row.rate40),
    peak: rateObject(row.peak),
    share: rounded(row.share, 6),
    shareOfBytes: rounded(row.shareOfBytes, 6),
  };
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}

function rounded(value: number, digits = 3): number {
  return Number(value.toFixed(digits));
}

const FIGURES = [
  ...(["state", "start", "end", "age", "idle", "flows", "liveFlows"] as const),
  ...(["packets", "bytes", "reversePackets", "reverseBytes"] as const),
] as const;
const RATES = ["rate", "rate10", "rate40", "peak"] as const;

/** RFC 4180 with a line of titles: time, the key, names of its parts, figures. `titles` false leaves those out. */
export function topCsv(view: TopView, titles = true): string {
  const fields = view.rows[0]?.key.map(({ field }) => field) ?? view.by;
  const head = [
    "time",
    ...fields,
    ...fields.map((field) => `${field}Name`),
    ...FIGURES,
    ...RATES.flatMap((name) => [`${name}Bytes`, `${name}Packets`]),
  ];
  const time = timeOf(view.past?.at ?? view.header.at);
  const lines = view.rows.map((row) => {
    const object = topRowObject(row);
    return [
      time,
      ...row.key.map(({ value }) => value),
      ...row.key.map(({ name }) => name ?? ""),
      ...FIGURES.map((name) => object[name]),
      ...RATES.flatMap((name) => [object[name].bytes, object[name].packets]),
    ];
  });
  return [...(titles ? [head] : []), ...lines].map((cells) => `${cells.map(csvCell).join(",")}\r\n`).join("");
}

/** Names come from others: a spreadsheet must not take one for a formula. */
function csvCell(value: string | number): string {
  const text = typeof value === "string" && /^[=+@\t-]/.test(value) && value !== "-" ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
