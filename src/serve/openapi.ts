// The description of the API (OpenAPI 3.1), made of the same schemas that check what comes in.
import swagger from "@fastify/swagger";
import type { FastifyInstance } from "fastify";

const ABOUT = `Everything that the page of flowgauge serve shows, for programs. Times are RFC 3339 UTC. Errors are \`{"error": {"message", "code",
"from", "to"}}\` with one sentence. Version 1: members may be added, what they mean changes only with the version.`;

/** Of the API: the first number is that of its path. */
const API_VERSION = "1.0.0";

export async function describeApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "flowgauge serve", description: ABOUT, version: API_VERSION },
      tags: [
        { name: "status", description: "What is here, and how it is." },
        { name: "query", description: "Questions about stored flows." },
        { name: "filter", description: "The filter language." },
        { name: "live", description: "What is going on now." },
        { name: "hosts", description: "What is known of addresses." },
        { name: "exporters", description: "Where records come from, and where they went." },
        { name: "reports", description: "Reports and saved filters." },
        { name: "access", description: "Logging in and out." },
      ],
    },
  });
  app.get("/api/v1/openapi.json", { config: { need: "nobody" }, schema: { hide: true } }, async () =>
    JSON.parse(JSON.stringify(app.swagger(), answerNamed)),
  );
}

/** Responses must have a description; of most there is nothing to say that the operation does not. */
function answerNamed(name: string, value: unknown): unknown {
  return name === "description" && value === "Default Response" ? "The answer." : value;
}
