// What `flowgauge serve` remembers for its readers: saved filters, saved reports and their schedules; and who mails them.
import type { Command } from "commander";
import { UsageError } from "../core/errors.ts";
import {
  checkReportWords,
  mailerOf,
  mailServerOf,
  ReportFiles,
  reportRoutes,
  SavedFilters,
  SavedReports,
  Schedules,
  type ServeParts,
  type ServeRoutes,
  savedFilterRoutes,
} from "../serve/index.ts";
import { stateFolder } from "./serve-user.ts";

/** The options as commander gives them. */
export interface ReportSettings {
  readonly state?: string;
  readonly local?: string;
  readonly mailServer?: string;
  readonly mailFrom?: string;
}

export function withReports(command: Command): Command {
  return command
    .optionsGroup("Reports:")
    .option("--mail-server <url>", "mail scheduled reports: smtp://[USER@]HOST[:PORT], smtps://...")
    .option("--mail-from <address>", "who they are from (default: flowgauge@HOST)");
}

export interface ServedReports extends Pick<ServeParts, "namedFilters" | "problems"> {
  readonly routes: readonly ServeRoutes[];
}

/** Throws a UsageError for options that cannot be. */
export function servedReports(settings: ReportSettings, say: (sentence: string) => void): ServedReports {
  const folder = stateFolder(settings.state);
  const local = settings.local ?? null;
  const mailer = mailerFrom(settings);
  const filters = new SavedFilters(folder);
  const reports = new SavedReports(folder, (words) => checkReportWords(words, filters.named(null), local, Date.now()));
  const files = new ReportFiles(folder);
  const schedules = new Schedules({ reports, files, mailer, say });
  return {
    namedFilters: (user) => filters.named(user),
    problems: () => (filters.problem === null ? [] : [filters.problem]),
    routes: [
      reportRoutes({ reports, files, schedules, mail: mailer !== null }),
      savedFilterRoutes(filters, reports, local),
    ],
  };
}

function mailerFrom({ mailServer, mailFrom }: ReportSettings) {
  if (mailServer !== undefined)
    return mailerOf(mailServerOf(mailServer, mailFrom, process.env.FLOWGAUGE_MAIL_PASSWORD));
  if (mailFrom !== undefined) throw new UsageError("--mail-from: expected --mail-server beside it, found none.");
  return null;
}
