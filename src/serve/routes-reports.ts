// /reports: ready-made and saved reports, their answers, printable pages, schedules, and what those wrote.
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import { sendAnswer } from "./answer-sending.ts";
import type { Report, ReportDraft, Reports } from "./api.ts";
import { FORMATS, type Format, type ServeContext, type ServeRoutes } from "./parts.ts";
import type { ReportFiles } from "./report-files.ts";
import { REPORT_POLICY, reportHtml } from "./report-page.ts";
import { type AskedTime, downloadWords, reportQuestion } from "./report-question.ts";
import { runReport } from "./report-run.ts";
import type { SavedReports } from "./saved-reports.ts";
import type { Schedules } from "./schedules.ts";
import { answerSchema } from "./schemas/query.ts";
import { filesSchema, reportBody, reportSchema, reportsSchema, timeWords } from "./schemas/reports.ts";
import { errors, STRICT } from "./schemas/shapes.ts";

export interface ReportParts {
  readonly reports: SavedReports;
  readonly files: ReportFiles;
  readonly schedules: Schedules;
  /** Schedules can mail. */
  readonly mail: boolean;
}

type WithId = { readonly id: string };
type WithName = WithId & { readonly name: string };

const ID = Type.Object({ id: Type.String({ maxLength: 64 }) });
const NAME = Type.Object({ id: Type.String({ maxLength: 64 }), name: Type.String({ maxLength: 64 }) });
const NOTHING = Type.Object({});
const HTML = { description: "A page.", content: { "text/html": { schema: Type.String() } } };
const ADMIN = { need: "admin" } as const;
const schema = (summary: string, more: object) => ({ schema: { summary, tags: ["reports"], ...more } });

export function reportRoutes({ reports, files, schedules, mail }: ReportParts): ServeRoutes {
  return {
    install(api: FastifyInstance, _root: FastifyInstance, { questions }: ServeContext): void {
      api.addHook("onReady", async () => schedules.start(questions));
      api.addHook("onClose", async () => schedules.close());
      api.get(
        "/reports",
        schema("Reports", { response: { 200: reportsSchema, ...errors(401) } }),
        async (): Promise<Reports> => ({ reports: reports.list(), mail }),
      );
      api.get(
        "/reports/:id",
        schema("A report", { params: ID, response: { 200: reportSchema, ...errors(401, 404) } }),
        async ({ params }): Promise<Report> => reports.find((params as WithId).id),
      );
      installChanges(api, { reports, files, schedules, mail });
      installFiles(api, reports, files);

      api.get(
        "/reports/:id/answer",
        schema("Ask a report", {
          description: "What /query gives for its words, of another time where one is said; `format` is a download.",
          params: ID,
          querystring: Type.Object({ ...timeWords, format: Type.Optional(Type.Enum([...FORMATS])) }, STRICT),
          response: { 200: { description: "The tables.", ...answerSchema }, ...errors(400, 401, 404, 503, 504) },
        }),
        async (request, reply) => {
          const { format = "json", ...time } = request.query as AskedTime & { readonly format?: Format };
          const report = reports.find((request.params as WithId).id);
          const words = downloadWords(reportQuestion(report.words, time, Date.now()), format);
          const caller = { key: keyOf(request), user: null };
          const answer = await questions.ask(words, format, { caller, signal: goneOf(reply) });
          return sendAnswer(answer, format, reply);
        },
      );
      api.get(
        "/reports/:id/print",
        schema("A report as a page to be printed", {
          description: "HTML without scripts, with pictures.",
          params: ID,
          querystring: Type.Object(timeWords, STRICT),
          response: { 200: HTML, ...errors(400, 401, 404, 413, 503, 504) },
        }),
        async (request, reply) => {
          const report = reports.find((request.params as WithId).id);
          const time = request.query as AskedTime;
          const page = await runReport(report, { questions, key: keyOf(request), signal: goneOf(reply), time });
          return sendPage(reply, await reportHtml(page));
        },
      );
    },
  };
}

function installChanges(api: FastifyInstance, { reports, files, schedules }: ReportParts): void {
  const saved = { response: { 200: reportSchema, ...errors(400, 401, 403, 404) } };
  api.post(
    "/reports",
    { config: ADMIN, ...schema("Save a report", { body: reportBody, ...saved }) },
    async ({ body }): Promise<Report> => {
      const report = reports.add(body as ReportDraft);
      schedules.changed(report.id);
      return report;
    },
  );
  api.put(
    "/reports/:id",
    { config: ADMIN, ...schema("Change a report", { params: ID, body: reportBody, ...saved }) },
    async ({ params, body }): Promise<Report> => {
      const report = reports.change((params as WithId).id, body as ReportDraft);
      schedules.changed(report.id);
      return report;
    },
  );
  api.delete(
    "/reports/:id",
    {
      config: ADMIN,
      ...schema("Delete a report, with what its schedule wrote", {
        params: ID,
        response: { 200: NOTHING, ...errors(401, 403, 404) },
      }),
    },
    async ({ params }) => {
      const { id } = params as WithId;
      reports.remove(id);
      schedules.changed(id);
      files.removeAll(id);
      return {};
    },
  );
  api.post(
    "/reports/:id/run",
    {
      config: ADMIN,
      ...schema("Run a schedule now", { description: "Writes and mails as at its time.", params: ID, ...saved }),
    },
    async ({ params }): Promise<Report> => {
      const { id } = params as WithId;
      await schedules.runNow(id);
      return reports.find(id);
    },
  );
}

function installFiles(api: FastifyInstance, reports: SavedReports, files: ReportFiles): void {
  api.get(
    "/reports/:id/files",
    schema("What a schedule wrote", { params: ID, response: { 200: filesSchema, ...errors(401, 404) } }),
    async ({ params }) => files.list(reports.find((params as WithId).id).id),
  );
  api.get(
    "/reports/:id/files/:name",
    schema("One of them", {
      description: "HTML without scripts.",
      params: NAME,
      response: { 200: HTML, ...errors(401, 404) },
    }),
    async ({ params }, reply) => {
      const { id, name } = params as WithName;
      return sendPage(reply, files.read(reports.find(id).id, name));
    },
  );
  api.delete(
    "/reports/:id/files/:name",
    {
      config: ADMIN,
      ...schema("Delete one of them", { params: NAME, response: { 200: NOTHING, ...errors(401, 403, 404) } }),
    },
    async ({ params }) => {
      const { id, name } = params as WithName;
      files.remove(reports.find(id).id, name);
      return {};
    },
  );
}

/** Its own policy is stricter than the page's: no script at all, not even ours. */
function sendPage(reply: FastifyReply, html: string): FastifyReply {
  void reply.header("content-security-policy", REPORT_POLICY).type("text/html; charset=utf-8");
  return reply.send(Buffer.from(html));
}

function keyOf({ caller, ip }: FastifyRequest): string {
  return caller?.key ?? ip;
}

function goneOf(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once("close", () => gone.abort());
  return gone.signal;
}
