// Reports that people saved, and how their schedules went; the ready-made ones stand before them.
import { join } from "node:path";
import { UsageError } from "../core/errors.ts";
import { CHART_KINDS, type QueryWords, type Report, type ReportDraft, type ScheduleDraft } from "./api.ts";
import { cronOf, nextRun } from "./cron-times.ts";
import { missing, ServeError } from "./problems.ts";
import { READY_REPORTS } from "./ready-reports.ts";
import { StateFile } from "./state-file.ts";

export interface StoredReport extends Omit<ReportDraft, "schedule"> {
  readonly id: string;
  readonly schedule: (ScheduleDraft & { /** Saved then: nothing was due before. */ readonly since: string }) | null;
}

/** How the last times of a schedule went. */
export interface Run {
  /** null = it has not run yet. */
  readonly time: string | null;
  readonly problem: string | null;
  readonly missed: string | null;
  /** Times up to here have been told as missed. */
  readonly until: string | null;
}

interface Content {
  readonly reports: readonly StoredReport[];
  readonly runs: Readonly<Record<string, Run>>;
}

export const REPORT_ID = /^[a-z0-9][a-z0-9-]{0,63}$/;
const MOST = { reports: 200, title: 120, about: 500, view: 10_000, mailTo: 20, list: 10_000 } as const;
const READY_IDS = new Set(READY_REPORTS.map(({ id }) => id));
const SAVED = "Saved";
/** One address, no names and no lists: what stands here goes into the envelope. */
const ADDRESS = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,253}[A-Za-z0-9])?$/;

export class SavedReports {
  private readonly file: StateFile<Content>;
  private readonly checkWords: (words: QueryWords) => void;

  /** `checkWords` throws for words that cannot be asked. */
  constructor(folder: string, checkWords: (words: QueryWords) => void) {
    this.file = new StateFile(join(folder, "reports.json"), { reports: [], runs: {} }, checkContent);
    this.checkWords = checkWords;
  }

  list(): readonly Report[] {
    const { reports, runs } = this.file.read();
    return [...READY_REPORTS, ...reports.map((one) => reportOf(one, runs[one.id]))];
  }

  /** Throws a ServeError where there is none. */
  find(id: string): Report {
    const ready = READY_REPORTS.find((report) => report.id === id);
    if (ready !== undefined) return ready;
    const { reports, runs } = this.file.read();
    const found = reports.find((report) => report.id === id);
    if (found === undefined) throw noReport(id);
    return reportOf(found, runs[id]);
  }

  /** All that have a schedule. */
  scheduled(): readonly StoredReport[] {
    return this.file.read().reports.filter(({ schedule }) => schedule !== null);
  }

  lastRun(id: string): Run | null {
    return this.file.read().runs[id] ?? null;
  }

  /** Throws UsageErrors and FilterErrors for what cannot be. */
  add(draft: ReportDraft): Report {
    const { reports, runs } = this.file.read();
    if (reports.length >= MOST.reports)
      throw new UsageError(`expected at most ${MOST.reports} saved reports, found so many already; delete one.`);
    const report = this.checked(freeId(draft.title, reports), draft);
    this.file.write({ reports: [...reports, report], runs });
    return reportOf(report, undefined);
  }

  change(id: string, draft: ReportDraft): Report {
    const { reports, runs } = this.file.read();
    const before = this.own(id, reports);
    const same = before.schedule?.cron === draft.schedule?.cron;
    const checked = this.checked(id, draft);
    const schedule =
      checked.schedule === null || !same ? checked.schedule : { ...checked.schedule, since: before.schedule!.since };
    const report = { ...checked, schedule };
    this.file.write({ reports: reports.map((one) => (one.id === id ? report : one)), runs });
    return reportOf(report, runs[id]);
  }

  remove(id: string): void {
    const { reports, runs } = this.file.read();
    this.own(id, reports);
    const { [id]: _gone, ...others } = runs;
    this.file.write({ reports: reports.filter((one) => one.id !== id), runs: others });
  }

  /** What a schedule has to say of a report; nothing where that is gone meanwhile. */
  record(id: string, run: Run): void {
    const { reports, runs } = this.file.read();
    if (reports.some((one) => one.id === id)) this.file.write({ reports, runs: { ...runs, [id]: run } });
  }

  private own(id: string, reports: readonly StoredReport[]): StoredReport {
    if (READY_IDS.has(id))
      throw new ServeError(
        403,
        "forbidden",
        `expected a saved report, found that "${id}" is ready-made; save it as your own`,
      );
    const found = reports.find((one) => one.id === id);
    if (found === undefined) throw noReport(id);
    return found;
  }

  private checked(id: string, draft: ReportDraft): StoredReport {
    const title = draft.title.trim();
    if (title === "") throw new UsageError("title: expected a few words, found none.");
    atMost("title", title, MOST.title);
    atMost("about", draft.about, MOST.about);
    atMost("view", draft.view ?? "", MOST.view);
    this.checkWords(draft.words);
    const { about, words, chart, view } = draft;
    return {
      id,
      title,
      about,
      words,
      chart,
      view,
      schedule: draft.schedule === null ? null : checkSchedule(draft.schedule),
    };
  }
}

function checkSchedule({ cron, mailTo }: ScheduleDraft) {
  cronOf(cron);
  if (mailTo.length > MOST.mailTo)
    throw new UsageError(`mailTo: expected at most ${MOST.mailTo} addresses, found ${mailTo.length}.`);
  for (const address of mailTo) {
    if (!ADDRESS.test(address) || address.includes(".."))
      throw new UsageError(`mailTo: expected an address such as ada@example.org, found "${address.slice(0, 80)}".`);
  }
  return { cron: cron.trim(), mailTo, since: new Date().toISOString() };
}

function atMost(member: string, text: string, most: number): void {
  if (text.length > most) throw new UsageError(`${member}: expected at most ${most} characters, found ${text.length}.`);
}

export function noReport(id: string): ServeError {
  return missing(`expected a report, found none that is called "${id}"; GET /api/v1/reports lists them`);
}

function reportOf({ schedule, ...one }: StoredReport, run: Run | undefined): Report {
  const went = { lastRun: run?.time ?? null, lastProblem: run?.problem ?? null, missed: run?.missed ?? null };
  return {
    ...one,
    group: SAVED,
    readyMade: false,
    schedule:
      schedule === null
        ? null
        : { cron: schedule.cron, mailTo: schedule.mailTo, nextRun: nextRun(schedule.cron), ...went },
  };
}

/** "Top talkers!" -> "top-talkers", "top-talkers-2". */
function freeId(title: string, reports: readonly StoredReport[]): string {
  const plain = title
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 48);
  const base = plain.replace(/-+$/, "") || "report";
  const taken = new Set([...READY_IDS, ...reports.map(({ id }) => id)]);
  for (let number = 1; ; number++) {
    const id = number === 1 ? base : `${base}-${number}`;
    if (!taken.has(id)) return id;
  }
}

function checkContent(value: unknown): Content {
  const { reports, runs } = (value ?? {}) as Partial<Content>;
  if (!Array.isArray(reports) || reports.length > MOST.list || typeof runs !== "object" || runs === null)
    throw new Error("no list of reports");
  for (const one of reports as readonly Partial<StoredReport>[]) {
    const texts = [one?.id, one?.title, one?.about].every((text) => typeof text === "string");
    const chart = CHART_KINDS.some((kind) => kind === one?.chart);
    if (
      !texts ||
      !chart ||
      !REPORT_ID.test(one.id ?? "") ||
      typeof one.words !== "object" ||
      one.schedule === undefined
    )
      throw new Error("a report that is none");
  }
  return { reports, runs };
}
