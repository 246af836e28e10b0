// Runs a report: asks its question, takes the answer whole, and makes a page of it.
import { buffer } from "node:stream/consumers";
import { localZone } from "../query/index.ts";
import { parseExactly, readTable } from "../report/index.ts";
import type { QueryAnswer, Report } from "./api.ts";
import { zoneOf } from "./asked-question.ts";
import type { Caller, Questions } from "./parts.ts";
import { ServeError } from "./problems.ts";
import type { ReportPage } from "./report-page.ts";
import { type AskedTime, reportQuestion } from "./report-question.ts";

/** What is longer is no report, and would be read by nobody. */
const MOST_OCTETS = 8 * 1024 * 1024;

export interface RunWords {
  readonly questions: Questions;
  /** Whose turn it is; the report's filter means the same for all. */
  readonly key: Caller["key"];
  readonly signal: AbortSignal;
  readonly time: AskedTime;
}

/** Throws ServeErrors. */
export async function runReport(report: Report, { questions, key, signal, time }: RunWords): Promise<ReportPage> {
  const now = Date.now();
  const { words } = reportQuestion(report.words, time, now);
  const answer = await questions.ask(words, "json", { caller: { key, user: null }, signal });
  let found: QueryAnswer;
  try {
    if (answer.octets > MOST_OCTETS) {
      throw new ServeError(
        413,
        "usage",
        `expected a report of at most ${MOST_OCTETS} octets, found one of ${answer.octets}; ask for less time, top or limit`,
      );
    }
    const octets = answer.read();
    found = parseExactly(
      String(octets instanceof Uint8Array ? Buffer.from(octets) : await buffer(octets)),
    ) as QueryAnswer;
  } finally {
    answer.release();
  }
  const zone = zoneOf(report.words) ?? localZone();
  const { title, about, chart } = report;
  return {
    title,
    about,
    chart,
    filter: words.filter ?? "",
    tables: found.tables.map((table) => readTable(table, zone)),
    command: found.command,
    problems: found.problems,
    made: new Date(now).toISOString(),
  };
}
