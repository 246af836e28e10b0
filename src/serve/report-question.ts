// What a report asks now: its words with a time, and with buckets that suit it.

import { UsageError } from "../core/errors.ts";
import { localZone, usedNames } from "../query/index.ts";
import type { QueryWords, Window } from "./api.ts";
import { readQuestion, zoneOf } from "./asked-question.ts";
import type { Format } from "./parts.ts";
import { windowOf } from "./window-route.ts";

/** In `by`: "time/auto", alone or before other fields. */
const AUTO = /^time\/auto(?=,|$)/;

export interface AskedTime {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface ReportQuestion {
  readonly words: QueryWords;
  readonly window: Window;
}

/** `time`: instead of the report's own. Throws what windowOf throws. */
export function reportQuestion(words: QueryWords, time: AskedTime, now: number): ReportQuestion {
  const own = time.from === undefined && time.to === undefined;
  const from = own ? words.from : time.from;
  const to = own ? words.to : time.to;
  const said = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  const window = windowOf(said, now, zoneOf(words) ?? localZone());
  const by = words.by?.map((fields) => fields.replace(AUTO, `time/${window.bucket}`));
  return { window, words: { ...words, from: window.from, to: window.to, ...(by === undefined ? {} : { by }) } };
}

/** Throws a UsageError or FilterError where a report with these words could never be answered. */
export function checkReportWords(
  words: QueryWords,
  named: ReadonlyMap<string, string>,
  local: string | null,
  now: number,
): void {
  if (words.after !== undefined) throw new UsageError("after: expected a report that begins at its beginning.");
  const asked = reportQuestion(words, {}, now);
  readQuestion({ words: asked.words, format: "json", named: usedNames(words.filter ?? "", named), local, now });
}

/** Words for downloads: pictures have one grouping. */
export function downloadWords({ words }: ReportQuestion, format: Format): QueryWords {
  if (format === "json" || (words.by?.length ?? 0) < 2) return words;
  return { ...words, by: words.by!.slice(0, 1) };
}
