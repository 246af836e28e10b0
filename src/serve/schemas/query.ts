// /query, /query/cost, /fields: words of a question, and what comes back.
import { Type } from "typebox";
import { SPREAD, WITHIN } from "../../query/index.ts";
import type { ApiTable, QueryAnswer, QueryCost, QueryWords, Words } from "../api.ts";
import { ANSWER } from "../limits.ts";
import { FORMATS } from "../parts.ts";
import { STRICT, says } from "./shapes.ts";

const text = (description: string, most = 1000) => Type.String({ description, maxLength: most });

const WORDS = {
  filter: Type.Optional(text("A filter (docs/filter.md), `$name` for saved ones.", 8192)),
  from: Type.Optional(text('From then on: "2h", "yesterday", "2026-11-20T10:00:00Z".')),
  to: Type.Optional(text("Until then (not included).")),
  within: Type.Optional(
    Type.Enum(["any", "start", "end", "inside"], {
      description: "Flows that have a part in that time, began or ended in it, or both.",
    }),
  ),
  by: Type.Optional(
    Type.Array(text('Fields with commas: "time/5m,srcAddr/24".'), {
      maxItems: 20,
      description: "One table for each; none = a list of flows.",
    }),
  ),
  top: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000_000, description: "So many groups, 0 = all." })),
  sort: Type.Optional(text('"bytes:desc".')),
  measures: Type.Optional(text("Measures with commas.", 4000)),
  sum: Type.Optional(text("Only these sums.", 4000)),
  distinct: Type.Optional(text("Also the different values of these fields.")),
  percentile: Type.Optional(
    Type.Number({ exclusiveMinimum: 0, maximum: 100, description: "Of series: this percentile of the rates." }),
  ),
  spread: Type.Optional(
    Type.Enum(["even", "start", "end"], { description: "Octets and packets of a flow over buckets of time." }),
  ),
  biflow: Type.Optional(
    Type.Union([Type.Boolean(), text("A duration.")], { description: "Biflows of the records of both directions." }),
  ),
  dedup: Type.Optional(Type.Boolean({ description: "Flows that several exporters saw count once." })),
  scale: Type.Optional(Type.Boolean({ description: "Counters times the sampling rate." })),
  utc: Type.Optional(Type.Boolean({ description: "Days, hours and times without a zone are of UTC." })),
  zone: Type.Optional(text('The same of another zone: "Europe/Berlin".', 100)),
  local: Type.Optional(
    text("Networks that `inside`, `outside` and `side` speak of, with commas; default: those of serve."),
  ),
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      description: `Lists: so many flows, ${ANSWER.mostListed} at the most (${ANSWER.listed}).`,
    }),
  ),
  fields: Type.Optional(text("Lists: only these fields.", 4000)),
  after: Type.Optional(text("Lists: go on behind the flows of an answer before, what it says as `next`.")),
};

export const queryBody = says<QueryWords>()(
  Type.Object(WORDS, { ...STRICT, examples: [{ from: "1d", by: ["srcAddr"], top: 5 }] }),
);

/** The same as a query string. */
export const queryString = Type.Object(
  { ...WORDS, format: Type.Optional(Type.Enum([...FORMATS], { description: "json, or a download." })) },
  STRICT,
);
export const formatString = Type.Object({ format: queryString.properties.format }, STRICT);

const nullable = <S extends Parameters<typeof Type.Optional>[0]>(schema: S) => Type.Union([Type.Null(), schema]);
const row = Type.Record(
  Type.String(),
  Type.Union([Type.String(), Type.Number(), Type.Null(), Type.Record(Type.String(), Type.String())]),
);

/** As JSON Schema has it since 2020-12; Type.Tuple is of a draft before. */
const span = Type.Unsafe<[string, string]>({
  type: "array",
  prefixItems: [{ type: "string" }, { type: "string" }],
  minItems: 2,
  maxItems: 2,
});

export const tableSchema = says<ApiTable>()(
  Type.Object({
    flowgauge: Type.Literal("table/1"),
    shape: Type.Enum(["list", "group", "series"]),
    title: Type.String(),
    from: nullable(Type.String()),
    to: nullable(Type.String()),
    bucketSeconds: nullable(Type.Number()),
    sortedBy: nullable(Type.String()),
    columns: Type.Array(
      Type.Object({
        name: Type.String(),
        title: Type.String(),
        type: Type.Enum(["text", "integer", "real", "time", "duration", "other"]),
        unit: nullable(Type.String()),
        role: Type.Enum(["key", "measure"]),
        field: Type.Optional(nullable(Type.String())),
      }),
    ),
    rows: Type.Array(row),
    total: nullable(row),
    others: nullable(row),
    othersRows: Type.Array(row),
    known: nullable(Type.Array(span)),
    notes: Type.Array(Type.String()),
  }),
);

export const answerSchema = says<QueryAnswer>()(
  Type.Object({
    tables: Type.Array(tableSchema),
    command: Type.String({ description: "The command line that answers the same." }),
    took: Type.Object({ queuedSeconds: Type.Number(), seconds: Type.Number(), files: Type.Integer() }),
    next: nullable(Type.String({ description: "Lists: what to give as `after` for the next flows." })),
    problems: Type.Array(Type.String(), { description: "Files that could not be read: the answer is without them." }),
  }),
);

export const costSchema = says<QueryCost>()(
  Type.Object({
    files: Type.Integer({ description: "Files that may have flows of that time." }),
    octets: Type.Integer({ description: "Of these files; columns that are not asked for are not read." }),
    flows: nullable(Type.Integer({ description: "Sealed flows in them; null = not known." })),
  }),
);

export const wordsSchema = says<Words>()(
  Type.Object({
    fields: Type.Array(
      Type.Object({ name: Type.String(), title: Type.String(), about: Type.String(), kind: Type.String() }),
    ),
    measures: Type.Array(Type.Object({ name: Type.String(), title: Type.String(), unit: nullable(Type.String()) })),
  }),
);

/** Compile-time: the words of the query room are those of the schema. */
type Listed<T> = readonly T[];
const _within: Listed<NonNullable<QueryWords["within"]>> = WITHIN;
const _spread: Listed<NonNullable<QueryWords["spread"]>> = SPREAD;
void [_within, _spread];
