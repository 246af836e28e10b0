// Time zones: where the days of a zone begin, and when its clock shows a time.
import { readlinkSync } from "node:fs";
import { offsetSeconds } from "../core/zone-offset.ts";

/** The zone of this machine, by its name in the database of zones. */
export function localZone(): string {
  return isUtc() ? "UTC" : new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** True where it is certain without Intl, which takes 0.03 s to begin: servers have this zone. */
function isUtc(): boolean {
  const { TZ } = process.env;
  if (TZ !== undefined) return TZ === "UTC";
  try {
    return /\/zoneinfo\/(Etc\/)?UTC$/.test(readlinkSync("/etc/localtime"));
  } catch {
    return false;
  }
}

/** The time (seconds since 1970 UTC) at which the wall clock of a zone shows this; the first one where it does so twice, the jump where it never does. */
export function fromWall(zone: string, wall: number): number {
  if (zone === "UTC") return wall;
  const before = wall - offsetSeconds(zone, wall - 86_400);
  const after = wall - offsetSeconds(zone, wall + 86_400);
  const fits = [before, after].filter((time) => time + offsetSeconds(zone, time) === wall);
  return fits.length > 0 ? Math.min(...fits) : Math.max(before, after);
}

export type CalendarUnit = "day" | "week" | "month" | "year";

/** The beginning of the day (Monday, month, year) that a time is in, or of the next one. */
export function startOfDay(
  zone: string,
  time: number,
  which: { readonly back: CalendarUnit } | { readonly ahead: CalendarUnit },
): number {
  const date = new Date((Math.floor(time) + offsetSeconds(zone, time)) * 1000);
  const unit = "back" in which ? which.back : which.ahead;
  const step = "back" in which ? 0 : 1;
  let [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  if (unit === "day") day += step;
  else if (unit === "week") day += 7 * step - ((date.getUTCDay() + 6) % 7);
  else if (unit === "month") [month, day] = [month + step, 1];
  else [year, month, day] = [year + step, 0, 1];
  return fromWall(zone, Date.UTC(year, month, day) / 1000);
}
