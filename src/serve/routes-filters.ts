// /filters: named filters that people saved. What is everybody's admins change; what is one's own, oneself.
import type { FastifyInstance, FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { FilterDraft, SavedFilter } from "./api.ts";
import { filterOptions } from "./asked-question.ts";
import type { ServeContext, ServeRoutes } from "./parts.ts";
import { ServeError } from "./problems.ts";
import { type SavedFilters, usedBy, uses } from "./saved-filters.ts";
import type { SavedReports } from "./saved-reports.ts";
import { filterBody, filtersSchema } from "./schemas/reports.ts";
import { errors, STRICT } from "./schemas/shapes.ts";

type WithName = { readonly name: string };
const NAME = Type.Object({ name: Type.String({ maxLength: 200 }) });
const WHICH = Type.Object(
  { shared: Type.Optional(Type.Boolean({ description: "Everybody's (true) or one's own; default: what one uses." })) },
  STRICT,
);

export function savedFilterRoutes(filters: SavedFilters, reports: SavedReports, local: string | null): ServeRoutes {
  return {
    install(api: FastifyInstance, _root: FastifyInstance, _context: ServeContext): void {
      api.get(
        "/filters",
        {
          schema: {
            summary: "Saved filters",
            description: "Those that whoever asks can use as `$name`.",
            tags: ["reports"],
            response: { 200: filtersSchema, ...errors(401) },
          },
        },
        async (request): Promise<readonly SavedFilter[]> => filters.list(userOf(request)),
      );
      api.put(
        "/filters/:name",
        {
          schema: {
            summary: "Save a filter",
            description: "One that cannot be asked is not saved.",
            tags: ["reports"],
            params: NAME,
            body: filterBody,
            response: { 200: filtersSchema, ...errors(400, 401, 403) },
          },
        },
        async (request): Promise<readonly SavedFilter[]> => {
          const draft = request.body as FilterDraft;
          const owner = ownerOf(request, draft.shared);
          filters.put((request.params as WithName).name, draft, owner, filterOptions(new Map(), local, Date.now()));
          return filters.list(userOf(request));
        },
      );
      api.delete(
        "/filters/:name",
        {
          schema: {
            summary: "Delete a filter",
            description: "One that another filter or a report uses stays.",
            tags: ["reports"],
            params: NAME,
            querystring: WHICH,
            response: { 200: filtersSchema, ...errors(401, 403, 404, 409) },
          },
        },
        async (request): Promise<readonly SavedFilter[]> => {
          const { name } = request.params as WithName;
          const { shared } = request.query as { readonly shared?: boolean };
          const found = filters.list(userOf(request)).find((filter) => filter.name === name);
          const owner = ownerOf(request, shared ?? found?.shared ?? true);
          if (owner === null) refuseUsed(name);
          filters.remove(name, owner);
          return filters.list(userOf(request));
        },
      );
    },
  };

  /** Reports mean everybody's filters. */
  function refuseUsed(name: string): void {
    const named = filters.named(null);
    const user = reports.list().find(({ words }) => uses(words.filter ?? "", name, named));
    if (user !== undefined) throw usedBy(name, `the report "${user.title}"`);
  }
}

function userOf({ caller }: FastifyRequest): string | null {
  return caller?.user?.name ?? null;
}

/** null = everybody's. Where nobody logs in, all are. */
function ownerOf(request: FastifyRequest, shared: boolean): string | null {
  const user = userOf(request);
  if (!shared && user !== null) return user;
  if (request.caller?.role === "admin") return null;
  throw new ServeError(
    403,
    "forbidden",
    "expected an admin for what is everybody's, found a viewer; save it as your own",
  );
}
