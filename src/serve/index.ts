// The door of serve/: the HTTP server, and who may ask it.

export { Access } from "./access.ts";
export type { DownloadSaid, LiveLinks, QueryWords } from "./api.ts";
export { collectingRoutes } from "./collecting-routes.ts";
export { CollectorProcess } from "./collector-process.ts";
export type {
  CollectorAnswer,
  CollectorAsk,
  CollectorAsks,
  CollectorLedger,
  CollectorPlan,
  CollectorSays,
  CollectorState,
} from "./collector-words.ts";
export { Geo } from "./geo.ts";
export { guardOf, loginRoutes } from "./guard.ts";
export { hostRoute } from "./host-route.ts";
export { LoginLimits } from "./login-limits.ts";
export { type Guard, NO_PARTS, type Questions, type SeenHost, type ServeParts, type ServeRoutes } from "./parts.ts";
export { ReportFiles } from "./report-files.ts";
export { mailerOf, mailServerOf } from "./report-mail.ts";
export { checkReportWords } from "./report-question.ts";
export { savedFilterRoutes } from "./routes-filters.ts";
export { reportRoutes } from "./routes-reports.ts";
export { SavedFilters } from "./saved-filters.ts";
export { SavedReports } from "./saved-reports.ts";
export { Schedules } from "./schedules.ts";
export { createServer, type Server } from "./server.ts";
export { Sessions } from "./sessions.ts";
export { certificateProblem, readServerTls, type ServerTls } from "./tls.ts";
export { ROLES, type User, Users } from "./users.ts";
export { windowRoute } from "./window-route.ts";
