// The HTTP server: routes, limits, headers, errors. It runs neither the engine nor decoders: those have processes of their own.
import type { Socket } from "node:net";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyServerOptions } from "fastify";
import { SourceError } from "../core/errors.ts";
import { safeJson } from "../core/safe-json.ts";
import { PAGE_HEADERS, STRICT_TRANSPORT } from "./headers.ts";
import { CONNECTION } from "./limits.ts";
import { describeApi } from "./openapi.ts";
import { installPage, pageOr404 } from "./page-files.ts";
import type { ServeContext, ServeParts } from "./parts.ts";
import { asServeError, isInternal, problemText, ServeError } from "./problems.ts";
import { QueryPool } from "./query-pool.ts";
import { filterRoutes } from "./routes-filter.ts";
import { queryRoutes } from "./routes-query.ts";
import { statusRoutes } from "./routes-status.ts";
import { StoreWatch } from "./store-status.ts";
import type { ServerTls } from "./tls.ts";

export interface ServerOptions {
  readonly version: string;
  /** Folder of the store, absolute. */
  readonly store: string;
  /** Networks that are local, with commas; null = none were declared. */
  readonly local: string | null;
  /** Of one question: octets of memory, seconds. */
  readonly memoryOctets: number;
  readonly seconds: number;
  readonly tls: ServerTls | null;
  readonly parts: ServeParts;
  /** A line for the messages of serve. */
  readonly log: (line: string) => void;
}

export interface Server {
  /** Gives the URL. Throws a SourceError where the port cannot be had. */
  listen(host: string, port: number): Promise<string>;
  readonly context: ServeContext;
  /** Answers what is under way no more; ends the processes that answer questions. */
  close(): Promise<void>;
}

const API = "/api/v1";

export async function createServer(options: ServerOptions): Promise<Server> {
  const { parts, store, local, log } = options;
  const pool = new QueryPool({ ...options, threads: 0, namedFilters: parts.namedFilters });
  const context: ServeContext = { parts, questions: pool, store };
  const watch = new StoreWatch(store);
  const app = makeApp(options);
  app.setErrorHandler((error, _request, reply: FastifyReply) => {
    const problem = asServeError(error);
    if (isInternal(problem)) log(`a request could not be answered: ${(error as Error).stack ?? String(error)}`);
    return refuse(reply, problem);
  });
  app.setNotFoundHandler(pageOr404);
  app.setSerializerCompiler(() => (data) => safeJson(data));
  app.decorateRequest("caller", null);
  app.addHook("onRequest", async (request, reply) => {
    void reply.headers(PAGE_HEADERS);
    if (options.tls !== null) void reply.header("strict-transport-security", STRICT_TRANSPORT);
    if (request.is404) return;
    request.caller = await parts.guard(request, request.routeOptions.config.need ?? "viewer");
  });
  await describeApi(app);
  await installPage(app);
  const routes = [
    statusRoutes(watch, options.version),
    queryRoutes(watch, local),
    filterRoutes(local),
    ...parts.routes,
  ];
  await app.register(
    async (api) => {
      api.addHook("onSend", async (_request, reply) => {
        if (!reply.hasHeader("cache-control")) void reply.header("cache-control", "no-store");
      });
      for (const part of routes) await part.install(api, app, context);
    },
    { prefix: API },
  );
  await app.ready();
  return { context, listen: (host, port) => listen(app, pool, host, port), close: () => close(app, pool) };
}

function makeApp({ tls }: ServerOptions): FastifyInstance {
  const http = {
    headersTimeout: CONNECTION.headersMs,
    requestTimeout: CONNECTION.requestMs,
    maxHeaderSize: CONNECTION.headerOctets,
    connectionsCheckingInterval: 1000,
  };
  const settings: FastifyServerOptions = {
    bodyLimit: CONNECTION.bodyOctets,
    requestTimeout: CONNECTION.requestMs,
    keepAliveTimeout: CONNECTION.restMs,
    forceCloseConnections: true,
    ajv: { customOptions: { coerceTypes: "array", removeAdditional: false, useDefaults: false } },
    clientErrorHandler,
    frameworkErrors: (error, _request, reply) => void refuse(reply.headers(PAGE_HEADERS), asServeError(error)),
  };
  const app = (
    tls === null
      ? fastify({ ...settings, http })
      : fastify({ ...settings, https: { ...http, ...tls, minVersion: "TLSv1.2" } } as FastifyServerOptions)
  ) as FastifyInstance;
  app.server.maxConnections = CONNECTION.most;
  return app;
}

function refuse(reply: FastifyReply, problem: ServeError): FastifyReply {
  if (problem.wait !== null) void reply.header("retry-after", problem.wait);
  void reply.code(problem.status).type("application/json; charset=utf-8");
  return reply.send(Buffer.from(problemText(problem)));
}

/** What is no HTTP, or comes too slowly. */
function clientErrorHandler(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || socket.destroyed || !socket.writable) return void socket.destroy();
  const [status, sentence] =
    error.code === "HPE_HEADER_OVERFLOW"
      ? [
          "431 Request Header Fields Too Large",
          `expected headers of at most ${CONNECTION.headerOctets} octets, found more`,
        ]
      : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? [
            "408 Request Timeout",
            `expected a whole request within ${CONNECTION.requestMs / 1000} s, its headers within ${CONNECTION.headersMs / 1000} s, found a part of one`,
          ]
        : ["400 Bad Request", "expected a request of HTTP, found something else"];
  const body = problemText(new ServeError(400, "usage", sentence));
  const head = [
    `HTTP/1.1 ${status}`,
    "content-type: application/json; charset=utf-8",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}

async function listen(app: FastifyInstance, pool: QueryPool, host: string, port: number): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    throw new SourceError({ source: `${host}:${port}` }, `expected to listen there, found ${listenReason(error)}`, {
      cause: error,
    });
  }
  pool.warm();
  const address = app.server.address();
  const found = typeof address === "object" && address !== null ? address.port : port;
  return `${isTls(app) ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${found}`;
}

function isTls(app: FastifyInstance): boolean {
  return "setSecureContext" in app.server;
}

function listenReason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") return "that another program does already; choose another with --listen HOST:PORT";
  if (code === "EACCES") return "that this user may not; choose a port from 1024 on";
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND")
    return "no such address on this machine; choose another with --listen HOST:PORT";
  return message;
}

async function close(app: FastifyInstance, pool: QueryPool): Promise<void> {
  await Promise.all([pool.close(), app.close()]);
}
