// How far the clock of a time zone is from UTC. The same in every locale.

const clocks = new Map<string, Intl.DateTimeFormat>();

function clock(zone: string): Intl.DateTimeFormat {
  let found = clocks.get(zone);
  if (found === undefined) {
    found = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    clocks.set(zone, found);
  }
  return found;
}

/** The wall clock of a zone at a time (seconds since 1970 UTC), as seconds since 1970 of that clock. */
function wallSeconds(zone: string, time: number): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of clock(zone).formatToParts(time * 1000)) parts[type] = Number(value);
  const { year, month, day, hour, minute, second } = parts;
  return Date.UTC(year!, month! - 1, day!, hour!, minute!, second!) / 1000;
}

/** Seconds that the wall clock of a zone is ahead of UTC. */
export function offsetSeconds(zone: string, time: number): number {
  const whole = Math.floor(time);
  return zone === "UTC" ? 0 : wallSeconds(zone, whole) - whole;
}
