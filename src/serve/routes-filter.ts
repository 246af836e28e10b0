// POST /filter: looks at a filter while it is typed. Answered here, at once: no engine, no queue.
import type { FastifyInstance } from "fastify";
import { localZone } from "../query/index.ts";
import type { FilterLook, FilterSeen } from "./api.ts";
import { filterOptions } from "./asked-question.ts";
import { lookAtFilter } from "./filter-look.ts";
import type { ServeContext, ServeRoutes } from "./parts.ts";
import { lookBody, seenSchema } from "./schemas/filter.ts";
import { errors } from "./schemas/shapes.ts";

export function filterRoutes(local: string | null): ServeRoutes {
  return {
    install(api: FastifyInstance, _root: FastifyInstance, { parts }: ServeContext): void {
      api.post(
        "/filter",
        {
          schema: {
            summary: "Look at a filter",
            description: "Colours, what is wrong and where, and what may come next, while it is typed.",
            tags: ["filter"],
            body: lookBody,
            response: { 200: seenSchema, ...errors(400, 401) },
          },
        },
        async (request): Promise<FilterSeen> => {
          const named = parts.namedFilters(request.caller?.user?.name ?? null);
          const filter = { ...filterOptions(named, local, Date.now()), zone: localZone() };
          return lookAtFilter(request.body as FilterLook, { filter, seenHosts: parts.seenHosts });
        },
      );
    },
  };
}
