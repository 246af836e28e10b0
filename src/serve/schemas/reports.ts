// /reports and /filters: what is saved, and what of it is given.
import { Type } from "typebox";
import type { FilterDraft, Report, ReportDraft, ReportFile, Reports, SavedFilter } from "../api.ts";
import { queryBody } from "./query.ts";
import { STRICT, says } from "./shapes.ts";

const nullable = <S extends Parameters<typeof Type.Optional>[0]>(schema: S) => Type.Union([Type.Null(), schema]);
const nullableText = nullable(Type.String());

/** Lengths are told in sentences where they are checked; these only keep out what is absurd. */
const FAR = 20_000;

const chart = Type.Enum(["stacked", "lines", "sides", "sankey", "heat", "bars", "none"]);
const schedule = {
  cron: Type.String({ maxLength: FAR, description: "Five fields of cron, in the server's zone." }),
  mailTo: Type.Array(Type.String({ maxLength: FAR }), { maxItems: 1000, description: "None = only a file." }),
};
const draft = {
  title: Type.String({ maxLength: FAR }),
  about: Type.String({ maxLength: FAR }),
  words: queryBody,
  chart,
  view: nullable(Type.String({ maxLength: FAR, description: "Query string of /explore that shows the same." })),
};

export const reportBody = says<ReportDraft>()(
  Type.Object(
    { ...draft, schedule: nullable(Type.Object(schedule, STRICT)) },
    {
      ...STRICT,
      examples: [
        {
          title: "Web servers",
          about: "",
          words: { from: "1d", by: ["dstAddr"], filter: "dst port 443" },
          chart: "bars",
          view: null,
          schedule: { cron: "0 6 * * 1", mailTo: [] },
        },
      ],
    },
  ),
);

export const reportSchema = says<Report>()(
  Type.Object({
    ...draft,
    id: Type.String(),
    group: Type.String(),
    readyMade: Type.Boolean(),
    schedule: nullable(
      Type.Object({
        ...schedule,
        nextRun: nullableText,
        lastRun: nullableText,
        lastProblem: nullable(Type.String({ description: "Why the last run made no report, or did not mail it." })),
        missed: nullable(Type.String({ description: "Times at which serve did not run." })),
      }),
    ),
  }),
);

export const reportsSchema = says<Reports>()(
  Type.Object({
    reports: Type.Array(reportSchema),
    mail: Type.Boolean({ description: "Schedules can mail: serve was given a mail server." }),
  }),
);

export const filesSchema = Type.Array(
  says<ReportFile>()(Type.Object({ name: Type.String(), time: Type.String(), octets: Type.Integer() })),
);

const filter = {
  text: Type.String({ maxLength: FAR, description: "A filter (docs/filter.md)." }),
  about: Type.String({ maxLength: FAR }),
  shared: Type.Boolean({ description: "For everybody (admins), or the user's own." }),
};

export const filterBody = says<FilterDraft>()(
  Type.Object(filter, { ...STRICT, examples: [{ text: "dst port in [80, 443]", about: "", shared: true }] }),
);

export const filtersSchema = Type.Array(says<SavedFilter>()(Type.Object({ ...filter, name: Type.String() })));

/** A time instead of the report's own. */
export const timeWords = {
  from: Type.Optional(Type.String({ maxLength: 64, description: '"2h", "yesterday", "2026-11-20T10:00:00Z".' })),
  to: Type.Optional(Type.String({ maxLength: 64 })),
};
