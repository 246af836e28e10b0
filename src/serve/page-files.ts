// The page's files: index.html for every place of the page, the rest under names that change with their content.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { missing, ServeError } from "./problems.ts";

/** Beside the program: dist/web. */
const WEB = fileURLToPath(new URL("./web", import.meta.url));
const INDEX = "index.html";
/** A year: another content has another name. */
const FOR_EVER = "public, max-age=31536000, immutable";

/** Routes of its own; what they do not know is asked of `pageOr404`. */
export async function installPage(app: FastifyInstance): Promise<void> {
  if (!existsSync(WEB)) return;
  await app.register(async (page) => {
    // Who is not logged in needs the page to do so.
    page.addHook("onRoute", (route) => {
      route.config = { ...route.config, need: "nobody" };
    });
    await page.register(fastifyStatic, {
      root: WEB,
      index: INDEX,
      cacheControl: false,
      preCompressed: true,
      dotfiles: "ignore",
      schemaHide: true,
      setHeaders: (reply, path) => {
        void reply.header("cache-control", path.includes("/assets/") ? FOR_EVER : "no-cache");
      },
    });
  });
}

/** What has no route: a place of the page, or nothing. */
export function pageOr404(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const [path = ""] = request.url.split("?", 1);
  const isPage =
    (request.method === "GET" || request.method === "HEAD") && !/^\/api(\/|$)|\.[a-z][a-z0-9]*$/i.test(path);
  if (!isPage) throw missing(`expected a path that docs/api.md has, found ${request.method} ${path.slice(0, 200)}`);
  if (!existsSync(`${WEB}/${INDEX}`)) {
    throw new ServeError(
      503,
      "missing",
      "expected the page beside the program (dist/web), found none; npm run build makes it",
    );
  }
  return reply.header("cache-control", "no-cache").sendFile(INDEX, WEB);
}
