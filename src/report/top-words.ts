// Figures of live traffic in few cells: rates in the unit that is chosen, lengths of time, names of what is sorted by.
import { seenText } from "../core/cell-text.ts";
import type { TopKey, TopRates, TopRow, TopSort } from "../core/top-view.ts";

export const TOP_UNITS = ["bits", "bytes", "packets"] as const;
export type TopUnit = (typeof TOP_UNITS)[number];

export const RATE_UNITS: Readonly<Record<TopUnit, string>> = { bits: "bit/s", bytes: "B/s", packets: "pkt/s" };

/** What people call the things that rows are sorted by. */
export const SORT_WORDS: Readonly<Record<TopSort, string>> = {
  rate: "rate",
  rate10: "10 s rate",
  rate40: "40 s rate",
  peak: "peak",
  bytes: "bytes",
  packets: "packets",
  out: "bytes sent",
  in: "bytes received",
  flows: "flows",
  age: "age",
  idle: "idle time",
  state: "state",
  proto: "protocol",
  key: "key",
};

export function rateValue(rates: TopRates, unit: TopUnit): number {
  return unit === "packets" ? rates.packets : unit === "bytes" ? rates.bytes : 8 * rates.bytes;
}

const PREFIXES = ["", "k", "M", "G", "T", "P", "E"];

/** A number in at most five cells: `0`, `7.5`, `999`, `1.50k`, `12.3M`. */
export function compactText(value: number): string {
  let scaled = value;
  let place = 0;
  while (scaled >= 999.5 && place < PREFIXES.length - 1) {
    scaled /= 1000;
    place++;
  }
  if (place === 0) return scaled < 9.95 && !Number.isInteger(scaled) ? scaled.toFixed(1) : String(Math.round(scaled));
  return `${scaled.toFixed(scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0)}${PREFIXES[place]}`;
}

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** Seconds in at most six cells: `12s`, `4m05s`, `1h05m`, `3d04h`. */
export function ageText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < MINUTE) return `${whole}s`;
  if (whole < HOUR) return two(whole, MINUTE, "m", 1, "s");
  if (whole < DAY) return two(whole, HOUR, "h", MINUTE, "m");
  return whole < 100 * DAY ? two(whole, DAY, "d", HOUR, "h") : `${Math.floor(whole / DAY)}d`;
}

function two(seconds: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((seconds % large) / small);
  return `${Math.floor(seconds / large)}${largeName}${String(rest).padStart(2, "0")}${smallName}`;
}

export function percentText(share: number): string {
  const percent = 100 * share;
  return `${percent < 9.95 && percent > 0 ? percent.toFixed(1) : Math.round(percent)}%`;
}

/** `14:03:22`, with the date where it is asked for, in UTC as everywhere. */
export function clockText(ms: number, date = false): string {
  // Before the first second of a picture.
  if (ms <= 0) return "--:--:--";
  const text = new Date(ms).toISOString();
  return date ? text.slice(0, 19).replace("T", " ") : text.slice(11, 19);
}

/** The name of a part of a key, or the value where it has none; whoever wrote it, it does nothing to a terminal. */
export function keyText({ name, text }: TopKey): string {
  return seenText(name ?? text);
}

/** `192.0.2.1:443`, `[2001:db8::1]:443`, `www.example.org:https`: address and port. Without a port the address alone. */
export function endParts(address: TopKey | undefined, port: TopKey | undefined): readonly [string, string] {
  const end = address === undefined ? "-" : keyText(address);
  if (port === undefined || port.text === "" || port.text === "-") return [end, ""];
  return [end.includes(":") ? `[${end}]` : end, `:${keyText(port)}`];
}

/** What is said of a row's state: how the flow stands, or how lively the group is. */
export function stateText({ state, stateText: said }: TopRow): string {
  return said ?? state;
}

/** What the picture shows at each row's left: more than a colour. */
export const STATE_MARKS = { new: "+", active: " ", idle: "-", ended: "x" } as const;
