// Times as people read them: in the browser's zone, with UTC beside it.

const day = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "2-digit", day: "2-digit" });
const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const short = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** "2026-11-20 10:30:00" in the reader's format and zone. */
export function localTime(ms: number): string {
  return `${day.format(ms)} ${clock.format(ms)}`;
}

export function localClock(ms: number): string {
  return short.format(ms);
}

/** "2026-11-20 09:30:00 UTC" */
export function utcTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** For the words of a question: a time that is the same for everybody. */
export function timeWord(ms: number): string {
  return new Date(Math.round(ms / 1000) * 1000).toISOString().replace(".000", "");
}
