// Terms about time: first and last seen, durations and rates, time of day, weekday.

import type { FieldName } from "../../core/elements.ts";
import { UsageError } from "../../core/errors.ts";
import { parseTime } from "../time-words.ts";
import { localZone } from "../zone.ts";
import { parseWhole } from "./numbers.ts";
import { node, type ParseContext } from "./parse-context.ts";
import { acceptComparison, acceptList, joined, readList, spanSince, valueWord } from "./term-operators.ts";
import { shorten, type TokenReader } from "./token-reader.ts";
import type { Comparison, Derived, FilterNode } from "./tree.ts";

const LAST_NANOSECOND = 0x7fff_ffff_ffff_ffffn;

export function zoneOf({ options }: ParseContext): string {
  return options.zone ?? localZone();
}

/** `first seen > 2026-11-20T10:00`, `start >= yesterday`, `end < 2h` (ago). A day or minute with `=` means its beginning. */
export function timeTerm(context: ParseContext, field: FieldName, from: number): FilterNode {
  const { reader } = context;
  const is = acceptComparison(reader) ?? "=";
  const nanoseconds = readTime(context) ?? reader.fail();
  return node({ kind: "time", field, is, nanoseconds, span: spanSince(reader, from) });
}

/** Nanoseconds since 1970 of the word at the current token; null, and nothing taken, where it is no time. */
export function readTime(context: ParseContext): bigint | null {
  const { reader, options } = context;
  reader.note({
    label: "a time such as 2026-11-20T10:30, today or 2h (ago)",
    kind: "value",
    words: () => [
      ["now", ""],
      ["today", ""],
      ["yesterday", ""],
    ],
  });
  const word = valueWord(reader);
  if (word === null) return null;
  let nanoseconds: bigint;
  try {
    nanoseconds = parseTime(nfdumpTime(word), "time", zoneOf(context), options.now ?? Date.now());
  } catch (error) {
    if (error instanceof UsageError) return null;
    throw error;
  }
  if (nanoseconds > LAST_NANOSECOND || nanoseconds < 0n)
    reader.refuse(`expected a time from 1970 to 2262, found ${shorten(word)}.`, reader.token.span);
  reader.advance();
  return nanoseconds;
}

/** nfdump writes 2026/11/20.10:30:00. */
function nfdumpTime(word: string): string {
  const [, year, month, day, time] = /^(\d{4})\/(\d\d)\/(\d\d)(?:\.(\d\d:\d\d(?::\d\d)?))?$/.exec(word) ?? [];
  if (year === undefined) return word;
  return `${year}-${month}-${day}${time === undefined ? "" : `T${time}`}`;
}

const NANOSECONDS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
  w: 604_800_000_000_000n,
};

/** Nanoseconds; a bare number is milliseconds, as in nfdump. null where it is no duration. */
function parseSpan(text: string): bigint | null {
  const word = text.toLowerCase();
  const whole = parseWhole(word);
  if (whole !== null && /^(0x.*|\d+)$/.test(word)) return whole * 1_000_000n;
  if (!/^(\d{1,12}(\.\d{1,9})?(ns|us|ms|[smhdw]))+$/.test(word)) return null;
  let sum = 0n;
  for (const [, digits = "", fraction = "", unit = ""] of word.matchAll(/(\d+)(?:\.(\d+))?(ns|us|ms|[smhdw])/g)) {
    sum += (BigInt(digits + fraction) * NANOSECONDS[unit]!) / 10n ** BigInt(fraction.length);
  }
  return sum;
}

const MOST_EXACT = 9_007_199_254_740_991n;

/** Durations and rates: whole numbers that a double holds exactly. */
export function derivedTerm({ reader }: ParseContext, of: Derived, from: number): FilterNode {
  const is = acceptComparison(reader) ?? "=";
  const label = of === "duration" ? "a duration such as 1500 (ms), 2s or 1h30m" : "a number such as 100, 10K or 1.5M";
  const parse = of === "duration" ? parseSpan : parseWhole;
  reader.noteLabel(label);
  const word = valueWord(reader);
  const whole = word === null ? null : parse(word);
  const ends = word === null || whole !== null ? null : derivedRange(word, parse);
  if (whole === null && ends === null) return reader.fail();
  const [least, most] = ends ?? [whole!, whole!];
  if (most > MOST_EXACT) reader.refuse(`expected a smaller value, found ${shorten(word!)}.`, reader.token.span);
  if (ends !== null && (is !== "=" || least > most))
    reader.refuse(`expected ${label}, found ${shorten(word!)}.`, reader.token.span);
  reader.advance();
  const span = spanSince(reader, from);
  const test = (comparison: Comparison, value: bigint) =>
    node({ kind: "derived", of, is: comparison, value: Number(value), span } as const);
  return ends === null ? test(is, least) : joined([test(">=", least), test("<=", most)], "and", false, span);
}

function derivedRange(word: string, parse: (text: string) => bigint | null): readonly [bigint, bigint] | null {
  const [first = "", last = "", more] = word.split("-");
  const [least, most] = [parse(first), parse(last)];
  return least === null || most === null || more !== undefined ? null : [least, most];
}

const CLOCK = /^(\d\d?):(\d\d)(?::(\d\d))?$/;

/** `time 08:00-18:00`: when the flow began, by the wall clock; 22:00-06:00 goes over midnight. */
export function clockTerm(context: ParseContext, start: number): FilterNode {
  const { reader } = context;
  reader.noteLabel("a time of day such as 08:00-18:00");
  const [first = "", last = "", more] = (valueWord(reader) ?? "").split("-");
  const [from, to] = [clockSeconds(first), clockSeconds(last)];
  if (from === null || to === null || more !== undefined) return reader.fail();
  reader.advance();
  return node({ kind: "clock", from, to, zone: zoneOf(context), span: spanSince(reader, start) });
}

function clockSeconds(text: string): number | null {
  const [, hour, minute, second = "0"] = CLOCK.exec(text) ?? [];
  if (hour === undefined || Number(minute) > 59 || Number(second) > 59) return null;
  const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second);
  return seconds > 86_400 ? null : seconds;
}

const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/** `weekday sat`, `weekday mon-fri`, `weekday in [sat, sun]`. */
export function weekdayTerm(context: ParseContext, from: number): FilterNode {
  const { reader } = context;
  const found = acceptList(reader)
    ? readList(context, ({ reader: inner }) => readDays(inner)).flat()
    : readDays(reader);
  const days = Object.freeze([...new Set(found)].sort());
  return node({ kind: "weekday", days, zone: zoneOf(context), span: spanSince(reader, from) });
}

function readDays(reader: TokenReader): number[] {
  reader.note({
    label: "a day such as mon, or mon-fri",
    kind: "value",
    words: () => DAYS.map((day) => [day.slice(0, 3), day]),
  });
  const [first = "", last, more] = (valueWord(reader) ?? "").toLowerCase().split("-");
  const [from, to] = [dayNumber(first), dayNumber(last ?? first)];
  if (from === 0 || to === 0 || more !== undefined) return reader.fail();
  reader.advance();
  const days: number[] = [];
  // fri-mon goes over the weekend.
  for (let day = from; ; day = (day % 7) + 1) {
    days.push(day);
    if (day === to) return days;
  }
}

/** 1 = Monday; 0 = no day. */
function dayNumber(word: string): number {
  return word.length < 3 ? 0 : DAYS.findIndex((day) => day.startsWith(word)) + 1;
}
