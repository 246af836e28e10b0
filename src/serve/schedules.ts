// Schedules: reports that run at their times, one after the other, are written as files and mailed. What goes wrong is told on the report.
import type { Cron } from "croner";
import { seenText } from "../core/cell-text.ts";
import { cronOf, MOST_MISSED, missedTimes } from "./cron-times.ts";
import type { Questions } from "./parts.ts";
import { missing } from "./problems.ts";
import type { ReportFiles } from "./report-files.ts";
import type { Mailer } from "./report-mail.ts";
import { type ReportPage, reportHtml, reportText } from "./report-page.ts";
import { runReport } from "./report-run.ts";
import type { Run, SavedReports } from "./saved-reports.ts";

export interface ScheduleParts {
  readonly reports: SavedReports;
  readonly files: ReportFiles;
  /** null = serve was given no mail server. */
  readonly mailer: Mailer | null;
  readonly say: (sentence: string) => void;
  /** Until what failed is tried once more. */
  readonly retryMs?: number;
}

interface Attempt {
  readonly id: string;
  /** When it was due. */
  readonly time: Date;
  /** What was made before; only its mail failed. */
  readonly made: Made | null;
  readonly first: boolean;
}

interface Made {
  readonly page: ReportPage;
  readonly html: string;
}

const RETRY_MS = 60_000;
const NOT_YET: Run = { time: null, problem: null, missed: null, until: null };
/** Its own turn among those who ask: a schedule waits behind nobody's page. */
const KEY = "schedules";

export class Schedules {
  private readonly parts: ScheduleParts;
  private questions: Questions | null = null;
  private readonly jobs = new Map<string, Cron>();
  private readonly waiting = new Set<string>();
  private readonly retries = new Map<string, NodeJS.Timeout>();
  private readonly end = new AbortController();
  private turn: Promise<unknown> = Promise.resolve();

  constructor(parts: ScheduleParts) {
    this.parts = parts;
  }

  /** Tells what was missed since the last time that serve ran, and waits for what comes. */
  start(questions: Questions): void {
    this.questions = questions;
    const now = new Date();
    for (const { id, title, schedule } of this.parts.reports.scheduled()) {
      const last = this.parts.reports.lastRun(id);
      if (schedule === null) continue;
      const told = [schedule.since, last?.time, last?.until].map((time) => Date.parse(time ?? "") || 0);
      const missed = missedTimes(schedule.cron, new Date(Math.max(...told)), now);
      if (missed !== null) {
        const { times, first } = missed;
        const often = times === 1 ? "once" : `${times} times${times === MOST_MISSED ? " or more" : ""}`;
        const sentence = `it was due ${often} while flowgauge serve did not run, first at ${first.toISOString()}`;
        // From now on: the next start does not count them again.
        this.record(id, { ...(last ?? NOT_YET), missed: sentence, until: now.toISOString() });
        this.parts.say(`report "${seenText(title)}": ${sentence}`);
      }
      this.changed(id);
    }
  }

  /** A report was saved or deleted. */
  changed(id: string): void {
    this.jobs.get(id)?.stop();
    this.jobs.delete(id);
    const found = this.parts.reports.scheduled().find((report) => report.id === id);
    if (found?.schedule == null) {
      clearTimeout(this.retries.get(id));
      this.retries.delete(id);
      return;
    }
    const job = cronOf(found.schedule.cron);
    job.schedule(() => void this.due(id, new Date()));
    job.resume();
    this.jobs.set(id, job);
  }

  /** Now, as at its time. Resolves when it has been tried. Throws a ServeError where it has no schedule. */
  async runNow(id: string): Promise<void> {
    if (this.parts.reports.scheduled().every((report) => report.id !== id))
      throw missing("expected a report with a schedule, found one without; save it with one");
    await this.due(id, new Date());
  }

  close(): void {
    this.end.abort();
    for (const job of this.jobs.values()) job.stop();
    for (const timer of this.retries.values()) clearTimeout(timer);
    this.jobs.clear();
    this.retries.clear();
  }

  private async due(id: string, time: Date): Promise<void> {
    if (this.waiting.has(id)) {
      const last = this.parts.reports.lastRun(id);
      const missed = `at ${time.toISOString()} it was left out, as the run before had not ended`;
      this.record(id, { ...(last ?? NOT_YET), missed });
      return;
    }
    clearTimeout(this.retries.get(id));
    await this.enqueue({ id, time, made: null, first: true });
  }

  private enqueue(attempt: Attempt): Promise<void> {
    this.waiting.add(attempt.id);
    const done = this.turn.then(() => this.attempt(attempt));
    this.turn = done.catch((error: Error) => this.parts.say(`a schedule could not be run: ${error.message}`));
    return done.finally(() => this.waiting.delete(attempt.id));
  }

  private async attempt({ id, time, made, first }: Attempt): Promise<void> {
    if (this.end.signal.aborted) return;
    const { reports, retryMs = RETRY_MS } = this.parts;
    if (reports.scheduled().every((report) => report.id !== id)) return;
    let done = made;
    let problem: string | null = null;
    try {
      done ??= await this.make(id, time);
      await this.mail(id, done);
    } catch (error) {
      if (this.end.signal.aborted) return;
      problem = (error as Error).message;
    }
    const again = problem !== null && first;
    const told = again ? `${problem}; it is tried once more` : problem;
    this.record(id, { ...(reports.lastRun(id) ?? NOT_YET), time: time.toISOString(), problem: told });
    if (problem !== null) this.parts.say(`report ${id}: ${seenText(told ?? "")}`);
    if (!again) return;
    const retry = () => void this.enqueue({ id, time, made: done, first: false });
    this.retries.set(id, setTimeout(retry, retryMs));
  }

  private async make(id: string, time: Date): Promise<Made> {
    const { reports, files } = this.parts;
    if (this.questions === null) throw new Error("expected a server that runs, found none yet");
    const words = { questions: this.questions, key: KEY, signal: this.end.signal, time: {} };
    const page = await runReport(reports.find(id), words);
    const html = await reportHtml(page);
    files.write(id, time, html);
    return { page, html };
  }

  private async mail(id: string, { page, html }: Made): Promise<void> {
    const { reports, mailer } = this.parts;
    const { schedule, title } = reports.find(id);
    if (schedule === null || schedule.mailTo.length === 0) return;
    if (mailer === null)
      throw new Error("it is not mailed, as serve was given no mail server; start it with --mail-server");
    await mailer.send({ to: schedule.mailTo, title, html, text: await reportText(page) });
  }

  private record(id: string, run: Run): void {
    try {
      this.parts.reports.record(id, run);
    } catch (error) {
      this.parts.say(`how report ${id} went cannot be kept: ${(error as Error).message}`);
    }
  }
}
