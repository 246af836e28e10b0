// The guard of the API: Access, asked with a request of the server; and the routes of logging in and out.
// The words of routes for the description of the API.
import type {} from "@fastify/swagger";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import { type Access, type AccessRequest, type Entrance, SESSION_COOKIE } from "./access.ts";
import type { Caller, Guard, Need, ServeRoutes } from "./parts.ts";
import { ServeError } from "./problems.ts";
import { errors } from "./schemas/shapes.ts";
import { statusSchema } from "./schemas/status.ts";

const COOKIE = new RegExp(`(?:^|;\\s*)${SESSION_COOKIE}=([A-Za-z0-9_-]{43})(?:;|$)`);

const { user, csrf } = statusSchema.properties;
const SESSION = { description: "Who is logged in now.", ...Type.Object({ user, csrf }) };

export function guardOf(access: Access): Guard {
  return async (request, need) => {
    const entrance = await access.enter(accessRequest(request));
    if (entrance.kind === "in") return callerOf(request, entrance, need);
    if (need === "nobody" && entrance.status === 401) return null;
    throw refusal(entrance);
  };
}

function callerOf({ ip }: FastifyRequest, entrance: Entrance & { kind: "in" }, need: Need): Caller {
  const { user, role, csrf } = entrance;
  if (need === "admin" && role !== "admin") {
    throw new ServeError(403, "forbidden", "expected an admin, found a viewer; ask whoever runs flowgauge serve");
  }
  return { user, role, csrf, key: user?.name ?? ip };
}

function refusal({ status, code, message, wait }: Entrance & { kind: "refused" }): ServeError {
  return new ServeError(status, code, message, wait === undefined ? {} : { wait });
}

function accessRequest({ method, ip, headers, protocol }: FastifyRequest): AccessRequest {
  return {
    method,
    address: ip,
    headers,
    session: COOKIE.exec(headers.cookie ?? "")?.[1],
    secure: protocol === "https",
  };
}

/** POST /login and /logout. */
export function loginRoutes(access: Access): ServeRoutes {
  return {
    install(api: FastifyInstance): void {
      api.post(
        "/login",
        {
          config: { need: "nobody" },
          schema: {
            summary: "Log in",
            description: "Gives a cookie and the token for everything that changes something.",
            tags: ["access"],
            body: Type.Object(
              { name: Type.String({ maxLength: 64 }), password: Type.String({ maxLength: 256 }) },
              { additionalProperties: false },
            ),
            response: { 200: SESSION, ...errors(400, 401, 403, 429) },
          },
        },
        async (request, reply) => {
          const { name, password } = request.body as { readonly name: string; readonly password: string };
          const entrance = await access.logIn(accessRequest(request), name, password);
          if (entrance.kind === "refused") throw refusal(entrance);
          setCookie(request, reply, entrance.token ?? "", "");
          return { user: entrance.user, csrf: entrance.csrf };
        },
      );
      api.post(
        "/logout",
        {
          config: { need: "nobody" },
          schema: { summary: "Log out", tags: ["access"], response: { 200: SESSION, ...errors(403) } },
        },
        async (request, reply) => {
          access.logOut(accessRequest(request));
          setCookie(request, reply, "", "; Max-Age=0");
          return { user: null, csrf: null };
        },
      );
    },
  };
}

function setCookie({ protocol }: FastifyRequest, reply: FastifyReply, value: string, age: string): void {
  const secure = protocol === "https" ? "; Secure" : "";
  void reply.header("set-cookie", `${SESSION_COOKIE}=${value}; Path=/; HttpOnly; SameSite=Strict${secure}${age}`);
}
