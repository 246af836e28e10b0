// /query, /query/cost and /fields: questions in the words of `flowgauge query`, answered with its tables.
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { catalogTime, timeAround, usedNames } from "../query/index.ts";
import { sendAnswer } from "./answer-sending.ts";
import type { QueryCost, QueryWords } from "./api.ts";
import { localOf, readQuestion } from "./asked-question.ts";
import type { Caller, Format, ServeContext, ServeRoutes } from "./parts.ts";
import { answerSchema, costSchema, formatString, queryBody, queryString, wordsSchema } from "./schemas/query.ts";
import { errors } from "./schemas/shapes.ts";
import type { StoreWatch } from "./store-status.ts";
import { WORDS } from "./words.ts";

const ABOUT = `A question in the words of \`flowgauge query\` (docs/query.md). Without \`by\` and measures: a list of flows, which goes on with
\`after\`. \`format\` gives the same as a download.`;
const ANSWERS = { 200: { description: "The tables.", ...answerSchema }, ...errors(400, 401, 413, 503, 504) };

export function queryRoutes(watch: StoreWatch, local: string | null): ServeRoutes {
  return {
    install(api: FastifyInstance, _root: FastifyInstance, context: ServeContext): void {
      const { questions, parts } = context;

      async function ask(words: QueryWords, format: Format, request: FastifyRequest, reply: FastifyReply) {
        const gone = new AbortController();
        reply.raw.once("close", () => gone.abort());
        const caller = request.caller ?? { key: request.ip, user: null };
        const answer = await questions.ask(words, format, { caller, signal: gone.signal });
        return sendAnswer(answer, format, reply);
      }

      function costOf(words: QueryWords, caller: Caller | null): QueryCost {
        const named = usedNames(words.filter ?? "", parts.namedFilters(caller?.user?.name ?? null));
        const { choice } = readQuestion({
          words,
          format: "json",
          named,
          local: localOf(words, local),
          now: Date.now(),
        });
        return watch.cost(catalogTime(timeAround(choice)));
      }

      api.get(
        "/query",
        {
          schema: { summary: "Ask", description: ABOUT, tags: ["query"], querystring: queryString, response: ANSWERS },
        },
        (request, reply) => {
          const { format = "json", ...words } = request.query as QueryWords & { readonly format?: Format };
          return ask(words, format, request, reply);
        },
      );
      api.post(
        "/query",
        {
          schema: {
            summary: "Ask, with the words as JSON",
            description: ABOUT,
            tags: ["query"],
            body: queryBody,
            querystring: formatString,
            response: ANSWERS,
          },
        },
        (request, reply) => {
          const { format = "json" } = request.query as { readonly format?: Format };
          return ask(request.body as QueryWords, format, request, reply);
        },
      );
      const cost = {
        summary: "What a question would read",
        description: "Files, octets and sealed flows of the time that the words ask for; nothing is read.",
        tags: ["query"],
        response: { 200: costSchema, ...errors(400, 401, 503) },
      };
      api.get("/query/cost", { schema: { ...cost, querystring: queryString } }, async (request) => {
        const { format: _, ...words } = request.query as QueryWords & { readonly format?: Format };
        return costOf(words, request.caller);
      });
      api.post("/query/cost", { schema: { ...cost, body: queryBody } }, async (request) =>
        costOf(request.body as QueryWords, request.caller),
      );
      api.get(
        "/fields",
        {
          schema: {
            summary: "Fields and measures",
            description: "What can be grouped by, filtered and measured.",
            tags: ["query"],
            response: { 200: wordsSchema, ...errors(401) },
          },
        },
        async () => WORDS,
      );
    },
  };
}
