// GET /status: the first thing the page asks, and everybody may.
import type { FastifyInstance } from "fastify";
import { localZone } from "../query/index.ts";
import type { Status } from "./api.ts";
import type { ServeContext, ServeRoutes } from "./parts.ts";
import { errors } from "./schemas/shapes.ts";
import { statusSchema } from "./schemas/status.ts";
import type { StoreWatch } from "./store-status.ts";

export function statusRoutes(watch: StoreWatch, version: string): ServeRoutes {
  return {
    install(api: FastifyInstance, _root: FastifyInstance, { parts, questions }: ServeContext): void {
      api.get(
        "/status",
        {
          config: { need: "nobody" },
          schema: {
            summary: "Status",
            description: "What is asked first: who asks, what the store holds, what is collected, what is wrong.",
            tags: ["status"],
            response: { 200: statusSchema, ...errors(403) },
          },
        },
        async ({ caller }): Promise<Status> => {
          const base = {
            version,
            time: new Date().toISOString(),
            zone: localZone(),
            user: caller?.user ?? null,
            loginNeeded: parts.loginNeeded(),
            csrf: caller?.csrf ?? null,
            demo: parts.demo(),
          };
          // Who has not logged in learns nothing of what is here.
          if (caller === null) return { ...base, ...NOTHING };
          const { engineProblem } = questions;
          const { status: store, problems } = watch.look(engineProblem !== null);
          const all = [...(engineProblem === null ? [] : [engineProblem]), ...problems, ...parts.problems()];
          return { ...base, store, collecting: parts.collecting(), problems: all };
        },
      );
    },
  };
}

const NOTHING: Pick<Status, "store" | "collecting" | "problems"> = {
  store: { folder: "", state: "ready", flows: null, octets: 0, oldest: null, newest: null },
  collecting: { listening: [], running: false, problem: null, exporters: 0, records: 0, lost: 0 },
  problems: [],
};
