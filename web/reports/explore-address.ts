// Where a report goes on: Explore with the same view, or the flows of a list. null = the page has no view of it.
import type { Report } from "../../src/serve/api.ts";
import { FIRST_VIEW, type Metric, viewOf, wordsOf } from "../explore/view.ts";
import { address } from "../frame/place.ts";
import type { AskedTime } from "./reports-client.ts";

export function exploreAddress({ words, view, chart }: Report, { from, to }: AskedTime): string | null {
  if (view !== null) {
    const saved = viewOf(new URLSearchParams(view));
    return address("/explore", wordsOf({ ...saved, from, to }));
  }
  const { filter = "", by, top = FIRST_VIEW.top, sort, measures, distinct } = words;
  if (by === undefined) return address("/flows", { from, to, filter });
  const [fields = "", ...more] = by;
  if (more.length > 0 || measures !== undefined || distinct !== undefined) return null;
  return address(
    "/explore",
    wordsOf({
      ...FIRST_VIEW,
      from,
      to,
      filter,
      by: fields.split(",").filter((field) => !field.startsWith("time/") && field !== "none"),
      top: Math.min(top, 100),
      metric: metricOf(sort),
      chart: chart === "none" ? FIRST_VIEW.chart : chart === "bars" ? "stacked" : chart,
    }),
  );
}

/** The rate of what something is sorted by. */
export function metricOf(sort: string | null | undefined): Metric {
  const [by = ""] = (sort ?? "").split(":");
  return by === "packets" ? "pps" : by === "flows" ? "fps" : FIRST_VIEW.metric;
}
