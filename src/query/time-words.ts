// Times as people type them: 2h (ago), now, today, yesterday 18:00, 2026-11-20, 10:30, ISO 8601, seconds since 1970.
import { parseDuration } from "../core/duration.ts";
import { UsageError } from "../core/errors.ts";
import { offsetSeconds } from "../core/zone-offset.ts";
import { fromWall, startOfDay } from "./zone.ts";

const DATE = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?(Z|[+-]\d\d:?\d\d)?$/i;
const CLOCK = /^(?:(today|yesterday)[ t]+)?(\d\d?):(\d\d)(?::(\d\d))?$/;
const BILLION = 1_000_000_000n;
const DAY = 86_400;

/**
 * Nanoseconds since 1970 UTC. What has no zone of its own is of `zone`; `nowMs` is milliseconds since 1970. `end` true: a day means its
 * end (`--to yesterday`).
 */
export function parseTime(text: string, option: string, zone: string, nowMs: number, end = false): bigint {
  const word = text.trim().toLowerCase();
  const now = BigInt(Math.round(nowMs)) * 1_000_000n;
  if (word === "now") return now;
  const today = startOfDay(zone, nowMs / 1000, { back: "day" });
  const noonOf = (day: string) => today + DAY / 2 - (day === "yesterday" ? DAY : 0);
  if (word === "today" || word === "yesterday") return dayOf(zone, noonOf(word), end);
  const clock = CLOCK.exec(word);
  if (clock !== null) {
    const [hour, minute, second] = clock.slice(2).map((digits) => Number(digits ?? 0));
    if (hour! < 25 && minute! < 60 && second! < 60) {
      const noon = noonOf(clock[1] ?? "today");
      // What the wall showed then, to the day: some days of some zones have no midnight.
      const shown = noon + offsetSeconds(zone, noon);
      const wall = shown - (shown % DAY) + hour! * 3600 + minute! * 60 + second!;
      return BigInt(fromWall(zone, wall)) * BILLION;
    }
  }
  if (/^\d{9,10}(\.\d{1,9})?$/.test(word)) return decimalSeconds(word);
  if (/^\d{12,13}$/.test(word)) return BigInt(word) * 1_000_000n;
  const date = DATE.exec(text.trim());
  if (date !== null) {
    const found = dated(date, zone, end);
    if (found !== null) return found;
  }
  if (/^[\d.]+[a-z]/.test(word)) {
    const ago = parseDuration(word.replace(/ ?ago$/, ""), option);
    return now - BigInt(Math.round(ago)) * 1_000_000n;
  }
  throw new UsageError(
    `${option}: expected a time such as 2h (ago), today, yesterday, yesterday 18:00, 10:30, 2026-11-20, 2026-11-20 18:00, 2026-11-20T10:30:00Z or seconds since 1970, found "${text}".`,
  );
}

function dayOf(zone: string, noon: number, end: boolean): bigint {
  return BigInt(startOfDay(zone, noon, end ? { ahead: "day" } : { back: "day" })) * BILLION;
}

function decimalSeconds(text: string): bigint {
  const [seconds = "", fraction = ""] = text.split(".");
  return BigInt(seconds) * BILLION + BigInt(fraction.padEnd(9, "0"));
}

/** null for a day that is not in the calendar. */
function dated(parts: RegExpExecArray, zone: string, end: boolean): bigint | null {
  const [year, month, day] = parts.slice(1, 4).map(Number) as [number, number, number];
  const [hour, minute, second] = parts.slice(4, 7).map((digits) => Number(digits ?? 0)) as [number, number, number];
  const wall = Date.UTC(year, month - 1, day) / 1000;
  const date = new Date(wall * 1000);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  if (hour > 24 || minute > 59 || second > 60 || year < 1970) return null;
  const [, , , , time, , , fraction = "", said] = parts;
  if (time === undefined && said === undefined) return dayOf(zone, fromWall(zone, wall + DAY / 2), end);
  const shown = wall + hour * 3600 + minute * 60 + second;
  const seconds = said === undefined ? fromWall(zone, shown) : shown - offsetOf(said);
  return BigInt(seconds) * BILLION + BigInt(fraction.padEnd(9, "0"));
}

/** "+01:00", "-0330", "Z" in seconds. */
function offsetOf(text: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(text) ?? [];
  if (sign === undefined) return 0;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
}
